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

/// Answers each number that the host writes with the time.
__global__ void answer(const volatile int* asked, volatile std::uint64_t* times)
{
    for (int round = 1; round <= kRounds; ++round) {
        for (int i = 0; *asked < round && i < 1'000'000; ++i) { }
        std::uint64_t time;
        asm volatile("mov.u64 %0, %globaltimer;" : "=l"(time));
        times[round - 1] = time;
        __threadfence_system();
    }
}

struct Pinned {
    std::uint64_t times[kRounds];
    int asked;
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

Result<ClockPair> compareClocks()
{
    SIDA_TRY_ASSIGN(const Means means, cuda::means());
    *means.memory = {};
    answer<<<1, 1, 0, means.stream>>>(&means.memory->asked, means.memory->times);
    ClockPair best;
    best.uncertainty = std::numeric_limits<std::int64_t>::max();
    Status status = checked(cudaGetLastError(), "comparing clocks");
    for (int round = 1; status && round <= kRounds; ++round) {
        const Nanoseconds begin = monotonicNow();
        __atomic_store_n(&means.memory->asked, round, __ATOMIC_RELEASE);
        std::uint64_t time = 0;
        Nanoseconds end = begin;
        while (time == 0 && end - begin < 1'000'000'000) {
            time = __atomic_load_n(&means.memory->times[round - 1], __ATOMIC_ACQUIRE);
            end = monotonicNow();
        }
        if (time == 0)
            status = failure(ErrorKind::internal, "the device did not tell the time");
        else if ((end - begin) / 2 < best.uncertainty)
            best = {begin + (end - begin) / 2, time, (end - begin) / 2};
    }
    __atomic_store_n(&means.memory->asked, kRounds, __ATOMIC_RELEASE);
    const Status ended = checked(cudaStreamSynchronize(means.stream), "comparing clocks");
    SIDA_TRY(status);
    SIDA_TRY(ended);
    return best;
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
