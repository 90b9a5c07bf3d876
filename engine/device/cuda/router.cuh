// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/device/cuda/serve.cuh"

namespace sida::cuda
{

constexpr int kRouterThreads = 256;

struct RouterArguments {
    const float* logits; ///< [tokens, experts]
    int experts;
    const int* tokens;
    int* choice; ///< [tokens]
    float* weight; ///< [tokens]
};

/// Softmax in f32, rounded to T, the largest after rounding (the first of equals), by one warp.
template <typename T>
__device__ inline void chooseExpert(const RouterArguments& a, int token)
{
    const int lane = static_cast<int>(threadIdx.x) % 32;
    const float* logits = a.logits + static_cast<std::size_t>(token) * a.experts;
    float most = -INFINITY;
    for (int e = lane; e < a.experts; e += 32)
        most = fmaxf(most, logits[e]);
    most = warpMax(most);
    float sum = 0;
    for (int e = lane; e < a.experts; e += 32)
        sum += expf(logits[e] - most);
    sum = warpSum(sum);
    float best = -1;
    int chosen = 0;
    for (int e = lane; e < a.experts; e += 32) {
        const float probability = rounded<T>(expf(logits[e] - most) / sum);
        if (probability > best) {
            best = probability;
            chosen = e;
        }
    }
    for (int offset = 16; offset > 0; offset /= 2) {
        const float otherBest = __shfl_xor_sync(0xffffffffU, best, offset);
        const int other = __shfl_xor_sync(0xffffffffU, chosen, offset);
        if (otherBest > best || (otherBest == best && other < chosen)) {
            best = otherBest;
            chosen = other;
        }
    }
    if (lane == 0) {
        a.choice[token] = chosen;
        a.weight[token] = best;
    }
}

/// Grid: tokens / 8, a warp for each token.
template <typename T>
__global__ void __launch_bounds__(kRouterThreads) chooseExperts(const RouterArguments a)
{
    waitForPredecessor();
    const int token = static_cast<int>(blockIdx.x * kRouterThreads + threadIdx.x) / 32;
    if (token < *a.tokens)
        chooseExpert<T>(a, token);
}

struct SortArguments {
    const int* choice; ///< [tokens * choices]
    const int* tokens;
    int choices; ///< experts of a token
    int experts;
    int* order; ///< [tokens * choices]
    ActiveExpert* active;
    int* activeCount;
    int* routed; ///< [experts] tokens of each, for the record
};

constexpr int kSortPass = 4096; ///< tokens that stand in shared memory at a time

/// One block: the tokens by expert, each expert's in their own order, and the experts that have any. With
/// several experts a token stands in the order once for each, as token * choices + its how-manieth.
/// Shared memory: 2 x experts + kSortPass numbers.
template <typename T>
__device__ inline void sortByExpert(const SortArguments& a, int* shared)
{
    const int threads = static_cast<int>(blockDim.x);
    const int thread = static_cast<int>(threadIdx.x);
    const int tokens = *a.tokens * a.choices;
    int* count = shared;
    int* begin = shared + a.experts;
    int* choice = shared + 2 * a.experts;
    for (int e = thread; e < a.experts; e += threads)
        count[e] = 0;
    __syncthreads();
    for (int token = thread; token < tokens; token += threads)
        atomicAdd(&count[a.choice[token]], 1);
    __syncthreads();
    if (thread < 32) {
        int places = 0;
        int actives = 0;
        for (int first = 0; first < a.experts; first += 32) {
            const int e = first + thread;
            const int mine = e < a.experts ? count[e] : 0;
            int before = mine;
            for (int offset = 1; offset < 32; offset *= 2) {
                const int other = __shfl_up_sync(0xffffffffU, before, offset);
                before += thread >= offset ? other : 0;
            }
            const unsigned used = __ballot_sync(0xffffffffU, mine > 0);
            if (e < a.experts) {
                begin[e] = places + before - mine;
                a.routed[e] = mine;
                if (mine > 0)
                    a.active[actives + __popc(used & ((1U << thread) - 1))] = {e, -1, begin[e], mine};
            }
            places += __shfl_sync(0xffffffffU, before, 31);
            actives += __popc(used);
        }
        if (thread == 0)
            *a.activeCount = actives;
    }
    __syncthreads();
    const int lane = thread % 32;
    for (int pass = 0; pass < tokens; pass += kSortPass) {
        const int end = min(tokens - pass, kSortPass);
        for (int i = thread; i < end; i += threads)
            choice[i] = a.choice[pass + i];
        __syncthreads();
        for (int e = thread / 32; e < a.experts; e += threads / 32) {
            if (count[e] == 0)
                continue;
            int place = begin[e];
            for (int first = 0; first < end; first += 32) {
                const bool mine = first + lane < end && choice[first + lane] == e;
                const unsigned all = __ballot_sync(0xffffffffU, mine);
                if (mine)
                    a.order[place + __popc(all & ((1U << lane) - 1))] = pass + first + lane;
                place += __popc(all);
            }
            __syncwarp();
            if (lane == 0)
                begin[e] = place;
        }
        __syncthreads();
    }
}

/// The list for the host, and what is computed first.
__device__ inline void beginExperts(const ServeArguments& serve, int* shared)
{
    __syncthreads();
    listActive(serve);
    takeWave(serve, 0, shared);
}

template <typename T>
__global__ void __launch_bounds__(1024) sortTokens(const SortArguments a, const ServeArguments serve)
{
    extern __shared__ int sortShared[];
    waitForPredecessor();
    if (threadIdx.x == blockDim.x - 1)
        announceLayer(serve);
    sortByExpert<T>(a, sortShared);
    beginExperts(serve, sortShared);
}

/// Few tokens: choice and order in one block.
template <typename T>
__global__ void __launch_bounds__(1024)
    routeFew(const RouterArguments router, const SortArguments sort, const ServeArguments serve)
{
    extern __shared__ int sortShared[];
    waitForPredecessor();
    if (threadIdx.x == blockDim.x - 1) // while the others choose
        announceLayer(serve);
    for (int token = static_cast<int>(threadIdx.x) / 32; token < *router.tokens;
         token += static_cast<int>(blockDim.x) / 32)
        chooseExpert<T>(router, token);
    __syncthreads();
    sortByExpert<T>(sort, sortShared);
    beginExperts(serve, sortShared);
}

struct RoutingArguments {
    const std::uint16_t* hostChoice; ///< [2, layers, stride], in host memory
    const float* hostWeight; ///< likewise
    const unsigned* sequence;
    const int* tokens;
    int choices;
    int layers;
    int stride;
    int* choice; ///< [layers, stride]
    float* weight; ///< likewise
};

/// Where the batch's tokens go, from the host's memory; weights are rounded to T.
template <typename T>
__global__ void __launch_bounds__(256) fetchRouting(const RoutingArguments a)
{
    waitForPredecessor();
    const std::size_t half = (*a.sequence & 1U) * static_cast<std::size_t>(a.layers) * a.stride;
    const int pairs = *a.tokens * a.choices;
    const int threads = static_cast<int>(gridDim.x * blockDim.x);
    for (int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x); i < a.layers * pairs;
         i += threads) {
        const int at = i / pairs * a.stride + i % pairs;
        a.choice[at] = a.hostChoice[half + at];
        a.weight[at] = rounded<T>(a.hostWeight[half + at]);
    }
}

template <typename T>
struct AddRowsArguments {
    const T* rows; ///< [tokens * choices, d]
    int choices;
    int d;
    const int* tokens;
    T* hidden; ///< [tokens, d]
};

/// hidden += what the experts of each token gave, one after the other. Grid: tokens.
template <typename T>
__global__ void __launch_bounds__(256) addRows(const AddRowsArguments<T> a)
{
    waitForPredecessor();
    const int token = static_cast<int>(blockIdx.x);
    if (token >= *a.tokens)
        return;
    for (int i = static_cast<int>(threadIdx.x); i < a.d; i += static_cast<int>(blockDim.x)) {
        float sum = toFloat(a.hidden[static_cast<std::size_t>(token) * a.d + i]);
        for (int j = 0; j < a.choices; ++j)
            sum = rounded<T>(
                sum + toFloat(a.rows[(static_cast<std::size_t>(token) * a.choices + j) * a.d + i]));
        a.hidden[static_cast<std::size_t>(token) * a.d + i] = fromFloat<T>(sum);
    }
}

} // namespace sida::cuda
