// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/range_summary.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sida::ui
{

namespace
{

using Values = std::vector<Nanoseconds>;

/// The nearest rank, as the figures of a run have it.
Nanoseconds rank(Values& values, double share)
{
    const auto count = static_cast<double>(values.size());
    const auto place = std::clamp(std::ceil(share * count), 1.0, count) - 1;
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(place);
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

/// Rows that begin in the range, of rows sorted by their end.
template <typename Row, typename Visit>
void visit(const std::vector<Row>& rows, TimeRange range, Visit each)
{
    auto at = std::partition_point(
        rows.begin(), rows.end(), [&](const Row& row) { return row.end <= range.begin; });
    // A few streams run side by side, so rows that end later may still have begun in the range.
    constexpr int kStreams = 8;
    for (int beyond = 0; at != rows.end() && beyond < kStreams; ++at) {
        if (at->begin >= range.end)
            ++beyond;
        else if (at->begin >= range.begin)
            each(*at);
    }
}

} // namespace

Durations Durations::of(std::vector<Nanoseconds>& values)
{
    Durations result;
    if (values.empty())
        return result;
    result.count = values.size();
    result.sum = std::accumulate(values.begin(), values.end(), Nanoseconds{0});
    result.p50 = rank(values, 0.50);
    result.p95 = rank(values, 0.95);
    result.longest = *std::max_element(values.begin(), values.end());
    return result;
}

RangeSummary summarise(const RecordingModel& model, TimeRange range)
{
    RangeSummary summary;
    summary.range = range;
    Values lengths;
    visit(model.rows().batches, range, [&](const api::BatchRow& row) {
        lengths.push_back(row.end - row.begin);
        summary.samples += row.samples;
        summary.tokens += row.tokens;
    });
    summary.batches = Durations::of(lengths);

    std::array<Values, api::kStallCauses> byCause;
    std::vector<Values> byLayer(model.header().moeLayers.size());
    lengths.clear();
    visit(model.rows().stalls, range, [&](const api::StallRow& row) {
        const Nanoseconds length = row.end - row.begin;
        lengths.push_back(length);
        byCause[static_cast<std::size_t>(row.cause)].push_back(length);
        if (row.key.layer < byLayer.size())
            byLayer[row.key.layer].push_back(length);
    });
    summary.stalls = Durations::of(lengths);
    for (std::size_t i = 0; i < byCause.size(); ++i)
        summary.stallsByCause[i] = Durations::of(byCause[i]);
    for (Values& layer : byLayer)
        summary.stallsByLayer.push_back(Durations::of(layer));

    std::array<Values, 3> byKind;
    visit(model.rows().transfers, range, [&](const api::TransferRow& row) {
        const auto kind = static_cast<std::size_t>(row.kind);
        byKind[kind].push_back(row.end - row.begin);
        summary.bytes[kind] += row.bytes;
    });
    for (std::size_t i = 0; i < byKind.size(); ++i)
        summary.copies[i] = Durations::of(byKind[i]);
    return summary;
}

} // namespace sida::ui
