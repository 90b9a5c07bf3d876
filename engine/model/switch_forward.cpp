// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/switch_forward.h"

#include "engine/base/units.h"
#include "engine/model/elements.h"
#include "engine/model/forward_memory.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/format.h>
#include <new>

namespace sida::model
{

namespace
{

/// Rows below which another thread costs more than it saves.
constexpr std::size_t kLeastRows = 4;
/// Queries of one attention task: keys are packed once for all of them.
constexpr std::size_t kQueriesPerTask = 128;

} // namespace

SwitchForward::SwitchForward(const SwitchWeights& weights)
    : m_weights(weights)
    , m_kernels(kernels::kernels())
    , m_buckets(weights.config.buckets, weights.config.maxDistance, true)
    , m_element(elementOf(weights.compute))
    , m_dModel(static_cast<std::size_t>(weights.config.dModel))
    , m_inner(static_cast<std::size_t>(weights.config.inner()))
    , m_moeLayers(static_cast<std::size_t>(std::count_if(
          weights.blocks.begin(), weights.blocks.end(),
          [](const SwitchBlockWeights& block) { return block.moeLayer >= 0; })))
    , m_sparse(weights)
{
}

Result<ForwardResult>
SwitchForward::run(const dataset::TokenBatch& batch, ExpertSource& source, const ForwardOptions& options)
{
    SIDA_TRY(encode(batch, source, options));
    ForwardResult result = finish(options);
    release();
    return result;
}

Result<SwitchForward::Encoded>
SwitchForward::encode(const dataset::TokenBatch& batch, ExpertSource& source, const ForwardOptions& options)
{
    SIDA_TRY(setUp(batch, options));
    fillRelativeBias(m_weights.relativeBias.span(), m_buckets, m_shape.longest, at(m_plan.bias));
    embed();
    for (std::size_t block = 0; block < m_weights.blocks.size(); ++block) {
        attendAll();
        finishAttention(block, options);
        if (m_weights.blocks[block].moeLayer >= 0)
            runExperts(block, source, options);
    }
    return Encoded{at(m_plan.normed), m_sequences, m_team.get()};
}

std::uint64_t SwitchForward::workspaceBytes(int rows, int length, int topK, int threads) const
{
    ForwardShape shape;
    shape.rows = static_cast<std::size_t>(std::max(rows, 1));
    shape.longest = static_cast<std::size_t>(std::max(length, 1));
    shape.tokens = shape.rows * shape.longest;
    shape.topK = static_cast<std::size_t>(std::max(topK, 1));
    shape.threads = static_cast<std::size_t>(std::max(threads, 1));
    // The allocator keeps one cache line of its own before the block.
    return ForwardPlan::make(m_weights, shape).bytes() + 64;
}

Status SwitchForward::setUp(const dataset::TokenBatch& batch, const ForwardOptions& options)
{
    const auto rows = static_cast<std::size_t>(std::max(batch.rows, 0));
    const auto length = static_cast<std::size_t>(std::max(batch.length, 0));
    if (rows == 0 || length == 0 || batch.ids.size() != rows * length || batch.lengths.size() != rows)
        return failure(
            ErrorKind::internal, fmt::format("Batch {} has sizes that contradict each other", batch.number));

    m_sequences.clear();
    m_ids.clear();
    m_starts.clear();
    m_shape = {};
    for (std::size_t row = 0; row < rows; ++row) {
        const int real = batch.lengths[row];
        if (real < 1 || real > batch.length)
            return failure(
                ErrorKind::internal, fmt::format("Batch {}: row {} has {} tokens", batch.number, row, real));
        const auto count = static_cast<std::size_t>(real);
        m_sequences.push_back({m_ids.size(), count});
        m_starts.push_back(m_ids.size());
        m_ids.insert(
            m_ids.end(), batch.ids.begin() + static_cast<std::ptrdiff_t>(row * length),
            batch.ids.begin() + static_cast<std::ptrdiff_t>(row * length + count));
        m_shape.longest = std::max(m_shape.longest, count);
    }
    for (std::size_t row = 0; row < rows; ++row) {
        const Sequence& sequence = m_sequences[row];
        for (std::size_t i = 0; i < sequence.length; ++i) {
            const std::int32_t id = m_ids[sequence.firstToken + i];
            if (id < 0 || id >= m_weights.config.vocabulary)
                return badInput(fmt::format(
                    "Sample {}, token {}: the id {} is not in the model's vocabulary of {}; was the text "
                    "tokenized for another model?",
                    row < batch.samples.size() ? batch.samples[row] : row, i, id,
                    m_weights.config.vocabulary));
        }
    }
    m_shape.rows = rows;
    m_shape.tokens = m_ids.size();
    if (options.routing != nullptr) {
        SIDA_TRY(checkTable(*options.routing));
        m_shape.topK = static_cast<std::size_t>(options.routing->k);
    }

    const int threads = std::max(computeThreads(), 1);
    if (!m_team || m_team->size() != threads)
        m_team = std::make_unique<ThreadTeam>(threads);
    m_shape.threads = static_cast<std::size_t>(threads);
    m_plan = ForwardPlan::make(m_weights, m_shape);
    try {
        m_memory = allocateForward(m_plan.bytes());
    } catch (const std::exception&) {
        return failure(
            ErrorKind::budget,
            fmt::format(
                "Batch {} needs {} for what it computes, more than was set aside; use smaller batches",
                batch.number, units::formatBytes(m_plan.bytes())));
    }
    planAttention();
    m_sparse.begin(
        m_shape.tokens, m_shape.topK,
        {at(m_plan.normed), at(m_plan.logits), at(m_plan.expertRows), at(m_plan.expertHidden)});
    return {};
}

Status SwitchForward::checkTable(const experts::HashTable& table) const
{
    bool fits = table.k >= 1 && static_cast<std::size_t>(table.tokens) == m_shape.tokens
        && table.layers.size() >= m_moeLayers; // behind the encoder's those of a decoder may stand
    for (std::size_t layer = 0; fits && layer < m_moeLayers; ++layer) {
        const auto& entries = table.layers[layer];
        const auto pairs = m_shape.tokens * static_cast<std::size_t>(table.k);
        const int experts = m_weights.experts.experts(static_cast<int>(layer));
        fits = entries.experts.size() == pairs && entries.alpha.size() == pairs
            && std::all_of(entries.experts.begin(), entries.experts.end(), [&](std::uint16_t expert) {
                   return expert < experts;
               });
    }
    if (fits)
        return {};
    return badInput(fmt::format(
        "The hash table of batch {} was not made for this model and batch; choose the predictor that was "
        "trained for this model",
        table.batch));
}

void SwitchForward::planAttention()
{
    m_attention.clear();
    const auto heads = static_cast<std::size_t>(m_weights.config.heads);
    for (const Sequence& sequence : m_sequences) {
        for (std::size_t head = 0; head < heads; ++head) {
            for (std::size_t query = 0; query < sequence.length; query += kQueriesPerTask)
                m_attention.push_back(
                    {sequence.firstToken, sequence.firstToken, sequence.length, head, query,
                     std::min(query + kQueriesPerTask, sequence.length)});
        }
    }
}

void SwitchForward::embed()
{
    m_team->share(m_shape.tokens, kLeastRows, [this](std::size_t begin, std::size_t end, int) {
        for (std::size_t token = begin; token < end; ++token) {
            const auto id = static_cast<std::size_t>(m_ids[token]);
            std::memcpy(
                at(m_plan.hidden) + token * m_dModel, m_weights.embedding.data() + id * m_dModel,
                m_dModel * sizeof(float));
        }
        startBlock(0, begin, end);
    });
}

/// Norm and queries, keys, values of a block; after the last block the final norm.
void SwitchForward::startBlock(std::size_t block, std::size_t begin, std::size_t end)
{
    const bool last = block == m_weights.blocks.size();
    const float* norm = last ? m_weights.finalNorm.data() : m_weights.blocks[block].attentionNorm.data();
    for (std::size_t token = begin; token < end; ++token)
        m_kernels.norm(
            at(m_plan.hidden) + token * m_dModel, norm, m_weights.config.epsilon, m_dModel,
            at(m_plan.normed) + token * m_dModel, m_element);
    if (last)
        return;
    m_weights.blocks[block].queryKeyValue.apply(
        m_kernels, at(m_plan.normed) + begin * m_dModel, m_dModel, end - begin,
        at(m_plan.queryKeyValue) + begin * 3 * m_inner, 3 * m_inner, kernels::Store::plain, m_element);
}

void SwitchForward::attendAll()
{
    const float* query = at(m_plan.queryKeyValue);
    AttentionBuffers buffers;
    buffers.query = query;
    buffers.key = query + m_inner;
    buffers.value = query + 2 * m_inner;
    buffers.queryStride = buffers.keyStride = 3 * m_inner;
    buffers.dKv = static_cast<std::size_t>(m_weights.config.dKv);
    buffers.bias = at(m_plan.bias);
    buffers.longest = m_shape.longest;
    buffers.mixed = at(m_plan.mixed);
    buffers.mixedStride = m_inner;
    buffers.result = m_element;
    m_team->each(m_attention.size(), [&](std::size_t task, int member) {
        attend(m_kernels, buffers, m_attention[task], scratch(member));
    });
}

/// Output projection, norm, and then the dense feed-forward with the start of the next block, or the router.
void SwitchForward::finishAttention(std::size_t index, const ForwardOptions& options)
{
    const SwitchBlockWeights& block = m_weights.blocks[index];
    m_team->share(m_shape.tokens, kLeastRows, [&](std::size_t begin, std::size_t end, int member) {
        block.output.apply(
            m_kernels, at(m_plan.mixed) + begin * m_inner, m_inner, end - begin,
            at(m_plan.hidden) + begin * m_dModel, m_dModel, kernels::Store::add, m_element);
        for (std::size_t token = begin; token < end; ++token)
            m_kernels.norm(
                at(m_plan.hidden) + token * m_dModel, block.feedForwardNorm.data(), m_weights.config.epsilon,
                m_dModel, at(m_plan.normed) + token * m_dModel, m_element);
        if (block.moeLayer < 0) {
            feedForward(block, begin, end, member);
            startBlock(index + 1, begin, end);
        } else if (SparseLayer::needsRouter(block, options)) {
            m_sparse.route(block, begin, end, scratch(member));
        }
    });
}

void SwitchForward::feedForward(
    const SwitchBlockWeights& block, std::size_t begin, std::size_t end, int member)
{
    const auto dFf = static_cast<std::size_t>(m_weights.config.dFf);
    const bool relu = m_weights.config.activation == Activation::relu;
    float* inner = scratch(member);
    for (std::size_t row = begin; row < end; row += kFeedForwardRows) {
        const std::size_t rows = std::min(kFeedForwardRows, end - row);
        block.wi.apply(
            m_kernels, at(m_plan.normed) + row * m_dModel, m_dModel, rows, inner, dFf,
            relu ? kernels::Store::relu : kernels::Store::plain, m_element);
        if (!relu)
            activate(m_kernels, m_weights.config.activation, inner, rows * dFf, m_element);
        block.wo.apply(
            m_kernels, inner, dFf, rows, at(m_plan.hidden) + row * m_dModel, m_dModel, kernels::Store::add,
            m_element);
    }
}

void SwitchForward::runExperts(std::size_t index, ExpertSource& source, const ForwardOptions& options)
{
    constexpr std::size_t kFewRows = 4;
    m_sparse.run(m_weights.blocks[index], *m_team, source, options, m_starts);
    m_team->share(m_shape.tokens, kFewRows, [this, index](std::size_t begin, std::size_t end, int) {
        m_sparse.add(begin, end, at(m_plan.hidden));
        startBlock(index + 1, begin, end);
    });
}

ForwardResult SwitchForward::finish(const ForwardOptions& options)
{
    ForwardResult result;
    if (options.wantHidden)
        result.hidden.assign(at(m_plan.normed), at(m_plan.normed) + m_shape.tokens * m_dModel);
    if (m_weights.head)
        result.logits = classify(at(m_plan.normed), m_sequences, at(m_plan.pooled), at(m_plan.pooledDense));
    return result;
}

std::vector<float> SwitchForward::classify(std::span<const float> hidden, std::span<const int> lengths) const
{
    std::vector<Sequence> sequences;
    std::size_t first = 0;
    for (const int length : lengths) {
        sequences.push_back({first, static_cast<std::size_t>(length)});
        first += static_cast<std::size_t>(length);
    }
    AlignedFloats pooled(sequences.size() * m_dModel);
    AlignedFloats dense(sequences.size() * m_dModel);
    return classify(hidden.data(), sequences, pooled.data(), dense.data());
}

/// Mean over the real tokens, Linear, tanh, Linear.
std::vector<float> SwitchForward::classify(
    const float* hidden, std::span<const Sequence> sequences, float* pooled, float* dense) const
{
    using kernels::Element;
    const SwitchHeadWeights& head = *m_weights.head;
    for (std::size_t row = 0; row < sequences.size(); ++row) {
        const Sequence& sequence = sequences[row];
        float* mean = pooled + row * m_dModel;
        std::fill_n(mean, m_dModel, 0.0F);
        for (std::size_t i = 0; i < sequence.length; ++i)
            m_kernels.addScaled(
                hidden + (sequence.firstToken + i) * m_dModel, 1.0F, m_dModel, mean, Element::f32);
        m_kernels.scale(mean, 1.0F / static_cast<float>(sequence.length), m_dModel, m_element);
        std::copy_n(head.denseBias.data(), m_dModel, dense + row * m_dModel);
    }
    // Bias and product are one operator: they are rounded together.
    const std::size_t rows = sequences.size();
    head.dense.apply(m_kernels, pooled, m_dModel, rows, dense, m_dModel, kernels::Store::add, Element::f32);
    m_kernels.round(dense, rows * m_dModel, m_element);
    activate(m_kernels, Activation::tanh, dense, rows * m_dModel, m_element);

    const std::size_t labels = head.projection.outputs();
    std::vector<float> logits(rows * labels);
    for (std::size_t row = 0; row < rows; ++row)
        std::copy_n(head.projectionBias.data(), labels, logits.data() + row * labels);
    head.projection.apply(
        m_kernels, dense, m_dModel, rows, logits.data(), labels, kernels::Store::add, Element::f32);
    m_kernels.round(logits.data(), logits.size(), m_element);
    return logits;
}

} // namespace sida::model
