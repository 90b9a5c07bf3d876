// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/switch_weights.h"

#include "engine/base/units.h"
#include "engine/checkpoint/widen.h"
#include "engine/model/compute_type.h"
#include "engine/model/elements.h"
#include "engine/model/weight_reader.h"

#include <algorithm>
#include <fmt/format.h>
#include <initializer_list>
#include <new>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace sida::model
{

namespace
{

/// Reads the dense part, every value rounded to what the model computes in: small tensors at once, large ones
/// when the weight reader runs.
class DenseReader
{
public:
    DenseReader(const SwitchLayout& layout, api::DType compute, WeightReader& large)
        : m_config(layout.config)
        , m_compute(compute)
        , m_large(large)
    {
    }

    Result<AlignedFloats> vector(const StoredTensor& tensor) const
    {
        AlignedFloats values(tensor.entry->elements());
        SIDA_TRY(tensor.file->readF32(*tensor.entry, values.span()));
        checkpoint::roundTo(storageTypeOf(m_compute), values.span());
        return values;
    }

    /// [vocabulary, dModel]
    AlignedFloats embedding(const StoredTensor& tensor) const
    {
        AlignedFloats values(tensor.entry->elements());
        m_large.addRounded(tensor, values.data());
        return values;
    }

    /// Several matrices of the same width below each other, kept in the compute type.
    Linear linear(std::initializer_list<StoredTensor> parts) const
    {
        const auto inputs = static_cast<std::size_t>(parts.begin()->entry->shape[1]);
        std::size_t outputs = 0;
        for (const StoredTensor& part : parts)
            outputs += static_cast<std::size_t>(part.entry->shape[0]);
        Linear matrix(outputs, inputs, elementOf(m_compute));
        std::size_t row = 0;
        for (const StoredTensor& part : parts) {
            m_large.addRows(part, matrix.memory(), row);
            row += static_cast<std::size_t>(part.entry->shape[0]);
        }
        return matrix;
    }

    /// Values that were rounded to the compute type like all others, kept in the routers' type.
    Result<Linear> router(const StoredTensor& tensor) const
    {
        SIDA_TRY_ASSIGN(AlignedFloats values, vector(tensor));
        const auto inputs = static_cast<std::size_t>(tensor.entry->shape[1]);
        return Linear(
            std::move(values), static_cast<std::size_t>(tensor.entry->shape[0]), inputs,
            elementOf(m_config.routerDtype));
    }

    /// [buckets, heads] in the file; one head after the other is how attention reads it.
    Result<AlignedFloats> relativeBias(const StoredTensor& tensor) const
    {
        SIDA_TRY_ASSIGN(const AlignedFloats stored, vector(tensor));
        const auto buckets = static_cast<std::size_t>(m_config.buckets);
        const auto heads = static_cast<std::size_t>(m_config.heads);
        AlignedFloats byHead(stored.size());
        for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
            for (std::size_t head = 0; head < heads; ++head)
                byHead.data()[head * buckets + bucket] = stored.data()[bucket * heads + head];
        }
        return byHead;
    }

    Result<SwitchBlockWeights> block(const SwitchBlockLayout& block) const
    {
        SwitchBlockWeights weights;
        const SwitchAttentionLayout& own = block.attention;
        SIDA_TRY_ASSIGN(weights.attentionNorm, vector(own.norm));
        weights.queryKeyValue = linear({own.query, own.key, own.value});
        weights.output = linear({own.output});
        if (block.cross) {
            SIDA_TRY_ASSIGN(weights.crossNorm, vector(block.cross->norm));
            weights.crossQuery = linear({block.cross->query});
            weights.crossKeyValue = linear({block.cross->key, block.cross->value});
            weights.crossOutput = linear({block.cross->output});
        }
        SIDA_TRY_ASSIGN(weights.feedForwardNorm, vector(block.feedForwardNorm));
        if (!block.sparse()) {
            weights.wi = linear({block.wi});
            weights.wo = linear({block.wo});
            return weights;
        }
        SIDA_TRY_ASSIGN(weights.router, router(block.router));
        if (block.routerBias) {
            SIDA_TRY_ASSIGN(weights.routerBias, vector(*block.routerBias));
            checkpoint::roundTo(storageTypeOf(m_config.routerDtype), weights.routerBias.span());
        }
        return weights;
    }

    Result<SwitchHeadWeights> head(const SwitchHeadLayout& head) const
    {
        SwitchHeadWeights weights;
        weights.dense = linear({head.dense});
        weights.projection = linear({head.projection});
        SIDA_TRY_ASSIGN(weights.denseBias, vector(head.denseBias));
        SIDA_TRY_ASSIGN(weights.projectionBias, vector(head.projectionBias));
        return weights;
    }

private:
    const SwitchConfig& m_config;
    const api::DType m_compute;
    WeightReader& m_large;
};

/// Reads one stack's blocks and numbers its MoE layers on from those that are counted already.
Status readBlocks(
    const DenseReader& reader, const SwitchStackLayout& stack, std::vector<int>& expertsPerLayer,
    std::vector<SwitchBlockWeights>& blocks, const std::stop_token& stop)
{
    for (const SwitchBlockLayout& block : stack.blocks) {
        if (stop.stop_requested())
            return failure(ErrorKind::cancelled, "Loading the model was stopped");
        SIDA_TRY_ASSIGN(SwitchBlockWeights read, reader.block(block));
        if (block.sparse()) {
            read.moeLayer = static_cast<int>(expertsPerLayer.size());
            expertsPerLayer.push_back(static_cast<int>(block.experts.size()));
        }
        blocks.push_back(std::move(read));
    }
    return {};
}

Result<SwitchDecoderWeights> readDecoder(
    const DenseReader& reader, const SwitchLayout& layout, std::vector<int>& expertsPerLayer,
    const std::stop_token& stop)
{
    const SwitchStackLayout& stack = *layout.decoder;
    SwitchDecoderWeights weights;
    if (stack.embedding.entry != layout.encoder.embedding.entry)
        weights.embedding = reader.embedding(stack.embedding);
    SIDA_TRY_ASSIGN(weights.relativeBias, reader.relativeBias(stack.relativeBias));
    SIDA_TRY_ASSIGN(weights.finalNorm, reader.vector(stack.finalNorm));
    SIDA_TRY(readBlocks(reader, stack, expertsPerLayer, weights.blocks, stop));
    weights.tiedHead = layout.tiedHead;
    if (layout.languageHead)
        weights.languageHead = reader.linear({*layout.languageHead});
    return weights;
}

void addExperts(const SwitchLayout& layout, bool decoder, SwitchWeights& weights, WeightReader& reader)
{
    experts::HostStore& store = weights.experts;
    const ExpertShape shape = expertShape(weights.config, weights.compute);
    const bool packed = weights.expertLayout == ExpertLayout::panels;
    const auto add = [&](const StoredTensor& tensor, std::byte* target, std::size_t inputs) {
        reader.addRows(tensor, MatrixMemory(target, inputs, shape.element, packed), 0);
    };
    std::uint16_t layer = 0;
    for (const SwitchBlockLayout* block : blocksOf(layout, decoder)) {
        if (!block->sparse())
            continue;
        for (std::size_t e = 0; e < block->experts.size(); ++e) {
            std::byte* target = store.mutableBlock({layer, static_cast<std::uint16_t>(e)});
            add(block->experts[e].wi, target, shape.dModel);
            add(block->experts[e].wo, target + store.woOffset(), shape.dFf);
        }
        ++layer;
    }
}

/// The folder, or the synthetic model's name.
std::string nameOf(const SwitchLayout& layout)
{
    const std::filesystem::path& path = layout.encoder.embedding.file->path();
    return path.has_parent_path() ? path.parent_path().string() : path.string();
}

/// The store reserves addresses only, so a model that is too large would end this process half way.
Status checkMemory(const SwitchLayout& layout, std::uint64_t matrixBytes, bool withDecoder)
{
    std::uint64_t experts = 0;
    for (const SwitchBlockLayout* block : blocksOf(layout, withDecoder))
        experts += block->experts.size();
    const auto machine = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES))
        * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    if (experts == 0 || 2 * matrixBytes <= machine / experts)
        return {};
    return failure(
        ErrorKind::io,
        fmt::format(
            "{}: {} experts take {} of memory, and this machine has {}; use a smaller model, or --dtype bf16",
            nameOf(layout), experts, units::formatBytes(experts * 2 * matrixBytes),
            units::formatBytes(machine)));
}

