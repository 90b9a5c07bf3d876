// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/info.h"
#include "engine/api/options.h"
#include "engine/base/result.h"
#include "engine/dataset/dataset.h"
#include "engine/model/model.h"
#include "engine/predictor/predictor.h"

namespace sida::runtime
{

/// The largest batch of a run: what workspaces are planned for.
struct BatchShape {
    int rows = 1;
    int length = 1;
    int targetLength = 0; ///< target or new tokens; 0 = the decoder is not run
    bool generates = false;
};

BatchShape largestBatch(const dataset::Dataset& data, const api::RunOptions& options);

/// Does a run with these options ask the predictor?
bool needsPredictor(const api::RunOptions& options);
/// Are its tables used beyond the order of the batches?
bool usesTables(const api::RunOptions& options);

/// The predictor's part for the decoder, when a run of that shape asks it; else null.
const predictor::CausalNetwork*
decoderPart(const predictor::Predictor* predictor, const api::RunOptions& options, const BatchShape& shape);

/// Device memory of a run by purpose, before anything is allocated: of the options' type, whatever the model
/// was loaded for. A budget below the smallest that works,
/// or below what policy `resident` needs, is a `budget` error that names both. `predictor` is null when there
/// is none or it is not asked.
Result<api::BudgetPlan> planBudget(
    const model::Model& model, const predictor::Predictor* predictor, const api::RunOptions& options,
    BatchShape shape);

} // namespace sida::runtime
