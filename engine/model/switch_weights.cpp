// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/switch_weights.h"

#include "engine/base/units.h"
#include "engine/model/expert_loader.h"

#include <fmt/format.h>
#include <new>
#include <stdexcept>
#include <utility>

namespace sida::model
{

namespace
{

Result<AlignedFloats> read(const StoredTensor& tensor)
{
    AlignedFloats values(tensor.entry->elements());
    SIDA_TRY(tensor.file->readF32(*tensor.entry, values.span()));
    return values;
}

/// Several matrices of the same width below each other.
Result<Linear> readLinear(std::initializer_list<StoredTensor> parts, std::size_t inputs)
{
    std::size_t count = 0;
    for (const StoredTensor& part : parts)
        count += part.entry->elements();
    AlignedFloats values(count);
    std::size_t at = 0;
    for (const StoredTensor& part : parts) {
        SIDA_TRY(part.file->readF32(*part.entry, values.span().subspan(at, part.entry->elements())));
        at += part.entry->elements();
    }
    return Linear(std::move(values), count / inputs, inputs);
}

Result<SwitchBlockWeights> readBlock(const SwitchBlockLayout& block, const SwitchConfig& config)
{
    const auto dModel = static_cast<std::size_t>(config.dModel);
    SwitchBlockWeights weights;
    SIDA_TRY_ASSIGN(weights.attentionNorm, read(block.attentionNorm));
    SIDA_TRY_ASSIGN(weights.queryKeyValue, readLinear({block.query, block.key, block.value}, dModel));
    SIDA_TRY_ASSIGN(weights.output, readLinear({block.output}, static_cast<std::size_t>(config.inner())));
    SIDA_TRY_ASSIGN(weights.feedForwardNorm, read(block.feedForwardNorm));
    if (!block.sparse()) {
        SIDA_TRY_ASSIGN(weights.wi, readLinear({block.wi}, dModel));
        SIDA_TRY_ASSIGN(weights.wo, readLinear({block.wo}, static_cast<std::size_t>(config.dFf)));
        return weights;
    }
    SIDA_TRY_ASSIGN(weights.router, readLinear({block.router}, dModel));
    if (block.routerBias) {
        SIDA_TRY_ASSIGN(weights.routerBias, read(*block.routerBias));
    }
    return weights;
}

Result<SwitchHeadWeights> readHead(const SwitchHeadLayout& head, std::size_t dModel)
{
    SwitchHeadWeights weights;
    SIDA_TRY_ASSIGN(weights.dense, readLinear({head.dense}, dModel));
    SIDA_TRY_ASSIGN(weights.projection, readLinear({head.projection}, dModel));
    SIDA_TRY_ASSIGN(weights.denseBias, read(head.denseBias));
    SIDA_TRY_ASSIGN(weights.projectionBias, read(head.projectionBias));
    return weights;
}

/// [buckets, heads] in the file; one head after the other is how attention reads it.
Result<AlignedFloats> readRelativeBias(const SwitchLayout& layout)
{
    SIDA_TRY_ASSIGN(const AlignedFloats stored, read(layout.relativeBias));
    const auto buckets = static_cast<std::size_t>(layout.config.buckets);
    const auto heads = static_cast<std::size_t>(layout.config.heads);
    AlignedFloats byHead(stored.size());
    for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
        for (std::size_t head = 0; head < heads; ++head)
            byHead.data()[head * buckets + bucket] = stored.data()[bucket * heads + head];
    }
    return byHead;
}

Result<SwitchWeights>
readAll(const SwitchLayout& layout, const ProgressSink& progress, const std::stop_token& stop)
{
    SwitchWeights weights;
    weights.config = layout.config;
    SIDA_TRY_ASSIGN(weights.embedding, read(layout.embedding));
    SIDA_TRY_ASSIGN(weights.relativeBias, readRelativeBias(layout));
    SIDA_TRY_ASSIGN(weights.finalNorm, read(layout.finalNorm));

    std::vector<int> expertsPerLayer;
    for (const SwitchBlockLayout& block : layout.blocks) {
        if (stop.stop_requested())
            return failure(ErrorKind::cancelled, "Loading the model was stopped");
        SIDA_TRY_ASSIGN(SwitchBlockWeights read, readBlock(block, layout.config));
        if (block.sparse()) {
            read.moeLayer = static_cast<int>(expertsPerLayer.size());
            expertsPerLayer.push_back(static_cast<int>(block.experts.size()));
            weights.mostExperts = std::max(weights.mostExperts, expertsPerLayer.back());
        }
        weights.blocks.push_back(std::move(read));
    }
    if (layout.head) {
        SIDA_TRY_ASSIGN(weights.head, readHead(*layout.head, static_cast<std::size_t>(layout.config.dModel)));
    }
    const std::uint64_t matrixBytes = static_cast<std::uint64_t>(layout.config.dFf)
        * static_cast<std::uint64_t>(layout.config.dModel) * sizeof(float);
    weights.experts = experts::HostStore(std::move(expertsPerLayer), matrixBytes, matrixBytes);
    SIDA_TRY(readExperts(layout, weights.experts, progress, stop));
    return weights;
}

} // namespace

Result<SwitchWeights>
loadSwitch(const SwitchLayout& layout, const ProgressSink& progress, const std::stop_token& stop)
{
    const auto tooLarge = [&] {
        return failure(
            ErrorKind::io,
            fmt::format(
                "{}: the model does not fit into this machine's memory",
                layout.embedding.file->path().parent_path().string()));
    };
    try {
        return readAll(layout, progress, stop);
    } catch (const std::bad_alloc&) {
        return tooLarge();
    } catch (const std::length_error&) {
        return tooLarge();
    }
}

} // namespace sida::model
