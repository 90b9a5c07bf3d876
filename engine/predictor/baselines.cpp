// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/clock.h"
#include "engine/predictor/evaluation.h"
#include "engine/predictor/top_experts.h"

#include <algorithm>
#include <memory>
#include <random>
#include <unordered_map>

namespace sida::predictor
{

namespace
{

constexpr std::size_t kMost = 3;

/// As many guesses as the smallest layer has experts, at most three.
std::size_t guesses(const RoutingTrace& trace)
{
    const int fewest = *std::min_element(trace.experts.begin(), trace.experts.end());
    return std::min(kMost, static_cast<std::size_t>(fewest));
}

experts::HashTable emptyTable(const RoutingTrace& trace, std::size_t batch, std::size_t k)
{
    experts::HashTable table;
    table.batch = static_cast<std::uint32_t>(batch);
    table.k = static_cast<int>(k);
    for (const auto& layer : trace.batches[batch]) {
        table.tokens = static_cast<int>(layer.size());
        table.layers.emplace_back().experts.reserve(layer.size() * k);
    }
    return table;
}

/// The experts with the largest counts, the lower number among equals.
std::vector<std::uint16_t> largest(const std::vector<float>& counts, std::size_t k)
{
    std::vector<std::uint16_t> best(k);
    topIndices(counts, best);
    return best;
}

/// The same guesses for every token of a layer.
experts::HashTable
repeated(const RoutingTrace& trace, std::size_t batch, const std::vector<std::vector<std::uint16_t>>& guess)
{
    experts::HashTable table = emptyTable(trace, batch, guess.front().size());
    for (std::size_t l = 0; l < table.layers.size(); ++l)
        for (std::size_t token = 0; token < trace.batches[batch][l].size(); ++token)
            table.layers[l].experts.insert(table.layers[l].experts.end(), guess[l].begin(), guess[l].end());
    return table;
}

std::vector<std::vector<std::uint16_t>> mostFrequent(const RoutingTrace& trace, const Capture& training)
{
    std::vector<std::vector<std::uint16_t>> best;
    for (const Capture::Layer& layer : training.layers) {
        std::vector<float> counts(static_cast<std::size_t>(layer.experts));
        for (std::uint64_t token = 0; token < training.tokens(); ++token)
            ++counts[layer.indices[token * static_cast<std::uint64_t>(layer.top)]];
        best.push_back(largest(counts, guesses(trace)));
    }
    return best;
}

/// Per token id the experts it went to in the training set, most often first, filled up with the most
/// frequent ones of all.
using TokenTable = std::unordered_map<std::int32_t, std::vector<std::uint16_t>>;

TokenTable tokenTable(
    const dataset::Dataset& data, const Capture& training, std::size_t l,
    const std::vector<std::uint16_t>& otherwise)
{
    const Capture::Layer& layer = training.layers[l];
    std::unordered_map<std::int32_t, std::unordered_map<std::uint16_t, std::uint32_t>> counts;
    for (std::size_t sample = 0; sample < data.samples.size(); ++sample) {
        std::uint64_t token = training.firstToken[sample];
        for (const std::int32_t id : data.samples[sample].ids)
            ++counts[id][layer.indices[token++ * static_cast<std::uint64_t>(layer.top)]];
    }
    TokenTable table;
    for (const auto& [id, experts] : counts) {
        std::vector<std::pair<std::uint16_t, std::uint32_t>> order(experts.begin(), experts.end());
        std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
            return a.second != b.second ? a.second > b.second : a.first < b.first;
        });
        std::vector<std::uint16_t>& best = table[id];
        for (std::size_t i = 0; i < std::min(order.size(), otherwise.size()); ++i)
            best.push_back(order[i].first);
        for (const std::uint16_t expert : otherwise)
            if (best.size() < otherwise.size() && std::find(best.begin(), best.end(), expert) == best.end())
                best.push_back(expert);
    }
    return table;
}

} // namespace

