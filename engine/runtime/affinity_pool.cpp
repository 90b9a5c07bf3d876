// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/affinity_pool.h"

#include <algorithm>
#include <utility>

namespace sida::runtime
{

namespace
{

template <typename T>
void removeAt(std::vector<T>& values, const std::vector<std::size_t>& places)
{
    std::size_t kept = 0;
    auto next = places.begin();
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (next != places.end() && *next == i)
            ++next;
        else if (kept++ != i)
            values[kept - 1] = std::move(values[i]);
    }
    values.erase(values.begin() + static_cast<std::ptrdiff_t>(kept), values.end());
}

} // namespace

AffinityPool::AffinityPool(std::vector<int> expertsPerLayer, const experts::AffinityOrder::Options& options)
    : m_expertsPerLayer(std::move(expertsPerLayer))
    , m_order(options)
{
}

void AffinityPool::add(const dataset::TokenBatch& batch, const experts::HashTable& table)
{
    m_topK = table.k;
    const auto k = static_cast<std::size_t>(table.k);
    std::size_t firstToken = 0;
    for (std::size_t row = 0; row < batch.samples.size(); ++row) {
        const auto tokens = static_cast<std::size_t>(batch.lengths[row]);
        const auto ids
            = batch.ids.begin() + static_cast<std::ptrdiff_t>(row * static_cast<std::size_t>(batch.length));
        Sample sample;
        sample.index = batch.samples[row];
        sample.tokens.ids.assign(ids, ids + static_cast<std::ptrdiff_t>(tokens));
        sample.tokens.label = batch.labels[row];
        sample.tokens.target = batch.targets[row];
        experts::AffinityOrder::Waiting waiting;
        waiting.since = m_order.batches();
        int firstExpert = 0;
        for (std::size_t layer = 0; layer < table.layers.size(); ++layer) {
            const experts::LayerTable& from = table.layers[layer];
            const auto begin = static_cast<std::ptrdiff_t>(firstToken * k);
            const auto end = static_cast<std::ptrdiff_t>((firstToken + tokens) * k);
            sample.layers.push_back(
                {{from.experts.begin() + begin, from.experts.begin() + end},
                 {from.alpha.begin() + begin, from.alpha.begin() + end}});
            const std::size_t known = waiting.experts.size();
            for (const std::uint16_t expert : sample.layers.back().experts)
                waiting.experts.push_back(firstExpert + expert);
            const auto ofLayer = waiting.experts.begin() + static_cast<std::ptrdiff_t>(known);
            std::sort(ofLayer, waiting.experts.end());
            waiting.experts.erase(std::unique(ofLayer, waiting.experts.end()), waiting.experts.end());
            firstExpert += m_expertsPerLayer[layer];
        }
        m_samples.push_back(std::move(sample));
        m_waiting.push_back(std::move(waiting));
        firstToken += tokens;
    }
}

AffinityPool::Chosen AffinityPool::take()
{
    const std::vector<std::size_t> places = m_order.choose(m_waiting);
    Chosen chosen;
    std::vector<dataset::Sample> samples;
    std::vector<std::uint64_t> rows;
    std::vector<std::uint64_t> indices;
    chosen.table.k = m_topK;
    chosen.table.layers.resize(m_expertsPerLayer.size());
    for (const std::size_t place : places) {
        Sample& sample = m_samples[place];
        rows.push_back(samples.size());
        indices.push_back(sample.index);
        samples.push_back(std::move(sample.tokens));
        for (std::size_t layer = 0; layer < sample.layers.size(); ++layer) {
            experts::LayerTable& to = chosen.table.layers[layer];
            const Predicted& from = sample.layers[layer];
            to.experts.insert(to.experts.end(), from.experts.begin(), from.experts.end());
            to.alpha.insert(to.alpha.end(), from.alpha.begin(), from.alpha.end());
        }
    }
    chosen.batch = dataset::makeBatch(samples, rows, m_number++);
    chosen.batch.samples = std::move(indices);
    chosen.table.batch = chosen.batch.number;
    chosen.table.tokens = chosen.batch.tokens();
    for (std::size_t layer = 0; layer < chosen.table.layers.size(); ++layer)
        experts::countPredicted(chosen.table.layers[layer], m_expertsPerLayer[layer]);
    removeAt(m_samples, places);
    removeAt(m_waiting, places);
    return chosen;
}

} // namespace sida::runtime
