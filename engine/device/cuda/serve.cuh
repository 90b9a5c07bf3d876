// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/device/cuda/exchange.h"
#include "engine/device/cuda/skinny_gemm.cuh"

/// The device's half of the conversation about experts (exchange.h).
namespace sida::cuda
{

constexpr std::uint64_t kPatienceNs = 60'000'000'000; ///< then an expert that was asked for will not come

__device__ inline std::uint64_t deviceTime()
{
    std::uint64_t time;
    asm volatile("mov.u64 %0, %globaltimer;" : "=l"(time));
    return time;
}

/// What another processor has written: what it wrote before is visible, too.
__device__ inline int loadSystem(const int* from)
{
    int value;
    asm volatile("ld.acquire.sys.global.u32 %0, [%1];" : "=r"(value) : "l"(from) : "memory");
    return value;
}

template <typename N>
__device__ inline void tellHost(N& to, N value)
{
    *const_cast<volatile N*>(&to) = value;
}

struct ServeArguments {
    std::byte* records; ///< half 0 of the exchange, at this layer
    std::size_t halfBytes;
    std::size_t wavesAt;
    std::size_t entriesAt;
    const unsigned* sequence; ///< the batch's number
    const int* tokens; ///< of the batch; without any nothing is said
    const int* slotOf; ///< [experts]; in host memory when the host serves what is missing
    const int* stop; ///< in host memory: nothing more will come
    ActiveExpert* active; ///< of the layer; slot -1 until it is computed
    const int* activeCount;
    ActiveExpert* wave; ///< those that are computed next
    int* waveCount;
    int* missing;
    int waves;
    bool served;
};

struct LayerView {
    LayerRecord* layer;
    WaveRecord* waves;
    EntryRecord* entries;
    unsigned flag;
};

__device__ inline LayerView viewOf(const ServeArguments& a)
{
    const unsigned sequence = *a.sequence;
    std::byte* half = a.records + (sequence & 1U) * a.halfBytes;
    return {
        reinterpret_cast<LayerRecord*>(half), reinterpret_cast<WaveRecord*>(half + a.wavesAt),
        reinterpret_cast<EntryRecord*>(half + a.entriesAt), sequence + 1};
}

/// Before anybody looks into slotOf: the host may not change what it has said of this layer from here on,
/// until it has read the list. One thread.
__device__ inline void announceLayer(const ServeArguments& a)
{
    if (*a.tokens == 0)
        return;
    const LayerView view = viewOf(a);
    tellHost(view.layer->beginTime, deviceTime());
    tellHost(view.layer->released, 0U);
    if (!a.served)
        return;
    tellHost(view.layer->begun, view.flag);
    __threadfence_system();
}

/// The list of active experts for the host. All threads of one block.
__device__ inline void listActive(const ServeArguments& a)
{
    const LayerView view = viewOf(a);
    const int total = *a.activeCount;
    for (int i = static_cast<int>(threadIdx.x); i < total; i += static_cast<int>(blockDim.x)) {
        const ActiveExpert& active = a.active[i];
        *reinterpret_cast<int4*>(&view.entries[i]) = make_int4(active.expert, active.count, -1, -1);
    }
    if (threadIdx.x == 0)
        tellHost(view.layer->activeCount, total);
}

__device__ inline void flagList(const ServeArguments& a)
{
    __syncthreads();
    if (threadIdx.x == 0 && *a.tokens > 0) {
        const LayerView view = viewOf(a);
        if (a.served)
            __threadfence_system();
        tellHost(view.layer->listed, view.flag);
    }
}

/// Chooses what is computed next: everything that is there and has not been computed, once that is enough.
/// The first wave does not wait, unless it is the only one; the last waits for all. All threads of one block.
/// `slots`: shared memory for a number for each expert.
__device__ inline void takeWave(const ServeArguments& a, int wave, int* slots)
{
    const int threads = static_cast<int>(blockDim.x);
    const int thread = static_cast<int>(threadIdx.x);
    const int total = *a.activeCount;
    int remaining = 0;
    for (int base = 0; base < total; base += threads)
        remaining += __syncthreads_count(base + thread < total && a.active[base + thread].slot < 0);
    const LayerView view = viewOf(a);
    const int wavesLeft = a.waves - wave;
    const int needed = wavesLeft == 1 ? remaining : wave == 0 ? 0 : (remaining + wavesLeft - 1) / wavesLeft;
    if (wave > 0) {
        if (remaining == 0) {
            if (thread == 0)
                *a.waveCount = 0;
            return;
        }
        if (thread == 0 && a.served) {
            __threadfence_system();
            tellHost(view.layer->released, static_cast<unsigned>(wave));
        }
    }
    const std::uint64_t waitBegin = deviceTime();
    for (int pass = 0;; ++pass) {
        int found = 0;
        for (int base = 0; base < total; base += threads) {
            const int i = base + thread;
            int slot = -1;
            if (i < total && a.active[i].slot < 0)
                slot = loadSystem(a.slotOf + a.active[i].expert);
            if (i < total)
                slots[i] = slot;
            found += __syncthreads_count(slot >= 0);
        }
        if (wave == 0 && pass == 0)
            flagList(a);
        if (found >= needed || !a.served)
            break;
        const bool over = thread == 0 && (loadSystem(a.stop) != 0 || deviceTime() - waitBegin > kPatienceNs);
        if (__syncthreads_or(over))
            break;
        __nanosleep(50);
    }
    if (thread >= 32)
        return;
    int taken = 0;
    for (int first = 0; first < total; first += 32) {
        const int i = first + thread;
        const bool here = i < total && slots[i] >= 0;
        const unsigned all = __ballot_sync(0xffffffffU, here);
        if (here) {
            ActiveExpert& active = a.active[i];
            active.slot = slots[i];
            a.wave[taken + __popc(all & ((1U << thread) - 1))] = active;
            tellHost(view.entries[i].wave, wave);
            tellHost(view.entries[i].slot, slots[i]);
        }
        taken += __popc(all);
    }
    if (thread == 0) {
        *a.waveCount = taken;
        tellHost(view.waves[wave].waitBegin, waitBegin);
        tellHost(view.waves[wave].waitEnd, deviceTime());
        if (wavesLeft == 1 && taken < remaining)
            *a.missing += remaining - taken;
    }
}

/// One block. Shared memory: a number for each expert.
static __global__ void __launch_bounds__(256) nextWave(const ServeArguments a, int wave)
{
    extern __shared__ int waveShared[];
    waitForPredecessor();
    takeWave(a, wave, waveShared);
}

/// Told by the kernel after the last expert's: by one block more than it would have, so that nobody waits.
struct LayerEnd {
    std::byte* records; ///< null when no layer ends here
    std::size_t halfBytes;
    const unsigned* sequence;
    const int* tokens;
    bool served;
};

__device__ inline void endLayer(const LayerEnd& a)
{
    if (a.records == nullptr || blockIdx.x + 1 != gridDim.x || threadIdx.x != 0 || *a.tokens == 0)
        return;
    const unsigned sequence = *a.sequence;
    auto* layer = reinterpret_cast<LayerRecord*>(a.records + (sequence & 1U) * a.halfBytes);
    tellHost(layer->doneTime, deviceTime());
    if (a.served)
        __threadfence_system();
    tellHost(layer->done, sequence + 1);
}

struct BatchArguments {
    const int* hostInput; ///< [2, numbers], in host memory
    int numbers; ///< of a half
    int* input;
    std::byte* records;
    std::size_t halfBytes;
    unsigned* sequence;
    int* missing;
};

/// One block: the batch from the host's memory. `count`: numbers that this size of batch has at most.
static __global__ void __launch_bounds__(1024) fetchBatch(const BatchArguments a, int count)
{
    waitForPredecessor();
    const unsigned half = *a.sequence & 1U;
    const volatile int* from = a.hostInput + static_cast<std::size_t>(half) * a.numbers;
    for (int i = static_cast<int>(threadIdx.x); i < count; i += static_cast<int>(blockDim.x))
        a.input[i] = from[i];
    if (threadIdx.x == 0) {
        *a.missing = 0;
        auto* record = reinterpret_cast<BatchRecord*>(a.records + half * a.halfBytes);
        tellHost(record->begin, deviceTime());
    }
}

template <typename T>
struct DeliverArguments {
    const int* tokens;
    const int* wanted; ///< not 0: hidden states are wanted
    const unsigned* sequence;
    const T* hidden; ///< [tokens, d]
    int d;
    const int* choice; ///< [layers, choiceStride]
    int layers;
    int choiceStride;
    std::size_t hiddenStride; ///< numbers of a half of hostHidden
    T* hostHidden; ///< [2, hiddenStride], in host memory
    std::uint16_t* hostChoice; ///< [2, layers, choiceStride]
};

/// Answers to the host's memory.
template <typename T>
__global__ void __launch_bounds__(256) deliver(const DeliverArguments<T> a)
{
    waitForPredecessor();
    const std::size_t half = *a.sequence & 1U;
    const int thread = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
    const int threads = static_cast<int>(gridDim.x * blockDim.x);
    const int tokens = *a.tokens;
    std::uint16_t* choice = a.hostChoice + half * a.layers * a.choiceStride;
    for (int i = thread; i < a.layers * tokens; i += threads) {
        const int at = i / tokens * a.choiceStride + i % tokens;
        choice[at] = static_cast<std::uint16_t>(a.choice[at]);
    }
    if (*a.wanted == 0)
        return;
    T* hidden = a.hostHidden + half * a.hiddenStride;
    const std::size_t bytes = static_cast<std::size_t>(tokens) * a.d * sizeof(T);
    const std::size_t packs = bytes / 16;
    for (std::size_t i = thread; i < packs; i += threads)
        reinterpret_cast<uint4*>(hidden)[i] = reinterpret_cast<const uint4*>(a.hidden)[i];
    for (std::size_t i = packs * (16 / sizeof(T)) + thread; i < static_cast<std::size_t>(tokens) * a.d;
         i += threads)
        hidden[i] = a.hidden[i];
}

/// One thread. A batch without tokens is none: that is how a size is tried out before it is captured.
static __global__ void endBatch(const BatchArguments a)
{
    waitForPredecessor();
    if (a.input[0] == 0)
        return;
    const unsigned sequence = *a.sequence;
    auto* record = reinterpret_cast<BatchRecord*>(a.records + (sequence & 1U) * a.halfBytes);
    tellHost(record->missing, static_cast<unsigned>(*a.missing));
    tellHost(record->end, deviceTime());
    *a.sequence = sequence + 1;
    __threadfence_system();
    tellHost(record->done, sequence + 1);
}

} // namespace sida::cuda
