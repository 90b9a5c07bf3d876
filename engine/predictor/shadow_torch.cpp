// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/shadow_torch.h"

#include "engine/model/relative_bias.h"
#include "engine/model/switch_weights.h"
#include "engine/predictor/trainable_torch.h"

#include <ATen/CPUGeneratorImpl.h>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace sida::predictor
{

namespace
{

using model::SwitchWeights;

/// [outputs, inputs] of a matrix that is stored as it multiplies fastest: its product with the identity.
at::Tensor plainWeight(const model::Linear& linear)
{
    const auto inputs = static_cast<std::int64_t>(linear.inputs());
    const auto outputs = static_cast<std::int64_t>(linear.outputs());
    const at::Tensor identity = at::eye(inputs, at::kFloat);
    at::Tensor result = at::empty({inputs, outputs}, at::kFloat);
    linear.apply(
        model::kernels::kernels(), identity.data_ptr<float>(), linear.inputs(), linear.inputs(),
        result.data_ptr<float>(), linear.outputs(), model::kernels::Store::plain,
        model::kernels::Element::f32);
    return result.t().contiguous();
}

at::Tensor view(const model::AlignedFloats& values)
{
    return at::from_blob(
        const_cast<float*>(values.data()), {static_cast<std::int64_t>(values.size())}, at::kFloat);
}

at::Tensor activated(model::Activation activation, const at::Tensor& values)
{
    switch (activation) {
    case model::Activation::relu:
        return values.relu();
    case model::Activation::gelu:
        return at::gelu(values);
    case model::Activation::geluTanh:
        return at::gelu(values, "tanh");
    case model::Activation::quickGelu:
        return values * (1.702 * values).sigmoid();
    case model::Activation::silu:
        return at::silu(values);
    case model::Activation::tanh:
        return values.tanh();
    case model::Activation::clippedGelu:
        return at::gelu(values).clamp(-10, 10);
    case model::Activation::hardSwish:
        return at::hardswish(values);
    case model::Activation::laplace:
        return 0.5 * (1 + ((values - 0.707107) / (0.282095 * std::numbers::sqrt2)).erf());
    case model::Activation::leakyRelu:
        return at::leaky_relu(values);
    case model::Activation::linear:
        return values;
    case model::Activation::mish:
        return at::mish(values);
    case model::Activation::reluSquared:
        return values.relu().square();
    case model::Activation::relu6:
        return values.clamp(0, 6);
    case model::Activation::sigmoid:
        return values.sigmoid();
    case model::Activation::sqrtSoftplus:
        return at::softplus(values).sqrt();
    }
    return values;
}

std::vector<float> valuesOf(const at::Tensor& tensor)
{
    const at::Tensor plain = tensor.detach().contiguous();
    const float* data = plain.data_ptr<float>();
    return {data, data + plain.numel()};
}

class TrainableShadow final : public Trainable
{
public:
    TrainableShadow(
        const SwitchWeights& weights, ShadowShape shape, std::span<const float> embeddings,
        std::uint64_t seed);

    std::vector<at::Tensor> parameters() const override
    {
        std::vector<at::Tensor> all;
        for (const Own& own : m_own)
            all.insert(all.end(), {own.wi, own.wo, own.gain, own.offset});
        return all;
    }
    at::Tensor logits(const at::Tensor& ids, std::span<const int> lengths) const override;
    /// Measured at a width of 128 (docs/predictors.md); wider sums want smaller steps.
    double learningRate() const override { return std::min(2e-3, 0.256 / m_shape.width); }
    Status write(
        const std::filesystem::path& path, api::PredictorInfo info,
        const std::map<std::string, std::string>& notes) const override;

private:
    struct Block {
        at::Tensor attentionNorm, queryKeyValue, output, feedForwardNorm;
        at::Tensor wi, wo; ///< of a dense block
        at::Tensor router, routerBias; ///< of a sparse one
        int moeLayer = -1;
    };
    struct Own {
        at::Tensor wi, wo, gain, offset;
    };

    at::Tensor normed(const at::Tensor& values, const at::Tensor& weight) const
    {
        const at::Tensor mean = values.square().mean(-1, true);
        return weight * values * (mean + static_cast<double>(m_weights.config.epsilon)).rsqrt();
    }
    at::Tensor attend(const Block& block, const at::Tensor& values, const at::Tensor& bias) const;
    at::Tensor positionBias(std::int64_t length) const;
    at::Tensor replaced(const Own& own, const at::Tensor& values, const at::Tensor& logits) const;

    const SwitchWeights& m_weights;
    ShadowShape m_shape;
    model::RelativeBuckets m_buckets;
    at::Tensor m_embeddings;
    std::vector<Block> m_blocks; ///< up to the last sparse one
    std::vector<Own> m_own;
};

TrainableShadow::TrainableShadow(
    const SwitchWeights& weights, ShadowShape shape, std::span<const float> embeddings, std::uint64_t seed)
    : m_weights(weights)
    , m_shape(std::move(shape))
    , m_buckets(weights.config.buckets, weights.config.maxDistance, true)
    , m_embeddings(at::from_blob(
          const_cast<float*>(embeddings.data()),
          {static_cast<std::int64_t>(embeddings.size()) / m_shape.width, m_shape.width}, at::kFloat))
{
    const int last = static_cast<int>(m_shape.surrogates());
    for (const model::SwitchBlockWeights& from : weights.blocks) {
        Block block;
        block.attentionNorm = view(from.attentionNorm);
        block.queryKeyValue = plainWeight(from.queryKeyValue);
        block.output = plainWeight(from.output);
        block.feedForwardNorm = view(from.feedForwardNorm);
        block.moeLayer = from.moeLayer;
        if (from.moeLayer >= 0) {
            block.router = plainWeight(from.router);
            if (from.routerBias.size() > 0)
                block.routerBias = view(from.routerBias);
        } else {
            block.wi = plainWeight(from.wi);
            block.wo = plainWeight(from.wo);
        }
        m_blocks.push_back(std::move(block));
        if (from.moeLayer == last)
            break;
    }
    at::Generator generator = at::detail::createCPUGenerator(seed);
    const double bound = 1 / std::sqrt(static_cast<double>(m_shape.width));
    for (std::size_t i = 0; i < m_shape.surrogates(); ++i) {
        const std::int64_t experts = m_shape.experts[i];
        Own own{
            at::empty({m_shape.hidden, m_shape.width}, at::kFloat).uniform_(-bound, bound, generator),
            at::zeros({m_shape.width, m_shape.hidden}, at::kFloat),
            at::ones({experts, m_shape.hidden}, at::kFloat), at::zeros({experts, m_shape.width}, at::kFloat)};
        for (at::Tensor* tensor : {&own.wi, &own.wo, &own.gain, &own.offset})
            tensor->requires_grad_(true);
        m_own.push_back(std::move(own));
    }
}

/// [1, heads, length, length]
at::Tensor TrainableShadow::positionBias(std::int64_t length) const
{
    const std::int64_t heads = m_weights.config.heads;
    const at::Tensor byDistance = at::empty({heads, 2 * length - 1}, at::kFloat);
    model::fillRelativeBias(
        m_weights.relativeBias.span(), m_buckets, static_cast<std::size_t>(length),
        byDistance.data_ptr<float>());
    const at::Tensor positions = at::arange(length, at::kLong);
    const at::Tensor places = positions.unsqueeze(0) - positions.unsqueeze(1) + (length - 1);
    return byDistance.index_select(1, places.flatten()).view({1, heads, length, length});
}

at::Tensor TrainableShadow::attend(const Block& block, const at::Tensor& values, const at::Tensor& bias) const
{
    const std::int64_t rows = values.size(0);
    const std::int64_t length = values.size(1);
    const std::int64_t heads = m_weights.config.heads;
    const at::Tensor all = at::linear(normed(values, block.attentionNorm), block.queryKeyValue)
                               .view({rows, length, 3, heads, m_weights.config.dKv})
                               .permute({2, 0, 3, 1, 4});
    const at::Tensor scores = at::matmul(all[0], all[1].transpose(2, 3)) + bias;
    const at::Tensor mixed = at::matmul(scores.softmax(-1), all[2]).transpose(1, 2);
    return at::linear(mixed.reshape({rows, length, heads * m_weights.config.dKv}), block.output);
}

/// What stands for the experts' output. Which expert's gain a token gets is not differentiated; its share is.
at::Tensor TrainableShadow::replaced(const Own& own, const at::Tensor& values, const at::Tensor& logits) const
{
    const auto [share, expert] = logits.softmax(-1).max(-1, true);
    const at::Tensor chosen = expert.flatten();
    const at::Tensor inner = at::linear(values, own.wi).relu() * own.gain.index_select(0, chosen);
    return share * (at::linear(inner, own.wo) + own.offset.index_select(0, chosen));
}

at::Tensor TrainableShadow::logits(const at::Tensor& ids, std::span<const int> lengths) const
{
    const std::int64_t length = ids.size(1);
    const at::Tensor bias = positionBias(length).masked_fill(
        paddingMask(lengths, length).unsqueeze(1), -std::numeric_limits<float>::infinity());
    const at::Tensor real = realTokens(lengths, length);
    at::Tensor values = at::embedding(m_embeddings, ids);
    std::vector<at::Tensor> found;
    for (const Block& block : m_blocks) {
        values = values + attend(block, values, bias);
        const at::Tensor input = normed(values, block.feedForwardNorm);
        if (block.moeLayer < 0) {
            values = values
                + at::linear(activated(m_weights.config.activation, at::linear(input, block.wi)), block.wo);
            continue;
        }
        const at::Tensor packed = input.reshape({-1, m_shape.width}).index_select(0, real);
        found.push_back(at::linear(packed, block.router));
        if (block.routerBias.defined())
            found.back() = found.back() + block.routerBias;
        const auto layer = static_cast<std::size_t>(block.moeLayer);
        if (layer < m_own.size())
            values = values.reshape({-1, m_shape.width})
                         .index_add(0, real, replaced(m_own[layer], packed, found.back()))
                         .view(values.sizes());
    }
    return at::cat(found, 1);
}

Status TrainableShadow::write(
    const std::filesystem::path& path, api::PredictorInfo info,
    const std::map<std::string, std::string>& notes) const
{
    ShadowFile file{std::move(info), m_shape, {}};
    for (const Own& own : m_own)
        file.surrogates.push_back(
            {valuesOf(own.wi), valuesOf(own.wo), valuesOf(own.gain), valuesOf(own.offset)});
    return writeShadowFile(path, file, notes);
}

} // namespace

std::unique_ptr<Trainable> makeTrainableShadow(
    const model::SwitchWeights& weights, const ShadowShape& shape, std::span<const float> embeddings,
    std::uint64_t seed)
{
    return std::make_unique<TrainableShadow>(weights, shape, embeddings, seed);
}

} // namespace sida::predictor
