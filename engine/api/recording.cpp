// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/recording.h"

namespace sida::api
{

namespace
{

template <typename Row>
void extend(std::vector<Row>& to, const std::vector<Row>& from)
{
    to.insert(to.end(), from.begin(), from.end());
}

} // namespace

bool RecordingChunk::empty() const
{
    return size() == 0;
}

std::size_t RecordingChunk::size() const
{
    return batches.size() + layers.size() + uses.size() + transfers.size() + evictions.size() + stalls.size()
        + memory.size() + budgets.size() + prefetchSwitches.size() + hash.size() + calibration.size()
        + hashBuilds.size() + samples.size();
}

void RecordingChunk::append(const RecordingChunk& other)
{
    extend(batches, other.batches);
    extend(layers, other.layers);
    extend(uses, other.uses);
    extend(transfers, other.transfers);
    extend(evictions, other.evictions);
    extend(stalls, other.stalls);
    extend(memory, other.memory);
    extend(budgets, other.budgets);
    extend(prefetchSwitches, other.prefetchSwitches);
    extend(hash, other.hash);
    extend(calibration, other.calibration);
    extend(hashBuilds, other.hashBuilds);
    extend(samples, other.samples);
    droppedEvents = other.droppedEvents;
}

} // namespace sida::api
