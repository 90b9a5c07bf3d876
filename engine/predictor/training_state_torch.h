// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/results.h"
#include "engine/base/result.h"

#include <ATen/ATen.h>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

/// Internal to the predictor's training, which shares libtorch's types.
namespace sida::predictor
{

/// Where a training stands after an epoch: enough to go on as if nothing had happened.
struct TrainingState {
    std::string fingerprint; ///< of the model, the data and all options that change the result
    std::uint64_t step = 0;
    std::string random; ///< of the order of the batches
    api::TrainResult result;
    std::vector<at::Tensor> parameters;
    std::vector<at::Tensor> optimiser;
    std::vector<at::Tensor> best;
};

Status writeTrainingState(const std::filesystem::path& path, const TrainingState& state);
/// Into the tensors of `state`, whose fingerprint and shapes the file must have; nothing is changed
/// otherwise.
Status readTrainingState(const std::filesystem::path& path, TrainingState& state);

} // namespace sida::predictor
