// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/predictor/predictor_header.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace sida::predictor
{

/// What a shadow predictor has of its own: a feed-forward block in the place of the experts of every MoE
/// layer but the last, behind which nothing is left to predict. Everything else is the model's.
struct ShadowShape {
    int width = 0; ///< of the model
    int hidden = 0; ///< of each surrogate
    std::vector<int> experts; ///< per MoE layer

    int allExperts() const;
    std::size_t surrogates() const { return experts.empty() ? 0 : experts.size() - 1; }
};

/// Float32, [out, in] row-major. With e the expert that the shadow's own router chooses for a token and p its
/// share, the block adds p * (wo (gain[e] * relu(wi x)) + offset[e]): one network for all experts, in which
/// each has its own strength per hidden unit.
struct Surrogate {
    std::vector<float> wi; ///< [hidden, width]
    std::vector<float> wo; ///< [width, hidden]
    std::vector<float> gain; ///< [experts, hidden]
    std::vector<float> offset; ///< [experts, width]
};

struct ShadowFile {
    api::PredictorInfo info;
    ShadowShape shape;
    std::vector<Surrogate> surrogates;
};

ShadowShape shadowShape(const api::PredictorInfo& info);

/// Every tensor of such a predictor.
std::vector<TensorSlot> shadowSlots(
    const ShadowShape& shape, const std::vector<api::MoeLayerInfo>& layers,
    std::vector<Surrogate>& surrogates);

/// Metadata and header checked against each other, then the weights.
Result<ShadowFile> readShadowFile(const std::filesystem::path& path);

/// Written atomically; `notes` are further metadata.
Status writeShadowFile(
    const std::filesystem::path& path, const ShadowFile& file,
    const std::map<std::string, std::string>& notes);

} // namespace sida::predictor
