// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experts/hash_table.h"
#include "engine/predictor/causal_network.h"
#include "engine/predictor/network.h"
#include "engine/predictor/top_experts.h"

#include <benchmark/benchmark.h>
#include <numeric>
#include <random>

namespace sida::predictor
{
namespace
{

NetworkWeights randomWeights(const NetworkShape& shape)
{
    std::vector<api::MoeLayerInfo> layers;
    for (std::size_t i = 0; i < shape.experts.size(); ++i)
        layers.push_back({"layer" + std::to_string(i), shape.experts[i]});
    NetworkWeights weights;
    std::mt19937 random(1);
    std::normal_distribution<float> normal(0.0F, 0.08F);
    for (const TensorSlot& slot : tensorSlots(shape, layers, weights)) {
        std::size_t count = 1;
        for (const std::int64_t size : slot.shape)
            count *= static_cast<std::size_t>(size);
        slot.values->resize(count);
        for (float& value : *slot.values)
            value = normal(random);
    }
    return weights;
}

dataset::TokenBatch randomBatch(int rows, int length, int vocabulary)
{
    std::mt19937 random(2);
    dataset::TokenBatch batch;
    batch.rows = rows;
    batch.length = length;
    for (int row = 0; row < rows; ++row) {
        // Like a batch planned by length: the shortest sentence has two thirds of the longest one's tokens.
        batch.lengths.push_back(length - row * length / 3 / rows);
        for (int i = 0; i < length; ++i)
            batch.ids.push_back(static_cast<std::int32_t>(random() % static_cast<unsigned>(vocabulary)));
    }
    return batch;
}

/// Arguments: embedding width, hidden width, experts of a layer, layers, sentences, tokens of the longest
/// sentence, threads.
void predictBatch(benchmark::State& state)
{
    NetworkShape shape;
    shape.embeddingDim = static_cast<int>(state.range(0));
    shape.hiddenDim = static_cast<int>(state.range(1));
    shape.experts.assign(static_cast<std::size_t>(state.range(3)), static_cast<int>(state.range(2)));
    Network network(shape, randomWeights(shape));
    network.useThreads(static_cast<int>(state.range(6)));
    constexpr int kVocabulary = 4000;
    std::vector<float> embeddings(
        static_cast<std::size_t>(kVocabulary) * static_cast<std::size_t>(shape.embeddingDim));
    std::mt19937 random(3);
    std::normal_distribution<float> normal;
    for (float& value : embeddings)
        value = normal(random);
    const auto batch
        = randomBatch(static_cast<int>(state.range(4)), static_cast<int>(state.range(5)), kVocabulary);
    std::size_t tokens = 0;
    for (const int length : batch.lengths)
        tokens += static_cast<std::size_t>(length);
    for (auto step : state) {
        experts::HashTable table;
        table.k = 1;
        table.layers.resize(shape.experts.size());
        for (auto& layer : table.layers) {
            layer.experts.resize(tokens);
            layer.alpha.resize(tokens);
        }
        network.forward(batch, embeddings, [&](auto places, auto logits) {
            fillTable(places, logits, shape.experts, table);
        });
        benchmark::DoNotOptimize(table);
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(tokens));
}

void shapes(benchmark::internal::Benchmark* bench)
{
    bench->ArgNames({"d", "h", "experts", "layers", "rows", "length", "threads"});
    for (const std::int64_t threads : {1, 2}) {
        bench->Args({768, 256, 128, 6, 1, 25, threads});
        bench->Args({768, 256, 128, 6, 64, 25, threads});
        bench->Args({768, 256, 128, 6, 1, 512, threads});
        bench->Args({128, 128, 64, 3, 1, 25, threads});
        bench->Args({128, 128, 64, 3, 16, 25, threads});
        bench->Args({128, 128, 64, 3, 64, 25, threads});
    }
}

/// One step of the causal part after `read` tokens, of so many rows: what a generating decoder waits for.
/// Arguments: embedding width, hidden width, experts of a layer, layers, rows, tokens read before.
void causalStep(benchmark::State& state)
{
    NetworkShape shape;
    shape.embeddingDim = static_cast<int>(state.range(0));
    shape.hiddenDim = static_cast<int>(state.range(1));
    shape.experts.assign(static_cast<std::size_t>(state.range(3)), static_cast<int>(state.range(2)));
    const auto rows = static_cast<std::size_t>(state.range(4));
    const int read = static_cast<int>(state.range(5));
    const CausalNetwork network(shape, {randomWeights(shape), {}});
    constexpr int kVocabulary = 4000;
    std::vector<float> embeddings(
        static_cast<std::size_t>(kVocabulary) * static_cast<std::size_t>(shape.embeddingDim));
    std::mt19937 random(3);
    std::normal_distribution<float> normal;
    for (float& value : embeddings)
        value = normal(random);
    constexpr int kRepeats = 8;
    CausalReader reader(network, static_cast<int>(rows), read + kRepeats);
    const auto batch = randomBatch(static_cast<int>(rows), 25, kVocabulary);
    std::vector<std::size_t> all(rows);
    std::iota(all.begin(), all.end(), std::size_t{0});
    std::vector<std::int32_t> ids(rows);
    experts::HashTable table;
    int position = read + kRepeats;
    for (auto step : state) {
        if (position == read + kRepeats) {
            state.PauseTiming();
            reader.begin(batch, embeddings);
            for (position = 0; position < read; ++position)
                reader.step(all, ids, embeddings);
            state.ResumeTiming();
        }
        for (std::int32_t& id : ids)
            id = static_cast<std::int32_t>(random() % kVocabulary);
        reader.foretellStep(all, ids, embeddings, 1, table);
        ++position;
        benchmark::DoNotOptimize(table);
    }
}
BENCHMARK(causalStep)
    ->ArgNames({"d", "h", "experts", "layers", "rows", "read"})
    ->Args({768, 256, 128, 6, 1, 0})
    ->Args({768, 256, 128, 6, 1, 60})
    ->Args({768, 256, 128, 6, 8, 60})
    ->Args({96, 128, 32, 3, 1, 10})
    ->Args({96, 128, 32, 3, 8, 10})
    ->Unit(benchmark::kMicrosecond);

/// The copy of one expert of base size in float32, beside which a step must be cheap.
void copyExpert(benchmark::State& state)
{
    const std::vector<float> from(static_cast<std::size_t>(state.range(0)), 1.0F);
    std::vector<float> to(from.size());
    for (auto step : state) {
        std::copy(from.begin(), from.end(), to.begin());
        benchmark::DoNotOptimize(to.data());
    }
}
BENCHMARK(copyExpert)->Arg(2 * 768 * 3072)->Arg(2 * 96 * 192)->Unit(benchmark::kMicrosecond);

BENCHMARK(predictBatch)->Apply(shapes)->UseRealTime()->Unit(benchmark::kMicrosecond);

} // namespace
} // namespace sida::predictor
