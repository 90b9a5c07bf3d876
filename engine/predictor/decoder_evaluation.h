// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/options.h"
#include "engine/api/results.h"
#include "engine/base/progress.h"
#include "engine/base/result.h"
#include "engine/dataset/dataset.h"
#include "engine/model/model.h"
#include "engine/predictor/predictor.h"

#include <optional>
#include <stop_token>

namespace sida::predictor
{

/// The decoder's half of evaluate(): the same ways of guessing, step by step as generation goes, on the
/// dataset's targets or on what the model generates without them. Nothing when the model's decoder has no MoE
/// layers or the data is not for it.
Result<std::optional<api::EvaluatedDecoder>> evaluateDecoder(
    const model::Model& model, const dataset::Dataset& data, const dataset::Dataset* trainingData,
    const Predictor* predictor, const api::EvaluateOptions& options, const ProgressSink& progress,
    const std::stop_token& stop);

} // namespace sida::predictor
