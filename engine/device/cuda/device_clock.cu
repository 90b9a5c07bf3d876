// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/device/cuda/device_clock.h"

#include "engine/base/clock.h"

#include <algorithm>
#include <limits>

namespace sida::cuda
{

namespace
{

__global__ void tellTime(std::uint64_t* to)
{
    std::uint64_t time;
    asm volatile("mov.u64 %0, %globaltimer;" : "=l"(time));
    *to = time;
}

constexpr int kRounds = 32;
constexpr Nanoseconds kPatience = 2'000'000; ///< for an answer of a device that listens

/// Answers each number that the host writes with the time.
__global__ void answer(const volatile int* asked, volatile int* listening, volatile std::uint64_t* times)
{
    *listening = 1;
    __threadfence_system();
    for (int round = 1; round <= kRounds; ++round) {
        for (int i = 0; *asked < round; ++i)
            if (i > 1'000'000) // nobody is there
                return;
        std::uint64_t time;
        asm volatile("mov.u64 %0, %globaltimer;" : "=l"(time));
        times[round - 1] = time;
        __threadfence_system();
    }
}

struct Pinned {
    std::uint64_t times[kRounds];
    int asked;
    int listening;
};

/// What comparing takes, made once: making it anew would wait for the device.
struct Means {
    Pinned* memory = nullptr;
    cudaStream_t stream = nullptr;
};

Result<Means> means()
{
    static const Result<Means> made = []() -> Result<Means> {
        Means means;
        SIDA_TRY(checked(
            cudaHostAlloc(reinterpret_cast<void**>(&means.memory), sizeof(Pinned), cudaHostAllocMapped),
            "pinned host memory"));
        SIDA_TRY(checked(cudaStreamCreateWithFlags(&means.stream, cudaStreamNonBlocking), "making a stream"));
        return means;
    }();
    return made;
}

} // namespace

Status beginComparison()
{
    SIDA_TRY_ASSIGN(const Means means, cuda::means());
    __atomic_store_n(&means.memory->asked, kRounds, __ATOMIC_RELEASE); // one that nobody waited for
    SIDA_TRY(checked(cudaStreamSynchronize(means.stream), "comparing clocks"));
    *means.memory = {};
    answer<<<1, 1, 0, means.stream>>>(&means.memory->asked, &means.memory->listening, means.memory->times);
    return checked(cudaGetLastError(), "comparing clocks");
}

Result<std::optional<ClockPair>> comparison()
{
    SIDA_TRY_ASSIGN(const Means means, cuda::means());
    if (__atomic_load_n(&means.memory->listening, __ATOMIC_ACQUIRE) == 0)
        return std::nullopt;
    ClockPair best;
    best.uncertainty = std::numeric_limits<std::int64_t>::max();
    for (int round = 1; round <= kRounds; ++round) {
        const Nanoseconds begin = monotonicNow();
        __atomic_store_n(&means.memory->asked, round, __ATOMIC_RELEASE);
        std::uint64_t time = 0;
        Nanoseconds end = begin;
        while (time == 0 && end - begin < kPatience) {
            time = __atomic_load_n(&means.memory->times[round - 1], __ATOMIC_ACQUIRE);
            end = monotonicNow();
        }
        if (time == 0) { // it has listened for too long, and gone
            SIDA_TRY(beginComparison());
            return std::nullopt;
        }
        if ((end - begin) / 2 < best.uncertainty)
            best = {begin + (end - begin) / 2, time, (end - begin) / 2};
    }
    return best;
}

Result<ClockPair> compareClocks()
{
    SIDA_TRY(beginComparison());
    const Nanoseconds begin = monotonicNow();
    while (monotonicNow() - begin < 5'000'000'000) {
        SIDA_TRY_ASSIGN(const std::optional<ClockPair> pair, comparison());
        if (pair)
            return *pair;
    }
    return failure(ErrorKind::internal, "the device does not tell the time");
}

Result<std::uint64_t> deviceTimeOfEvent(cudaStream_t stream, cudaEvent_t event)
{
    SIDA_TRY_ASSIGN(const Means means, cuda::means());
    std::uint64_t* times = means.memory->times;
    std::uint64_t middle = 0;
    // The last of several is the event's own; by then nothing is done for the first time.
    for (int round = 0; round < 4; ++round) {
        tellTime<<<1, 1, 0, stream>>>(&times[0]);
        SIDA_TRY(checked(cudaEventRecord(event, stream), "comparing clocks"));
        tellTime<<<1, 1, 0, stream>>>(&times[1]);
        SIDA_TRY(checked(cudaStreamSynchronize(stream), "comparing clocks"));
        middle = times[0] + (times[1] - times[0]) / 2;
    }
    return middle;
}

} // namespace sida::cuda
