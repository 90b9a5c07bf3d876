// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/progress.h"
#include "engine/base/result.h"
#include "engine/dataset/dataset.h"
#include "engine/model/model.h"

#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

namespace sida::predictor
{

/// For every real token and MoE layer the router's largest logits, in memory: one chunk of a CaptureFile, or
/// what `evaluate` judges by. Token embeddings are not kept, because the token ids say which they are.
struct Capture {
    struct Layer {
        int experts = 0;
        int top = 0; ///< min(T, experts)
        std::vector<std::uint16_t> indices; ///< [tokens, top], largest logit first, ties to the lower index
        std::vector<float> logits; ///< [tokens, top]
    };
    std::vector<std::uint64_t> firstToken; ///< of each sample, and the number of tokens
    std::vector<Layer> layers;

    std::uint64_t tokens() const { return firstToken.back(); }
    std::uint64_t bytes() const; ///< of the layers
};

/// More than this is refused.
constexpr std::uint64_t kMostCaptureBytes = std::uint64_t{8} << 30U;

/// Memory that `tokens` tokens take.
std::uint64_t captureBytes(const api::ModelInfo& model, std::uint64_t tokens, int topT);

/// Runs the model over samples with its own routing. They keep their order in the result, whatever the
/// batching. `done` hears how many are finished.
Result<Capture> captureSamples(
    const model::Model& model, const std::vector<dataset::Sample>& samples, int topT, int batchSize,
    const std::function<void(std::uint64_t)>& done, const std::stop_token& stop);

/// The same for a dataset that is held in memory.
Result<Capture> captureRouting(
    const model::Model& model, const dataset::Dataset& data, int topT, int batchSize,
    const ProgressSink& progress, const std::stop_token& stop);

} // namespace sida::predictor
