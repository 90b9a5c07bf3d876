// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/model/kernels/kernels.h"

#include <cstddef>

namespace sida::model
{

/// Self-attention of one head over one sequence, for a stretch of its queries.
struct AttentionTask {
    std::size_t firstToken = 0; ///< of the sequence, in packed order
    std::size_t length = 0; ///< keys: the sequence's own tokens, padding does not exist here
    std::size_t head = 0;
    std::size_t queryBegin = 0;
    std::size_t queryEnd = 0;
};

struct AttentionBuffers {
    const float* queryKeyValue = nullptr; ///< [tokens, 3 * inner]
    std::size_t inner = 0;
    std::size_t dKv = 0;
    const float* bias = nullptr; ///< [heads, 2 * longest - 1], see fillRelativeBias
    std::size_t longest = 0;
    float* mixed = nullptr; ///< [tokens, inner]
};

/// mixed = softmax(q k^T + bias) v, without scaling, as T5 does it. `scratch` is as ForwardPlan makes it.
void attend(
    const kernels::Kernels& kernels, const AttentionBuffers& buffers, const AttentionTask& task,
    float* scratch);

} // namespace sida::model
