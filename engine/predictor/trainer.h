// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/options.h"
#include "engine/api/results.h"
#include "engine/predictor/training_source.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sida::predictor
{

class Trainable;

/// Fits a network to what was captured. Deterministic for a seed and a number of threads. Its functions throw
/// what libtorch throws.
class Trainer
{
public:
    /// All arguments outlive the trainer.
    Trainer(Trainable& network, const api::TrainOptions& options, const TrainingSource& source);
    ~Trainer();

    std::uint64_t steps() const; ///< optimiser steps of all epochs
    std::uint64_t stepsDone() const;
    /// All epochs done, or none of the last `patience` was better than the best before.
    bool finished() const;
    /// Called after every optimiser step; false ends the epoch.
    using StepDone = std::function<bool()>;
    /// One pass over the training sentences and a judgement on those held out. Nothing when it was ended.
    Result<api::TrainEpoch> runEpoch(const StepDone& stepDone);
    /// Puts the weights of the best epoch into the network; training ends with it.
    void restoreBest();
    /// What `train` answers.
    api::TrainResult result() const;
    const std::vector<std::uint64_t>& heldOut() const; ///< samples that were judged by

    /// The whole state after an epoch, written atomically. `fingerprint` says what it belongs to.
    Status save(const std::filesystem::path& path, const std::string& fingerprint) const;
    /// Goes on from such a file; one with another fingerprint is refused.
    Status load(const std::filesystem::path& path, const std::string& fingerprint);

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace sida::predictor
