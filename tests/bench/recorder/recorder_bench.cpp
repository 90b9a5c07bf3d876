// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/profile/recorder.h"

#include <benchmark/benchmark.h>

namespace
{

using sida::profile::Recorder;

constexpr std::uint32_t kRoom = 1 << 16;

/// What one event costs the thread that records it; taking the events out again is not counted.
template <typename Row>
void recordOne(benchmark::State& state)
{
    Recorder recorder(state.range(0) != 0, kRoom);
    Recorder::Producer& producer = recorder.addProducer("bench");
    Row row{};
    while (state.KeepRunningBatch(kRoom)) {
        for (std::uint32_t i = 0; i < kRoom; ++i) {
            row.batch = i;
            producer.record(row);
        }
        state.PauseTiming();
        benchmark::DoNotOptimize(recorder.drain());
        state.ResumeTiming();
    }
    state.counters["dropped"] = static_cast<double>(recorder.dropped());
}

void drainAll(benchmark::State& state)
{
    Recorder recorder(true, kRoom);
    Recorder::Producer& producer = recorder.addProducer("bench");
    while (state.KeepRunningBatch(kRoom)) {
        state.PauseTiming();
        for (std::uint32_t i = 0; i < kRoom; ++i)
            producer.record(
                sida::api::UseRow{i / 64, {0, static_cast<std::uint16_t>(i % 64)}, 1, 1, {}, 0, i});
        state.ResumeTiming();
        benchmark::DoNotOptimize(recorder.drain());
    }
}

BENCHMARK(recordOne<sida::api::UseRow>)->ArgName("enabled")->Arg(1)->Arg(0);
BENCHMARK(recordOne<sida::api::TransferRow>)->ArgName("enabled")->Arg(1);
BENCHMARK(drainAll);

} // namespace

BENCHMARK_MAIN();
