// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/info.h"
#include "engine/api/options.h"
#include "engine/base/progress.h"
#include "engine/base/result.h"

#include <filesystem>
#include <stop_token>

namespace sida::runtime
{

struct PlanFiles {
    std::filesystem::path model;
    std::filesystem::path predictor; ///< may be empty unless the options need one
    std::filesystem::path dataset; ///< empty: the longest sample counts as DatasetOptions::maxLength
    api::LoadOptions load;
    api::DatasetOptions data;
    api::RunOptions run;
};

/// What Engine::planBudget says of a run of these files, to the byte, without loading the model's weights:
/// sizes come from config and headers, so it works for models that no machine holds. A dataset is read, since
/// its longest sample is part of the answer.
Result<api::BudgetPlan>
planFiles(const PlanFiles& files, const ProgressSink& progress, const std::stop_token& stop);

} // namespace sida::runtime
