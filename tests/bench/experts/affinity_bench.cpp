// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the order of the batches saves: bytes copied for a sample in the dataset's order, by length and by
// affinity, under a budget of 20 %.
//
//     affinity_bench [MODEL DATASET PREDICTOR [LIMIT]]
//
// First the recorded trace of a model of switch-base-128's layout is played against the simulated cache, for
// predictors of different quality; then, with a model, the real engine runs its dataset in each order.
#include "engine/experts/affinity_order.h"
#include "engine/runtime/create_engine.h"
#include "tests/support/use_trace.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <map>
#include <numeric>
#include <string>

namespace
{

using namespace sida;
using experts::AffinityOrder;

constexpr int kSlots = 131; ///< of switch-base-128 at 20 % of what policy `resident` needs
constexpr int kLookahead = 8;

/// The sentences of a trace with `batchSize` of them in a batch; the batches hold the sentences' numbers.
experts::UseTrace joined(const experts::UseTrace& trace, const std::vector<std::vector<std::size_t>>& batches)
{
    experts::UseTrace result;
    result.expertsPerLayer = trace.expertsPerLayer;
    for (const auto& batch : batches) {
        auto& uses = result.uses.emplace_back();
        experts::HashTable& table = result.tables.emplace_back();
        table.batch = static_cast<std::uint32_t>(result.tables.size() - 1);
        for (std::size_t layer = 0; layer < trace.expertsPerLayer.size(); ++layer) {
            std::map<std::uint16_t, std::uint32_t> rows;
            experts::LayerTable& told = table.layers.emplace_back();
            for (const std::size_t sentence : batch) {
                for (const experts::ActiveExpert& use : trace.uses[sentence][layer])
                    rows[use.expert] += use.rows;
                const auto& own = trace.tables[sentence].layers[layer].experts;
                told.experts.insert(told.experts.end(), own.begin(), own.end());
            }
            auto& active = uses.emplace_back();
            for (const auto& [expert, count] : rows)
                active.push_back({expert, count});
            countPredicted(told, trace.expertsPerLayer[layer]);
        }
    }
    return result;
}

std::vector<std::vector<std::size_t>> inOrder(std::size_t sentences, std::size_t batchSize)
{
    std::vector<std::vector<std::size_t>> batches;
    for (std::size_t i = 0; i < sentences; ++i) {
        if (i % batchSize == 0)
            batches.emplace_back();
        batches.back().push_back(i);
    }
    return batches;
}

std::vector<std::vector<std::size_t>>
byAffinity(const experts::UseTrace& trace, std::size_t batchSize, int window)
{
    const int experts = std::accumulate(trace.expertsPerLayer.begin(), trace.expertsPerLayer.end(), 0);
    AffinityOrder order({experts, kSlots, static_cast<int>(batchSize), 2 * window});
    std::vector<std::size_t> sentences;
    std::vector<AffinityOrder::Waiting> waiting;
    std::vector<std::vector<std::size_t>> batches;
    std::size_t next = 0;
    while (true) {
        while (next < trace.tables.size() && waiting.size() < batchSize * static_cast<std::size_t>(window)) {
            AffinityOrder::Waiting sample;
            sample.since = order.batches();
            int first = 0;
            for (std::size_t layer = 0; layer < trace.expertsPerLayer.size(); ++layer) {
                for (const auto& count : trace.tables[next].layers[layer].predicted)
                    sample.experts.push_back(first + count.expert);
                first += trace.expertsPerLayer[layer];
            }
            waiting.push_back(std::move(sample));
            sentences.push_back(next++);
        }
        if (waiting.empty())
            return batches;
        const auto chosen = order.choose(waiting);
        auto& batch = batches.emplace_back();
        for (const std::size_t place : chosen)
            batch.push_back(sentences[place]);
        for (auto place = chosen.rbegin(); place != chosen.rend(); ++place) {
            waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(*place));
            sentences.erase(sentences.begin() + static_cast<std::ptrdiff_t>(*place));
        }
    }
}

