// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/heatmap/heatmap_view.h"

#include "engine/base/units.h"
#include "ui/heatmap/heatmap_canvas.h"
#include "ui/plot/columns.h"
#include "ui/plot/ticks.h"
#include "ui/theme/theme_manager.h"

#include <QAbstractButton>
#include <QButtonGroup>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace sida::ui
{

namespace
{

constexpr int kRefreshMs = 33;
constexpr int kWide = 1240; // from here on the controls begin where the cells do

} // namespace

HeatmapView::HeatmapView(RecordingModel* model, TimeAxis* axis, QWidget* parent)
    : QWidget(parent)
    , m_model(model)
    , m_axis(axis)
    , m_accessory(new TitleAccessory(this))
    , m_canvas(new HeatmapCanvas(this))
    , m_status(new QLabel(this))
{
    m_accessory->hide();
    m_status->setProperty("role", QStringLiteral("secondary"));
    m_status->setFont(Theme::font(TextStyle::small));
    m_status->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_status->setContentsMargins(16, 0, 16, 0);
    m_status->setFixedHeight(20);
    m_status->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeControls());
    column->addWidget(m_canvas, 1);
    column->addWidget(m_status);
    m_refresh.setSingleShot(true);
    m_refresh.setInterval(kRefreshMs);
    connect(&m_refresh, &QTimer::timeout, this, &HeatmapView::refresh);
    axis->track(model);
    connect(model, &RecordingModel::resetDone, this, &HeatmapView::scheduleRefresh);
    connect(model, &RecordingModel::appended, this, &HeatmapView::scheduleRefresh);
    connect(axis, &TimeAxis::visibleChanged, this, &HeatmapView::scheduleRefresh);
    connect(axis, &TimeAxis::selectionChanged, this, &HeatmapView::scheduleRefresh);
    connect(axis, &TimeAxis::expertChanged, this, [this] { m_canvas->setMarked(m_axis->expert()); });
    connect(&ThemeManager::instance(), &ThemeManager::changed, m_canvas, &HeatmapCanvas::refresh);
    connect(m_canvas, &HeatmapCanvas::currentChanged, this, &HeatmapView::showStatus);
    connect(m_canvas, &HeatmapCanvas::chosen, this, &HeatmapView::expertChosen);
    refresh();
}

QButtonGroup* HeatmapView::addSegments(QWidget* bar, const QStringList& texts, const QStringList& tips)
{
    auto* holder = new QWidget(bar);
    auto* group = new QButtonGroup(holder);
    auto* row = new QHBoxLayout(holder);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    for (int i = 0; i < texts.size(); ++i) {
        auto* button = new QToolButton(bar);
        button->setText(texts[i]);
        button->setToolTip(tips[i]);
        button->setCheckable(true);
        button->setFocusPolicy(Qt::TabFocus);
        button->setProperty("segment", true);
        if (i == 0)
            button->setProperty("segmentEnd", QStringLiteral("first"));
        if (i + 1 == texts.size())
            button->setProperty("segmentEnd", QStringLiteral("last"));
        group->addButton(button, i);
        row->addWidget(button);
    }
    bar->layout()->addWidget(holder);
    return group;
}

QWidget* HeatmapView::makeControls()
{
    auto* bar = new QWidget(this);
    bar->setFixedHeight(40);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(8, 0, 8, 0);
    row->setSpacing(8);
    auto caption = [&](const QString& text) {
        auto* label = new QLabel(text, bar);
        label->setProperty("role", QStringLiteral("secondary"));
        label->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        row->addWidget(label);
        return label;
    };
    m_modeLabel = caption(tr("Colour by"));
    m_modes = addSegments(
        bar,
        {tr("Routed"), tr("Predicted"), tr("Predicted but unused"), tr("Used but unpredicted"),
         tr("Hit share"), tr("Bytes moved"), tr("Residency")},
        {tr("Real tokens sent to each expert"), tr("Real tokens predicted for each expert"),
         tr("Tokens predicted in batches that did not use the expert: its copy was in vain"),
         tr("Tokens routed in batches that did not predict the expert: it had to be waited for"),
         tr("Share of the uses that found the expert resident in time"),
         tr("Bytes copied to the device in this range"),
         tr("Which experts are on the device at the end of this range")});
    // Where seven buttons do not fit, a list says the same.
    m_modeList = new QComboBox(bar);
    m_modeList->setAccessibleName(tr("Colour by"));
    for (const QAbstractButton* button : m_modes->buttons())
        m_modeList->addItem(button->text());
    for (int i = 0; i < m_modeList->count(); ++i)
        m_modeList->setItemData(i, m_modes->button(i)->toolTip(), Qt::ToolTipRole);
    row->addWidget(m_modeList);
    connect(m_modeList, &QComboBox::activated, this, [this](int id) { setMode(HeatmapMode(id)); });
    qobject_cast<QWidget*>(m_modes->parent())->hide();
    row->addSpacing(8);
    caption(tr("Scale"));
    m_scales = addSegments(
        bar, {tr("Linear"), tr("Log"), tr("Per layer")},
        {tr("Colours in proportion to the count"), tr("Colours by orders of magnitude"),
         tr("Colours in proportion to the largest count of each layer")});
    row->addSpacing(8);
    auto* sortCaption = caption(tr("Sort"));
    m_sort = new QComboBox(bar);
    m_sort->addItems({tr("expert number"), tr("load")});
    m_sort->setToolTip(
        tr("Order of the experts within each layer: by number, or the one with most tokens first"));
    m_sort->setAccessibleName(tr("Sort experts by"));
    sortCaption->setBuddy(m_sort);
    row->addWidget(m_sort);
    row->addStretch(1);
    m_modes->button(0)->setChecked(true);
    m_scales->button(static_cast<int>(HeatmapScale::log))->setChecked(true);
    connect(m_modes, &QButtonGroup::idClicked, this, [this](int id) { setMode(HeatmapMode(id)); });
    connect(m_scales, &QButtonGroup::idClicked, this, [this](int id) { setScale(HeatmapScale(id)); });
    connect(m_sort, &QComboBox::activated, this, [this](int index) { setSort(HeatmapSort(index)); });
    return bar;
}

