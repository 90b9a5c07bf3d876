// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/progress.h"
#include "engine/experts/host_store.h"
#include "engine/model/linear.h"
#include "engine/model/load_options.h"
#include "engine/model/switch_layout.h"

#include <optional>
#include <stop_token>
#include <vector>

namespace sida::model
{

struct SwitchBlockWeights {
    AlignedFloats attentionNorm;
    Linear queryKeyValue; ///< [3 * inner, dModel]
    Linear output; ///< [dModel, inner]
    AlignedFloats crossNorm; ///< this and the next three only in a decoder
    Linear crossQuery; ///< [inner, dModel]
    Linear crossKeyValue; ///< [2 * inner, dModel], of the encoder's output
    Linear crossOutput; ///< [dModel, inner]
    AlignedFloats feedForwardNorm;
    Linear wi, wo; ///< of a dense block
    Linear router; ///< [experts, dModel] of a sparse block
    AlignedFloats routerBias; ///< [experts], or empty
    int moeLayer = -1; ///< -1 for a dense block
};

struct SwitchHeadWeights {
    Linear dense, projection;
    AlignedFloats denseBias, projectionBias;
};

struct SwitchDecoderWeights {
    AlignedFloats embedding; ///< [vocabulary, dModel]; empty where it is the encoder's
    AlignedFloats relativeBias; ///< [heads, buckets], transposed from the file
    AlignedFloats finalNorm;
    std::vector<SwitchBlockWeights> blocks;
    bool tiedHead = false; ///< the encoder's embedding is the head, after scaling by dModel^-0.5
    Linear languageHead; ///< [vocabulary, dModel] where it is not tied; empty when there is none
};

/// The whole model, every value rounded to the compute type. Matrices and experts are kept in that type too,
/// routers in theirs; embeddings (which predictors and tied heads read), norms and biases stay float32.
struct SwitchWeights {
    SwitchConfig config;
    api::DType compute = api::DType::f32;
    AlignedFloats embedding; ///< [vocabulary, dModel]
    AlignedFloats relativeBias; ///< [heads, buckets], transposed from the file
    AlignedFloats finalNorm;
    std::vector<SwitchBlockWeights> blocks;
    std::optional<SwitchHeadWeights> head;
    std::optional<SwitchDecoderWeights> decoder; ///< where it is there and was wanted
    experts::HostStore experts{{}, 0, 0};
    ExpertLayout expertLayout = ExpertLayout::rows;
    int mostExperts = 0; ///< of any layer

    /// Memory that everything but the experts takes, or would take in another compute type.
    std::uint64_t denseBytes(api::DType type) const;
};

ExpertShape expertShape(const SwitchConfig& config, api::DType compute);

/// Of one of an expert's two.
std::uint64_t matrixBytes(const SwitchConfig& config, api::DType compute);

/// Reads everything the layout names, by several threads.
Result<SwitchWeights> loadSwitch(
    const SwitchLayout& layout, const LoadOptions& options, const ProgressSink& progress,
    const std::stop_token& stop);

} // namespace sida::model
