// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/recording_index.h"
#include "ui/plot/columns.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace sida::ui
{

/// A box in a lane. Rows that would be narrower than two pixels are merged into one mark, coloured by the
/// category that took the most time and paled by how little of it was busy.
struct Mark {
    static constexpr std::size_t kMerged = static_cast<std::size_t>(-1);
    int left = 0;
    int width = 1;
    int category = 0;
    float share = 1; ///< of the mark's time that was busy
    std::size_t row = kMerged;
};

/// Categories whose marks go to the same lane share a `lane` number; negative = not drawn.
using LaneOfCategory = std::vector<int>;

namespace detail
{

/// Collects one lane's narrow rows until a pixel cell is full.
class MarkMerger
{
public:
    MarkMerger(std::vector<Mark>& marks, int categories)
        : m_marks(&marks)
        , m_busy(static_cast<std::size_t>(categories), 0.0)
    {
    }
    void addWide(int left, int right, int category, std::size_t row);
    void addNarrow(double left, double right, int category);
    void flush();

private:
    std::vector<Mark>* m_marks;
    std::vector<double> m_busy; ///< pixels by category
    int m_left = 0;
    bool m_open = false;
};

} // namespace detail

constexpr double kNarrow = 2.0;

/// Row by row: for as many rows as a few per pixel.
template <typename Row, typename Category>
std::vector<std::vector<Mark>> exactMarks(
    const std::vector<Row>& rows, std::size_t first, std::size_t last, const TimeScale& scale,
    Category category, const LaneOfCategory& laneOf, int lanes)
{
    std::vector<std::vector<Mark>> marks(static_cast<std::size_t>(lanes));
    std::vector<detail::MarkMerger> mergers;
    for (auto& lane : marks)
        mergers.emplace_back(lane, static_cast<int>(laneOf.size()));
    for (std::size_t i = first; i < last; ++i) {
        const int index = category(rows[i]);
        if (index < 0 || index >= static_cast<int>(laneOf.size()) || laneOf[index] < 0)
            continue;
        auto& merger = mergers[laneOf[index]];
        const double left = std::max<double>(scale.x(rows[i].begin), scale.left - 8.0);
        const double right = std::min<double>(scale.x(rows[i].end), scale.left + scale.width + 8.0);
        if (right - left < kNarrow)
            merger.addNarrow(left, right, index);
        else
            merger.addWide(
                static_cast<int>(std::lround(left)), static_cast<int>(std::lround(right)), index, i);
    }
    for (auto& merger : mergers)
        merger.flush();
    return marks;
}

/// By sums alone: cost does not depend on how many rows there are.
template <typename Row, typename Category>
std::vector<std::vector<Mark>> coverageMarks(
    const std::vector<Row>& rows, const CoverageIndex& index, const TimeScale& scale, Category category,
    const LaneOfCategory& laneOf, int lanes)
{
    constexpr int kCell = 2;
    std::vector<std::vector<Mark>> marks(static_cast<std::size_t>(lanes));
    std::vector<detail::MarkMerger> mergers;
    for (auto& lane : marks)
        mergers.emplace_back(lane, static_cast<int>(laneOf.size()));
    auto before = index.before(rows, scale.time(scale.left), category);
    for (int x = scale.left; x < scale.left + scale.width; x += kCell) {
        auto sums = index.before(rows, scale.time(x + kCell), category);
        const double perPixel = static_cast<double>(std::max<Nanoseconds>(1, scale.perPixel()));
        for (std::size_t c = 0; c < sums.size() && c < laneOf.size(); ++c) {
            const double pixels = static_cast<double>(sums[c] - before[c]) / perPixel;
            if (pixels > 0 && laneOf[c] >= 0)
                mergers[laneOf[c]].addNarrow(x, x + std::min<double>(pixels, kCell), static_cast<int>(c));
        }
        before = std::move(sums);
    }
    for (auto& merger : mergers)
        merger.flush();
    return marks;
}

/// Marks of the visible rows, one list for each lane, bounded by the number of pixels.
template <typename Row, typename Category>
std::vector<std::vector<Mark>> laneMarks(
    const std::vector<Row>& rows, const CoverageIndex& index, const TimeScale& scale, Category category,
    const LaneOfCategory& laneOf, int lanes)
{
    const auto first = std::partition_point(
        rows.begin(), rows.end(), [&](const Row& row) { return row.end <= scale.range.begin; });
    auto last
        = std::partition_point(first, rows.end(), [&](const Row& row) { return row.end <= scale.range.end; });
    // Those that end beyond the right edge: one for each stream that runs at the same time.
    for (int more = 0; more < 8 && last != rows.end(); ++more)
        ++last;
    const auto begin = static_cast<std::size_t>(first - rows.begin());
    const auto end = static_cast<std::size_t>(last - rows.begin());
    if (end - begin > 4 * static_cast<std::size_t>(scale.width))
        return coverageMarks(rows, index, scale, category, laneOf, lanes);
    return exactMarks(rows, begin, end, scale, category, laneOf, lanes);
}

} // namespace sida::ui
