// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/support/scripted_recording.h"

#include <algorithm>
#include <cstdint>

namespace sida::test
{

namespace
{

template <typename Row, typename Time>
void moveUpTo(
    const std::vector<Row>& from, std::size_t& taken, std::vector<Row>& to, Nanoseconds end, Time time)
{
    for (; taken < from.size() && time(from[taken]) <= end; ++taken)
        to.push_back(from[taken]);
}

} // namespace

std::vector<std::shared_ptr<const api::RecordingChunk>>
chunksOf(const api::Recording& recording, int batchesPerChunk)
{
    const api::RecordingChunk& all = recording.rows;
    auto endOf = [](const auto& row) { return row.end; };
    auto timeOf = [](const auto& row) { return row.time; };
    std::vector<std::shared_ptr<const api::RecordingChunk>> chunks;
    std::size_t layers = 0, uses = 0, transfers = 0, evictions = 0, stalls = 0, memory = 0, budgets = 0;
    std::size_t hash = 0, calibration = 0, builds = 0, samples = 0;
    const auto step = static_cast<std::size_t>(std::max(1, batchesPerChunk));
    for (std::size_t first = 0; first < all.batches.size(); first += step) {
        const std::size_t last = std::min(first + step, all.batches.size());
        const bool final = last == all.batches.size();
        const Nanoseconds end = final ? INT64_MAX : all.batches[last - 1].end;
        const std::uint32_t batch = all.batches[last - 1].batch;
        auto chunk = std::make_shared<api::RecordingChunk>();
        chunk->batches.assign(
            all.batches.begin() + static_cast<std::ptrdiff_t>(first),
            all.batches.begin() + static_cast<std::ptrdiff_t>(last));
        moveUpTo(all.layers, layers, chunk->layers, end, endOf);
        moveUpTo(all.transfers, transfers, chunk->transfers, end, endOf);
        moveUpTo(all.evictions, evictions, chunk->evictions, end, timeOf);
        moveUpTo(all.stalls, stalls, chunk->stalls, end, endOf);
        moveUpTo(all.memory, memory, chunk->memory, end, timeOf);
        moveUpTo(all.budgets, budgets, chunk->budgets, end, timeOf);
        moveUpTo(all.hashBuilds, builds, chunk->hashBuilds, end, endOf);
        for (; uses < all.uses.size() && all.uses[uses].batch <= batch; ++uses)
            chunk->uses.push_back(all.uses[uses]);
        for (; hash < all.hash.size() && all.hash[hash].batch <= batch; ++hash)
            chunk->hash.push_back(all.hash[hash]);
        for (; calibration < all.calibration.size() && all.calibration[calibration].batch <= batch;
             ++calibration)
            chunk->calibration.push_back(all.calibration[calibration]);
        for (; samples < all.samples.size() && all.samples[samples].batch <= batch; ++samples)
            chunk->samples.push_back(all.samples[samples]);
        chunks.push_back(std::move(chunk));
    }
    return chunks;
}

} // namespace sida::test
