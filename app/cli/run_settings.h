// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/budget_changes.h"
#include "app/cli/result_files.h"
#include "engine/api/options.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sida::cli
{

/// What stands on the command line of `sida run`, before any of it is interpreted.
struct RunSettings {
    std::string model;
    std::string dataset;
    std::string predictor;
    std::string task;
    std::string policy;
    std::string routing;
    std::string eviction;
    std::string budget;
    std::vector<std::string> budgetAt;
    std::string device = "cpu";
    std::string dtype = "f32";
    std::string capacity = "off";
    int topK = 1;
    std::string prefetchLimit;
    int lookahead = 8;
    std::string order = "length";
    int threads = 0;
    int batchSize = 1;
    int maxLength = 512;
    int maxNewTokens = 64;
    int repeat = 1;
    double recordSeconds = 0;
    std::string recordSize;
    std::uint64_t limit = 0;
    std::uint64_t seed = 0;
    std::string session;
    std::string outputs;
    bool paperPooling = false;
    bool force = false;
    bool json = false;
};

void addRunOptions(CLI::App& parser, RunSettings& settings);
/// Those of them that bear on how much memory a run takes, none of them required.
void addPlanOptions(CLI::App& parser, RunSettings& settings);

/// The settings as the engine takes them, with the defaults filled in.
struct RunPlan {
    api::LoadOptions load;
    api::DatasetOptions dataset;
    api::RunOptions run;
    bool usesPredictor = false;
    std::vector<BudgetChange> budgetChanges;
    std::filesystem::path outputs;
    ResultKind outputsKind = ResultKind::jsonLines;
    std::vector<std::string> notes; ///< what is given and not used
};

/// A usage error for values and combinations that cannot work.
Result<RunPlan> planRun(const RunSettings& settings);

} // namespace sida::cli
