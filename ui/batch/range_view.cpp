// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/batch/range_view.h"

#include "ui/batch/range_model.h"
#include "ui/plot/ticks.h"
#include "ui/timeline/timeline_text.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QTableView>
#include <QVBoxLayout>

namespace sida::ui
{

namespace
{

constexpr int kRefreshMs = 150;

} // namespace

RangeView::RangeView(RecordingModel* model, TimeAxis* axis, QWidget* parent)
    : QWidget(parent)
    , m_model(model)
    , m_axis(axis)
    , m_accessory(new TitleAccessory(this))
    , m_table(new RangeModel(this))
{
    m_accessory->hide();
    m_view = new QTableView;
    m_view->setModel(m_table);
    m_view->setAccessibleName(tr("Figures of the range"));
    m_view->setFrameShape(QFrame::NoFrame);
    m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_view->setShowGrid(false);
    m_view->setTabKeyNavigation(false);
    m_view->verticalHeader()->hide();
    m_view->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_view->verticalHeader()->setDefaultSectionSize(22);
    m_view->horizontalHeader()->setHighlightSections(false);
    m_view->horizontalHeader()->setDefaultSectionSize(104);
    m_view->horizontalHeader()->setSectionResizeMode(RangeModel::name, QHeaderView::Fixed);
    m_view->setColumnWidth(RangeModel::name, 220);
    m_view->horizontalHeader()->setStretchLastSection(true);
    m_empty = new QLabel(
        tr("Drag with Ctrl in the timeline to select a range; its batches, stalls and copies are summed up "
           "here."));
    m_empty->setProperty("role", QStringLiteral("secondary"));
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_view, 1);
    column->addWidget(m_empty, 1);
    auto* copy = new QAction(tr("Copy the table"), this);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(copy, &QAction::triggered, this, [this] {
        QGuiApplication::clipboard()->setText(m_table->asText());
    });
    addAction(copy);
    setContextMenuPolicy(Qt::ActionsContextMenu);
    m_timer.setSingleShot(true);
    m_timer.setInterval(kRefreshMs);
    connect(&m_timer, &QTimer::timeout, this, &RangeView::refresh);
    axis->track(model);
    connect(model, &RecordingModel::resetDone, this, &RangeView::schedule);
    connect(model, &RecordingModel::appended, this, &RangeView::schedule);
    connect(axis, &TimeAxis::visibleChanged, this, &RangeView::schedule);
    connect(axis, &TimeAxis::selectionChanged, this, &RangeView::schedule);
    refresh();
}

/// A range of a million rows takes a while: nobody pays for a table that is not looked at.
void RangeView::schedule()
{
    m_stale = true;
    if (isVisible() && !m_timer.isActive())
        m_timer.start();
}

void RangeView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (m_stale)
        flush();
}

void RangeView::flush()
{
    m_timer.stop();
    refresh();
}

void RangeView::refresh()
{
    m_stale = false;
    const bool any = !m_model->rows().batches.empty();
    m_view->setVisible(any);
    m_empty->setVisible(!any);
    if (!any) {
        m_table->clear();
        m_accessory->setSummary({});
        return;
    }
    const TimeRange range = m_axis->focus();
    const RangeSummary summary = summarise(*m_model, range);
    m_table->setSummary(summary);
    const int decimals = pixelDecimals(range.width() / 1000);
    m_accessory->setSummary(tr("%1 %2 to %3 s (%4): %5 batches, %6 samples")
                                .arg(
                                    m_axis->selection() ? tr("Selection") : tr("Visible range"),
                                    secondsText(range.begin, decimals), secondsText(range.end, decimals),
                                    durationText(range.width()), countText(summary.batches.count),
                                    countText(summary.samples)));
}

} // namespace sida::ui
