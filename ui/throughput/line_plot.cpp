// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/throughput/line_plot.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sida::ui
{

namespace
{

constexpr int kTickSpacing = 15;
constexpr double kFarAway = 3; ///< times the largest value in view

struct Limits {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
    void take(double value)
    {
        if (!std::isfinite(value))
            return;
        low = std::min(low, value);
        high = std::max(high, value);
    }
    bool empty() const { return !(high >= low); }
};

Ticks chooseTicks(const Limits& limits, const SeriesKind& kind, int height)
{
    double low = limits.empty() ? 0 : limits.low;
    double high = limits.empty() ? 1 : limits.high;
    const double padding = std::max((high - low) * 0.08, std::abs(high) * 0.02);
    low -= padding;
    high += padding;
    // Nearly at zero already: then zero itself is the honest start.
    if (kind.fromZero || low < high * 0.2)
        low = 0;
    if (kind.fromZero)
        high *= 1.1;
    low = std::max(low, kind.least);
    if (kind.most > 0)
        high = std::min(high, kind.most);
    // Round values inside the limits, not limits widened to round values: the line gets the room.
    return ticksInside(low, high, std::max(2, height / kTickSpacing));
}

void breakLine(std::vector<QPolygonF>& lines)
{
    if (!lines.empty() && !lines.back().isEmpty())
        lines.emplace_back();
}

void extend(std::vector<QPolygonF>& lines, QPointF point)
{
    if (lines.empty())
        lines.emplace_back();
    lines.back() << point;
}

/// Several batches a pixel: their extremes, and the mean of their means.
void shapeCrowded(SeriesShape& shape, const SeriesColumns& columns, const SeriesKind& kind)
{
    for (const SeriesColumns::Column& column : columns.crowded) {
        const SeriesBlock& block = column.block;
        const double low = static_cast<double>(block.low.*(kind.value)) / kind.unit;
        if (!std::isfinite(low))
            continue;
        shape.spans.push_back({column.x, low, static_cast<double>(block.high.*(kind.value)) / kind.unit});
        const auto means = static_cast<double>(block.meanCount.*(kind.value));
        if (means > 0)
            extend(
                shape.mean,
                {double(column.x),
                 shape.y(static_cast<double>(block.meanSum.*(kind.value)) / means / kind.unit)});
    }
}

} // namespace

double SeriesShape::y(double value) const
{
    const double span = ticks.high - ticks.low;
    return area.bottom() + 1 - (value - ticks.low) / (span > 0 ? span : 1) * area.height();
}

SeriesColumns SeriesColumns::of(const RecordingModel& model, const TimeScale& scale)
{
    SeriesColumns columns;
    const auto part = model.batches(scale.range);
    const auto& all = model.rows().batches;
    // One more on either side, so that lines leave the picture instead of ending in it.
    columns.first = part.empty() ? 0 : static_cast<std::size_t>(part.data() - all.data());
    columns.last = columns.first + part.size();
    columns.first -= columns.first > 0;
    columns.last += columns.last < all.size();
    columns.extremes = model.seriesBlock(columns.first, columns.last);
    if (columns.last - columns.first <= static_cast<std::size_t>(scale.width))
        return columns;
    const auto end = all.begin() + static_cast<std::ptrdiff_t>(columns.last);
    auto at = all.begin() + static_cast<std::ptrdiff_t>(columns.first);
    while (at != end) {
        const int x = scale.pixel(at->end);
        const auto next = std::partition_point(
            at, end, [&](const api::BatchRow& row) { return scale.pixel(row.end) <= x; });
        columns.crowded.push_back(
            {x,
             model.seriesBlock(
                 static_cast<std::size_t>(at - all.begin()), static_cast<std::size_t>(next - all.begin()))});
        at = next;
    }
    return columns;
}

SeriesShape
shapeSeries(const RecordingModel& model, const TimeScale& scale, const SeriesKind& kind, const QRect& area)
{
    return shapeSeries(model, scale, SeriesColumns::of(model, scale), kind, area);
}

SeriesShape shapeSeries(
    const RecordingModel& model, const TimeScale& scale, const SeriesColumns& columns, const SeriesKind& kind,
    const QRect& area)
{
    SeriesShape shape;
    shape.area = area;
    const auto& all = model.rows().batches;
    const auto& series = model.series();
    const auto& means = model.means();
    auto at
        = [&kind](const BatchSeries& value) { return static_cast<double>(value.*(kind.value)) / kind.unit; };
    Limits limits;
    limits.take(static_cast<double>(columns.extremes.low.*(kind.value)) / kind.unit);
    limits.take(static_cast<double>(columns.extremes.high.*(kind.value)) / kind.unit);
    if (kind.limit > 0 && !limits.empty() && kind.limit < kFarAway * limits.high)
        limits.take(kind.limit);
    shape.ticks = chooseTicks(limits, kind, area.height());
    if (!columns.crowded.empty()) {
        shapeCrowded(shape, columns, kind);
        return shape;
    }
    for (std::size_t i = columns.first; i < columns.last; ++i) {
        const double raw = at(series[i]);
        if (!std::isfinite(raw)) {
            breakLine(shape.raw);
            breakLine(shape.mean);
            continue;
        }
        extend(shape.raw, {scale.x(all[i].begin), shape.y(raw)});
        extend(shape.raw, {scale.x(all[i].end), shape.y(raw)});
        extend(shape.mean, {scale.x(all[i].end), shape.y(at(means[i]))});
    }
    return shape;
}

} // namespace sida::ui
