// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/recording_model.h"

#include <algorithm>

namespace sida::ui
{

namespace
{

template <typename Rows>
auto firstEndingAfter(const Rows& rows, Nanoseconds time)
{
    return std::partition_point(
        rows.begin(), rows.end(), [time](const auto& row) { return row.end <= time; });
}

template <typename Rows>
auto firstBeginningAt(const Rows& rows, Nanoseconds time)
{
    return std::partition_point(
        rows.begin(), rows.end(), [time](const auto& row) { return row.begin < time; });
}

template <typename Rows>
auto firstAfter(const Rows& rows, Nanoseconds time)
{
    return std::partition_point(
        rows.begin(), rows.end(), [time](const auto& row) { return row.time <= time; });
}

template <typename Rows>
std::uint64_t countEnding(const Rows& rows, TimeRange range)
{
    return static_cast<std::uint64_t>(
        firstEndingAfter(rows, range.end) - firstEndingAfter(rows, range.begin));
}

template <typename Row>
const Row* coveringRow(const std::vector<Row>& rows, Nanoseconds time)
{
    const auto at = firstEndingAfter(rows, time);
    return at != rows.end() && at->begin <= time ? &*at : nullptr;
}

} // namespace

std::span<const api::BatchRow> RecordingModel::batches(TimeRange range) const
{
    const auto& all = rows().batches;
    const auto begin = firstEndingAfter(all, range.begin);
    const auto end = firstBeginningAt(all, range.end);
    return begin < end ? std::span(begin, end) : std::span<const api::BatchRow>();
}

const api::BatchRow* RecordingModel::batchAt(Nanoseconds time) const
{
    const auto& all = rows().batches;
    const auto next = firstBeginningAt(all, time + 1);
    return next == all.begin() ? nullptr : &*std::prev(next);
}

const api::BatchRow* RecordingModel::batch(std::uint32_t number) const
{
    const auto& all = rows().batches;
    const auto at = std::partition_point(
        all.begin(), all.end(), [number](const api::BatchRow& row) { return row.batch < number; });
    return at != all.end() && at->batch == number ? &*at : nullptr;
}

const api::StallRow* RecordingModel::stallAt(Nanoseconds time) const
{
    return coveringRow(rows().stalls, time);
}

const api::StallRow* RecordingModel::nextStall(Nanoseconds after, std::optional<ExpertKey> expert) const
{
    const auto& all = rows().stalls;
    auto at = firstBeginningAt(all, after + 1);
    while (expert && at != all.end() && at->key != *expert)
        ++at;
    return at == all.end() ? nullptr : &*at;
}

const api::StallRow* RecordingModel::previousStall(Nanoseconds before, std::optional<ExpertKey> expert) const
{
    const auto& all = rows().stalls;
    auto at = firstBeginningAt(all, before);
    while (expert && at != all.begin() && std::prev(at)->key != *expert)
        --at;
    return at == all.begin() ? nullptr : &*std::prev(at);
}

const api::LayerRow* RecordingModel::layerAt(Nanoseconds time) const
{
    return coveringRow(rows().layers, time);
}

const api::MemoryRow* RecordingModel::memoryAt(Nanoseconds time) const
{
    const auto& all = rows().memory;
    const auto next = firstAfter(all, time);
    return next == all.begin() ? nullptr : &*std::prev(next);
}

std::span<const api::UseRow> RecordingModel::uses(TimeRange range) const
{
    const auto& all = rows().batches;
    const auto begin = firstBeginningAt(all, range.begin);
    const auto end = firstBeginningAt(all, range.end);
    if (begin >= end)
        return {};
    const auto& uses = rows().uses;
    const auto first = std::partition_point(
        uses.begin(), uses.end(), [&](const api::UseRow& row) { return row.batch < begin->batch; });
    const auto last = std::partition_point(
        first, uses.end(), [&](const api::UseRow& row) { return row.batch <= std::prev(end)->batch; });
    return {first, last};
}

std::span<const api::UseRow> RecordingModel::usesOf(std::uint32_t batch) const
{
    const auto& all = rows().uses;
    const auto first = std::partition_point(
        all.begin(), all.end(), [batch](const api::UseRow& row) { return row.batch < batch; });
    const auto last = std::partition_point(
        first, all.end(), [batch](const api::UseRow& row) { return row.batch <= batch; });
    return {first, last};
}

std::span<const api::StallRow> RecordingModel::stallsOf(const api::BatchRow& batch) const
{
    const auto& all = rows().stalls;
    const auto first = firstEndingAfter(all, batch.begin);
    const auto last = firstEndingAfter(all, batch.end);
    return {first, last};
}

std::span<const api::TransferRow> RecordingModel::transfers(TimeRange range) const
{
    const auto& all = rows().transfers;
    return {firstEndingAfter(all, range.begin), firstEndingAfter(all, range.end)};
}

std::span<const api::EvictionRow> RecordingModel::evictions(TimeRange range) const
{
    const auto& all = rows().evictions;
    return {firstAfter(all, range.begin), firstAfter(all, range.end)};
}

ExpertCounts RecordingModel::countExperts(TimeRange range) const
{
    const auto part = uses(range);
    const auto& all = rows().uses;
    const auto begin = part.empty() ? std::size_t{0} : static_cast<std::size_t>(part.data() - all.data());
    return m_counts.count(all, begin, begin + part.size());
}

std::uint64_t RecordingModel::countEvents(TimeRange range) const
{
    const api::RecordingChunk& all = rows();
    const auto evictions = firstAfter(all.evictions, range.end) - firstAfter(all.evictions, range.begin);
    return countEnding(all.transfers, range) + countEnding(all.stalls, range) + countEnding(all.layers, range)
        + static_cast<std::uint64_t>(evictions);
}

int RecordingModel::tablesAhead(Nanoseconds time) const
{
    const auto& builds = rows().hashBuilds;
    const auto built = firstEndingAfter(builds, time);
    if (built == builds.begin())
        return 0;
    const api::BatchRow* batch = batchAt(time);
    const std::int64_t running = batch ? batch->batch : -1;
    return static_cast<int>(std::max<std::int64_t>(0, std::prev(built)->batch - running));
}

} // namespace sida::ui
