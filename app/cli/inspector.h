// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"

#include <filesystem>

namespace sida::cli
{

struct RunPlan;
struct RunSettings;

/// Looks into files without loading weights. Sessions are read by the engine.
class Inspector
{
public:
    virtual ~Inspector() = default;
    virtual Result<api::PathKind> classify(const std::filesystem::path& path) const = 0;
    virtual Result<api::ModelInfo> model(const std::filesystem::path& folder) const = 0;
    /// `tokens`, `longest` and `truncated` are 0: they depend on a tokenizer.
    virtual Result<api::DatasetInfo> dataset(const std::filesystem::path& file) const = 0;
    virtual Result<api::PredictorInfo> predictor(const std::filesystem::path& file) const = 0;
    /// What a run would take; `settings` has the paths, `plan` the options made of it.
    virtual Result<api::BudgetPlan> plan(
        const RunSettings& settings, const RunPlan& plan, const ProgressSink& progress,
        const std::stop_token& stop) const = 0;
};

} // namespace sida::cli
