// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/dataset/batch.h"
#include "engine/experts/affinity_order.h"
#include "engine/experts/hash_table.h"

#include <cstdint>
#include <span>
#include <vector>

namespace sida::runtime
{

/// The samples of order `affinity` that were predicted and wait for their batch. A sentence's table does not
/// depend on its neighbours, so those of the batches that leave are put together from those that came.
class AffinityPool
{
public:
    /// `expertsPerLayer` of the layers that tables speak of.
    AffinityPool(std::vector<int> expertsPerLayer, const experts::AffinityOrder::Options& options);

    void add(const dataset::TokenBatch& batch, const experts::HashTable& table);
    std::size_t size() const { return m_samples.size(); }
    /// Whether no more come in this pass over the dataset.
    bool isComplete() const { return m_complete; }
    void setComplete(bool complete) { m_complete = complete; }

    struct Chosen {
        dataset::TokenBatch batch;
        experts::HashTable table;
    };
    /// The next batch, by AffinityOrder; the pool must not be empty.
    Chosen take();

private:
    struct Predicted {
        std::vector<std::uint16_t> experts; ///< [tokens * k] of one layer
        std::vector<float> alpha;
    };
    struct Sample {
        dataset::Sample tokens;
        std::uint64_t index = 0; ///< in the dataset
        std::vector<Predicted> layers;
    };

    const std::vector<int> m_expertsPerLayer;
    experts::AffinityOrder m_order;
    std::vector<Sample> m_samples; ///< oldest first
    std::vector<experts::AffinityOrder::Waiting> m_waiting; ///< at the same places
    bool m_complete = false;
    int m_topK = 1;
    std::uint32_t m_number = 0;
};

} // namespace sida::runtime
