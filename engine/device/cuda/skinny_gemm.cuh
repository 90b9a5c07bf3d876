// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/device/cuda/types.cuh"

#include <type_traits>

/// Products of few tokens with large matrices: bound by reading the weights, each of which is read once per 8
/// to 32 tokens, straight from memory into the registers of the tensor cores. One block makes 16 outputs; its
/// eight warps share the inner dimension and add up in a fixed order, so that a token's result depends on
/// nothing but its own input and the weights.
namespace sida::cuda
{

constexpr int kGemmThreads = 256;
constexpr int kGemmWarps = kGemmThreads / 32;
constexpr int kGemmRows = 16; ///< outputs of a block
constexpr int kTileTokens = 8;

/// One expert that has tokens in this layer.
struct ActiveExpert {
    int expert;
    int slot; ///< -1: not on the device
    int begin; ///< its first place in the order by expert
    int count;
};

/// The tokens of a layer, ordered by expert.
struct ExpertLists {
    const int* activeCount; ///< one number
    const ActiveExpert* active;
    const int* order; ///< [tokens * choices] what is at each place: token * choices + its how-manieth expert
    const float* weight; ///< [tokens * choices] what the expert's output is multiplied by
    int choices; ///< experts of a token

    __device__ int tokenAt(int place) const
    {
        const int pair = order[place];
        return choices == 1 ? pair : pair / choices;
    }
};

enum class Store {
    plain,
    relu,
    addTo, ///< y += rounded product
    expertInner, ///< relu, to the place in the order by expert
    expertAddTo, ///< y[token] += rounded(rounded product * router probability); one expert a token
    expertRow, ///< y[token * choices + i] = the same, for adding up afterwards
    logits, ///< f32, without rounding
};

template <typename T>
struct GemmArguments {
    const T* x; ///< [tokens, k]
    const T* w; ///< [out, k]; of slot 0 when there are experts
    std::size_t slotStride; ///< numbers from slot to slot
    int out;
    int k;
    void* y; ///< [tokens, yStride] of T; of float for Store::logits
    int yStride;
    const int* tokens; ///< how many there are
    ExpertLists experts;
};

__device__ inline void multiplyTile(float (&c)[4], const unsigned (&a)[4], unsigned b0, unsigned b1, bf16)
{
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
                 "{%0,%1,%2,%3};"
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}
__device__ inline void multiplyTile(float (&c)[4], const unsigned (&a)[4], unsigned b0, unsigned b1, f16)
{
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
                 "{%0,%1,%2,%3};"
                 : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

template <typename T, int NT>
struct GemmShared {
    float sums[kGemmWarps][kTileTokens * NT][kGemmRows + 1];
};

/// The tensor cores' share: this warp's part of the inner dimension, for 16 outputs and 8 NT tokens.
/// Within 32 numbers of the inner dimension each thread takes 8 that lie together, the same for weights and
/// tokens; which of them meet in which step of the tensor core does not matter to their sum.
template <typename T, int NT, typename RowOf, typename Prepare>
__device__ inline void halfProduct(
    const T* w, int firstRow, int rows, int k, RowOf rowOf, const int& tokens,
    float (&sums)[kTileTokens * NT][kGemmRows + 1], const Prepare& prepare)
{
    constexpr int kAhead = 4;
    const int warp = static_cast<int>(threadIdx.x) / 32;
    const int lane = static_cast<int>(threadIdx.x) % 32;
    const int group = lane / 4;
    const int part = lane % 4 * 8;
    const T* w0 = w + static_cast<std::size_t>(firstRow + group) * k;
    const T* w1 = w0 + static_cast<std::size_t>(8) * k;
    const bool has0 = firstRow + group < rows;
    const bool has1 = firstRow + group + 8 < rows;
    float c[NT][4] = {};
    const int steps = (k + 31) / 32;
    bool prepared = false;
    for (int first = warp; first < steps || !prepared; first += kGemmWarps * kAhead) {
        uint4 a0[kAhead];
        uint4 a1[kAhead];
#pragma unroll
        for (int i = 0; i < kAhead; ++i) {
            const int at = (first + i * kGemmWarps) * 32 + part;
            a0[i] = has0 && at < k ? streamPack(w0 + at) : make_uint4(0, 0, 0, 0);
            a1[i] = has1 && at < k ? streamPack(w1 + at) : make_uint4(0, 0, 0, 0);
        }
        if (!prepared) { // the weights are on their way while the tokens are made ready
            prepare();
            prepared = true;
        }
#pragma unroll
        for (int i = 0; i < kAhead; ++i) {
            const int at = (first + i * kGemmWarps) * 32 + part;
            const unsigned low[4] = {a0[i].x, a1[i].x, a0[i].y, a1[i].y};
            const unsigned high[4] = {a0[i].z, a1[i].z, a0[i].w, a1[i].w};
#pragma unroll
            for (int tile = 0; tile < NT; ++tile) {
                const int token = tile * kTileTokens + group;
                uint4 b = make_uint4(0, 0, 0, 0);
                if (token < tokens && at < k)
                    b = *reinterpret_cast<const uint4*>(rowOf(token) + at);
                multiplyTile(c[tile], low, b.x, b.y, T{});
                multiplyTile(c[tile], high, b.z, b.w, T{});
            }
        }
    }
    const int column = lane % 4 * 2;
#pragma unroll
    for (int tile = 0; tile < NT; ++tile) {
        sums[tile * kTileTokens + column][group] = c[tile][0];
        sums[tile * kTileTokens + column + 1][group] = c[tile][1];
        sums[tile * kTileTokens + column][group + 8] = c[tile][2];
        sums[tile * kTileTokens + column + 1][group + 8] = c[tile][3];
    }
}

/// The same without tensor cores, and for inner dimensions that no 16 bytes divide.
template <typename T, int NT, typename RowOf, typename Prepare>
__device__ inline void plainProduct(
    const T* w, int firstRow, int rows, int k, RowOf rowOf, const int& tokens,
    float (&sums)[kTileTokens * NT][kGemmRows + 1], const Prepare& prepare)
{
    const int warp = static_cast<int>(threadIdx.x) / 32;
    const int lane = static_cast<int>(threadIdx.x) % 32;
    prepare();
    const int begin = static_cast<int>(static_cast<long long>(k) * warp / kGemmWarps);
    const int end = static_cast<int>(static_cast<long long>(k) * (warp + 1) / kGemmWarps);
    for (int row = 0; row < kGemmRows; ++row) {
        float c[kTileTokens * NT] = {};
        if (firstRow + row < rows) {
            const T* weights = w + static_cast<std::size_t>(firstRow + row) * k;
            for (int i = begin + lane; i < end; i += 32) {
                const float weight = toFloat(weights[i]);
#pragma unroll
                for (int token = 0; token < kTileTokens * NT; ++token)
                    if (token < tokens)
                        c[token] += weight * toFloat(rowOf(token)[i]);
            }
        }
#pragma unroll
        for (int token = 0; token < kTileTokens * NT; ++token) {
            const float sum = warpSum(c[token]);
            if (lane == 0)
                sums[token][row] = sum;
        }
    }
}

template <typename T, int NT, Store STORE>
__device__ inline void storeSums(
    const GemmArguments<T>& a, const GemmShared<T, NT>& shared, int firstRow, int firstPlace, int tokens)
{
    for (int i = static_cast<int>(threadIdx.x); i < tokens * kGemmRows; i += kGemmThreads) {
        const int token = i / kGemmRows;
        const int row = firstRow + i % kGemmRows;
        if (row >= a.out)
            continue;
        float sum = 0;
        for (int warp = 0; warp < kGemmWarps; ++warp)
            sum += shared.sums[warp][token][i % kGemmRows];
        const int place = firstPlace + token;
        if constexpr (STORE == Store::logits) {
            static_cast<float*>(a.y)[static_cast<std::size_t>(place) * a.yStride + row] = sum;
        } else if constexpr (STORE == Store::expertAddTo || STORE == Store::expertRow) {
            const int target = a.experts.order[place];
            T& y = static_cast<T*>(a.y)[static_cast<std::size_t>(target) * a.yStride + row];
            const float scaled = rounded<T>(rounded<T>(sum) * a.experts.weight[target]);
            y = fromFloat<T>(STORE == Store::expertRow ? scaled : toFloat(y) + scaled);
        } else {
            T& y = static_cast<T*>(a.y)[static_cast<std::size_t>(place) * a.yStride + row];
            const float value = rounded<T>(sum);
            if constexpr (STORE == Store::addTo)
                y = fromFloat<T>(toFloat(y) + value);
            else
                y = fromFloat<T>(STORE == Store::plain ? value : fmaxf(value, 0.0F));
        }
    }
}

/// Grid: (outputs / 16, tiles of 8 NT tokens or active experts).
template <typename T, int NT, Store STORE>
__global__ void __launch_bounds__(kGemmThreads) skinnyGemm(const GemmArguments<T> a)
{
    __shared__ GemmShared<T, NT> shared;
    constexpr bool kExperts
        = STORE == Store::expertInner || STORE == Store::expertAddTo || STORE == Store::expertRow;
    const int firstRow = static_cast<int>(blockIdx.x) * kGemmRows;
    const int warp = static_cast<int>(threadIdx.x) / 32;
    const T* w = a.w;
    int place = static_cast<int>(blockIdx.y) * kTileTokens * NT;
    int end = place + 1; // known when the predecessor has ended
    if constexpr (kExperts) {
        waitForPredecessor();
        if (static_cast<int>(blockIdx.y) >= *a.experts.activeCount)
            return;
        const ActiveExpert active = a.experts.active[blockIdx.y];
        if (active.slot < 0)
            return;
        w += static_cast<std::size_t>(active.slot) * a.slotStride;
        place = active.begin;
        end = active.begin + active.count;
    }
    for (; place < end; place += kTileTokens * NT) {
        int tokens = 0;
        const auto prepare = [&] {
            if constexpr (kExperts) {
                tokens = min(end - place, kTileTokens * NT);
            } else {
                waitForPredecessor();
                tokens = min(*a.tokens - place, kTileTokens * NT);
            }
        };
        const auto rowOf = [&](int token) {
            const int row = STORE == Store::expertInner ? a.experts.tokenAt(place + token) : place + token;
            return a.x + static_cast<std::size_t>(row) * a.k;
        };
        if constexpr (std::is_same_v<T, float>)
            plainProduct<T, NT>(w, firstRow, a.out, a.k, rowOf, tokens, shared.sums[warp], prepare);
        else if (a.k % 8 != 0)
            plainProduct<T, NT>(w, firstRow, a.out, a.k, rowOf, tokens, shared.sums[warp], prepare);
        else
            halfProduct<T, NT>(w, firstRow, a.out, a.k, rowOf, tokens, shared.sums[warp], prepare);
        __syncthreads();
        storeSums<T, NT, STORE>(a, shared, firstRow, place, tokens);
        __syncthreads();
    }
}

/// The first product of an expert when the inner dimension is short: a block makes `rowTiles` x 16 outputs
/// one after the other, fetches the weights of the next while it computes, and keeps its tokens in registers.
/// Grid: (outputs / 16 / rowTiles, active experts). Inner dimension at most 1024, a multiple of 8.
template <typename T, int NT, int kSteps>
__global__ void __launch_bounds__(kGemmThreads, 2) expertFirstProduct(const GemmArguments<T> a, int rowTiles)
{
    __shared__ GemmShared<T, NT> shared[2];
    waitForPredecessor();
    if (static_cast<int>(blockIdx.y) >= *a.experts.activeCount)
        return;
    const ActiveExpert active = a.experts.active[blockIdx.y];
    if (active.slot < 0)
        return;
    const T* w = a.w + static_cast<std::size_t>(active.slot) * a.slotStride;
    const int warp = static_cast<int>(threadIdx.x) / 32;
    const int lane = static_cast<int>(threadIdx.x) % 32;
    const int group = lane / 4;
    const int part = lane % 4 * 8;
    const int firstTile = static_cast<int>(blockIdx.x) * rowTiles;
    const auto fetch = [&](int tile, uint4(&to)[2][kSteps]) {
        const int row = (firstTile + tile) * kGemmRows + group;
        const T* from = w + static_cast<std::size_t>(row) * a.k;
#pragma unroll
        for (int i = 0; i < kSteps; ++i) {
            const int at = (warp + i * kGemmWarps) * 32 + part;
            const bool inside = tile < rowTiles && at < a.k;
            to[0][i] = inside && row < a.out ? streamPack(from + at) : make_uint4(0, 0, 0, 0);
            to[1][i] = inside && row + 8 < a.out ? streamPack(from + 8 * a.k + at) : make_uint4(0, 0, 0, 0);
        }
    };
    for (int place = active.begin; place < active.begin + active.count; place += kTileTokens * NT) {
        const int tokens = min(active.begin + active.count - place, kTileTokens * NT);
        uint4 next[2][kSteps];
        fetch(0, next);
        uint4 x[NT][kSteps];
#pragma unroll
        for (int tile = 0; tile < NT; ++tile) {
            const int token = tile * kTileTokens + group;
            const T* row = token < tokens
                ? a.x + static_cast<std::size_t>(a.experts.tokenAt(place + token)) * a.k
                : nullptr;
#pragma unroll
            for (int i = 0; i < kSteps; ++i) {
                const int at = (warp + i * kGemmWarps) * 32 + part;
                x[tile][i] = row != nullptr && at < a.k ? *reinterpret_cast<const uint4*>(row + at)
                                                        : make_uint4(0, 0, 0, 0);
            }
        }
        for (int rowTile = 0; rowTile < rowTiles; ++rowTile) {
            uint4 weights[2][kSteps];
#pragma unroll
            for (int i = 0; i < kSteps; ++i) {
                weights[0][i] = next[0][i];
                weights[1][i] = next[1][i];
            }
            fetch(rowTile + 1, next);
            float c[NT][4] = {};
#pragma unroll
            for (int i = 0; i < kSteps; ++i) {
                const unsigned low[4] = {weights[0][i].x, weights[1][i].x, weights[0][i].y, weights[1][i].y};
                const unsigned high[4] = {weights[0][i].z, weights[1][i].z, weights[0][i].w, weights[1][i].w};
#pragma unroll
                for (int tile = 0; tile < NT; ++tile) {
                    multiplyTile(c[tile], low, x[tile][i].x, x[tile][i].y, T{});
                    multiplyTile(c[tile], high, x[tile][i].z, x[tile][i].w, T{});
                }
            }
            GemmShared<T, NT>& sums = shared[rowTile % 2];
            const int column = lane % 4 * 2;
#pragma unroll
            for (int tile = 0; tile < NT; ++tile) {
                sums.sums[warp][tile * kTileTokens + column][group] = c[tile][0];
                sums.sums[warp][tile * kTileTokens + column + 1][group] = c[tile][1];
                sums.sums[warp][tile * kTileTokens + column][group + 8] = c[tile][2];
                sums.sums[warp][tile * kTileTokens + column + 1][group + 8] = c[tile][3];
            }
            __syncthreads(); // the other half of `shared` was read before this
            storeSums<T, NT, Store::expertInner>(a, sums, (firstTile + rowTile) * kGemmRows, place, tokens);
        }
        __syncthreads();
    }
}

} // namespace sida::cuda
