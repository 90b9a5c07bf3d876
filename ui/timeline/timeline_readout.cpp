// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/paint.h"
#include "ui/plot/ticks.h"
#include "ui/timeline/lane_painter.h"
#include "ui/timeline/timeline_text.h"
#include "ui/timeline/timeline_view.h"

#include <QPainter>

namespace sida::ui
{

/// The words beside the lanes, top to bottom.
struct TimelineView::ReadoutTexts {
    QString view;
    QString behind;
    QString at;
    QString batch;
    QString layer;
    QString waiting;
    QString table;
    QString stall;
    const api::StallRow* stallRow = nullptr;
};

TimelineView::ReadoutTexts TimelineView::readoutTexts() const
{
    ReadoutTexts texts;
    const TimeRange visible = axis().visible();
    const Nanoseconds time = readoutTime();
    const int decimals = pixelDecimals(scale().perPixel());
    const int coarse = std::max(0, decimals - 1);
    texts.view
        = tr("View %1 to %2 s").arg(secondsText(visible.begin, coarse), secondsText(visible.end, coarse));
    texts.behind = tr("of %1").arg(durationText(axis().extent().end));
    if (model().isLive())
        texts.behind += axis().followsLive()
            ? tr(", following live")
            : tr(", %1 behind").arg(durationText(axis().extent().end - visible.end));
    texts.at = axis().hover() ? tr("At %1 s").arg(secondsText(time, decimals)) : tr("At the end of the view");
    const api::BatchRow* batch = model().batchAt(time);
    if (batch) {
        texts.batch
            = tr("batch %1, %2").arg(countText(batch->batch), durationText(batch->end - batch->begin));
        texts.waiting
            = tr("batch waits %1").arg(durationText(stalledTime(model(), batch->begin, batch->end)));
        texts.table = model().rows().hashBuilds.empty()
            ? QString()
            : tr("tables ahead: %1").arg(model().tablesAhead(time));
    }
    texts.stallRow = model().stallAt(time);
    texts.stall = texts.stallRow
        ? tr("%1 %2").arg(
            stallText(texts.stallRow->cause), durationText(texts.stallRow->end - texts.stallRow->begin))
        : tr("no stall");
    if (const api::LayerRow* layer = model().layerAt(time))
        texts.layer
            = (texts.stallRow ? tr("layer %1 waits for experts") : tr("layer %1 computes")).arg(layer->layer);
    else
        texts.layer = tr("between MoE layers");
    return texts;
}

QStringList TimelineView::readout() const
{
    const ReadoutTexts texts = readoutTexts();
    QStringList lines
        = {texts.view + QLatin1Char(' ') + texts.behind,
           texts.at,
           texts.batch,
           texts.layer,
           texts.waiting,
           texts.table,
           texts.stall};
    lines.removeAll(QString());
    return lines;
}

void TimelineView::paintReadout(QPainter& painter)
{
    const QRect column = columns().readout;
    const LaneLayout lanes = layout();
    const ReadoutTexts texts = readoutTexts();
    auto row = [&](int top, ReadoutLine line) {
        drawReadoutLine(painter, QRect(column.left(), top, column.width(), 16), line, theme());
    };
    auto secondary = [](const QString& text) {
        ReadoutLine line{text, {}};
        line.secondary = true;
        return line;
    };
    row(lanes.overview.top() + 6, {texts.view, {}});
    row(lanes.overview.top() + 21, secondary(texts.behind));
    ReadoutLine at{texts.at, {}};
    at.strong = true;
    row(lanes.ruler.top() + 4, at);
    row(lanes.of(Lane::batches).top(), {texts.batch, {}});
    row(lanes.of(Lane::layers).top(), {texts.layer, {}});
    if (lanes.of(Lane::layers).height() >= 31)
        row(lanes.of(Lane::layers).top() + 15, secondary(texts.waiting));
    row(lanes.of(Lane::hashBuilding).top(), {texts.table, {}});
    const int transfers = lanes.of(Lane::transfers).top();
    row(transfers, {tr("prefetch"), {}, ReadoutLine::Mark::fill, theme().brush(api::TransferKind::prefetch)});
    drawReadoutLine(
        painter, QRect(column.left() + 84, transfers, column.width() - 84, 16),
        {tr("on demand"), {}, ReadoutLine::Mark::fill, theme().brush(api::TransferKind::onDemand)}, theme());
    const int stalls = lanes.of(Lane::stalls).top() + 4;
    if (texts.stallRow)
        row(stalls, {texts.stall, {}, ReadoutLine::Mark::fill, theme().brush(texts.stallRow->cause)});
    else
        row(stalls, secondary(texts.stall));
    const QRect evictions(column.left(), lanes.of(Lane::evictions).top(), column.width(), 16);
    const int middle = evictions.center().y();
    for (const int offset : {10, 14})
        painter.fillRect(QRect(column.left() + offset, middle - 4, 1, 10), theme().color(Role::evictionTick));
    drawText(
        painter, evictions.adjusted(26, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, tr("slot reused"),
        theme().color(Role::text));
    drawCross(painter, QPoint(column.left() + 108, middle), theme());
    drawText(
        painter, evictions.adjusted(118, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, tr("unused"),
        theme().color(Role::text));
    row(lanes.of(Lane::events).top(),
        {tr("budget change"), {}, ReadoutLine::Mark::dashes, theme().color(Role::budgetLine)});
}

} // namespace sida::ui
