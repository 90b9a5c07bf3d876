// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/timeline_view.h"

#include "ui/plot/paint.h"
#include "ui/plot/ticks.h"
#include "ui/timeline/lane_painter.h"
#include "ui/timeline/timeline_text.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace sida::ui
{

namespace
{

template <typename Row>
const Row* rowAt(const std::vector<Row>& rows, Nanoseconds time, Nanoseconds tolerance)
{
    auto at = std::partition_point(
        rows.begin(), rows.end(), [&](const Row& row) { return row.end + tolerance < time; });
    const Row* best = nullptr;
    for (int looked = 0; at != rows.end() && looked < 16; ++at, ++looked)
        if (at->begin <= time + tolerance && (!best || (time >= at->begin && time <= at->end)))
            best = &*at;
    return best;
}

template <typename Row>
const Row* eventAt(const std::vector<Row>& rows, Nanoseconds time, Nanoseconds tolerance)
{
    const auto next
        = std::partition_point(rows.begin(), rows.end(), [time](const Row& row) { return row.time < time; });
    const Row* best = next != rows.end() && next->time - time <= tolerance ? &*next : nullptr;
    if (next != rows.begin()) {
        const Row& previous = *std::prev(next);
        if (time - previous.time <= tolerance && (!best || time - previous.time < best->time - time))
            best = &previous;
    }
    return best;
}

} // namespace

TimelineView::TimelineView(RecordingModel* model, TimeAxis* axis, QWidget* parent)
    : TimeView(model, axis, parent)
    , m_overview(*model, *axis)
{
    setAccessibleName(tr("Timeline"));
    std::vector<TitleAccessory::Entry> legend;
    for (const api::StallCause cause :
         {api::StallCause::busSaturated, api::StallCause::late, api::StallCause::unpredicted,
          api::StallCause::evictedEarly})
        legend.push_back({[cause](const Theme& look) { return look.brush(cause); }, stallText(cause)});
    titleAccessory()->setNote(tr("Stall cause"));
    titleAccessory()->setLegend(std::move(legend));
    contentChanged();
}

int TimelineView::layerCount() const
{
    return std::max(1, static_cast<int>(model().header().moeLayers.size()));
}

LaneLayout TimelineView::layout() const
{
    return LaneLayout::of(columns().plot, layerCount());
}

OverviewStrip TimelineView::overview() const
{
    OverviewStrip strip = m_overview;
    strip.setArea(layout().overview);
    return strip;
}

QSize TimelineView::sizeHint() const
{
    return {1296, LaneLayout::heightFor(layerCount(), 8)};
}

QSize TimelineView::minimumSizeHint() const
{
    return {480, LaneLayout::heightFor(layerCount(), 2)};
}

QString TimelineView::emptyText() const
{
    return tr("Start a run or open a session to see batches, copies and stalls on one time axis.");
}

void TimelineView::contentChanged()
{
    const TimeRange visible = axis().visible();
    const auto batches = model().batches(visible).size();
    const auto& only = axis().expert();
    titleAccessory()->setNote(
        only ? tr("Only layer %1, expert %2 (Esc ends it)").arg(only->layer).arg(only->expert)
             : tr("Stall cause"));
    titleAccessory()->setSummary(
        batches == 0
            ? QString()
            : (batches == 1 ? tr("%1 batch, %2 events in view") : tr("%1 batches, %2 events in view"))
                  .arg(countText(batches), countText(model().countEvents(visible))));
    setAccessibleDescription(readout().join(QStringLiteral("; ")));
}

void TimelineView::paintContent(QPainter& painter)
{
    const LaneLayout lanes = layout();
    m_overview.setArea(lanes.overview);
    const LanePainter lanePainter(painter, model(), scale(), lanes, theme(), axis().expert());
    m_overview.paint(painter, theme());
    lanePainter.paintLabels(columns().label);
    lanePainter.paintRuler(columns().label);
    lanePainter.paintLanes();
    if (const api::BatchRow* batch = selectedBatch()) {
        painter.save();
        painter.setClipRect(lanes.body);
        lanePainter.paintBatch(*batch, true);
        painter.restore();
    }
    const QColor line = theme().color(Role::border);
    painter.fillRect(QRect(rect().left(), lanes.ruler.top(), width(), 1), line);
    painter.fillRect(QRect(rect().left(), lanes.body.top(), width(), 1), line);
}

void TimelineView::paintHover(QPainter& painter)
{
    if (!axis().hover())
        return;
    const LaneLayout lanes = layout();
    const TimeScale map = scale();
    painter.save();
    painter.setClipRect(columns().plot);
    const api::BatchRow* batch = model().batchAt(*axis().hover());
    if (batch && batch->end >= *axis().hover())
        LanePainter(painter, model(), map, lanes, theme()).paintBatch(*batch, true);
    const QString text = secondsText(*axis().hover(), pixelDecimals(map.perPixel()));
    painter.setFont(Theme::font(TextStyle::smallStrong));
    const int badgeWidth = painter.fontMetrics().horizontalAdvance(text) + 16;
    const int x = map.pixel(*axis().hover());
    const int left = std::clamp(
        x - badgeWidth / 2, lanes.ruler.left(),
        std::max(lanes.ruler.left(), lanes.ruler.right() - badgeWidth));
    const QRect badge(left, lanes.ruler.top() + 2, badgeWidth, lanes.ruler.height() - 5);
    painter.fillRect(badge, theme().color(Role::text));
    drawText(painter, badge, Qt::AlignCenter, text, theme().color(Role::base), TextStyle::smallStrong);
    painter.restore();
}

bool TimelineView::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const QString text = textAt(help->pos());
        if (text.isEmpty())
            return TimeView::event(event);
        QToolTip::showText(help->globalPos(), text, this);
        return true;
    }
    return TimeView::event(event);
}

