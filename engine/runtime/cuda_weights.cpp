// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/cuda_weights.h"

#include "engine/model/elements.h"
#include "engine/model/relative_bias.h"
#include "engine/model/switch_weights.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

namespace sida::runtime
{

Result<cuda::EncoderShape>
cudaShapeOf(const model::Model& model, const BatchShape& batch, const api::RunOptions& options)
{
    const auto refused = [&](const char* what) {
        return failure(
            ErrorKind::unsupported,
            fmt::format("{}: {} on the CPU only so far; use --device cpu", model.info().path.string(), what));
    };
    const model::SwitchWeights* weights = model.encoderWeights();
    if (weights == nullptr)
        return refused("models of this family run");
    if (weights->config.activation != model::Activation::relu)
        return refused("experts with another activation than relu run");
    if (weights->config.routerDtype != api::DType::f32)
        return refused("routers in half precision run");
    cuda::EncoderShape shape;
    shape.dModel = weights->config.dModel;
    shape.heads = weights->config.heads;
    shape.dKv = weights->config.dKv;
    shape.dFf = weights->config.dFf;
    shape.vocabulary = weights->config.vocabulary;
    shape.epsilon = weights->config.epsilon;
    for (const model::SwitchBlockWeights& block : weights->blocks) {
        if (block.routerBias.size() > 0)
            return refused("routers with a bias run");
        shape.experts.push_back(block.moeLayer < 0 ? 0 : weights->experts.experts(block.moeLayer));
    }
    const std::uint64_t numberBytes = weights->compute == api::DType::f32 ? 4 : 2;
    shape.expertNumbers = weights->experts.blockBytes() / numberBytes;
    shape.outerAt = weights->experts.woOffset() / numberBytes;
    for (const int experts : shape.experts)
        shape.slots += experts;
    shape.tokens = batch.rows * batch.length;
    shape.sequences = batch.rows;
    shape.longest = batch.length;
    shape.served = options.policy != api::Policy::resident;
    shape.choices = options.routing == api::Routing::predicted ? options.topK : 0;
    return shape;
}

CudaWeights::CudaWeights(const model::SwitchWeights& weights, int longest)
    : m_type(weights.compute)
{
    const model::RelativeBuckets buckets(weights.config.buckets, weights.config.maxDistance, true);
    std::vector<float> bias(
        static_cast<std::size_t>(weights.config.heads) * (2 * static_cast<std::size_t>(longest) - 1));
    model::fillRelativeBias(
        weights.relativeBias.span(), buckets, static_cast<std::size_t>(longest), bias.data());
    m_host.embedding = keep(weights.embedding.span());
    m_host.bias = keep(bias);
    m_host.finalNorm = keep(weights.finalNorm.span());
    for (const model::SwitchBlockWeights& block : weights.blocks) {
        cuda::HostBlock& to = m_host.blocks.emplace_back();
        to.attentionNorm = keep(block.attentionNorm.span());
        to.queryKeyValue = keep(block.queryKeyValue.plain());
        to.output = keep(block.output.plain());
        to.feedForwardNorm = keep(block.feedForwardNorm.span());
        if (block.moeLayer >= 0) {
            to.router = keep(block.router.plain());
        } else {
            to.wi = keep(block.wi.plain());
            to.wo = keep(block.wo.plain());
        }
    }
}

const void* CudaWeights::keep(std::span<const float> values)
{
    std::vector<std::byte>& bytes = m_matrices.emplace_back();
    if (m_type == api::DType::f32) {
        bytes.resize(values.size_bytes());
        std::memcpy(bytes.data(), values.data(), values.size_bytes());
        return bytes.data();
    }
    const model::kernels::Element element = model::elementOf(m_type);
    bytes.resize(values.size() * sizeof(std::uint16_t));
    auto* halves = reinterpret_cast<std::uint16_t*>(bytes.data());
    std::transform(values.begin(), values.end(), halves, [element](float value) {
        return model::kernels::toHalf(value, element);
    });
    return bytes.data();
}

} // namespace sida::runtime
