// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/info.h"
#include "engine/base/result.h"
#include "engine/predictor/predictor_file.h"

#include <filesystem>

namespace sida::predictor
{

/// A predictor as the SiDA-MoE authors' code saves it: torch.save of {"model_state_dict": ...} with their
/// names of tensors, in any floating type. `attention` is Sparsemax::paper for their network, or
/// Sparsemax::none for the variant without attention, which has the same tensors.
///
/// Such a file does not say which model it belongs to: the result is bound to `model`, against which layers
/// and shapes are checked.
Result<PredictorFile>
readAuthorsCheckpoint(const std::filesystem::path& path, const api::ModelInfo& model, Sparsemax attention);

} // namespace sida::predictor
