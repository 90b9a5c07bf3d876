// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/model/attention.h"
#include "engine/model/forward_plan.h"
#include "engine/model/model.h"
#include "engine/model/relative_bias.h"
#include "engine/model/sparse_layer.h"
#include "engine/model/thread_team.h"

#include <memory>
#include <span>
#include <vector>

namespace sida::model
{

/// The forward pass of a Switch encoder on the CPU, and what it keeps from one batch to the next.
///
/// Tokens are packed: padding takes no part in anything. A dense block is two rounds of the team (attention;
/// everything that is row by row up to the next block's queries), a sparse one adds the two rounds of its
/// experts and one that adds their outputs.
class SwitchForward
{
public:
    explicit SwitchForward(const SwitchWeights& weights);

    Result<ForwardResult>
    run(const dataset::TokenBatch& batch, ExpertSource& source, const ForwardOptions& options);

    /// One sequence of a batch, in packed order.
    struct Sequence {
        std::size_t firstToken = 0;
        std::size_t length = 0;
    };
    struct Encoded {
        const float* hidden = nullptr; ///< last hidden state, packed [tokens, dModel]
        std::span<const Sequence> sequences;
        ThreadTeam* team = nullptr;
    };
    /// The encoder alone, for a decoder that goes on from there; what it gives is valid until release().
    Result<Encoded>
    encode(const dataset::TokenBatch& batch, ExpertSource& source, const ForwardOptions& options);
    void release() { m_memory.reset(); }

    /// What the classifier head says of hidden states [tokens, dModel] of sequences one behind the other,
    /// [sequences, labels]; they may come from elsewhere.
    std::vector<float> classify(std::span<const float> hidden, std::span<const int> lengths) const;

    /// Upper bound of the memory that run() takes, for batches of rows x length with any real lengths.
    std::uint64_t workspaceBytes(int rows, int length, int topK, int threads) const;

private:
    Status setUp(const dataset::TokenBatch& batch, const ForwardOptions& options);
    Status checkTable(const experts::HashTable& table) const;
    void planAttention();
    void embed();
    void startBlock(std::size_t block, std::size_t begin, std::size_t end);
    void attendAll();
    void finishAttention(std::size_t block, const ForwardOptions& options);
    void feedForward(const SwitchBlockWeights& block, std::size_t begin, std::size_t end, int member);
    void runExperts(std::size_t block, ExpertSource& source, const ForwardOptions& options);
    ForwardResult finish(const ForwardOptions& options);
    std::vector<float>
    classify(const float* hidden, std::span<const Sequence> sequences, float* pooled, float* dense) const;

    float* at(std::size_t offset) const { return m_memory.get() + offset; }
    float* scratch(int member) const
    {
        return at(m_plan.scratch + static_cast<std::size_t>(member) * m_plan.scratchStride);
    }

    const SwitchWeights& m_weights;
    const kernels::Kernels& m_kernels;
    const RelativeBuckets m_buckets;
    const kernels::Element m_element; ///< what everything is rounded to
    const std::size_t m_dModel;
    const std::size_t m_inner;
    const std::size_t m_moeLayers; ///< of the encoder: what a hash table foretells
    std::unique_ptr<ThreadTeam> m_team;

    // Of the batch in progress.
    ForwardPlan m_plan;
    ForwardShape m_shape;
    std::shared_ptr<float> m_memory;
    std::vector<Sequence> m_sequences;
    std::vector<std::int32_t> m_ids; ///< packed
    std::vector<AttentionTask> m_attention;
    std::vector<std::size_t> m_starts; ///< first token of each sequence
    SparseLayer m_sparse;
};

} // namespace sida::model
