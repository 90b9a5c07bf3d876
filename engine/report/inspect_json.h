// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/info.h"
#include "engine/api/options.h"
#include "engine/api/recording.h"
#include "engine/api/results.h"

#include <optional>
#include <string>

/// The objects that the command line prints with --json, by the contract in docs/command-line.md. Strict JSON
/// without a line end; NaN is null.
namespace sida::report
{

struct PlannedRun {
    api::RunOptions options;
    api::BudgetPlan budget;
};

std::string inspectJson(const api::ModelInfo& model, const std::optional<PlannedRun>& planned = {});
std::string inspectJson(const api::DatasetInfo& dataset);
std::string inspectJson(const api::PredictorInfo& predictor);
/// The figures of the run and, per MoE layer, the tokens each expert got.
std::string inspectJson(const api::Recording& recording, const std::filesystem::path& session);

std::string doctorJson(const api::DoctorReport& report);
std::string trainJson(const api::TrainResult& result);

/// What predicted routing leaves of a model's answers, beside exact routing. What is not known is absent.
struct Fidelity {
    std::optional<double> exact; ///< the task's metric
    std::optional<double> predicted;
    std::optional<double> equalOutputs; ///< share of samples with the same answer

    std::optional<double> value() const
    {
        return exact && predicted && *exact != 0 ? std::optional(*predicted / *exact) : std::nullopt;
    }
};
std::string evaluateJson(const api::EvaluateResult& result, const std::optional<Fidelity>& fidelity);

} // namespace sida::report
