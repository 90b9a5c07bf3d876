// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/model_sizes.h"

#include "engine/model/switch_decoder.h"
#include "engine/model/switch_forward.h"
#include "engine/model/switch_info.h"
#include "engine/model/switch_layout.h"
#include "engine/model/switch_weights.h"
#include "engine/model/synthetic.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <utility>

namespace sida::model
{

namespace
{

std::uint64_t floats(const StoredTensor& tensor)
{
    return tensor.entry->elements() * sizeof(float);
}

std::uint64_t matrix(const StoredTensor& tensor, api::DType type)
{
    return tensor.entry->elements() * elementBytes(type);
}

std::uint64_t attentionBytes(const SwitchAttentionLayout& attention, api::DType compute)
{
    std::uint64_t bytes = floats(attention.norm);
    for (const StoredTensor& tensor : {attention.query, attention.key, attention.value, attention.output})
        bytes += matrix(tensor, compute);
    return bytes;
}

std::uint64_t stackBytes(const SwitchLayout& layout, const SwitchStackLayout& stack, api::DType compute)
{
    std::uint64_t bytes = floats(stack.relativeBias) + floats(stack.finalNorm);
    for (const SwitchBlockLayout& block : stack.blocks) {
        bytes += attentionBytes(block.attention, compute) + floats(block.feedForwardNorm);
        if (block.cross)
            bytes += attentionBytes(*block.cross, compute);
        if (!block.sparse())
            bytes += matrix(block.wi, compute) + matrix(block.wo, compute);
        else
            bytes += matrix(block.router, layout.config.routerDtype);
        if (block.routerBias)
            bytes += floats(*block.routerBias);
    }
    return bytes;
}

/// What SwitchWeights::denseBytes() gives when everything is read: embeddings, norms and biases in float32,
/// matrices in the compute type, routers in theirs.
std::uint64_t denseBytes(const SwitchLayout& layout, bool decoder, api::DType compute)
{
    std::uint64_t bytes = floats(layout.encoder.embedding) + stackBytes(layout, layout.encoder, compute);
    if (layout.decoder && decoder) {
        if (layout.decoder->embedding.entry != layout.encoder.embedding.entry)
            bytes += floats(layout.decoder->embedding);
        bytes += stackBytes(layout, *layout.decoder, compute);
        if (layout.languageHead)
            bytes += matrix(*layout.languageHead, compute);
    }
    if (layout.head)
        bytes += matrix(layout.head->dense, compute) + matrix(layout.head->projection, compute)
            + floats(layout.head->denseBias) + floats(layout.head->projectionBias);
    return bytes;
}

std::vector<SwitchBlockWeights> emptyBlocks(const SwitchStackLayout& stack, std::vector<int>& expertsPerLayer)
{
    std::vector<SwitchBlockWeights> blocks(stack.blocks.size());
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        if (!stack.blocks[i].sparse())
            continue;
        blocks[i].moeLayer = static_cast<int>(expertsPerLayer.size());
        expertsPerLayer.push_back(static_cast<int>(stack.blocks[i].experts.size()));
    }
    return blocks;
}

/// The weights as they would be, each of them empty.
SwitchWeights emptyWeights(const SwitchLayout& layout, const LoadOptions& options)
{
    SwitchWeights weights;
    weights.config = layout.config;
    weights.compute = options.compute;
    std::vector<int> expertsPerLayer;
    weights.blocks = emptyBlocks(layout.encoder, expertsPerLayer);
    if (layout.decoder && options.decoder) {
        weights.decoder.emplace();
        weights.decoder->blocks = emptyBlocks(*layout.decoder, expertsPerLayer);
        weights.decoder->tiedHead = layout.tiedHead;
    }
    if (layout.head)
        weights.head.emplace();
    for (const int experts : expertsPerLayer)
        weights.mostExperts = std::max(weights.mostExperts, experts);
    const std::uint64_t matrixBytes = static_cast<std::uint64_t>(layout.config.dFf)
        * static_cast<std::uint64_t>(layout.config.dModel) * elementBytes(options.compute);
    weights.experts = experts::HostStore(std::move(expertsPerLayer), matrixBytes, matrixBytes, false);
    return weights;
}

/// By compute type.
using DenseBytes = std::array<std::uint64_t, 3>;

class SizesOnly final : public Model
{
public:
    SizesOnly(api::ModelInfo info, SwitchWeights weights, const DenseBytes& dense)
        : m_info(std::move(info))
        , m_dense(dense)
        , m_weights(std::move(weights))
        , m_forward(m_weights)
        , m_decoder(m_weights.decoder ? std::make_unique<SwitchDecoder>(m_weights) : nullptr)
    {
    }

    const api::ModelInfo& info() const override { return m_info; }
    const experts::HostStore& experts() const override { return m_weights.experts; }
    std::span<const float> embeddings() const override { return {}; }
    const SwitchWeights* encoderWeights() const override { return &m_weights; }
    std::uint64_t denseBytes(api::DType compute) const override
    {
        return m_dense[static_cast<std::size_t>(compute)];
    }
    std::uint64_t expertBlockBytes(api::DType compute) const override
    {
        return experts::HostStore::blockBytesFor(matrixBytes(m_weights.config, compute));
    }
    std::uint64_t workspaceBytes(const WorkspaceShape& shape) const override
    {
        const bool decodes = m_decoder && shape.targetLength > 0;
        return m_forward.workspaceBytes(shape.rows, shape.length, shape.topK, shape.threads)
            + (decodes ? m_decoder->workspaceBytes(shape) : 0);
    }
    Status checkDecodes() const override { return withoutWeights(); }
    Result<ForwardResult>
    forward(const dataset::TokenBatch&, ExpertSource&, const ForwardOptions&) const override
    {
        return withoutWeights();
    }
    Result<GenerateResult>
    generate(const dataset::TokenBatch&, int, ExpertSource&, const ForwardOptions&) const override
    {
        return withoutWeights();
    }
    Result<ScoreResult>
    score(const dataset::TokenBatch&, bool, ExpertSource&, const ForwardOptions&) const override
    {
        return withoutWeights();
    }

private:
    tl::unexpected<Error> withoutWeights() const
    {
        return failure(
            ErrorKind::internal, fmt::format("{}: its weights are not loaded", m_info.path.string()));
    }

    const api::ModelInfo m_info;
    const DenseBytes m_dense;
    const SwitchWeights m_weights;
    const SwitchForward m_forward;
    const std::unique_ptr<SwitchDecoder> m_decoder; ///< null without one
};

} // namespace

Result<std::unique_ptr<Model>> modelSizes(const std::filesystem::path& folder, const LoadOptions& options)
{
    Result<checkpoint::Checkpoint> opened
        = isSynthetic(folder) ? openSynthetic(folder) : checkpoint::Checkpoint::open(folder);
    SIDA_TRY_ASSIGN(const checkpoint::Checkpoint checkpoint, std::move(opened));
    SIDA_TRY_ASSIGN(const SwitchLayout layout, layOutSwitch(checkpoint));
    SIDA_TRY_ASSIGN(api::ModelInfo info, describeSwitch(checkpoint, layout, options));
    DenseBytes dense{};
    for (const api::DType type : {api::DType::f32, api::DType::bf16, api::DType::f16})
        dense[static_cast<std::size_t>(type)] = denseBytes(layout, options.decoder, type);
    return std::make_unique<SizesOnly>(std::move(info), emptyWeights(layout, options), dense);
}

} // namespace sida::model
