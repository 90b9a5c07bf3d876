// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/budget/budget_panel.h"

#include "ui/budget/budget_curve.h"
#include "ui/budget/budget_slider.h"
#include "ui/budget/bytes_spin_box.h"
#include "ui/budget/purpose_bar.h"
#include "ui/host/text.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QStyle>
#include <QVBoxLayout>
#include <cmath>
#include <numeric>

namespace sida::ui
{

namespace
{

QLabel* makeLabel(const char* role = nullptr, Qt::Alignment alignment = Qt::AlignLeft)
{
    auto* label = new QLabel;
    if (role)
        label->setProperty("role", QString::fromLatin1(role));
    label->setAlignment(alignment | Qt::AlignVCenter);
    return label;
}

} // namespace

BudgetPanel::BudgetPanel(QWidget* parent)
    : QWidget(parent)
{
    m_message = makeLabel("missing");
    m_message->setWordWrap(true);
    m_estimate = makeLabel("secondary");
    m_estimate->setWordWrap(true);

    auto* content = new QWidget;
    content->setMinimumWidth(1); // as wide as the dock: rather shorten a figure than hide the margin
    auto* scroll = new QScrollArea;
    scroll->setWidget(content);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    auto* whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->addWidget(scroll);

    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(16, 12, 16, 12);
    layout->setSpacing(8);
    layout->addWidget(makeFields());
    layout->addWidget(makeSlider());
    layout->addWidget(m_message);
    layout->addWidget(m_estimate);
    layout->addWidget(makeMemory());
    layout->addStretch(1);
    setFocusProxy(m_bytes);
    setUnknown(tr("Choose a model to see what it needs"));
}

QWidget* BudgetPanel::makeFields()
{
    m_bytes = new BytesSpinBox;
    m_bytes->setAccessibleName(tr("Budget in bytes"));
    m_bytes->setToolTip(tr("The most device memory this process may hold, for example 1.5 GiB or 800 MiB"));
    m_share = new QDoubleSpinBox;
    m_share->setDecimals(1);
    m_share->setRange(0, 100);
    m_share->setSpecialValueText(QStringLiteral("-"));
    m_share->setSuffix(tr(" %"));
    m_share->setKeyboardTracking(false);
    m_share->setAccessibleName(tr("Budget as a share of everything resident"));
    m_share->setToolTip(tr("Share of the memory that policy resident needs"));
    // Their hints leave room for the largest numbers there are; what comes here must be read whole in a
    // narrow column, beside the frame and the arrows.
    constexpr int kFrameAndArrows = 46;
    const QFontMetrics metrics(font());
    m_bytes->setMinimumWidth(metrics.horizontalAdvance(QStringLiteral("1,000 MiB")) + kFrameAndArrows);
    m_share->setMinimumWidth(metrics.horizontalAdvance(QStringLiteral("100.0 %")) + kFrameAndArrows);
    m_whole = makeLabel("secondary", Qt::AlignRight);
    connect(m_bytes, &BytesSpinBox::bytesEntered, this, [this](quint64 bytes) {
        want(units::Budget::ofBytes(bytes), m_bytes);
    });
    connect(m_share, &QDoubleSpinBox::valueChanged, this, [this](double percent) {
        want(units::Budget::ofShare(percent / 100), m_share);
    });
    auto* fields = new QWidget;
    auto* rows = new QVBoxLayout(fields);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(2);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(m_bytes, 3);
    row->addWidget(m_share, 2);
    rows->addLayout(row);
    rows->addWidget(m_whole);
    return fields;
}

QWidget* BudgetPanel::makeSlider()
{
    m_slider = new BudgetSlider;
    m_slider->setAccessibleName(tr("Budget"));
    m_slider->setToolTip(tr("Arrow keys move by one expert, Page Up and Page Down by one in each layer"));
    connect(m_slider, &BudgetSlider::bytesChosen, this, [this](quint64 bytes) {
        want(units::Budget::ofBytes(bytes), m_slider);
    });
    m_smallest = makeLabel("secondary");
    m_smallest->setToolTip(
        tr("The smallest budget that works: the dense part, workspace, predictor, two slots"));
    m_perLayer = makeLabel(nullptr, Qt::AlignHCenter);
    m_resident = makeLabel("secondary", Qt::AlignRight);
    m_resident->setToolTip(tr("Every expert on the device"));
    auto* holder = new QWidget;
    auto* grid = new QGridLayout(holder);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setVerticalSpacing(2);
    grid->addWidget(m_slider, 0, 0, 1, 3);
    grid->addWidget(m_smallest, 1, 0);
    grid->addWidget(m_perLayer, 1, 1);
    grid->addWidget(m_resident, 1, 2);
    grid->setColumnStretch(1, 1);
    m_curve = new BudgetCurve;
    m_curve->hide();
    m_curveText = makeLabel("secondary");
    m_curveText->setWordWrap(true);
    m_curveText->hide();
    grid->addWidget(m_curve, 2, 0, 1, 3);
    grid->addWidget(m_curveText, 3, 0, 1, 3);
    grid->setRowMinimumHeight(2, 0);
    connect(m_curve, &BudgetCurve::textChanged, this, &BudgetPanel::tellCurve);
    return holder;
}

QWidget* BudgetPanel::makeMemory()
{
    m_useTitle = makeLabel();
    m_useFigure = makeLabel(nullptr, Qt::AlignRight);
    m_bar = new PurposeBar;
    m_deviceTitle = makeLabel();
    m_deviceTitle->setText(tr("Device"));
    m_deviceFigure = makeLabel(nullptr, Qt::AlignRight);
    auto* memory = new QWidget;
    auto* column = new QVBoxLayout(memory);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    // Rows of their own: the longest title and the longest figure need not fit side by side.
    const auto addRow = [column](QWidget* title, QWidget* figure) {
        auto* row = new QHBoxLayout;
        row->addWidget(title);
        row->addWidget(figure, 1);
        column->addLayout(row);
    };
    addRow(m_useTitle, m_useFigure);
    column->addWidget(m_bar);
    addRow(m_deviceTitle, m_deviceFigure);
    return memory;
}

void BudgetPanel::setSettable(bool settable, const QString& reason)
{
    m_notSettable = settable ? QString() : reason;
    for (QWidget* field : std::initializer_list<QWidget*>{m_bytes, m_share, m_slider})
        field->setEnabled(settable);
    explain();
}

void BudgetPanel::setUnknown(const QString& reason)
{
    m_limits = {};
    m_slider->setLimits(m_limits);
    m_curve->setLimits(m_limits);
    m_curve->setBudget(0);
    m_shown = 0;
    m_bytes->setBytes(0);
    const QSignalBlocker blocker(m_share);
    m_share->setValue(0);
    m_refusal.clear();
    m_whole->clear();
    m_smallest->clear();
    m_resident->clear();
    setUse({}, 0, false);
    setSettable(false, reason);
}

void BudgetPanel::setFixed(const QString& reason)
{
    setSettable(false, reason);
}

void BudgetPanel::setLimits(const BudgetLimits& limits)
{
    m_limits = limits;
    m_slider->setLimits(limits);
    m_curve->setLimits(limits);
    m_bytes->setSingleStep(static_cast<double>(limits.expertBytes) * std::max(1, limits.layers));
    m_whole->setText(tr("of %1").arg(bytesText(limits.resident)));
    m_smallest->setText(bytesText(limits.smallest));
    m_resident->setText(bytesText(limits.resident));
    setSettable(true, {});
    show(m_shown);
}

void BudgetPanel::setBudget(std::uint64_t bytes)
{
    m_inForce = bytes;
    if (!m_waiting)
        show(bytes);
}

void BudgetPanel::setLive(bool live)
{
    m_live = live;
    m_waiting = false;
    m_refusal.clear();
    explain();
}

void BudgetPanel::want(const units::Budget& budget, QWidget* source)
{
    const std::uint64_t bytes = budget.resolve(m_limits.resident);
    m_refusal.clear();
    m_waiting = m_live;
    if (!m_live)
        m_inForce = bytes;
    m_shown = bytes;
    if (source != m_bytes)
        m_bytes->setBytes(bytes);
    if (source != m_slider)
        m_slider->setBytes(bytes);
    if (source != m_share && m_limits.resident > 0) {
        const QSignalBlocker blocker(m_share);
        m_share->setValue(100.0 * static_cast<double>(bytes) / static_cast<double>(m_limits.resident));
    }
    explain();
    Q_EMIT budgetWanted(budget);
}

void BudgetPanel::show(std::uint64_t bytes)
{
    m_shown = bytes;
    m_bytes->setBytes(bytes);
    m_slider->setBytes(bytes);
    if (m_limits.resident > 0) {
        const QSignalBlocker blocker(m_share);
        m_share->setValue(100.0 * static_cast<double>(bytes) / static_cast<double>(m_limits.resident));
    }
    explain();
}

void BudgetPanel::accepted(std::uint64_t bytes, bool latest)
{
    m_inForce = bytes;
    m_waiting = m_waiting && !latest;
    if (m_waiting)
        explain();
    else
        show(bytes);
}

void BudgetPanel::refused(const units::Budget&, const QString& reason)
{
    m_waiting = false;
    m_refusal = tr("Kept %1: %2").arg(bytesText(m_inForce), reason);
    show(m_inForce);
}

void BudgetPanel::explain()
{
    QString message = m_refusal;
    if (message.isEmpty() && m_limits.known() && m_notSettable.isEmpty() && !m_live
        && m_shown < m_limits.smallest)
        message = tr("%1 is too small: the smallest that works is %2")
                      .arg(bytesText(m_shown), bytesText(m_limits.smallest));
    m_message->setText(message);
    m_message->setVisible(!message.isEmpty());

    QString estimate = m_notSettable;
    if (m_limits.known() && m_notSettable.isEmpty()) {
        m_perLayer->setText(
            tr("%1 experts per layer").arg(toText(units::formatNumber(m_limits.expertsPerLayer(m_shown)))));
        estimate = tr("Holds %1 of %2 experts")
                       .arg(
                           countText(static_cast<std::uint64_t>(m_limits.slots(m_shown))),
                           countText(static_cast<std::uint64_t>(m_limits.experts)));
        if (m_waiting)
            estimate += tr("; asked for, %1 in force").arg(bytesText(m_inForce));
    } else {
        m_perLayer->clear();
    }
    m_estimate->setText(estimate);
    m_slider->setAccessibleDescription(estimate);
    m_curve->setBudget(m_shown);
}

void BudgetPanel::setCurve(std::shared_ptr<const api::ReplayResult> result, const QString& note)
{
    m_curveNote = note;
    m_curve->setResult(std::move(result));
    m_curve->setVisible(m_curve->hasCurve());
    tellCurve();
}

void BudgetPanel::tellCurve()
{
    QString text = m_curveNote;
    if (m_curve->hasCurve()) {
        const QString there = m_shown > 0 ? m_curve->textAt(m_shown) : QString();
        if (!there.isEmpty())
            text = tr("Replayed with %1: %2").arg(bytesText(m_shown), there);
        else if (text.isEmpty())
            text = tr("This session replayed under other budgets; rings: as it was measured");
    }
    m_curveText->setText(text);
    m_curveText->setVisible(!text.isEmpty());
}

QString BudgetPanel::curveText() const
{
    return m_curveText->text();
}

void BudgetPanel::setUse(const api::PurposeBytes& bytes, std::uint64_t budget, bool measured)
{
    const std::uint64_t used = std::accumulate(bytes.begin(), bytes.end(), std::uint64_t{0});
    m_useTitle->setText(measured ? tr("This process") : tr("This process, planned"));
    m_useFigure->setText(
        used == 0 ? tr("nothing yet") : tr("%1 of %2").arg(bytesText(used), bytesText(budget)));
    const std::uint64_t slotBytes = bytes[static_cast<std::size_t>(api::Purpose::expertSlots)];
    const std::uint64_t count = m_limits.expertBytes > 0 ? slotBytes / m_limits.expertBytes : 0;
    m_bar->setSlotText(tr("%1 expert slots, %2").arg(countText(count), bytesText(slotBytes)));
    m_bar->setBytes(bytes, budget);
}

void BudgetPanel::setDevice(const api::DeviceInfo* device)
{
    m_deviceFigure->setText(
        device ? tr("%1 of %2 free").arg(bytesText(device->freeBytes), bytesText(device->totalBytes))
               : tr("not measured yet"));
    m_deviceFigure->setToolTip(
        device ? tr("Measured when the program started or the device was looked at last") : QString());
}

QString BudgetPanel::message() const
{
    return m_message->text();
}

} // namespace sida::ui
