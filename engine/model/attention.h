// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/model/kernels/kernels.h"

#include <cstddef>

namespace sida::model
{

/// Attention of one head of one sequence to its keys, for a stretch of its queries.
struct AttentionTask {
    std::size_t firstQuery = 0; ///< row of the sequence's first query
    std::size_t firstKey = 0; ///< row of its first key
    std::size_t keys = 0; ///< the sequence's own, padding does not exist here
    std::size_t head = 0;
    std::size_t queryBegin = 0;
    std::size_t queryEnd = 0;
    std::size_t position = 0; ///< of query 0 among the keys
};

struct AttentionBuffers {
    const float* query = nullptr; ///< head after head in a row, as in `mixed`
    std::size_t queryStride = 0;
    const float* key = nullptr;
    const float* value = nullptr;
    std::size_t keyStride = 0; ///< of values too
    std::size_t dKv = 0;
    const float* bias = nullptr; ///< [heads, 2 * longest - 1], see fillRelativeBias; null for none
    std::size_t longest = 0;
    float* mixed = nullptr;
    std::size_t mixedStride = 0;
    bool causal = false; ///< no query sees a key behind its own position
    kernels::Element result = kernels::Element::f32; ///< scores, weights and sums are rounded to it
};

/// mixed = softmax(q k^T + bias) v, without scaling, as T5 does it. `scratch` is as attentionFloats says.
void attend(
    const kernels::Kernels& kernels, const AttentionBuffers& buffers, const AttentionTask& task,
    float* scratch);

/// What attend needs of scratch memory for up to that many keys, in floats.
std::size_t attentionFloats(std::size_t keys, std::size_t dKv);

} // namespace sida::model
