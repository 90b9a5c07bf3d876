// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/model/attention.h"
#include "engine/model/decoder_plan.h"
#include "engine/model/model.h"
#include "engine/model/relative_bias.h"
#include "engine/model/sparse_layer.h"
#include "engine/model/switch_forward.h"
#include "engine/model/thread_team.h"

#include <memory>
#include <span>
#include <vector>

namespace sida::model
{

/// The decoder of a Switch model on the CPU: greedy generation with cached keys and values, and teacher
/// forcing.
///
/// Keys and values of the encoder's output are computed once a batch. In generation a pass has one token of
/// each sequence that is not finished, so its products are split by outputs: the weights are read once,
/// whatever the batch.
class SwitchDecoder
{
public:
    explicit SwitchDecoder(const SwitchWeights& weights);

    /// Upper bound of the memory that generate() or score() takes beside the encoder's.
    std::uint64_t workspaceBytes(const WorkspaceShape& shape) const;

    /// `encoder` holds its result; it is released as soon as it was read.
    Result<GenerateResult> generate(
        const SwitchForward::Encoded& encoded, SwitchForward& encoder, int maxNewTokens, ExpertSource& source,
        const ForwardOptions& options);
    Result<ScoreResult> score(
        const SwitchForward::Encoded& encoded, SwitchForward& encoder,
        std::span<const std::vector<std::int32_t>> targets, bool wantLogits, ExpertSource& source,
        const ForwardOptions& options);

private:
    Status setUp(const SwitchForward::Encoded& encoded, SwitchForward& encoder, DecoderShape shape);
    Status fillTargets(std::span<const std::vector<std::int32_t>> targets);
    void beginPass(std::size_t tokens);
    void planScoring(std::span<const std::vector<std::int32_t>> targets);
    void planStep(std::size_t position, std::span<const std::size_t> rows);
    void runPass(ExpertSource& source, const ForwardOptions& options);
    void embed();
    void norm(std::span<const float> weight);
    void attendToTargets(std::size_t block);
    void attendToSource(std::size_t block);
    void store(std::size_t block);
    void feedForward(const SwitchBlockWeights& block);
    void runExperts(const SwitchBlockWeights& block, ExpertSource& source, const ForwardOptions& options);
    void multiplyRows(
        const Linear& weight, std::size_t from, std::size_t inStride, std::size_t to, std::size_t outStride,
        kernels::Store store = kernels::Store::plain);
    void
    scoreRows(std::size_t first, std::size_t rows, std::vector<double>& losses, std::vector<float>* logits);
    /// Logits of some of the pass's tokens into the plan's `vocabulary`.
    void language(std::size_t first, std::size_t rows);

    float* at(std::size_t offset) const { return m_memory.get() + offset; }
    float* scratch(int member) const
    {
        return at(m_plan.scratch + static_cast<std::size_t>(member) * m_plan.scratchStride);
    }
    std::size_t cacheRow(std::size_t row) const { return row * m_shape.positions; }

    const SwitchWeights& m_weights;
    const SwitchDecoderWeights& m_decoder;
    const kernels::Kernels& m_kernels;
    const RelativeBuckets m_buckets;
    const kernels::Element m_element;
    const std::size_t m_dModel;
    const std::size_t m_inner;
    const std::size_t m_vocabulary;

    // Of the batch in progress.
    ThreadTeam* m_team = nullptr;
    DecoderPlan m_plan;
    DecoderShape m_shape;
    std::shared_ptr<float> m_memory;
    std::vector<SwitchForward::Sequence> m_sources;
    SparseLayer m_sparse;

    // Of the pass in progress.
    std::size_t m_tokens = 0;
    std::vector<std::int32_t> m_ids; ///< decoder inputs
    std::vector<std::int32_t> m_labels; ///< of teacher forcing
    std::vector<std::size_t> m_starts; ///< first token of each sequence
    std::vector<std::size_t> m_cacheRows; ///< by token, of generation: where keys and values go
    std::vector<AttentionTask> m_selfTasks, m_crossTasks;
};

} // namespace sida::model