Result<SwitchWeights> readAll(
    const SwitchLayout& layout, const LoadOptions& options, const ProgressSink& progress,
    const std::stop_token& stop)
{
    const std::uint64_t bytes = matrixBytes(layout.config, options.compute);
    SIDA_TRY(checkMemory(layout, bytes, options.decoder));
    WeightReader large(options.compute);
    const DenseReader reader(layout, options.compute, large);
    SwitchWeights weights;
    weights.config = layout.config;
    weights.compute = options.compute;
    weights.embedding = reader.embedding(layout.encoder.embedding);
    SIDA_TRY_ASSIGN(weights.relativeBias, reader.relativeBias(layout.encoder.relativeBias));
    SIDA_TRY_ASSIGN(weights.finalNorm, reader.vector(layout.encoder.finalNorm));
    std::vector<int> expertsPerLayer;
    SIDA_TRY(readBlocks(reader, layout.encoder, expertsPerLayer, weights.blocks, stop));
    if (options.decoder && layout.decoder) {
        SIDA_TRY_ASSIGN(weights.decoder, readDecoder(reader, layout, expertsPerLayer, stop));
    }
    if (layout.head) {
        SIDA_TRY_ASSIGN(weights.head, reader.head(*layout.head));
    }
    for (const int experts : expertsPerLayer)
        weights.mostExperts = std::max(weights.mostExperts, experts);
    weights.experts = experts::HostStore(std::move(expertsPerLayer), bytes, bytes);
    weights.expertLayout = possibleLayout(options.experts, expertShape(weights.config, weights.compute));
    addExperts(layout, options.decoder, weights, large);
    SIDA_TRY(large.run(progress, stop));
    return weights;
}

