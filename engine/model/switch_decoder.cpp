// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/switch_decoder.h"

#include "engine/base/units.h"
#include "engine/model/elements.h"
#include "engine/model/forward_memory.h"
#include "engine/model/forward_plan.h"
#include "engine/model/team_product.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/format.h>

namespace sida::model
{

namespace
{

/// Rows below which another thread costs more than it saves.
constexpr std::size_t kLeastRows = 16;
/// Queries of one attention task: keys are packed once for all of them.
constexpr std::size_t kQueriesPerTask = 128;

} // namespace

SwitchDecoder::SwitchDecoder(const SwitchWeights& weights)
    : m_weights(weights)
    , m_decoder(*weights.decoder)
    , m_kernels(kernels::kernels())
    , m_buckets(weights.config.buckets, weights.config.maxDistance, false)
    , m_element(elementOf(weights.compute))
    , m_dModel(static_cast<std::size_t>(weights.config.dModel))
    , m_inner(static_cast<std::size_t>(weights.config.inner()))
    , m_vocabulary(static_cast<std::size_t>(weights.config.vocabulary))
    , m_sparse(weights)
{
}

std::uint64_t SwitchDecoder::workspaceBytes(const WorkspaceShape& shape) const
{
    const auto positive = [](int value) { return static_cast<std::size_t>(std::max(value, 1)); };
    DecoderShape own;
    own.rows = positive(shape.rows);
    own.longest = positive(shape.targetLength);
    own.tokens = shape.generates ? own.rows : own.rows * own.longest;
    own.positions = shape.generates ? own.longest : 0;
    own.longestSource = positive(shape.length);
    own.sourceTokens = own.rows * own.longestSource;
    own.threads = positive(shape.threads);
    // The allocator keeps one cache line of its own before the block.
    return DecoderPlan::make(m_weights, own).bytes() + 64;
}

Status SwitchDecoder::setUp(const SwitchForward::Encoded& encoded, SwitchForward& encoder, DecoderShape shape)
{
    m_team = encoded.team;
    m_sources.assign(encoded.sequences.begin(), encoded.sequences.end());
    shape.rows = m_sources.size();
    shape.threads = static_cast<std::size_t>(m_team->size());
    for (const SwitchForward::Sequence& sequence : m_sources) {
        shape.longestSource = std::max(shape.longestSource, sequence.length);
        shape.sourceTokens += sequence.length;
    }
    m_shape = shape;
    m_plan = DecoderPlan::make(m_weights, shape);
    try {
        m_memory = allocateForward(m_plan.bytes());
    } catch (const std::exception&) {
        encoder.release();
        return failure(
            ErrorKind::budget,
            fmt::format(
                "the decoder needs {} for this batch, more than was set aside; use smaller batches",
                units::formatBytes(m_plan.bytes())));
    }
    fillRelativeBias(m_decoder.relativeBias.span(), m_buckets, shape.longest, at(m_plan.bias));
    for (std::size_t block = 0; block < m_decoder.blocks.size(); ++block)
        multiply(
            m_kernels, *m_team, m_decoder.blocks[block].crossKeyValue,
            {encoded.hidden, m_dModel, shape.sourceTokens,
             at(m_plan.crossKeyValue) + block * shape.sourceTokens * 2 * m_inner, 2 * m_inner,
             kernels::Store::plain, m_element});
    encoder.release();
    return {};
}

Result<GenerateResult> SwitchDecoder::generate(
    const SwitchForward::Encoded& encoded, SwitchForward& encoder, int maxNewTokens, ExpertSource& source,
    const ForwardOptions& options)
{
    DecoderShape shape;
    shape.tokens = encoded.sequences.size();
    shape.positions = shape.longest = static_cast<std::size_t>(std::max(maxNewTokens, 1));
    SIDA_TRY(setUp(encoded, encoder, shape));

    GenerateResult result;
    result.ids.resize(m_shape.rows);
    std::vector<std::size_t> unfinished(m_shape.rows);
    for (std::size_t row = 0; row < m_shape.rows; ++row)
        unfinished[row] = row;
    m_ids.assign(m_shape.rows, m_weights.config.decoderStartToken);
    for (std::size_t position = 0; position < m_shape.positions && !unfinished.empty(); ++position) {
        planStep(position, unfinished);
        if (options.hooks != nullptr && options.hooks->decoderStep)
            options.hooks->decoderStep(static_cast<int>(position), unfinished, m_ids);
        runPass(source, options);
        language(0, m_tokens);
        std::vector<std::size_t> rest;
        std::vector<std::int32_t> inputs;
        for (std::size_t token = 0; token < m_tokens; ++token) {
            const float* logits = at(m_plan.vocabulary) + token * m_vocabulary;
            const auto best
                = static_cast<std::int32_t>(std::max_element(logits, logits + m_vocabulary) - logits);
            result.ids[unfinished[token]].push_back(best);
            if (best == m_weights.config.eosToken)
                continue;
            rest.push_back(unfinished[token]);
            inputs.push_back(best);
        }
        unfinished = std::move(rest);
        m_ids = std::move(inputs);
    }
    m_memory.reset();
    return result;
}

Result<ScoreResult> SwitchDecoder::score(
    const SwitchForward::Encoded& encoded, SwitchForward& encoder,
    std::span<const std::vector<std::int32_t>> targets, bool wantLogits, ExpertSource& source,
    const ForwardOptions& options)
{
    m_sources.assign(encoded.sequences.begin(), encoded.sequences.end());
    if (Status filled = fillTargets(targets); !filled) {
        encoder.release();
        return failure(filled.error());
    }
    DecoderShape shape;
    shape.tokens = m_ids.size();
    for (const std::vector<std::int32_t>& target : targets)
        shape.longest = std::max(shape.longest, target.size());
    SIDA_TRY(setUp(encoded, encoder, shape));
    planScoring(targets);
    runPass(source, options);

    std::vector<double> losses(m_tokens);
    std::vector<float> logits(wantLogits ? m_tokens * m_vocabulary : 0);
    for (std::size_t first = 0; first < m_tokens; first += kScoredRows)
        scoreRows(first, std::min(kScoredRows, m_tokens - first), losses, wantLogits ? &logits : nullptr);
    ScoreResult result;
    for (std::size_t row = 0; row < targets.size(); ++row) {
        ScoreResult::Row& scored = result.rows.emplace_back();
        const std::size_t begin = m_starts[row];
        const std::size_t end = begin + targets[row].size();
        for (std::size_t token = begin; token < end; ++token) {
            scored.lossSum += losses[token];
            scored.labels += m_labels[token] != dataset::kNotScored;
        }
        if (wantLogits)
            scored.logits.assign(
                logits.begin() + static_cast<std::ptrdiff_t>(begin * m_vocabulary),
                logits.begin() + static_cast<std::ptrdiff_t>(end * m_vocabulary));
    }
    m_memory.reset();
    return result;
}

/// Decoder inputs are the labels one place later, behind the start token; what does not count is padding.
Status SwitchDecoder::fillTargets(std::span<const std::vector<std::int32_t>> targets)
{
    m_ids.clear();
    m_labels.clear();
    if (targets.size() != m_sources.size())
        return failure(ErrorKind::internal, "a batch has not as many targets as rows");
    for (std::size_t row = 0; row < targets.size(); ++row) {
        std::int32_t input = m_weights.config.decoderStartToken;
        if (targets[row].empty())
            return badInput(
                fmt::format("row {} of a batch has no target; scoring needs one for every sample", row));
        for (const std::int32_t label : targets[row]) {
            if (label != dataset::kNotScored && (label < 0 || label >= m_weights.config.vocabulary))
                return badInput(fmt::format(
                    "a target has the id {}, which is not in the model's vocabulary of {}; was the text "
                    "tokenized for another model?",
                    label, m_weights.config.vocabulary));
            m_ids.push_back(input);
            m_labels.push_back(label);
            input = label == dataset::kNotScored ? m_weights.config.padToken : label;
        }
    }
    return {};
}

void SwitchDecoder::beginPass(std::size_t tokens)
{
    m_tokens = tokens;
    m_starts.clear();
    m_cacheRows.clear();
    m_selfTasks.clear();
    m_crossTasks.clear();
    m_sparse.begin(
        tokens, 1, {at(m_plan.normed), at(m_plan.logits), at(m_plan.expertRows), at(m_plan.inner)});
}

void SwitchDecoder::planScoring(std::span<const std::vector<std::int32_t>> targets)
{
    beginPass(m_ids.size());
    const auto heads = static_cast<std::size_t>(m_weights.config.heads);
    std::size_t start = 0;
    for (std::size_t row = 0; row < targets.size(); ++row) {
        const std::size_t length = targets[row].size();
        m_starts.push_back(start);
        for (std::size_t head = 0; head < heads; ++head) {
            for (std::size_t query = 0; query < length; query += kQueriesPerTask) {
                const std::size_t end = std::min(query + kQueriesPerTask, length);
                m_selfTasks.push_back({start, start, end, head, query, end, 0});
                m_crossTasks.push_back(
                    {start, m_sources[row].firstToken, m_sources[row].length, head, query, end, 0});
            }
        }
        start += length;
    }
}

void SwitchDecoder::planStep(std::size_t position, std::span<const std::size_t> rows)
{
    beginPass(rows.size());
    const auto heads = static_cast<std::size_t>(m_weights.config.heads);
    for (std::size_t token = 0; token < rows.size(); ++token) {
        const std::size_t row = rows[token];
        m_starts.push_back(token);
        m_cacheRows.push_back(cacheRow(row) + position);
        for (std::size_t head = 0; head < heads; ++head) {
            m_selfTasks.push_back({token, cacheRow(row), position + 1, head, 0, 1, position});
            m_crossTasks.push_back({token, m_sources[row].firstToken, m_sources[row].length, head, 0, 1, 0});
        }
    }
}

void SwitchDecoder::runPass(ExpertSource& source, const ForwardOptions& options)
{
    embed();
    for (std::size_t index = 0; index < m_decoder.blocks.size(); ++index) {
        const SwitchBlockWeights& block = m_decoder.blocks[index];
        norm(block.attentionNorm.span());
        multiplyRows(block.queryKeyValue, m_plan.normed, m_dModel, m_plan.queryKeyValue, 3 * m_inner);
        attendToTargets(index);
        multiplyRows(block.output, m_plan.mixed, m_inner, m_plan.hidden, m_dModel, kernels::Store::add);

        norm(block.crossNorm.span());
        multiplyRows(block.crossQuery, m_plan.normed, m_dModel, m_plan.queryKeyValue, m_inner);
        attendToSource(index);
        multiplyRows(block.crossOutput, m_plan.mixed, m_inner, m_plan.hidden, m_dModel, kernels::Store::add);

        norm(block.feedForwardNorm.span());
        if (block.moeLayer < 0)
            feedForward(block);
        else
            runExperts(block, source, options);
    }
    norm(m_decoder.finalNorm.span());
}

void SwitchDecoder::embed()
{
    const AlignedFloats& table = m_decoder.embedding.size() > 0 ? m_decoder.embedding : m_weights.embedding;
    for (std::size_t token = 0; token < m_tokens; ++token)
        std::memcpy(
            at(m_plan.hidden) + token * m_dModel,
            table.data() + static_cast<std::size_t>(m_ids[token]) * m_dModel, m_dModel * sizeof(float));
}

void SwitchDecoder::norm(std::span<const float> weight)
{
    m_team->share(m_tokens, kLeastRows, [&](std::size_t begin, std::size_t end, int) {
        for (std::size_t token = begin; token < end; ++token)
            m_kernels.norm(
                at(m_plan.hidden) + token * m_dModel, weight.data(), m_weights.config.epsilon, m_dModel,
                at(m_plan.normed) + token * m_dModel, m_element);
    });
}

void SwitchDecoder::multiplyRows(
    const Linear& weight, std::size_t from, std::size_t inStride, std::size_t to, std::size_t outStride,
    kernels::Store store)
{
    multiply(m_kernels, *m_team, weight, {at(from), inStride, m_tokens, at(to), outStride, store, m_element});
}

/// Self-attention: to the cache in generation, to the pass's own keys in teacher forcing.
void SwitchDecoder::attendToTargets(std::size_t block)
{
    const bool cached = m_shape.positions > 0;
    if (cached)
        store(block);
    AttentionBuffers buffers;
    buffers.query = at(m_plan.queryKeyValue);
    buffers.queryStride = 3 * m_inner;
    buffers.key = cached ? at(m_plan.cache) + block * m_shape.rows * m_shape.positions * 2 * m_inner
                         : buffers.query + m_inner;
    buffers.value = buffers.key + m_inner;
    buffers.keyStride = cached ? 2 * m_inner : 3 * m_inner;
    buffers.dKv = static_cast<std::size_t>(m_weights.config.dKv);
    buffers.bias = at(m_plan.bias);
    buffers.longest = m_shape.longest;
    buffers.mixed = at(m_plan.mixed);
    buffers.mixedStride = m_inner;
    buffers.causal = true;
    buffers.result = m_element;
    m_team->each(m_selfTasks.size(), [&](std::size_t task, int member) {
        attend(m_kernels, buffers, m_selfTasks[task], scratch(member));
    });
}

/// This pass's keys and values behind those before them.
void SwitchDecoder::store(std::size_t block)
{
    float* cache = at(m_plan.cache) + block * m_shape.rows * m_shape.positions * 2 * m_inner;
    for (std::size_t token = 0; token < m_tokens; ++token)
        std::memcpy(
            cache + m_cacheRows[token] * 2 * m_inner,
            at(m_plan.queryKeyValue) + token * 3 * m_inner + m_inner, 2 * m_inner * sizeof(float));
}

void SwitchDecoder::attendToSource(std::size_t block)
{
    AttentionBuffers buffers;
    buffers.query = at(m_plan.queryKeyValue);
    buffers.queryStride = m_inner;
    buffers.key = at(m_plan.crossKeyValue) + block * m_shape.sourceTokens * 2 * m_inner;
    buffers.value = buffers.key + m_inner;
    buffers.keyStride = 2 * m_inner;
    buffers.dKv = static_cast<std::size_t>(m_weights.config.dKv);
    buffers.mixed = at(m_plan.mixed);
    buffers.mixedStride = m_inner;
    buffers.result = m_element;
    m_team->each(m_crossTasks.size(), [&](std::size_t task, int member) {
        attend(m_kernels, buffers, m_crossTasks[task], scratch(member));
    });
}

void SwitchDecoder::feedForward(const SwitchBlockWeights& block)
{
    const auto dFf = static_cast<std::size_t>(m_weights.config.dFf);
    const bool relu = m_weights.config.activation == Activation::relu;
    for (std::size_t first = 0; first < m_tokens; first += kExpertWaveRows) {
        const std::size_t rows = std::min(kExpertWaveRows, m_tokens - first);
        multiply(
            m_kernels, *m_team, block.wi,
            {at(m_plan.normed) + first * m_dModel, m_dModel, rows, at(m_plan.inner), dFf,
             relu ? kernels::Store::relu : kernels::Store::plain, m_element});
        if (!relu)
            m_team->share(rows, 1, [&](std::size_t begin, std::size_t end, int) {
                activate(
                    m_kernels, m_weights.config.activation, at(m_plan.inner) + begin * dFf,
                    (end - begin) * dFf, m_element);
            });
        multiply(
            m_kernels, *m_team, block.wo,
            {at(m_plan.inner), dFf, rows, at(m_plan.hidden) + first * m_dModel, m_dModel, kernels::Store::add,
             m_element});
    }
}

void SwitchDecoder::runExperts(
    const SwitchBlockWeights& block, ExpertSource& source, const ForwardOptions& options)
{
    ForwardOptions own = options;
    own.routing = nullptr; // the table speaks of the encoder's tokens
    m_team->share(m_tokens, kLeastRows, [&](std::size_t begin, std::size_t end, int member) {
        m_sparse.route(block, begin, end, scratch(member));
    });
    m_sparse.run(block, *m_team, source, own, m_starts);
    m_team->share(m_tokens, kLeastRows, [&](std::size_t begin, std::size_t end, int) {
        m_sparse.add(begin, end, at(m_plan.hidden));
    });
}

void SwitchDecoder::language(std::size_t first, std::size_t rows)
{
    float* input = at(m_plan.normed) + first * m_dModel;
    ProductRows product{input,    m_dModel, rows, at(m_plan.vocabulary), m_vocabulary, kernels::Store::plain,
                        m_element};
    if (!m_decoder.tiedHead)
        return multiply(m_kernels, *m_team, m_decoder.languageHead, product);
    m_kernels.scale(input, 1.0F / std::sqrt(static_cast<float>(m_dModel)), rows * m_dModel, m_element);
    multiply(m_kernels, *m_team, m_weights.embedding.data(), m_vocabulary, m_dModel, product);
}

void SwitchDecoder::scoreRows(
    std::size_t first, std::size_t rows, std::vector<double>& losses, std::vector<float>* logits)
{
    language(first, rows);
    if (logits != nullptr)
        std::copy_n(
            at(m_plan.vocabulary), rows * m_vocabulary,
            logits->begin() + static_cast<std::ptrdiff_t>(first * m_vocabulary));
    m_team->share(rows, 1, [&](std::size_t begin, std::size_t end, int) {
        for (std::size_t row = begin; row < end; ++row) {
            const std::int32_t label = m_labels[first + row];
            if (label == dataset::kNotScored)
                continue;
            float* values = at(m_plan.vocabulary) + row * m_vocabulary;
            const float own = values[label];
            const float highest = *std::max_element(values, values + m_vocabulary);
            const float sum = m_kernels.exponentials(values, nullptr, m_vocabulary, kernels::Element::f32);
            losses[first + row] = std::log(static_cast<double>(sum)) + highest - own;
        }
    });
}

} // namespace sida::model
