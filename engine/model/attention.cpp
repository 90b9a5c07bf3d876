// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/attention.h"

#include "engine/model/forward_plan.h"

#include <algorithm>

namespace sida::model
{

void attend(
    const kernels::Kernels& kernels, const AttentionBuffers& buffers, const AttentionTask& task,
    float* scratch)
{
    const std::size_t stride = 3 * buffers.inner;
    const float* query = buffers.queryKeyValue + task.firstToken * stride + task.head * buffers.dKv;
    const float* key = query + buffers.inner;
    const float* value = key + buffers.inner;
    float* packedKeys = scratch;
    float* packedValues = packedKeys + kernels::packedFloats(task.length, buffers.dKv);
    float* scores = packedValues + kernels::packedFloats(buffers.dKv, task.length);
    kernels::packRows(key, stride, task.length, buffers.dKv, packedKeys);
    kernels::packColumns(value, stride, task.length, buffers.dKv, packedValues);

    const float* bias = buffers.bias + task.head * (2 * buffers.longest - 1) + (buffers.longest - 1);
    for (std::size_t first = task.queryBegin; first < task.queryEnd; first += kQueryRows) {
        const std::size_t rows = std::min(kQueryRows, task.queryEnd - first);
        kernels.packed(
            {query + first * stride, stride, rows, buffers.dKv, packedKeys, task.length, scores,
             task.length});
        for (std::size_t row = 0; row < rows; ++row) {
            float* weights = scores + row * task.length;
            const float sum = kernels.exponentials(weights, bias - (first + row), task.length);
            kernels.scale(weights, 1.0F / sum, task.length);
        }
        kernels.packed(
            {scores, task.length, rows, task.length, packedValues, buffers.dKv,
             buffers.mixed + (task.firstToken + first) * buffers.inner + task.head * buffers.dKv,
             buffers.inner});
    }
}

} // namespace sida::model
