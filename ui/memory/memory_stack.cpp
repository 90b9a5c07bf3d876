// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/memory/memory_stack.h"

#include "engine/base/units.h"

#include <algorithm>
#include <cmath>

namespace sida::ui
{

namespace
{

constexpr int kTickSpacing = 18;
// Room above the highest line for the label that stands on it.
constexpr int kHeadroom = 20;

} // namespace

std::vector<StackRun> stackRuns(const RecordingModel& model, const TimeScale& scale)
{
    const auto& rows = model.rows().memory;
    std::vector<StackRun> runs;
    auto firstAfter = [&rows](std::size_t from, std::size_t to, Nanoseconds time) {
        const auto at = std::partition_point(
            rows.begin() + static_cast<std::ptrdiff_t>(from), rows.begin() + static_cast<std::ptrdiff_t>(to),
            [time](const api::MemoryRow& row) { return row.time <= time; });
        return static_cast<std::size_t>(at - rows.begin());
    };
    std::size_t before = firstAfter(0, rows.size(), scale.range.begin);
    const std::size_t last = firstAfter(before, rows.size(), scale.time(scale.left + scale.width));
    for (int pixel = 0; pixel < scale.width; ++pixel) {
        // Nothing is known after the newest row of a run that goes on.
        const Nanoseconds time = scale.time(scale.left + pixel);
        if (time > model.extent().end)
            break;
        const std::size_t until = firstAfter(before, last, scale.time(scale.left + pixel + 1));
        std::size_t row = 0;
        if (until > before)
            row = model.memoryPeaks().peak(before, until);
        else if (before > 0)
            row = before - 1;
        else
            continue;
        before = until;
        const int x = scale.left + pixel;
        if (!runs.empty() && runs.back().row == row && runs.back().right == x)
            ++runs.back().right;
        else
            runs.push_back({x, x + 1, row});
    }
    return runs;
}

MemoryUnit MemoryUnit::forMaximum(std::uint64_t bytes)
{
    if (bytes >= units::kGiB / 2)
        return {static_cast<double>(units::kGiB), "GiB", 3};
    if (bytes >= units::kMiB)
        return {static_cast<double>(units::kMiB), "MiB", bytes >= 10 * units::kMiB ? 1 : 2};
    return {static_cast<double>(units::kKiB), "KiB", 1};
}

QString MemoryUnit::text(std::uint64_t value) const
{
    return QString::fromStdString(units::formatFixed(static_cast<double>(value) / bytes, decimals));
}

int ByteScale::y(double bytes) const
{
    return bottom - static_cast<int>(std::lround(bytes / unit.bytes / most * height));
}

ByteScale ByteScale::of(std::uint64_t largest, const QRect& plot)
{
    ByteScale scale;
    scale.unit = MemoryUnit::forMaximum(largest);
    scale.bottom = plot.bottom() + 1;
    scale.height = std::max(1, plot.height());
    const double top = std::max(1e-9, static_cast<double>(largest) / scale.unit.bytes);
    const double headroom = std::min(0.4, static_cast<double>(kHeadroom) / scale.height);
    scale.most = top / (1 - headroom);
    scale.ticks = niceTicks(0, scale.most, std::max(2, plot.height() / kTickSpacing));
    return scale;
}

} // namespace sida::ui
