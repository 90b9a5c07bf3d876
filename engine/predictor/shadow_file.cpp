// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/shadow_file.h"

#include "engine/predictor/causal_file.h"

#include <numeric>

namespace sida::predictor
{

int ShadowShape::allExperts() const
{
    return std::accumulate(experts.begin(), experts.end(), 0);
}

ShadowShape shadowShape(const api::PredictorInfo& info)
{
    ShadowShape shape;
    shape.width = info.embeddingDim;
    shape.hidden = info.hiddenDim;
    for (const api::MoeLayerInfo& layer : info.moeLayers)
        shape.experts.push_back(layer.experts);
    return shape;
}

std::vector<TensorSlot> shadowSlots(
    const ShadowShape& shape, const std::vector<api::MoeLayerInfo>& layers,
    std::vector<Surrogate>& surrogates)
{
    const std::int64_t width = shape.width;
    const std::int64_t hidden = shape.hidden;
    surrogates.resize(shape.surrogates());
    std::vector<TensorSlot> slots;
    for (std::size_t i = 0; i < surrogates.size(); ++i) {
        const std::string name = layers[i].name + ".surrogate.";
        Surrogate& surrogate = surrogates[i];
        slots.push_back({name + "wi.weight", {hidden, width}, &surrogate.wi});
        slots.push_back({name + "wo.weight", {width, hidden}, &surrogate.wo});
        slots.push_back({name + "gain", {shape.experts[i], hidden}, &surrogate.gain});
        slots.push_back({name + "offset", {shape.experts[i], width}, &surrogate.offset});
    }
    return slots;
}

Result<ShadowFile> readShadowFile(const std::filesystem::path& path)
{
    SIDA_TRY_ASSIGN(PredictorHeader header, openHeader(path));
    ShadowFile result;
    result.shape = shadowShape(header.info);
    const auto slots = shadowSlots(result.shape, header.info.moeLayers, result.surrogates);
    CausalWeights causal;
    SIDA_TRY(checkParts(header, slots, causal));
    SIDA_TRY(readTensors(header.file, slots));
    result.info = std::move(header.info);
    return result;
}

Status writeShadowFile(
    const std::filesystem::path& path, const ShadowFile& file,
    const std::map<std::string, std::string>& notes)
{
    api::PredictorInfo info = file.info;
    info.kind = "shadow";
    info.embeddingDim = file.shape.width;
    info.hiddenDim = file.shape.hidden;
    // Slots point to writable values because reading fills them; here they are only read.
    auto& surrogates = const_cast<std::vector<Surrogate>&>(file.surrogates);
    return writeTensors(path, info, shadowSlots(file.shape, info.moeLayers, surrogates), notes);
}

} // namespace sida::predictor
