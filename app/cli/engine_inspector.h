// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/inspector.h"

namespace sida::cli
{

/// Asks the engine's own readers of each kind.
class EngineInspector final : public Inspector
{
public:
    Result<api::PathKind> classify(const std::filesystem::path& path) const override;
    Result<api::ModelInfo> model(const std::filesystem::path& folder) const override;
    Result<api::DatasetInfo> dataset(const std::filesystem::path& file) const override;
    Result<api::PredictorInfo> predictor(const std::filesystem::path& file) const override;
    Result<api::BudgetPlan> plan(
        const RunSettings& settings, const RunPlan& plan, const ProgressSink& progress,
        const std::stop_token& stop) const override;
};

} // namespace sida::cli
