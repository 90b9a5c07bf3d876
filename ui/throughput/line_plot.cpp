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

} // namespace

double SeriesShape::y(double value) const
{
    const double span = ticks.high - ticks.low;
    return area.bottom() + 1 - (value - ticks.low) / (span > 0 ? span : 1) * area.height();
}

SeriesShape
shapeSeries(const RecordingModel& model, const TimeScale& scale, const SeriesKind& kind, const QRect& area)
{
    SeriesShape shape;
    shape.area = area;
    const auto part = model.batches(scale.range);
    const auto& all = model.rows().batches;
    // One more on either side, so that lines leave the picture instead of ending in it.
    std::size_t first = part.empty() ? 0 : static_cast<std::size_t>(part.data() - all.data());
    std::size_t last = first + part.size();
    first -= first > 0;
    last += last < all.size();
    const auto& series = model.series();
    const auto& means = model.means();
    auto at
        = [&kind](const BatchSeries& value) { return static_cast<double>(value.*(kind.value)) / kind.unit; };
    Limits limits;
    for (std::size_t i = first; i < last; ++i) {
        limits.take(at(series[i]));
        limits.take(at(means[i]));
    }
    shape.ticks = chooseTicks(limits, kind, area.height());
    const bool crowded = last - first > static_cast<std::size_t>(scale.width);
    double meanSum = 0;
    int meanCount = 0;
    for (std::size_t i = first; i < last; ++i) {
        const double raw = at(series[i]);
        const double mean = at(means[i]);
        if (!crowded) {
            if (!std::isfinite(raw)) {
                breakLine(shape.raw);
                breakLine(shape.mean);
                continue;
            }
            extend(shape.raw, {scale.x(all[i].begin), shape.y(raw)});
            extend(shape.raw, {scale.x(all[i].end), shape.y(raw)});
            extend(shape.mean, {scale.x(all[i].end), shape.y(mean)});
            continue;
        }
        if (!std::isfinite(raw))
            continue;
        const int x = scale.pixel(all[i].end);
        if (shape.spans.empty() || shape.spans.back().x != x) {
            if (meanCount > 0)
                extend(shape.mean, {double(shape.spans.back().x), shape.y(meanSum / meanCount)});
            meanSum = 0;
            meanCount = 0;
            shape.spans.push_back({x, raw, raw});
        }
        shape.spans.back().low = std::min(shape.spans.back().low, raw);
        shape.spans.back().high = std::max(shape.spans.back().high, raw);
        meanSum += mean;
        ++meanCount;
    }
    if (meanCount > 0)
        extend(shape.mean, {double(shape.spans.back().x), shape.y(meanSum / meanCount)});
    return shape;
}

} // namespace sida::ui