std::uint64_t bytesOf(std::initializer_list<const AlignedFloats*> vectors)
{
    std::uint64_t count = 0;
    for (const AlignedFloats* vector : vectors)
        count += vector->size();
    return count * sizeof(float);
}

std::uint64_t bytesOf(std::initializer_list<const Linear*> matrices, api::DType type)
{
    std::uint64_t count = 0;
    for (const Linear* matrix : matrices)
        count += std::uint64_t{matrix->outputs()} * matrix->inputs();
    return count * elementBytes(type);
}

std::uint64_t bytesOf(const std::vector<SwitchBlockWeights>& blocks, api::DType type)
{
    std::uint64_t bytes = 0;
    for (const SwitchBlockWeights& block : blocks) {
        bytes += bytesOf({&block.attentionNorm, &block.crossNorm, &block.feedForwardNorm, &block.routerBias});
        bytes += bytesOf(
            {&block.queryKeyValue, &block.output, &block.crossQuery, &block.crossKeyValue, &block.crossOutput,
             &block.wi, &block.wo},
            type);
        bytes += block.router.bytes(); // in a type of its own
    }
    return bytes;
}

} // namespace

std::uint64_t SwitchWeights::denseBytes(api::DType type) const
{
    std::uint64_t bytes = bytesOf({&embedding, &relativeBias, &finalNorm}) + bytesOf(blocks, type);
    if (decoder)
        bytes += bytesOf({&decoder->embedding, &decoder->relativeBias, &decoder->finalNorm})
            + bytesOf(decoder->blocks, type) + bytesOf({&decoder->languageHead}, type);
    if (head)
        bytes += bytesOf({&head->dense, &head->projection}, type)
            + bytesOf({&head->denseBias, &head->projectionBias});
    return bytes;
}

ExpertShape expertShape(const SwitchConfig& config, api::DType compute)
{
    return {
        static_cast<std::size_t>(config.dModel), static_cast<std::size_t>(config.dFf), elementOf(compute)};
}

std::uint64_t matrixBytes(const SwitchConfig& config, api::DType compute)
{
    return static_cast<std::uint64_t>(config.dFf) * static_cast<std::uint64_t>(config.dModel)
        * elementBytes(compute);
}

Result<SwitchWeights> loadSwitch(
    const SwitchLayout& layout, const LoadOptions& options, const ProgressSink& progress,
    const std::stop_token& stop)
{
    const auto tooLarge = [&] {
        return failure(
            ErrorKind::io,
            fmt::format("{}: the model does not fit into this machine's memory", nameOf(layout)));
    };
    try {
        return readAll(layout, options, progress, stop);
    } catch (const std::bad_alloc&) {
        return tooLarge();
    } catch (const std::length_error&) {
        return tooLarge();
    }
}

} // namespace sida::model
