// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/causal_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <span>

namespace sida::predictor
{

namespace fs = std::filesystem;

namespace
{

constexpr std::string_view kPrefix = "decoder.";

} // namespace

NetworkShape causalShape(const api::PredictorInfo& info)
{
    NetworkShape shape;
    shape.embeddingDim = info.embeddingDim;
    shape.hiddenDim = info.decoder->hiddenDim;
    for (const api::MoeLayerInfo& layer : info.decoder->moeLayers)
        shape.experts.push_back(layer.experts);
    shape.sparsemax = parseSparsemax(info.decoder->sparsemax).value_or(Sparsemax::textbook);
    return shape;
}

std::vector<TensorSlot> causalSlots(const api::PredictorInfo& info, CausalWeights& weights)
{
    const NetworkShape shape = causalShape(info);
    auto slots = tensorSlots(shape, info.decoder->moeLayers, weights.network);
    if (info.decoder->readsSource)
        slots.push_back({"source_fc.weight", {shape.hiddenDim, shape.embeddingDim}, &weights.source});
    for (TensorSlot& slot : slots)
        slot.name.insert(0, kPrefix);
    return slots;
}

Status checkParts(PredictorHeader& header, std::vector<TensorSlot> slots, CausalWeights& causal)
{
    if (header.info.decoder) {
        const std::vector<TensorSlot> second = causalSlots(header.info, causal);
        slots.insert(slots.end(), second.begin(), second.end());
        for (const TensorSlot& slot : second) {
            std::uint64_t elements = 1;
            for (const std::int64_t size : slot.shape)
                elements *= static_cast<std::uint64_t>(size);
            header.info.decoder->parameters += elements;
        }
    }
    SIDA_TRY_ASSIGN(header.info.parameters, checkTensors(header.file, slots));
    return {};
}

Result<CausalPart> readCausalPart(const fs::path& path)
{
    SIDA_TRY_ASSIGN(PredictorHeader header, openHeader(path));
    if (!header.info.decoder)
        return badInput(fmt::format("{}: the predictor has no part for a decoder", path.string()));
    CausalPart part;
    part.shape = causalShape(header.info);
    SIDA_TRY(readTensors(header.file, causalSlots(header.info, part.weights)));
    part.info = std::move(*header.info.decoder);
    return part;
}

Status
addCausalPart(const fs::path& path, const CausalPart& part, const std::map<std::string, std::string>& notes)
{
    SIDA_TRY_ASSIGN(PredictorHeader header, openHeader(path));
    std::vector<std::vector<float>> kept;
    std::vector<checkpoint::TensorToWrite> tensors;
    kept.reserve(header.file.tensors().size());
    for (const checkpoint::TensorEntry& entry : header.file.tensors()) {
        if (entry.name.starts_with(kPrefix))
            continue;
        std::vector<float>& values = kept.emplace_back(entry.elements());
        SIDA_TRY(header.file.readF32(entry, values));
        tensors.push_back(
            {entry.name, checkpoint::StorageType::f32, entry.shape, std::as_bytes(std::span(values))});
    }
    header.info.decoder = part.info;
    // Slots point to writable values because reading fills them; here they are only read.
    auto& weights = const_cast<CausalWeights&>(part.weights);
    for (const TensorSlot& slot : causalSlots(header.info, weights))
        tensors.push_back(
            {slot.name, checkpoint::StorageType::f32, slot.shape, std::as_bytes(std::span(*slot.values))});

    std::vector<std::string> names;
    for (const api::MoeLayerInfo& layer : part.info.moeLayers)
        names.push_back(layer.name);
    std::map<std::string, std::string> metadata = header.file.metadata();
    for (const auto& [key, value] : notes)
        metadata[key] = value;
    metadata["decoder"] = part.info.kind;
    metadata["decoder_moe_layers"] = fmt::format("{}", fmt::join(names, ","));
    metadata["decoder_experts"] = fmt::format("{}", fmt::join(part.shape.experts, ","));
    metadata["decoder_hidden_dim"] = std::to_string(part.shape.hiddenDim);
    metadata["decoder_sparsemax"] = name(part.shape.sparsemax);
    metadata["decoder_source"] = part.info.readsSource ? "mean" : "none";
    return checkpoint::writeSafetensors(path, std::move(tensors), metadata);
}

} // namespace sida::predictor
