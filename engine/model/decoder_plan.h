// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/model/switch_weights.h"

#include <cstddef>
#include <cstdint>

namespace sida::model
{

/// Rows whose logits over the vocabulary are held at one time when targets are scored.
constexpr std::size_t kScoredRows = 32;

struct DecoderShape {
    std::size_t rows = 0; ///< sequences
    std::size_t tokens = 0; ///< of one pass: the rows, or all targets together
    std::size_t positions = 0; ///< that the cache holds for each row; 0 without one
    std::size_t longest = 0; ///< target, in tokens
    std::size_t sourceTokens = 0;
    std::size_t longestSource = 0;
    std::size_t threads = 1;
};

/// Where each value of the decoder lies in one block of memory, in floats from its start, as ForwardPlan does
/// it for the encoder.
struct DecoderPlan {
    std::size_t crossKeyValue = 0; ///< [blocks, source tokens, 2 * inner]
    std::size_t cache = 0; ///< [blocks, rows, positions, 2 * inner] keys and values so far
    std::size_t hidden = 0; ///< [tokens, dModel]
    std::size_t normed = 0; ///< [tokens, dModel]
    std::size_t queryKeyValue = 0; ///< [tokens, 3 * inner]; of cross-attention [tokens, inner]
    std::size_t mixed = 0; ///< [tokens, inner]; later the experts' rows
    std::size_t expertRows = 0; ///< [tokens, dModel], shares the memory of `mixed`
    std::size_t inner = 0; ///< [min(tokens, kExpertWaveRows), dFf] between two matrices
    std::size_t logits = 0; ///< [tokens, most experts]
    std::size_t bias = 0; ///< [heads, 2 * longest - 1]
    std::size_t vocabulary = 0; ///< [rows or kScoredRows, vocabulary]
    std::size_t scratch = 0; ///< [threads, scratchStride]
    std::size_t scratchStride = 0;
    std::size_t floats = 0; ///< all of it

    static DecoderPlan make(const SwitchWeights& weights, const DecoderShape& shape);
    std::uint64_t bytes() const { return std::uint64_t{floats} * sizeof(float); }
};

} // namespace sida::model