QString TimelineView::textAt(const QPoint& point) const
{
    const LaneLayout lanes = layout();
    if (lanes.overview.contains(point))
        return tr("samples/s over the whole run; drag the box to move the view, its edges to resize it");
    if (lanes.ruler.contains(point)) {
        const api::Note* note = model().notes().near(scale().time(point.x()), 6 * scale().perPixel());
        return note ? describe(*note) : QString();
    }
    const auto lane = lanes.laneAt(point);
    if (!lane || !columns().plot.contains(point))
        return {};
    const Nanoseconds time = scale().time(point.x());
    const Nanoseconds near = 2 * scale().perPixel();
    const api::RecordingChunk& rows = model().rows();
    auto words
        = [&](const auto* row, const auto&... more) { return row ? describe(*row, more...) : QString(); };
    switch (*lane) {
    case Lane::batches:
        return words(rowAt(rows.batches, time, 0), model());
    case Lane::layers:
        return words(rowAt(rows.layers, time, near), model());
    case Lane::hashBuilding:
        return words(rowAt(rows.hashBuilds, time, near));
    case Lane::transfers:
        return words(rowAt(rows.transfers, time, near));
    case Lane::stalls:
        return words(rowAt(rows.stalls, time, near));
    case Lane::evictions:
        return words(eventAt(rows.evictions, time, 2 * near));
    case Lane::events:
        return words(eventAt(rows.budgets, time, 80 * scale().perPixel()), model());
    }
    return {};
}

void TimelineView::mousePressEvent(QMouseEvent* event)
{
    m_overview.setArea(layout().overview);
    if (event->button() == Qt::LeftButton && m_overview.area().contains(event->pos())) {
        m_overview.press(event->pos());
        return;
    }
    TimeView::mousePressEvent(event);
}

void TimelineView::mouseMoveEvent(QMouseEvent* event)
{
    m_overview.setArea(layout().overview);
    if (m_overview.dragging()) {
        m_overview.drag(event->pos());
        return;
    }
    if (m_overview.area().contains(event->pos()) && event->buttons() == Qt::NoButton) {
        setCursor(m_overview.cursorAt(event->pos()));
        axis().setHover(std::nullopt);
        return;
    }
    if (event->buttons() == Qt::NoButton)
        unsetCursor();
    TimeView::mouseMoveEvent(event);
}

void TimelineView::mouseReleaseEvent(QMouseEvent* event)
{
    m_overview.release();
    TimeView::mouseReleaseEvent(event);
}

/// On a copy the batch that it was made for, elsewhere the one that ran then.
void TimelineView::clicked(const QPoint& point)
{
    const Nanoseconds time = scale().time(point.x());
    const auto lane = layout().laneAt(point);
    if (lane == Lane::transfers || lane == Lane::hashBuilding) {
        const Nanoseconds near = 2 * scale().perPixel();
        const auto* copy = lane == Lane::transfers ? rowAt(model().rows().transfers, time, near) : nullptr;
        const auto* table
            = lane == Lane::hashBuilding ? rowAt(model().rows().hashBuilds, time, near) : nullptr;
        if (copy || table) {
            axis().selectBatch(copy ? copy->batch : table->batch);
            return;
        }
    }
    TimeView::clicked(point);
}

void TimelineView::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Period)
        showNextStall();
    else if (event->key() == Qt::Key_Comma)
        showPreviousStall();
    else
        TimeView::keyPressEvent(event);
}

void TimelineView::showNextStall()
{
    showStall(model().nextStall(axis().hover().value_or(axis().visible().begin), axis().expert()));
}

void TimelineView::showPreviousStall()
{
    showStall(model().previousStall(axis().hover().value_or(axis().visible().end), axis().expert()));
}

void TimelineView::showStall(const api::StallRow* stall)
{
    if (!stall)
        return;
    axis().setFollowLive(false);
    axis().reveal({stall->begin, stall->end});
    axis().setHover(stall->begin);
    axis().selectBatch(stall->batch);
}

} // namespace sida::ui
