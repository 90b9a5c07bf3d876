// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/device/cuda/skinny_gemm.cuh"

namespace sida::cuda
{

constexpr int kAttentionWarps = 8;
constexpr int kQueriesPerWarp = 2;
constexpr int kQueries = kAttentionWarps * kQueriesPerWarp;
constexpr int kKeyTile = 64;

template <typename T>
struct AttentionArguments {
    const T* queryKeyValue; ///< [tokens, 3 * heads * dKv]
    const T* bias; ///< [heads, 2 * biasReach - 1] by key position - query position + biasReach - 1
    int biasReach;
    int heads;
    int dKv;
    int longest; ///< of the bucket: room for scores
    const int* offsets; ///< [sequences + 1] first token of each
    const int* sequences; ///< how many there are
    T* out; ///< [tokens, heads * dKv]
};

inline std::size_t attentionShared(int longest, int dKv, std::size_t numberBytes)
{
    return sizeof(float) * kQueries * static_cast<std::size_t>(longest)
        + numberBytes * static_cast<std::size_t>(kKeyTile * (dKv + 2) + kQueries * dKv) + 64;
}

/// Scores rounded, bias added and rounded, softmax in f32 and rounded, times the values: as the reference
/// does. No scale by 1 / sqrt(dKv). Grid: (longest / 16, heads, sequences).
template <typename T>
__global__ void __launch_bounds__(kAttentionWarps * 32) attend(const AttentionArguments<T> a)
{
    extern __shared__ float attentionMemory[];
    waitForPredecessor();
    const int sequence = static_cast<int>(blockIdx.z);
    if (sequence >= *a.sequences)
        return;
    const int first = a.offsets[sequence];
    const int length = a.offsets[sequence + 1] - first;
    const int firstQuery = static_cast<int>(blockIdx.x) * kQueries;
    if (firstQuery >= length)
        return;
    const int warp = static_cast<int>(threadIdx.x) / 32;
    const int lane = static_cast<int>(threadIdx.x) % 32;
    const int head = static_cast<int>(blockIdx.y);
    const int inner = a.heads * a.dKv;
    const std::size_t stride = static_cast<std::size_t>(inner) * 3;
    const T* base
        = a.queryKeyValue + static_cast<std::size_t>(first) * stride + static_cast<std::size_t>(head) * a.dKv;
    float* scores = attentionMemory;
    T* tile = reinterpret_cast<T*>(scores + kQueries * a.longest);
    T* queries = tile + kKeyTile * (a.dKv + 2);
    const int tileStride = a.dKv + 2;

    for (int i = static_cast<int>(threadIdx.x); i < kQueries * a.dKv; i += kAttentionWarps * 32) {
        const int query = firstQuery + i / a.dKv;
        if (query < length)
            queries[i] = base[static_cast<std::size_t>(query) * stride + i % a.dKv];
    }
    for (int key = 0; key < length; key += kKeyTile) {
        const int keys = min(kKeyTile, length - key);
        __syncthreads();
        for (int i = static_cast<int>(threadIdx.x); i < keys * a.dKv; i += kAttentionWarps * 32)
            tile[i / a.dKv * tileStride + i % a.dKv]
                = base[static_cast<std::size_t>(key + i / a.dKv) * stride + inner + i % a.dKv];
        __syncthreads();
        for (int q = warp * kQueriesPerWarp; q < (warp + 1) * kQueriesPerWarp && firstQuery + q < length;
             ++q) {
            for (int k = lane; k < keys; k += 32) {
                float sum = 0;
                for (int d = 0; d < a.dKv; ++d)
                    sum += toFloat(queries[q * a.dKv + d]) * toFloat(tile[k * tileStride + d]);
                const int distance = key + k - (firstQuery + q) + a.biasReach - 1;
                const float bias
                    = toFloat(a.bias[static_cast<std::size_t>(head) * (2 * a.biasReach - 1) + distance]);
                scores[q * a.longest + key + k] = rounded<T>(rounded<T>(sum) + bias);
            }
        }
    }
    __syncwarp();
    for (int q = warp * kQueriesPerWarp; q < (warp + 1) * kQueriesPerWarp && firstQuery + q < length; ++q) {
        float* row = scores + q * a.longest;
        float most = -INFINITY;
        for (int k = lane; k < length; k += 32)
            most = fmaxf(most, row[k]);
        most = warpMax(most);
        float sum = 0;
        for (int k = lane; k < length; k += 32) {
            row[k] = expf(row[k] - most);
            sum += row[k];
        }
        sum = warpSum(sum);
        for (int k = lane; k < length; k += 32)
            row[k] = rounded<T>(row[k] / sum);
    }
    // Each lane owns dimensions lane, lane + 32, ... of its warp's queries.
    constexpr int kMostPerLane = 8; // dKv up to 256
    float mixed[kQueriesPerWarp][kMostPerLane] = {};
    for (int key = 0; key < length; key += kKeyTile) {
        const int keys = min(kKeyTile, length - key);
        __syncthreads();
        for (int i = static_cast<int>(threadIdx.x); i < keys * a.dKv; i += kAttentionWarps * 32)
            tile[i / a.dKv * tileStride + i % a.dKv]
                = base[static_cast<std::size_t>(key + i / a.dKv) * stride + 2 * inner + i % a.dKv];
        __syncthreads();
        for (int k = 0; k < keys; ++k) {
#pragma unroll
            for (int i = 0; i < kMostPerLane; ++i) {
                const int d = lane + i * 32;
                if (d >= a.dKv)
                    break;
                const float value = toFloat(tile[k * tileStride + d]);
#pragma unroll
                for (int q = 0; q < kQueriesPerWarp; ++q)
                    mixed[q][i] += scores[(warp * kQueriesPerWarp + q) * a.longest + key + k] * value;
            }
        }
    }
    for (int q = 0; q < kQueriesPerWarp; ++q) {
        const int query = firstQuery + warp * kQueriesPerWarp + q;
        if (query >= length)
            break;
#pragma unroll
        for (int i = 0; i < kMostPerLane; ++i)
            if (lane + i * 32 < a.dKv)
                a.out
                    [static_cast<std::size_t>(first + query) * inner + static_cast<std::size_t>(head) * a.dKv
                     + lane + i * 32]
                    = fromFloat<T>(mixed[q][i]);
    }
}

constexpr int kTensorWarps = 4;
constexpr int kTensorQueries = kTensorWarps * 16;

/// The same on the tensor cores: 16 queries a warp, keys in tiles of 64. A first look at the keys finds the
/// largest score and the sum of each query, a second one rounds each weight as the reference does, which an
/// online softmax could not. Grid: (longest / 64, heads, sequences).
template <typename T, int STEPS>
__global__ void __launch_bounds__(kTensorWarps * 32) attendTensor(const AttentionArguments<T> a)
{
    constexpr int kDkv = STEPS * 16;
    constexpr int kStride = kDkv + 8;
    constexpr int kThreads = kTensorWarps * 32;
    constexpr int kPacks = kDkv / 8;
    __shared__ alignas(16) T keys[kKeyTile * kStride];
    __shared__ alignas(16) T values[kKeyTile * kStride];
    __shared__ float bias[kKeyTile + kTensorQueries];
    waitForPredecessor();
    const int sequence = static_cast<int>(blockIdx.z);
    if (sequence >= *a.sequences)
        return;
    const int first = a.offsets[sequence];
    const int length = a.offsets[sequence + 1] - first;
    const int firstQuery = static_cast<int>(blockIdx.x) * kTensorQueries;
    if (firstQuery >= length)
        return;
    const int thread = static_cast<int>(threadIdx.x);
    const int warp = thread / 32;
    const int lane = thread % 32;
    const int group = lane / 4;
    const int pair = lane % 4 * 2;
    const int head = static_cast<int>(blockIdx.y);
    const int inner = a.heads * kDkv;
    const std::size_t stride = static_cast<std::size_t>(inner) * 3;
    const T* base
        = a.queryKeyValue + static_cast<std::size_t>(first) * stride + static_cast<std::size_t>(head) * kDkv;
    const T* biasOfHead = a.bias + static_cast<std::size_t>(head) * (2 * a.biasReach - 1) + a.biasReach - 1;
    const int query0 = firstQuery + warp * 16 + group;

    unsigned q[STEPS][4];
#pragma unroll
    for (int step = 0; step < STEPS; ++step) {
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            const int query = query0 + i % 2 * 8;
            q[step][i] = query < length ? *reinterpret_cast<const unsigned*>(
                             base + static_cast<std::size_t>(query) * stride + step * 16 + pair + i / 2 * 8)
                                        : 0;
        }
    }
    const auto loadTile = [&](int key, bool withValues) {
        __syncthreads();
        for (int i = thread; i < kKeyTile * kPacks; i += kThreads) {
            const int row = i / kPacks;
            const int at = i % kPacks * 8;
            uint4 k = make_uint4(0, 0, 0, 0);
            uint4 v = k;
            if (key + row < length) {
                const T* from = base + static_cast<std::size_t>(key + row) * stride + inner + at;
                k = *reinterpret_cast<const uint4*>(from);
                if (withValues)
                    v = *reinterpret_cast<const uint4*>(from + inner);
            }
            *reinterpret_cast<uint4*>(keys + row * kStride + at) = k;
            if (withValues)
                *reinterpret_cast<uint4*>(values + row * kStride + at) = v;
        }
        for (int i = thread; i < kKeyTile + kTensorQueries - 1; i += kThreads) {
            const int distance = key - firstQuery + i - (kTensorQueries - 1);
            bias[i]
                = distance > -a.biasReach && distance < a.biasReach ? toFloat(biasOfHead[distance]) : 0.0F;
        }
        __syncthreads();
    };
    float s[kKeyTile / 8][4];
    const auto score = [&](int key) {
#pragma unroll
        for (int tile = 0; tile < kKeyTile / 8; ++tile) {
            s[tile][0] = s[tile][1] = s[tile][2] = s[tile][3] = 0;
#pragma unroll
            for (int step = 0; step < STEPS; ++step) {
                const T* row = keys + (tile * 8 + group) * kStride + step * 16 + pair;
                multiplyTile(
                    s[tile], q[step], *reinterpret_cast<const unsigned*>(row),
                    *reinterpret_cast<const unsigned*>(row + 8), T{});
            }
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                const int column = tile * 8 + pair + i % 2;
                const int row = warp * 16 + group + i / 2 * 8;
                s[tile][i] = key + column < length
                    ? rounded<T>(rounded<T>(s[tile][i]) + bias[column - row + kTensorQueries - 1])
                    : -INFINITY;
            }
        }
    };
    float most[2] = {-INFINITY, -INFINITY};
    float sum[2] = {0, 0};
    const bool once = length <= kKeyTile;
    for (int key = 0; key < length; key += kKeyTile) {
        loadTile(key, once);
        score(key);
#pragma unroll
        for (int half = 0; half < 2; ++half) {
            float highest = most[half];
#pragma unroll
            for (int tile = 0; tile < kKeyTile / 8; ++tile)
                highest = fmaxf(highest, fmaxf(s[tile][half * 2], s[tile][half * 2 + 1]));
            highest = fmaxf(highest, __shfl_xor_sync(0xffffffffU, highest, 1));
            highest = fmaxf(highest, __shfl_xor_sync(0xffffffffU, highest, 2));
            float more = 0;
#pragma unroll
            for (int tile = 0; tile < kKeyTile / 8; ++tile)
                more += expf(s[tile][half * 2] - highest) + expf(s[tile][half * 2 + 1] - highest);
            more += __shfl_xor_sync(0xffffffffU, more, 1);
            more += __shfl_xor_sync(0xffffffffU, more, 2);
            sum[half] = sum[half] * expf(most[half] - highest) + more;
            most[half] = highest;
        }
    }
    float mixed[kDkv / 8][4] = {};
    for (int key = 0; key < length; key += kKeyTile) {
        if (!once) {
            loadTile(key, true);
            score(key);
        }
#pragma unroll
        for (int step = 0; step < kKeyTile / 16; ++step) {
            unsigned p[4];
#pragma unroll
            for (int i = 0; i < 4; ++i) {
                const int half = i % 2;
                const float(&from)[4] = s[step * 2 + i / 2];
                T two[2];
                two[0] = fromFloat<T>(expf(from[half * 2] - most[half]) / sum[half]);
                two[1] = fromFloat<T>(expf(from[half * 2 + 1] - most[half]) / sum[half]);
                p[i] = *reinterpret_cast<const unsigned*>(two);
            }
            const T* rowOfLane = values + (step * 16 + lane % 16) * kStride;
#pragma unroll
            for (int tile = 0; tile < kDkv / 8; ++tile) {
                unsigned b0 = 0;
                unsigned b1 = 0;
                const auto address = static_cast<unsigned>(__cvta_generic_to_shared(rowOfLane + tile * 8));
                asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0, %1}, [%2];"
                             : "=r"(b0), "=r"(b1)
                             : "r"(address));
                multiplyTile(mixed[tile], p, b0, b1, T{});
            }
        }
    }
#pragma unroll
    for (int half = 0; half < 2; ++half) {
        const int query = query0 + half * 8;
        if (query >= length)
            continue;
        T* out = a.out + static_cast<std::size_t>(first + query) * inner
            + static_cast<std::size_t>(head) * kDkv + pair;
#pragma unroll
        for (int tile = 0; tile < kDkv / 8; ++tile) {
            out[tile * 8] = fromFloat<T>(mixed[tile][half * 2]);
            out[tile * 8 + 1] = fromFloat<T>(mixed[tile][half * 2 + 1]);
        }
    }
}

} // namespace sida::cuda
