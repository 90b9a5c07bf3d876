// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/predictor_file.h"

#include "engine/predictor/causal_file.h"
#include "engine/predictor/shadow_file.h"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

namespace sida::predictor
{

namespace fs = std::filesystem;

namespace
{

NetworkShape shapeOf(const api::PredictorInfo& info)
{
    NetworkShape shape;
    shape.embeddingDim = info.embeddingDim;
    shape.hiddenDim = info.hiddenDim;
    for (const api::MoeLayerInfo& layer : info.moeLayers)
        shape.experts.push_back(layer.experts);
    shape.sparsemax = parseSparsemax(info.sparsemax).value_or(Sparsemax::textbook);
    return shape;
}

void addLinear(
    std::vector<TensorSlot>& slots, const std::string& name, std::int64_t out, std::int64_t in,
    NetworkWeights::Linear& linear)
{
    slots.push_back({name + ".weight", {out, in}, &linear.weight});
    slots.push_back({name + ".bias", {out}, &linear.bias});
}

} // namespace

int NetworkShape::allExperts() const
{
    return std::accumulate(experts.begin(), experts.end(), 0);
}

std::string headName(const std::string& moeLayer)
{
    std::string name = "fc." + moeLayer + "-router-classifier";
    std::replace(name.begin() + 3, name.end(), '.', '-');
    return name;
}

std::vector<TensorSlot>
tensorSlots(const NetworkShape& shape, const std::vector<api::MoeLayerInfo>& layers, NetworkWeights& weights)
{
    const std::int64_t hidden = shape.hiddenDim;
    std::vector<TensorSlot> slots;
    addLinear(slots, "compression_fc", hidden, shape.embeddingDim, weights.compression);
    for (std::size_t i = 0; i < weights.lstm.size(); ++i) {
        NetworkWeights::Lstm& layer = weights.lstm[i];
        slots.push_back({fmt::format("lstm.weight_ih_l{}", i), {4 * hidden, hidden}, &layer.inputWeight});
        slots.push_back({fmt::format("lstm.weight_hh_l{}", i), {4 * hidden, hidden}, &layer.recurrentWeight});
        slots.push_back({fmt::format("lstm.bias_ih_l{}", i), {4 * hidden}, &layer.inputBias});
        slots.push_back({fmt::format("lstm.bias_hh_l{}", i), {4 * hidden}, &layer.recurrentBias});
    }
    addLinear(slots, "residual_fc", hidden, hidden, weights.residual);
    weights.heads.resize(layers.size());
    for (std::size_t i = 0; i < layers.size(); ++i)
        addLinear(slots, headName(layers[i].name), layers[i].experts, hidden, weights.heads[i]);
    return slots;
}

Result<api::PredictorInfo> readPredictorInfo(const fs::path& path)
{
    SIDA_TRY_ASSIGN(PredictorHeader header, openHeader(path));
    NetworkWeights weights;
    std::vector<Surrogate> surrogates;
    CausalWeights causal;
    auto slots = header.info.kind == "shadow"
        ? shadowSlots(shadowShape(header.info), header.info.moeLayers, surrogates)
        : tensorSlots(shapeOf(header.info), header.info.moeLayers, weights);
    SIDA_TRY(checkParts(header, std::move(slots), causal));
    return std::move(header.info);
}

Result<PredictorFile> readPredictorFile(const fs::path& path)
{
    SIDA_TRY_ASSIGN(PredictorHeader header, openHeader(path));
    PredictorFile result;
    result.shape = shapeOf(header.info);
    const auto slots = tensorSlots(result.shape, header.info.moeLayers, result.weights);
    CausalWeights causal;
    SIDA_TRY(checkParts(header, slots, causal));
    SIDA_TRY(readTensors(header.file, slots));
    result.info = std::move(header.info);
    return result;
}

Status writePredictorFile(
    const fs::path& path, const PredictorFile& file, const std::map<std::string, std::string>& notes)
{
    std::map<std::string, std::string> metadata = notes;
    metadata["sparsemax"] = name(file.shape.sparsemax);
    api::PredictorInfo info = file.info;
    info.kind = "lstm";
    info.embeddingDim = file.shape.embeddingDim;
    info.hiddenDim = file.shape.hiddenDim;
    // Slots point to writable values because reading fills them; here they are only read.
    auto& weights = const_cast<NetworkWeights&>(file.weights);
    return writeTensors(path, info, tensorSlots(file.shape, info.moeLayers, weights), std::move(metadata));
}

} // namespace sida::predictor
