// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/progress.h"
#include "engine/experts/host_store.h"
#include "engine/model/linear.h"
#include "engine/model/switch_layout.h"

#include <optional>
#include <stop_token>
#include <vector>

namespace sida::model
{

struct SwitchBlockWeights {
    AlignedFloats attentionNorm;
    Linear queryKeyValue; ///< [3 * inner, dModel]
    Linear output; ///< [dModel, inner]
    AlignedFloats feedForwardNorm;
    Linear wi, wo; ///< of a dense block
    Linear router; ///< [experts, dModel] of a sparse block
    AlignedFloats routerBias; ///< [experts], or empty
    int moeLayer = -1; ///< -1 for a dense block
};

struct SwitchHeadWeights {
    Linear dense, projection;
    AlignedFloats denseBias, projectionBias;
};

/// The whole encoder in float32.
struct SwitchWeights {
    SwitchConfig config;
    AlignedFloats embedding; ///< [vocabulary, dModel]
    AlignedFloats relativeBias; ///< [heads, buckets], transposed from the file
    AlignedFloats finalNorm;
    std::vector<SwitchBlockWeights> blocks;
    std::optional<SwitchHeadWeights> head;
    experts::HostStore experts{{}, 0, 0};
    int mostExperts = 0; ///< of any layer
};

/// Reads everything the layout names: the dense part first, then the experts by several threads.
Result<SwitchWeights>
loadSwitch(const SwitchLayout& layout, const ProgressSink& progress, const std::stop_token& stop);

} // namespace sida::model
