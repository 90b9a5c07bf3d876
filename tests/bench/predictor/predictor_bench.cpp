// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experts/hash_table.h"
#include "engine/predictor/network.h"
#include "engine/predictor/top_experts.h"

#include <benchmark/benchmark.h>
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

BENCHMARK(predictBatch)->Apply(shapes)->UseRealTime()->Unit(benchmark::kMicrosecond);

} // namespace
} // namespace sida::predictor
