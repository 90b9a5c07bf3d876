// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What each eviction policy makes of a recorded trace, as a table: hit rate and experts copied a batch, for
// three budgets, predictors of different quality and windows, without and with prefetching.
//
//     eviction_bench [TRACE.safetensors]
#include "tests/support/use_trace.h"

#include <fmt/format.h>
#include <string>

namespace
{

using namespace sida;
using experts::SimulationOptions;

/// Slots of switch-base-128 at 10, 20 and 40 % of what policy `resident` needs.
constexpr std::pair<const char*, int> kBudgets[] = {{"10 %", 53}, {"20 %", 131}, {"40 %", 289}};
constexpr int kWindows[] = {1, 2, 4, 8, 16};
/// Copies that the bus makes while one layer computes.
constexpr int kBusWithPrefetch = 6;

void row(const std::string& name, const experts::UseTrace& trace, SimulationOptions options)
{
    fmt::print("{:<34}", name);
    for (const auto& [budget, slots] : kBudgets) {
        options.slots = slots;
        const experts::SimulatedRun run = experts::simulateCache(trace, options);
        fmt::print(
            "  {:5.1f} %{:7.1f}{:6.1f}", 100 * run.hitRate(),
            static_cast<double>(run.copies) / static_cast<double>(trace.uses.size()),
            static_cast<double>(run.wasted) / static_cast<double>(trace.uses.size()));
    }
    fmt::print("\n");
}

} // namespace

int main(int argc, char** argv)
{
    const std::string file
        = argc > 1 ? argv[1] : SIDA_SOURCE_DIR "/tests/fixtures/traces/zipf_1x25.safetensors";
    fmt::print("{}\nhits, experts copied a batch, of these never used\n{:<34}", file, "");
    for (const auto& [budget, slots] : kBudgets)
        fmt::print("  {:<20}", fmt::format("{} ({} slots)", budget, slots));
    fmt::print("\n");

    const experts::UseTrace untold = test::readUseTrace(file, "");
    for (const api::Eviction eviction :
         {api::Eviction::fifo, api::Eviction::lru, api::Eviction::lfru, api::Eviction::lookahead})
        row(fmt::format("{}, no tables", api::name(eviction)), untold, {eviction});
    for (const char* told : {"lstm", "shadow", "routed"}) {
        const experts::UseTrace trace = test::readUseTrace(file, told);
        const std::string predictor = told == std::string("routed") ? "always right" : told;
        for (const int window : kWindows)
            row(fmt::format("lookahead, {}, window {}", predictor, window), trace,
                {api::Eviction::lookahead, 2, window});
        for (const int window : kWindows)
            row(fmt::format("  and prefetching, window {}", window), trace,
                {api::Eviction::lookahead, 2, window, kBusWithPrefetch});
    }
    row("Belady (the whole trace known)", test::readUseTrace(file, "routed"),
        {api::Eviction::lookahead, 2, static_cast<int>(untold.uses.size())});
    return 0;
}
