// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/model/switch_weights.h"

#include <cstddef>
#include <cstdint>

namespace sida::model
{

/// Rows that one product of a feed-forward block takes at most, so that what lies between the two matrices
/// stays small.
constexpr std::size_t kFeedForwardRows = 64;
/// (token, choice) pairs whose hidden layer is held at one time, all experts of a wave together.
constexpr std::size_t kExpertWaveRows = 512;

struct ForwardShape {
    std::size_t tokens = 0; ///< real ones
    std::size_t rows = 0; ///< sequences
    std::size_t longest = 0; ///< tokens of the longest sequence
    std::size_t topK = 1;
    std::size_t threads = 1;
};

/// Where each intermediate value of a forward pass lies in one block of memory, in floats from its start.
/// Every size follows from the shape and none from the routing, so the plan for full rows is the most that
/// any batch of that shape can take.
struct ForwardPlan {
    std::size_t hidden = 0; ///< [tokens, dModel], the residual stream
    std::size_t normed = 0; ///< [tokens, dModel]
    std::size_t queryKeyValue = 0; ///< [tokens, 3 * inner]
    std::size_t mixed = 0; ///< [tokens, inner] what attention gives; later the experts' rows
    std::size_t expertRows = 0; ///< [tokens * topK, dModel], shares the memory of `mixed`
    std::size_t expertHidden = 0; ///< [min(tokens * topK, kExpertWaveRows), dFf]
    std::size_t logits = 0; ///< [tokens, mostExperts]
    std::size_t bias = 0; ///< [heads, 2 * longest - 1]
    std::size_t pooled = 0; ///< [rows, dModel]
    std::size_t pooledDense = 0; ///< [rows, dModel]
    std::size_t scratch = 0; ///< [threads, scratchStride]
    std::size_t scratchStride = 0;
    std::size_t floats = 0; ///< all of it

    static ForwardPlan make(const SwitchWeights& weights, const ForwardShape& shape);
    std::uint64_t bytes() const { return std::uint64_t{floats} * sizeof(float); }
};

} // namespace sida::model
