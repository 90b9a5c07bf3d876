// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/attention.h"

#include <algorithm>

namespace sida::model
{

namespace
{

/// Query rows that attend together.
constexpr std::size_t kQueryRows = 32;
constexpr std::size_t kLine = 16; // floats of a cache line

/// Scores to weights, in place; keys that the query may not see get none.
void weigh(
    const kernels::Kernels& kernels, const AttentionBuffers& buffers, const AttentionTask& task,
    std::size_t query, float* weights)
{
    const std::size_t position = task.position + query;
    const std::size_t seen = buffers.causal ? std::min(task.keys, position + 1) : task.keys;
    const float* bias = buffers.bias == nullptr
        ? nullptr
        : buffers.bias + task.head * (2 * buffers.longest - 1) + (buffers.longest - 1) - position;
    const float sum = kernels.exponentials(weights, bias, seen, buffers.result);
    kernels.scale(weights, 1.0F / sum, seen, buffers.result);
    std::fill(weights + seen, weights + task.keys, 0.0F);
}

/// One query, as in generation: keys and values are read where they stand.
void attendOnce(
    const kernels::Kernels& kernels, const AttentionBuffers& buffers, const AttentionTask& task,
    float* scores)
{
    const std::size_t row = task.firstQuery + task.queryBegin;
    const std::size_t from = task.firstKey * buffers.keyStride + task.head * buffers.dKv;
    kernels::Product product{
        buffers.query + row * buffers.queryStride + task.head * buffers.dKv,
        buffers.queryStride,
        1,
        buffers.dKv,
        buffers.key + from,
        task.keys,
        scores,
        task.keys};
    product.result = buffers.result;
    product.weightStride = buffers.keyStride;
    kernels.rowMajor(product);
    weigh(kernels, buffers, task, task.queryBegin, scores);
    float* mixed = buffers.mixed + row * buffers.mixedStride + task.head * buffers.dKv;
    std::fill_n(mixed, buffers.dKv, 0.0F);
    for (std::size_t key = 0; key < task.keys; ++key)
        kernels.addScaled(
            buffers.value + from + key * buffers.keyStride, scores[key], buffers.dKv, mixed,
            kernels::Element::f32);
    kernels.round(mixed, buffers.dKv, buffers.result);
}

} // namespace

std::size_t attentionFloats(std::size_t keys, std::size_t dKv)
{
    return kernels::packedFloats(keys, dKv) + kernels::packedFloats(dKv, keys)
        + kQueryRows * ((keys + kLine - 1) / kLine * kLine);
}

void attend(
    const kernels::Kernels& kernels, const AttentionBuffers& buffers, const AttentionTask& task,
    float* scratch)
{
    if (task.queryEnd - task.queryBegin == 1)
        return attendOnce(kernels, buffers, task, scratch);
    const std::size_t column = task.head * buffers.dKv;
    const float* query = buffers.query + task.firstQuery * buffers.queryStride + column;
    const float* key = buffers.key + task.firstKey * buffers.keyStride + column;
    const float* value = buffers.value + task.firstKey * buffers.keyStride + column;
    float* packedKeys = scratch;
    float* packedValues = packedKeys + kernels::packedFloats(task.keys, buffers.dKv);
    float* scores = packedValues + kernels::packedFloats(buffers.dKv, task.keys);
    kernels::packRows(key, buffers.keyStride, task.keys, buffers.dKv, packedKeys);
    kernels::packColumns(value, buffers.keyStride, task.keys, buffers.dKv, packedValues);

    for (std::size_t first = task.queryBegin; first < task.queryEnd; first += kQueryRows) {
        const std::size_t rows = std::min(kQueryRows, task.queryEnd - first);
        kernels::Product product{
            query + first * buffers.queryStride,
            buffers.queryStride,
            rows,
            buffers.dKv,
            packedKeys,
            task.keys,
            scores,
            task.keys};
        product.result = buffers.result;
        kernels.packed(product);
        for (std::size_t row = 0; row < rows; ++row)
            weigh(kernels, buffers, task, first + row, scores + row * task.keys);
        product
            = {scores,
               task.keys,
               rows,
               task.keys,
               packedValues,
               buffers.dKv,
               buffers.mixed + (task.firstQuery + first) * buffers.mixedStride + column,
               buffers.mixedStride};
        product.result = buffers.result;
        kernels.packed(product);
    }
}

} // namespace sida::model
