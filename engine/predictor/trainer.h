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

/// The learning rate at its highest, found by measurement on the demo model: 0.01 and 0.005 were best for 128
/// and 256 units. The paper's 5e-5 needs hundreds of epochs for what this one learns in a few.
constexpr double defaultLearningRate(int hiddenDim)
{
    return hiddenDim < 128 ? 0.01 : 1.28 / hiddenDim;
}

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
