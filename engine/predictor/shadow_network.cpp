// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/shadow_network.h"

#include "engine/model/attention.h"
#include "engine/model/elements.h"
#include "engine/model/forward_memory.h"
#include "engine/model/forward_plan.h"
#include "engine/model/relative_bias.h"
#include "engine/model/switch_weights.h"
#include "engine/model/team_product.h"
#include "engine/model/thread_team.h"
#include "engine/predictor/kernels.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>

namespace sida::predictor
{

namespace
{

using model::SwitchBlockWeights;
using model::SwitchWeights;
using model::kernels::Element;
using model::kernels::Store;

/// Whole sentences are computed together up to that many tokens: enough to use a block of weights many times
/// while it is in the cache, so few that a long batch needs little memory.
constexpr std::size_t kChunkTokens = 256;
constexpr std::size_t kRows = model::kFeedForwardRows;
constexpr std::size_t kLeastRows = 8; ///< of a thread's share of what is done row by row

model::Linear toLinear(const std::vector<float>& values, std::size_t outputs, std::size_t inputs)
{
    model::AlignedFloats copy(values.size());
    std::copy(values.begin(), values.end(), copy.data());
    return {std::move(copy), outputs, inputs};
}

/// Where the intermediate values of one chunk lie, in floats.
struct Layout {
    std::size_t hidden, normed, queryKeyValue, mixed, inner, logits, bias, scratch;
    std::size_t floats = 0;

    std::size_t scratchFloats = 0; ///< of each thread

    Layout(
        const SwitchWeights& weights, const ShadowShape& shape, std::size_t tokens, std::size_t longest,
        std::size_t threads)
    {
        const auto take = [this](std::size_t count) {
            const std::size_t at = floats;
            floats += (count + 15) / 16 * 16;
            return at;
        };
        const auto width = static_cast<std::size_t>(weights.config.dModel);
        const auto dKv = static_cast<std::size_t>(weights.config.dKv);
        const auto across = static_cast<std::size_t>(weights.config.inner());
        const std::size_t rows = std::min(tokens, kRows);
        hidden = take(tokens * width);
        normed = take(tokens * width);
        queryKeyValue = take(tokens * 3 * across);
        mixed = take(std::max(tokens * across, rows * width));
        inner = take(rows * static_cast<std::size_t>(std::max(weights.config.dFf, shape.hidden)));
        logits = take(tokens * static_cast<std::size_t>(shape.allExperts()));
        bias = take(static_cast<std::size_t>(weights.config.heads) * (2 * longest - 1));
        scratchFloats = (std::max(model::attentionFloats(longest, dKv), width) + 15) / 16 * 16;
        scratch = take(threads * scratchFloats);
    }
    std::uint64_t bytes() const { return std::uint64_t{floats} * sizeof(float); }
};

class ShadowNetwork final : public HashNetwork
{
public:
    ShadowNetwork(
        const SwitchWeights& weights, const ShadowShape& shape, const std::vector<Surrogate>& surrogates);

    const std::vector<int>& experts() const override { return m_shape.experts; }
    void useThreads(int threads) override
    {
        if (threads != m_team->size())
            m_team = std::make_unique<model::ThreadTeam>(std::max(threads, 1));
    }
    std::uint64_t weightBytes() const override { return m_weightBytes; }
    std::uint64_t workspaceBytes(int rows, int length) const override;
    void forward(const dataset::TokenBatch& batch, std::span<const float> embeddings, const LogitsSink& sink)
        const override;

private:
    struct Replacement {
        model::Linear wi, wo;
        std::vector<float> gain, offset;
    };
    struct Sentence {
        std::size_t firstToken = 0; ///< in the chunk
        std::size_t length = 0;
    };
    /// Some sentences and where their values are.
    struct Chunk {
        std::vector<Sentence> sentences;
        std::vector<std::int32_t> ids;
        std::vector<std::uint32_t> packed;
        std::size_t longest = 0; ///< of the whole batch: the bias is made once
        float* memory = nullptr;
        const Layout& layout;

        std::size_t tokens() const { return ids.size(); }
        float* at(std::size_t offset) const { return memory + offset; }
    };