void HeatmapView::setMode(HeatmapMode mode)
{
    m_modes->button(static_cast<int>(mode))->setChecked(true);
    m_modeList->setCurrentIndex(static_cast<int>(mode));
    const bool counts = mode != HeatmapMode::hitShare && mode != HeatmapMode::residency;
    const QStringList tips
        = {tr("Colours in proportion to the count"), tr("Colours by orders of magnitude"),
           tr("Colours in proportion to the largest count of each layer")};
    for (int i = 0; i < tips.size(); ++i) {
        m_scales->button(i)->setEnabled(counts);
        m_scales->button(i)->setToolTip(
            counts                              ? tips[i]
                : mode == HeatmapMode::hitShare ? tr("A share is always drawn from 0 to 100 %")
                                                : tr("Resident or not: there is nothing between"));
    }
    m_canvas->data().setMode(mode);
    flush();
}

void HeatmapView::setScale(HeatmapScale scale)
{
    m_scales->button(static_cast<int>(scale))->setChecked(true);
    m_canvas->data().setScale(scale);
    m_canvas->refresh();
}

void HeatmapView::setSort(HeatmapSort sort)
{
    m_sort->setCurrentIndex(static_cast<int>(sort));
    const auto current = m_canvas->current();
    m_canvas->data().setSort(sort);
    m_canvas->refresh();
    if (current) // the frame goes with the expert, not with the place
        m_canvas->setCursorCell(*current);
}

void HeatmapView::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    const bool wide = width() >= kWide;
    m_modeLabel->setMinimumWidth(wide ? Columns::kLabelWidth - 16 : 0);
    qobject_cast<QWidget*>(m_modes->parent())->setVisible(wide);
    m_modeList->setVisible(!wide);
    showStatus();
}

void HeatmapView::scheduleRefresh()
{
    if (!m_refresh.isActive())
        m_refresh.start();
}

void HeatmapView::flush()
{
    m_refresh.stop();
    refresh();
}

void HeatmapView::refresh()
{
    const TimeRange range = m_axis->focus();
    m_canvas->data().update(*m_model, range);
    const HeatmapData& shown = m_canvas->data();
    m_canvas->setEmptyText(
        !m_model->hasRun() || m_model->rows().batches.empty()
            ? tr("Start a run or open a session to see which experts each layer uses.")
            : tr("No batch begins in this range. Zoom out or select a longer one."));
    if (shown.batches() == 0) {
        m_accessory->setSummary({});
    } else {
        const int decimals = pixelDecimals(range.width() / 1000);
        const QString what = m_axis->selection() ? tr("Selection") : tr("Visible range");
        m_accessory->setSummary(tr("%1 %2 to %3 s: batches: %4, tokens a layer: %5")
                                    .arg(
                                        what, secondsText(range.begin, decimals),
                                        secondsText(range.end, decimals),
                                        QString::fromStdString(units::formatCount(shown.batches())),
                                        QString::fromStdString(units::formatCount(shown.tokensPerLayer()))));
    }
    m_canvas->refresh();
}

QString HeatmapView::statusText() const
{
    const auto key = m_canvas->current();
    if (!key)
        return {};
    const HeatmapData& shown = m_canvas->data();
    return shown.title(*key) + QStringLiteral(": ") + shown.lines(*key).join(QStringLiteral("; "))
        + QStringLiteral("; ") + shown.moduleName(key->layer);
}

void HeatmapView::showStatus()
{
    const QString text = statusText();
    const bool invite = text.isEmpty() && m_canvas->data().batches() > 0;
    const QString all = invite ? tr("Point at a cell, or move with the arrow keys, to read its figures; a "
                                    "click shows only that expert in the timeline.")
                               : text;
    m_status->setText(m_status->fontMetrics().elidedText(all, Qt::ElideRight, std::max(0, width() - 32)));
    m_status->setToolTip(text);
    m_canvas->setAccessibleDescription(text);
}

} // namespace sida::ui
