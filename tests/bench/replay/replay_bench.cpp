// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How long it takes to replay a recording of a million uses under forty configurations, and to read the trace
// from it. Usage: replay_bench [uses, by default 1000000] [threads, by default all]
#include "engine/replay/replay.h"
#include "engine/replay/trace.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fmt/format.h>
#include <random>

namespace
{

using namespace sida;

/// Six layers of 128 experts as a trained model uses them for sentences of 25 tokens: some 20 experts a
/// layer, a few often and many seldom; nine of ten predictions come true.
api::Recording record(std::size_t uses)
{
    constexpr int kLayers = 6;
    constexpr int kExperts = 128;
    constexpr int kTokens = 25;
    constexpr Nanoseconds kLayer = 130'000;
    api::Recording recording;
    api::RunHeader& header = recording.header;
    header.policy = api::Policy::sida;
    header.expertBytes = 9'437'184;
    header.expertsPerLayer.assign(kLayers, kExperts);
    header.residentBytes = header.expertBytes * kLayers * kExperts;
    header.lookahead = 8;
    std::mt19937 random(7);
    std::exponential_distribution<double> rank(1.0 / 30);
    Nanoseconds now = 0;
    api::RecordingChunk& rows = recording.rows;
    rows.memory.emplace_back();
    while (rows.uses.size() < uses) {
        const auto batch = static_cast<std::uint32_t>(rows.batches.size());
        api::BatchRow row{batch, now, 0, 1, kTokens, now};
        for (std::uint16_t layer = 0; layer < kLayers; ++layer) {
            std::vector<std::uint32_t> routed(kExperts);
            std::vector<std::uint32_t> predicted(kExperts);
            const auto draw
                = [&] { return (static_cast<std::size_t>(rank(random)) + 31U * layer) % kExperts; };
            for (int token = 0; token < kTokens; ++token) {
                const std::size_t expert = draw();
                ++routed[expert];
                ++predicted[random() % 10 == 0 ? draw() : expert];
            }
            for (std::uint16_t expert = 0; expert < kExperts; ++expert) {
                if (routed[expert] == 0 && predicted[expert] == 0)
                    continue;
                api::UseRow use;
                use.batch = batch;
                use.key = {layer, expert};
                use.routed = routed[expert];
                use.predicted = predicted[expert];
                use.used = now;
                rows.uses.push_back(use);
            }
            rows.layers.push_back({batch, layer, now, now + kLayer});
            now += kLayer;
        }
        row.end = now;
        rows.batches.push_back(row);
        rows.hashBuilds.push_back({batch, 0, 50'000});
    }
    rows.transfers.push_back({{0, 0}, api::TransferKind::prefetch, 0, 0, header.expertBytes, 0, 0, 180'000});
    return recording;
}

double secondsSince(std::chrono::steady_clock::time_point begin)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

} // namespace

int main(int count, char** values)
{
    const std::size_t uses = count > 1 ? std::strtoull(values[1], nullptr, 10) : 1'000'000;
    const api::Recording recording = record(uses);
    fmt::print("{} rows of uses, {} batches\n", recording.rows.uses.size(), recording.rows.batches.size());
    auto begin = std::chrono::steady_clock::now();
    if (const auto trace = replay::traceOf(recording); !trace)
        return 1;
    fmt::print("trace read in {:.2f} s\n", secondsSince(begin));
    api::ReplayOptions options;
    options.threads = count > 2 ? std::atoi(values[2]) : 0;
    // Eight configurations that depend on the budget, five budgets.
    for (const char* policy : {"on-demand", "sida"}) {
        const auto named = api::parseReplayConfigurations(policy);
        options.configurations.insert(options.configurations.end(), named->begin(), named->end());
    }
    for (const double share : {0.1, 0.2, 0.4, 0.6, 0.8})
        options.budgets.push_back(units::Budget::ofShare(share));
    begin = std::chrono::steady_clock::now();
    const auto result = replay::replay(recording, options, {}, {});
    if (!result) {
        fmt::print(stderr, "{}\n", result.error().message);
        return 1;
    }
    std::size_t played = 0;
    for (const api::ReplayCurve& curve : result->curves)
        played += curve.points.size();
    fmt::print("{} configurations replayed in {:.2f} s, with the reading\n", played, secondsSince(begin));
    for (const api::ReplayCurve& curve : result->curves) {
        fmt::print("  {:<20}", api::name(curve.configuration));
        for (const api::ReplayPoint& point : curve.points)
            fmt::print(" {:5.1f} %", 100 * point.hitRate());
        fmt::print("\n");
    }
    return 0;
}
