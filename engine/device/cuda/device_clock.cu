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

/// Memory that both see, for as long as it is held.
class PinnedScope
{
public:
    ~PinnedScope()
    {
        if (memory)
            (void)cudaFreeHost(memory);
    }
    Status take()
    {
        return checked(
            cudaHostAlloc(reinterpret_cast<void**>(&memory), sizeof(Pinned), cudaHostAllocMapped),
            "pinned host memory");
    }
    Pinned* memory = nullptr;
};

} // namespace

Result<ClockPair> compareClocks()
{
    PinnedScope pinned;
    SIDA_TRY(pinned.take());
    *pinned.memory = {};
    cudaStream_t stream = nullptr;
    SIDA_TRY(checked(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "making a stream"));
    answer<<<1, 1, 0, stream>>>(&pinned.memory->asked, pinned.memory->times);
    ClockPair best;
    best.uncertainty = std::numeric_limits<std::int64_t>::max();
    Status status = checked(cudaGetLastError(), "comparing clocks");
    for (int round = 1; status && round <= kRounds; ++round) {
        const Nanoseconds begin = monotonicNow();
        __atomic_store_n(&pinned.memory->asked, round, __ATOMIC_RELEASE);
        std::uint64_t time = 0;
        Nanoseconds end = begin;
        while (time == 0 && end - begin < 1'000'000'000) {
            time = __atomic_load_n(&pinned.memory->times[round - 1], __ATOMIC_ACQUIRE);
            end = monotonicNow();
        }
        if (time == 0)
            status = failure(ErrorKind::internal, "the device did not tell the time");
        else if ((end - begin) / 2 < best.uncertainty)
            best = {begin + (end - begin) / 2, time, (end - begin) / 2};
    }
    __atomic_store_n(&pinned.memory->asked, kRounds, __ATOMIC_RELEASE);
    const Status ended = checked(cudaStreamSynchronize(stream), "comparing clocks");
    (void)cudaStreamDestroy(stream);
    SIDA_TRY(status);
    SIDA_TRY(ended);
    return best;
}

Result<std::uint64_t> deviceTimeOfEvent(cudaStream_t stream, cudaEvent_t event)
{
    PinnedScope pinned;
    SIDA_TRY(pinned.take());
    std::uint64_t middle = 0;
    // The last of several is the event's own; by then nothing is done for the first time.
    for (int round = 0; round < 4; ++round) {
        tellTime<<<1, 1, 0, stream>>>(&pinned.memory->times[0]);
        SIDA_TRY(checked(cudaEventRecord(event, stream), "comparing clocks"));
        tellTime<<<1, 1, 0, stream>>>(&pinned.memory->times[1]);
        SIDA_TRY(checked(cudaStreamSynchronize(stream), "comparing clocks"));
        const std::uint64_t first = pinned.memory->times[0];
        middle = first + (pinned.memory->times[1] - first) / 2;
    }
    return middle;
}

} // namespace sida::cuda
