// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/info.h"
#include "engine/api/options.h"
#include "engine/api/recording.h"

#include <filesystem>
#include <ostream>

/// What `sida inspect` prints for people.
namespace sida::cli
{

void writeInWords(std::ostream& out, const api::ModelInfo& model);
/// What a run with these options would take.
void writeInWords(std::ostream& out, const api::RunOptions& options, const api::BudgetPlan& plan);
void writeInWords(std::ostream& out, const api::DatasetInfo& dataset);
void writeInWords(std::ostream& out, const api::PredictorInfo& predictor);
void writeInWords(std::ostream& out, const api::Recording& recording, const std::filesystem::path& session);

} // namespace sida::cli
