// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/device/cuda/serve.cuh"

namespace sida::cuda
{

/// Grid: tokens.
template <typename T>
__global__ void embedTokens(const int* ids, const int* tokens, const T* table, int d, T* hidden)
{
    waitForPredecessor();
    const int token = static_cast<int>(blockIdx.x);
    if (token >= *tokens)
        return;
    const T* row = table + static_cast<std::size_t>(ids[token]) * d;
    for (int i = static_cast<int>(threadIdx.x); i < d; i += static_cast<int>(blockDim.x))
        hidden[static_cast<std::size_t>(token) * d + i] = row[i];
}

/// T5's norm, a warp for each token: x / rms in f32, rounded, times the weight, rounded. Where experts came
/// before it, it says that they are done.
template <typename T>
__global__ void __launch_bounds__(128) normTokens(
    const T* x, const T* weight, float epsilon, int d, const int* tokens, T* out, const LayerEnd layerEnd)
{
    constexpr int kNumbers = Pack<T>::kCount;
    constexpr int kMostPacks = 1024 / 32 / kNumbers; // kept in registers; more are read twice
    waitForPredecessor();
    endLayer(layerEnd);
    const int token = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x) / 32;
    const int lane = static_cast<int>(threadIdx.x) % 32;
    if (token >= *tokens)
        return;
    const T* row = x + static_cast<std::size_t>(token) * d;
    T* to = out + static_cast<std::size_t>(token) * d;
    float squares = 0;
    if (d % kNumbers == 0 && d <= kMostPacks * 32 * kNumbers) {
        Pack<T> packs[kMostPacks];
#pragma unroll
        for (int i = 0; i < kMostPacks; ++i) {
            const int at = (i * 32 + lane) * kNumbers;
            if (at < d)
                packs[i] = loadPack(row + at);
        }
#pragma unroll
        for (int i = 0; i < kMostPacks; ++i)
            if ((i * 32 + lane) * kNumbers < d)
                for (int j = 0; j < kNumbers; ++j)
                    squares += toFloat(packs[i].values[j]) * toFloat(packs[i].values[j]);
        const float inverse = rsqrtf(warpSum(squares) / static_cast<float>(d) + epsilon);
#pragma unroll
        for (int i = 0; i < kMostPacks; ++i) {
            const int at = (i * 32 + lane) * kNumbers;
            if (at >= d)
                continue;
            const Pack<T> scale = loadPack(weight + at);
            for (int j = 0; j < kNumbers; ++j)
                packs[i].values[j] = fromFloat<T>(
                    toFloat(scale.values[j]) * rounded<T>(toFloat(packs[i].values[j]) * inverse));
            *reinterpret_cast<Pack<T>*>(to + at) = packs[i];
        }
        return;
    }
    for (int i = lane; i < d; i += 32)
        squares += toFloat(row[i]) * toFloat(row[i]);
    const float inverse = rsqrtf(warpSum(squares) / static_cast<float>(d) + epsilon);
    for (int i = lane; i < d; i += 32)
        to[i] = fromFloat<T>(toFloat(weight[i]) * rounded<T>(toFloat(row[i]) * inverse));
}

} // namespace sida::cuda