Guess guessByChance(const RoutingTrace& trace, std::uint64_t seed)
{
    auto random = std::make_shared<std::mt19937_64>(seed);
    return [&trace, random](std::size_t batch) -> Result<std::optional<experts::HashTable>> {
        const std::size_t k = guesses(trace);
        experts::HashTable table = emptyTable(trace, batch, k);
        for (std::size_t l = 0; l < table.layers.size(); ++l) {
            auto& chosen = table.layers[l].experts;
            for (std::size_t token = 0; token < trace.batches[batch][l].size(); ++token)
                for (std::size_t begin = chosen.size(); chosen.size() < begin + k;) {
                    const auto expert = static_cast<std::uint16_t>(
                        (*random)() % static_cast<std::uint64_t>(trace.experts[l]));
                    if (std::find(chosen.begin() + static_cast<std::ptrdiff_t>(begin), chosen.end(), expert)
                        == chosen.end())
                        chosen.push_back(expert);
                }
        }
        return std::optional(std::move(table));
    };
}

Guess guessMostFrequent(const RoutingTrace& trace, const Capture& training)
{
    return [&trace, best = mostFrequent(trace, training)](
               std::size_t batch) -> Result<std::optional<experts::HashTable>> {
        return std::optional(repeated(trace, batch, best));
    };
}

Guess guessPreviousBatch(const RoutingTrace& trace)
{
    return [&trace](std::size_t batch) -> Result<std::optional<experts::HashTable>> {
        if (batch == 0)
            return std::nullopt;
        std::vector<std::vector<std::uint16_t>> best;
        for (std::size_t l = 0; l < trace.experts.size(); ++l) {
            std::vector<float> counts(static_cast<std::size_t>(trace.experts[l]));
            for (const std::uint16_t expert : trace.batches[batch - 1][l])
                ++counts[expert];
            best.push_back(largest(counts, guesses(trace)));
        }
        experts::HashTable table = repeated(trace, batch, best);
        for (std::size_t l = 0; l < table.layers.size(); ++l) {
            experts::LayerTable before;
            before.experts = trace.batches[batch - 1][l];
            experts::countPredicted(before, trace.experts[l]);
            table.layers[l].predicted = std::move(before.predicted);
        }
        return std::optional(std::move(table));
    };
}

Guess guessByTokenId(
    const RoutingTrace& trace, const dataset::Dataset& data,
    const std::vector<std::vector<std::uint64_t>>& plan, const dataset::Dataset& trainingData,
    const Capture& training)
{
    auto otherwise = mostFrequent(trace, training);
    std::vector<TokenTable> tables;
    for (std::size_t l = 0; l < trace.experts.size(); ++l)
        tables.push_back(tokenTable(trainingData, training, l, otherwise[l]));
    return [&trace, &data, &plan, tables = std::move(tables), otherwise = std::move(otherwise)](
               std::size_t batch) -> Result<std::optional<experts::HashTable>> {
        experts::HashTable table = emptyTable(trace, batch, otherwise.front().size());
        for (std::size_t l = 0; l < tables.size(); ++l)
            for (const std::uint64_t sample : plan[batch])
                for (const std::int32_t id : data.samples[sample].ids) {
                    const auto known = tables[l].find(id);
                    const auto& best = known == tables[l].end() ? otherwise[l] : known->second;
                    table.layers[l].experts.insert(table.layers[l].experts.end(), best.begin(), best.end());
                }
        return std::optional(std::move(table));
    };
}

Guess guessTruth(const RoutingTrace& trace)
{
    return [&trace](std::size_t batch) -> Result<std::optional<experts::HashTable>> {
        experts::HashTable table = emptyTable(trace, batch, 1);
        for (std::size_t l = 0; l < table.layers.size(); ++l)
            table.layers[l].experts = trace.batches[batch][l];
        return std::optional(std::move(table));
    };
}

Guess guessByPredictor(
    const Predictor& predictor, const model::Model& model, const dataset::Dataset& data,
    const std::vector<std::vector<std::uint64_t>>& plan, double& seconds)
{
    return [&predictor, &model, &data, &plan,
            &seconds](std::size_t batch) -> Result<std::optional<experts::HashTable>> {
        int k = static_cast<int>(kMost);
        for (const api::MoeLayerInfo& layer : predictor.info().moeLayers)
            k = std::min(k, layer.experts);
        const Nanoseconds begin = monotonicNow();
        SIDA_TRY_ASSIGN(
            experts::HashTable table,
            predictor.predict(
                dataset::makeBatch(data.samples, plan[batch], static_cast<std::uint32_t>(batch)),
                model.embeddings(), k));
        seconds += static_cast<double>(monotonicNow() - begin) / 1e9;
        for (experts::LayerTable& layer : table.layers)
            layer.predicted.clear(); // of all guesses, whereas the first ones are to be fetched
        return std::optional(std::move(table));
    };
}

} // namespace sida::predictor
