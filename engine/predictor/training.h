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

/// Captures embeddings and router logits of `data` from the model, trains the paper's network on them with
/// the truncated distillation loss, keeps the epoch with the best held-out hit rate and writes it atomically
/// to options.output. Stopping writes nothing and returns `cancelled`.
Result<api::TrainResult> train(
    const model::Model& model, const dataset::Dataset& data, const api::TrainOptions& options,
    const ProgressSink& progress, const std::function<void(const api::TrainEpoch&)>& epoch,
    const std::stop_token& stop);

} // namespace sida::predictor
