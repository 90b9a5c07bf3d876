// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/options.h"
#include "engine/api/results.h"
#include "engine/dataset/dataset.h"
#include "engine/predictor/capture.h"
#include "engine/predictor/predictor_file.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>

namespace sida::predictor
{

/// A learning rate for networks of this size, found by measurement; the paper's 5e-5 needs some hundred
/// epochs for what this one learns in fifteen.
constexpr double kDefaultLearningRate = 2e-3;

/// Fits the network to a capture. Deterministic for a seed and a number of threads. Its functions throw what
/// libtorch throws.
class Trainer
{
public:
    /// All arguments outlive the trainer. `embeddings` is [vocabulary, embeddingDim].
    Trainer(
        const NetworkShape& shape, const api::TrainOptions& options, const dataset::Dataset& data,
        const Capture& capture, std::span<const float> embeddings);
    ~Trainer();

    std::uint64_t steps() const; ///< optimiser steps of all epochs
    /// Called after every optimiser step; false ends the epoch.
    using StepDone = std::function<bool()>;
    /// One pass over the training sentences and a judgement on those held out. Nothing when it was ended.
    Result<api::TrainEpoch> runEpoch(const StepDone& stepDone);
    /// The weights of the best epoch so far and the rest of what `train` answers.
    NetworkWeights bestWeights() const;
    api::TrainResult result() const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace sida::predictor