void simulate()
{
    const std::string file = SIDA_SOURCE_DIR "/tests/fixtures/traces/zipf_1x25.safetensors";
    fmt::print(
        "simulated: switch-base-128's layout, {} slots (20 %), experts copied for a sentence\n"
        "{:<14}{:>7}{:>8}{:<12}{:>9}{:>10}{:>8}\n",
        kSlots, "predictor", "batch", "window", "  eviction", "dataset", "affinity", "ratio");
    for (const char* predictor : {"lstm", "shadow", "routed"}) {
        const experts::UseTrace trace = test::readUseTrace(file, predictor);
        const auto sentences = static_cast<double>(trace.uses.size());
        for (const std::size_t batchSize : {1U, 4U, 8U}) {
            for (const int window : {4, 8, 16}) {
                for (const api::Eviction eviction : {api::Eviction::lru, api::Eviction::lookahead}) {
                    const auto copies = [&](const std::vector<std::vector<std::size_t>>& batches) {
                        experts::SimulationOptions options{eviction, kSlots, kLookahead};
                        return static_cast<double>(simulateCache(joined(trace, batches), options).copies)
                            / sentences;
                    };
                    const double dataset = copies(inOrder(trace.uses.size(), batchSize));
                    const double affinity = copies(byAffinity(trace, batchSize, window));
                    fmt::print(
                        "{:<14}{:>7}{:>8}  {:<10}{:>9.1f}{:>10.1f}{:>8.3f}\n",
                        predictor == std::string("routed") ? "always right" : predictor, batchSize, window,
                        api::name(eviction), dataset, affinity, affinity / dataset);
                }
            }
        }
    }
}

template <typename T>
T must(Result<T> result)
{
    if (!result) {
        fmt::print(stderr, "{}\n", result.error().message);
        std::exit(2);
    }
    return std::move(*result);
}

void measure(char** files, std::uint64_t limit)
{
    const auto engine = runtime::createEngine();
    must(engine->loadModel(files[0], {}, {}));
    api::DatasetOptions data;
    data.limit = limit;
    const api::DatasetInfo dataset = must(engine->loadDataset(files[1], data, {}, {}));
    must(engine->loadPredictor(files[2]));
    fmt::print(
        "\nmeasured: {}, {} samples, budget 20 %, bytes copied in "
        "MiB\n{:<11}{:<11}{:>6}{:>11}{:>11}{:>11}{:>22}\n",
        files[0], dataset.samples, "policy", "eviction", "batch", "length", "dataset", "affinity",
        "affinity / dataset");
    for (const auto& [policy, eviction] :
         {std::pair(api::Policy::onDemand, api::Eviction::lru),
          std::pair(api::Policy::sida, api::Eviction::lookahead)}) {
        for (const int batchSize : {1, 4, 8, 32}) {
            std::map<api::BatchOrder, double> moved;
            for (const auto order :
                 {api::BatchOrder::length, api::BatchOrder::dataset, api::BatchOrder::affinity}) {
                api::RunOptions options;
                options.policy = policy;
                options.eviction = eviction;
                options.budget = units::Budget::ofShare(0.2);
                options.batchSize = batchSize;
                options.order = order;
                moved[order] = static_cast<double>(must(engine->run(options, {}, {})).figures.transferBytes)
                    / static_cast<double>(units::kMiB);
            }
            fmt::print(
                "{:<11}{:<11}{:>6}{:>11.0f}{:>11.0f}{:>11.0f}{:>22.3f}\n", api::name(policy),
                api::name(eviction), batchSize, moved[api::BatchOrder::length],
                moved[api::BatchOrder::dataset], moved[api::BatchOrder::affinity],
                moved[api::BatchOrder::affinity] / moved[api::BatchOrder::dataset]);
        }
    }
}

} // namespace

int main(int argc, char** argv)
{
    simulate();
    if (argc > 3)
        measure(argv + 1, argc > 4 ? std::strtoull(argv[4], nullptr, 10) : 0);
    return 0;
}
