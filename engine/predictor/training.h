// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/options.h"
#include "engine/api/results.h"
#include "engine/base/progress.h"
#include "engine/dataset/dataset.h"
#include "engine/model/model.h"

#include <functional>
#include <stop_token>

namespace sida::predictor
{

/// Captures the routers' choices over `data`, trains a predictor of the kind asked for on them, keeps the
/// epoch with the best held-out hit rate and writes it atomically to options.output. Stopping writes no
/// predictor and returns `cancelled`; with options.resume what was learned so far is kept beside the output.
Result<api::TrainResult> train(
    const model::Model& model, const dataset::Dataset& data, const api::TrainOptions& options,
    const ProgressSink& progress, const std::function<void(const api::TrainEpoch&)>& epoch,
    const std::stop_token& stop);

} // namespace sida::predictor
