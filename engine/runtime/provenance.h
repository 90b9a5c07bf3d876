// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/info.h"
#include "engine/api/options.h"
#include "engine/api/recording.h"
#include "engine/model/model.h"

namespace sida::runtime
{

/// Names, options and provenance of a run, everything that is known before it starts. `predictor` is null
/// when no predictor is asked. Keys are listed in docs/session-format.md.
api::RunHeader describeRun(
    const model::Model& model, const api::DatasetInfo& data, int maxLength,
    const api::PredictorInfo* predictor, const api::RunOptions& options);

} // namespace sida::runtime
