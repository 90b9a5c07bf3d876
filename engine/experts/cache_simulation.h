// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/ids.h"
#include "engine/experts/eviction.h"
#include "engine/experts/expert_source.h"
#include "engine/experts/hash_table.h"

#include <cstdint>
#include <vector>

namespace sida::experts
{

/// Which experts each batch used, and what was foretold of it.
struct UseTrace {
    std::vector<int> expertsPerLayer;
    std::vector<std::vector<std::vector<ActiveExpert>>> uses; ///< [batch][layer], by expert
    std::vector<HashTable> tables; ///< [batch], or empty when nothing was foretold
};

struct SimulationOptions {
    api::Eviction eviction = api::Eviction::lru;
    int slots = 2;
    int window = 0; ///< batches whose tables are known before the batch in progress ends; 0 = none
    /// Copies that the bus can make while one layer computes; 0 = nothing is copied before it is needed.
    int prefetchPerLayer = 0;
    int prefetchLimit = 0; ///< experts that may be copied ahead and not yet used; 0 = the default
};

struct SimulatedRun {
    std::uint64_t uses = 0;
    std::uint64_t hits = 0; ///< resident when the layer began
    std::uint64_t copies = 0;
    std::uint64_t wasted = 0; ///< prefetched and evicted without a use
    double hitRate() const { return uses > 0 ? static_cast<double>(hits) / static_cast<double>(uses) : 0; }
};

/// The slot cache without threads, times and weights: plays a trace in the order of layers, with the same
/// policy, queue and forecast as ExpertCache. When a layer begins, the experts that are there are used first;
/// each that is missing is then copied and used, and may take the slot of one that was.
SimulatedRun simulateCache(const UseTrace& trace, const SimulationOptions& options);

} // namespace sida::experts