    void run(const Chunk& chunk, std::span<const float> embeddings) const;
    void
    multiply(const model::Linear& weight, const float* in, std::size_t rows, float* out, Store store) const;
    void attend(const Chunk& chunk, const SwitchBlockWeights& block) const;
    void normalise(const Chunk& chunk, const model::AlignedFloats& weight) const;
    void feedForward(const Chunk& chunk, const SwitchBlockWeights& block) const;
    void route(const Chunk& chunk, const SwitchBlockWeights& block) const;
    void replaceExperts(const Chunk& chunk, std::size_t layer) const;
    /// Rows of a chunk and the experts of their layer among all.
    struct Rows {
        std::size_t first, count, firstExpert, experts;
    };
    void
    replaceRows(const Chunk& chunk, const Replacement& own, const Rows& rows, float* inner, float* out) const;

    const SwitchWeights& m_weights;
    const ShadowShape m_shape;
    const model::kernels::Kernels& m_kernels;
    const model::RelativeBuckets m_buckets;
    const Element m_element; ///< values between the layers are rounded to it, as in the model
    const Element m_routerElement;
    const std::size_t m_width;
    const std::size_t m_all;
    std::vector<Replacement> m_replacements;
    std::vector<std::size_t> m_firstExpert; ///< of each MoE layer among all
    std::uint64_t m_weightBytes = 0;
    std::unique_ptr<model::ThreadTeam> m_team = std::make_unique<model::ThreadTeam>(1);
};

ShadowNetwork::ShadowNetwork(
    const SwitchWeights& weights, const ShadowShape& shape, const std::vector<Surrogate>& surrogates)
    : m_weights(weights)
    , m_shape(shape)
    , m_kernels(model::kernels::kernels())
    , m_buckets(weights.config.buckets, weights.config.maxDistance, true)
    , m_element(model::elementOf(weights.compute))
    , m_routerElement(model::elementOf(weights.config.routerDtype))
    , m_width(static_cast<std::size_t>(shape.width))
    , m_all(static_cast<std::size_t>(shape.allExperts()))
{
    const auto hidden = static_cast<std::size_t>(shape.hidden);
    for (const Surrogate& from : surrogates) {
        m_replacements.push_back(
            {toLinear(from.wi, hidden, m_width), toLinear(from.wo, m_width, hidden), from.gain, from.offset});
        m_weightBytes
            += (from.wi.size() + from.wo.size() + from.gain.size() + from.offset.size()) * sizeof(float);
    }
    std::size_t first = 0;
    for (const int count : shape.experts) {
        m_firstExpert.push_back(first);
        first += static_cast<std::size_t>(count);
    }
}

std::uint64_t ShadowNetwork::workspaceBytes(int rows, int length) const
{
    const auto longest = static_cast<std::size_t>(std::max(length, 1));
    const std::size_t tokens
        = std::min(static_cast<std::size_t>(std::max(rows, 1)) * longest, std::max(kChunkTokens, longest));
    // The allocator keeps one cache line of its own before the block.
    return Layout(m_weights, m_shape, tokens, longest, static_cast<std::size_t>(m_team->size())).bytes() + 64;
}

void ShadowNetwork::forward(
    const dataset::TokenBatch& batch, std::span<const float> embeddings, const LogitsSink& sink) const
{
    std::size_t longest = 0;
    std::size_t all = 0;
    for (const int length : batch.lengths) {
        longest = std::max(longest, static_cast<std::size_t>(length));
        all += static_cast<std::size_t>(length);
    }
    if (all == 0)
        return;
    const Layout layout(
        m_weights, m_shape, std::min(all, std::max(kChunkTokens, longest)), longest,
        static_cast<std::size_t>(m_team->size()));
    const std::shared_ptr<float> memory = model::allocateForward(layout.bytes());
    model::fillRelativeBias(m_weights.relativeBias.span(), m_buckets, longest, memory.get() + layout.bias);
    Chunk chunk{{}, {}, {}, longest, memory.get(), layout};
    std::uint32_t packed = 0;
    const auto finish = [&] {
        run(chunk, embeddings);
        sink(chunk.packed, {chunk.at(layout.logits), chunk.tokens() * m_all});
        chunk.sentences.clear();
        chunk.ids.clear();
        chunk.packed.clear();
    };
    for (std::size_t row = 0; row < batch.lengths.size(); ++row) {
        const auto length = static_cast<std::size_t>(batch.lengths[row]);
        if (!chunk.ids.empty() && chunk.tokens() + length > kChunkTokens)
            finish();
        chunk.sentences.push_back({chunk.tokens(), length});
        for (std::size_t i = 0; i < length; ++i) {
            chunk.ids.push_back(batch.ids[row * static_cast<std::size_t>(batch.length) + i]);
            chunk.packed.push_back(packed++);
        }
    }
    finish();
}

void ShadowNetwork::run(const Chunk& chunk, std::span<const float> embeddings) const
{
    for (std::size_t token = 0; token < chunk.tokens(); ++token)
        std::memcpy(
            chunk.at(chunk.layout.hidden) + token * m_width,
            embeddings.data() + static_cast<std::size_t>(chunk.ids[token]) * m_width,
            m_width * sizeof(float));
    for (const SwitchBlockWeights& block : m_weights.blocks) {
        attend(chunk, block);
        normalise(chunk, block.feedForwardNorm);
        if (block.moeLayer < 0) {
            feedForward(chunk, block);
            continue;
        }
        route(chunk, block);
        const auto layer = static_cast<std::size_t>(block.moeLayer);
        if (layer == m_replacements.size())
            return; // behind the last router there is nothing to predict
        replaceExperts(chunk, layer);
    }
}

void ShadowNetwork::normalise(const Chunk& chunk, const model::AlignedFloats& weight) const
{
    m_team->share(chunk.tokens(), kLeastRows, [&](std::size_t begin, std::size_t end, int) {
        for (std::size_t token = begin; token < end; ++token)
            m_kernels.norm(
                chunk.at(chunk.layout.hidden) + token * m_width, weight.data(), m_weights.config.epsilon,
                m_width, chunk.at(chunk.layout.normed) + token * m_width, m_element);
    });
}

/// All rows of a chunk, or some of them.
void ShadowNetwork::multiply(
    const model::Linear& weight, const float* in, std::size_t rows, float* out, Store store) const
{
    model::ProductRows product;
    product.in = in;
    product.inStride = weight.inputs();
    product.rows = rows;
    product.out = out;
    product.outStride = weight.outputs();
    product.store = store;
    product.result = m_element;
    model::multiply(m_kernels, *m_team, weight, product);
}

void ShadowNetwork::attend(const Chunk& chunk, const SwitchBlockWeights& block) const
{
    const auto inner = static_cast<std::size_t>(m_weights.config.inner());
    normalise(chunk, block.attentionNorm);
    float* query = chunk.at(chunk.layout.queryKeyValue);
    multiply(block.queryKeyValue, chunk.at(chunk.layout.normed), chunk.tokens(), query, Store::plain);
    model::AttentionBuffers buffers;
    buffers.query = query;
    buffers.key = query + inner;
    buffers.value = query + 2 * inner;
    buffers.queryStride = buffers.keyStride = 3 * inner;
    buffers.dKv = static_cast<std::size_t>(m_weights.config.dKv);
    buffers.bias = chunk.at(chunk.layout.bias);
    buffers.longest = chunk.longest;
    buffers.mixed = chunk.at(chunk.layout.mixed);
    buffers.mixedStride = inner;
    buffers.result = m_element;
    const auto heads = static_cast<std::size_t>(m_weights.config.heads);
    m_team->each(chunk.sentences.size() * heads, [&](std::size_t item, int member) {
        const Sentence& sentence = chunk.sentences[item / heads];
        model::attend(
            m_kernels, buffers,
            {sentence.firstToken, sentence.firstToken, sentence.length, item % heads, 0, sentence.length},
            chunk.at(chunk.layout.scratch + static_cast<std::size_t>(member) * chunk.layout.scratchFloats));
    });
    multiply(
        block.output, chunk.at(chunk.layout.mixed), chunk.tokens(), chunk.at(chunk.layout.hidden),
        Store::add);
}

void ShadowNetwork::feedForward(const Chunk& chunk, const SwitchBlockWeights& block) const
{
    const auto dFf = static_cast<std::size_t>(m_weights.config.dFf);
    const bool relu = m_weights.config.activation == model::Activation::relu;
    float* inner = chunk.at(chunk.layout.inner);
    for (std::size_t row = 0; row < chunk.tokens(); row += kRows) {
        const std::size_t rows = std::min(kRows, chunk.tokens() - row);
        multiply(
            block.wi, chunk.at(chunk.layout.normed) + row * m_width, rows, inner,
            relu ? Store::relu : Store::plain);
        if (!relu)
            model::activate(m_kernels, m_weights.config.activation, inner, rows * dFf, m_element);
        multiply(block.wo, inner, rows, chunk.at(chunk.layout.hidden) + row * m_width, Store::add);
    }
}

/// The logits, rounded where the model's own routers round.
void ShadowNetwork::route(const Chunk& chunk, const SwitchBlockWeights& block) const
{
    const auto layer = static_cast<std::size_t>(block.moeLayer);
    const std::size_t experts = block.router.outputs();
    const bool narrow = m_routerElement != Element::f32;
    float* logits = chunk.at(chunk.layout.logits) + m_firstExpert[layer];
    const float* input = chunk.at(chunk.layout.normed);
    if (!narrow)
        block.router.apply(
            m_kernels, input, m_width, chunk.tokens(), logits, m_all, Store::plain, Element::f32);
    for (std::size_t token = 0; token < chunk.tokens(); ++token, logits += m_all, input += m_width) {
        if (narrow) {
            float* rounded = chunk.at(chunk.layout.scratch);
            std::copy_n(input, m_width, rounded);
            m_kernels.round(rounded, m_width, m_routerElement);
            block.router.apply(m_kernels, rounded, m_width, 1, logits, m_all, Store::plain, Element::f32);
        }
        if (block.routerBias.size() > 0)
            m_kernels.addScaled(block.routerBias.data(), 1.0F, experts, logits, Element::f32);
        m_kernels.round(logits, experts, m_routerElement);
    }
}

void ShadowNetwork::replaceExperts(const Chunk& chunk, std::size_t layer) const
{
    const Replacement& own = m_replacements[layer];
    const auto hidden = static_cast<std::size_t>(m_shape.hidden);
    const auto experts = static_cast<std::size_t>(m_shape.experts[layer]);
    float* inner = chunk.at(chunk.layout.inner);
    float* out = chunk.at(chunk.layout.mixed);
    for (std::size_t first = 0; first < chunk.tokens(); first += kRows) {
        const std::size_t count = std::min(kRows, chunk.tokens() - first);
        m_team->share(count, kLeastRows, [&](std::size_t begin, std::size_t end, int) {
            replaceRows(
                chunk, own, {first + begin, end - begin, m_firstExpert[layer], experts},
                inner + begin * hidden, out + begin * m_width);
        });
    }
}

void ShadowNetwork::replaceRows(
    const Chunk& chunk, const Replacement& own, const Rows& rows, float* inner, float* out) const
{
    const auto hidden = static_cast<std::size_t>(m_shape.hidden);
    std::array<float, kRows> share{};
    own.wi.apply(
        m_kernels, chunk.at(chunk.layout.normed) + rows.first * m_width, m_width, rows.count, inner, hidden,
        Store::relu);
    for (std::size_t i = 0; i < rows.count; ++i) {
        const std::span<const float> logits(
            chunk.at(chunk.layout.logits) + (rows.first + i) * m_all + rows.firstExpert, rows.experts);
        const auto best
            = static_cast<std::size_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
        share[i] = 1 / sumOfExponentials(logits, logits[best]);
        const float* gain = own.gain.data() + best * hidden;
        float* values = inner + i * hidden;
        for (std::size_t unit = 0; unit < hidden; ++unit)
            values[unit] *= gain[unit];
        std::copy_n(own.offset.data() + best * m_width, m_width, out + i * m_width);
    }
    own.wo.apply(m_kernels, inner, hidden, rows.count, out, m_width, Store::add);
    for (std::size_t i = 0; i < rows.count; ++i)
        m_kernels.addScaled(
            out + i * m_width, share[i], m_width, chunk.at(chunk.layout.hidden) + (rows.first + i) * m_width,
            m_element);
}

} // namespace

Result<const model::SwitchWeights*> shadowedEncoder(const model::Model& model)
{
    const SwitchWeights* weights = model.encoderWeights();
    const std::size_t sparse = weights ? static_cast<std::size_t>(std::count_if(
                                   weights->blocks.begin(), weights->blocks.end(),
                                   [](const SwitchBlockWeights& block) { return block.moeLayer >= 0; }))
                                       : 0;
    if (sparse == 0 || sparse != api::predictableLayers(model.info()).size())
        return badInput(fmt::format(
            "{}: a shadow predictor needs a Switch encoder that holds all MoE layers; use a predictor of "
            "kind "
            "lstm",
            model.info().path.string()));
    return weights;
}

std::unique_ptr<HashNetwork> makeShadowNetwork(
    const model::SwitchWeights& weights, const ShadowShape& shape, const std::vector<Surrogate>& surrogates)
{
    return std::make_unique<ShadowNetwork>(weights, shape, surrogates);
}

} // namespace sida::predictor
