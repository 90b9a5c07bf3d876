// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/recording.h"
#include "engine/base/result.h"

#include <cstdint>
#include <span>
#include <vector>

namespace sida::replay
{

/// One MoE layer of one batch, in the order in which the run came to them: a position. Generation comes to a
/// decoder's layer once for each token.
struct Step {
    std::uint32_t batch = 0;
    std::uint16_t layer = 0;
    std::uint32_t firstUse = 0;
    std::uint32_t uses = 0;
    std::uint32_t firstPredicted = 0;
    std::uint32_t predicted = 0;
    double before = 0; ///< seconds of other work since the step before it, or since the batch began
    double compute = 0; ///< seconds of its own work, what it waited for left out
};

struct TraceBatch {
    std::uint32_t firstStep = 0;
    std::uint32_t steps = 0;
    std::uint32_t samples = 0;
    double between = 0; ///< seconds from the end of the batch before it, waits for its hash table left out
    double after = 0; ///< seconds from its last step to its end
    double hashBuild = 0; ///< seconds its hash table took; 0 = none
};

/// What a recording tells of the experts and of the time that does not depend on them. Experts are counted
/// over all layers.
struct Trace {
    std::vector<int> expertsPerLayer;
    std::vector<int> layerOf; ///< [experts]
    std::vector<Step> steps;
    std::vector<TraceBatch> batches;
    std::vector<std::int32_t> uses; ///< of all steps, each step's by expert
    std::vector<std::int32_t> predicted;
    bool foretold = false; ///< there are hash tables
    int lookahead = 1;
    std::uint64_t expertBytes = 0;
    std::uint64_t slotBytes = 0;
    std::uint64_t fixedBytes = 0; ///< all purposes but slots and predictor
    std::uint64_t predictorBytes = 0;
    double copySeconds = 0; ///< of one expert, mean

    int experts() const { return static_cast<int>(layerOf.size()); }
    std::span<const std::int32_t> usesOf(const Step& step) const
    {
        return {uses.data() + step.firstUse, step.uses};
    }
    std::span<const std::int32_t> predictedOf(const Step& step) const
    {
        return {predicted.data() + step.firstPredicted, step.predicted};
    }
};

/// A `badInput` error when the recording holds no batch with MoE layers, or lost events: sums would be wrong.
Result<Trace> traceOf(const api::Recording& recording);

} // namespace sida::replay
