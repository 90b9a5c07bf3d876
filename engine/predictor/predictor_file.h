// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/info.h"
#include "engine/base/result.h"
#include "engine/predictor/predictor_header.h"
#include "engine/predictor/sparsemax.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace sida::predictor
{

constexpr int kLstmLayers = 2;

struct NetworkShape {
    int embeddingDim = 0;
    int hiddenDim = 0;
    std::vector<int> experts; ///< per MoE layer
    Sparsemax sparsemax = Sparsemax::textbook;

    int allExperts() const; ///< over all MoE layers
};

/// Weights as they stand in the file: float32, [out, in] row-major, LSTM gates in PyTorch's order (input,
/// forget, candidate, output).
struct NetworkWeights {
    struct Linear {
        std::vector<float> weight;
        std::vector<float> bias;
    };
    struct Lstm {
        std::vector<float> inputWeight;
        std::vector<float> recurrentWeight;
        std::vector<float> inputBias;
        std::vector<float> recurrentBias;
    };
    Linear compression; ///< [hiddenDim, embeddingDim]
    std::array<Lstm, kLstmLayers> lstm; ///< [4 * hiddenDim, hiddenDim]
    Linear residual; ///< [hiddenDim, hiddenDim]
    std::vector<Linear> heads; ///< [experts, hiddenDim] per MoE layer
};

struct PredictorFile {
    api::PredictorInfo info;
    NetworkShape shape;
    NetworkWeights weights;
};

/// "fc.encoder-block-1-layer-1-mlp-router-classifier" for "encoder.block.1.layer.1.mlp".
std::string headName(const std::string& moeLayer);

/// Every tensor of such a network.
std::vector<TensorSlot>
tensorSlots(const NetworkShape& shape, const std::vector<api::MoeLayerInfo>& layers, NetworkWeights& weights);

/// Metadata and header, everything checked against everything else; no weights are read.
Result<api::PredictorInfo> readPredictorInfo(const std::filesystem::path& path);

/// The same, and the weights. Values that are not finite are refused.
Result<PredictorFile> readPredictorFile(const std::filesystem::path& path);

/// Written atomically. `notes` are further metadata (held_out_top1, seed, ...); the fields that describe the
/// network are added here.
Status writePredictorFile(
    const std::filesystem::path& path, const PredictorFile& file,
    const std::map<std::string, std::string>& notes);

} // namespace sida::predictor
