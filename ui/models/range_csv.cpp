// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/range_csv.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace sida::ui
{

namespace
{

/// A figure in full, nothing where there is none.
void put(std::string& line, double value, const char* format)
{
    line += ',';
    if (!std::isfinite(value))
        return;
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), format, value);
    line += text.data();
}

} // namespace

std::string rangeCsv(const RecordingModel& model, TimeRange range)
{
    std::string csv = "batch,begin_s,end_s,samples,tokens,latency_ms,samples_per_s,experts_used,hit_rate,"
                      "copied_bytes,stall_ms,stall_late_ms,stall_unpredicted_ms,stall_evicted_early_ms,"
                      "stall_bus_saturated_ms\n";
    const auto& all = model.rows().batches;
    for (const api::BatchRow& row : model.batches(range)) {
        if (row.begin < range.begin)
            continue;
        const auto index = static_cast<std::size_t>(&row - all.data());
        const BatchSeries& series = model.series()[index];
        std::array<double, api::kStallCauses> stalls{};
        double whole = 0;
        for (const api::StallRow& stall : model.stallsOf(row)) {
            const double ms = static_cast<double>(stall.end - stall.begin) / 1e6;
            stalls[static_cast<std::size_t>(stall.cause)] += ms;
            whole += ms;
        }
        const auto length = static_cast<double>(row.end - row.begin);
        csv += std::to_string(row.batch);
        put(csv, static_cast<double>(row.begin) / 1e9, "%.9f");
        put(csv, static_cast<double>(row.end) / 1e9, "%.9f");
        put(csv, row.samples, "%.0f");
        put(csv, row.tokens, "%.0f");
        put(csv, length / 1e6, "%.6f");
        put(csv, static_cast<double>(series.samplesPerSecond), "%.6g");
        put(csv, static_cast<double>(series.experts), "%.0f");
        put(csv, static_cast<double>(series.hitRate), "%.6g");
        put(csv, std::round(static_cast<double>(series.bytesPerSecond) * length / 1e9), "%.0f");
        put(csv, whole, "%.6f");
        for (const double ms : stalls)
            put(csv, ms, "%.6f");
        csv += '\n';
    }
    return csv;
}

} // namespace sida::ui
