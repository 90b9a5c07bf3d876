// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/info.h"
#include "engine/api/recording.h"
#include "engine/api/results.h"

#include <string>

/// The objects that the command line prints with --json, by the contract in docs/command-line.md. Strict JSON
/// without a line end; NaN is null.
namespace sida::report
{

std::string inspectJson(const api::ModelInfo& model);
std::string inspectJson(const api::DatasetInfo& dataset);
std::string inspectJson(const api::PredictorInfo& predictor);
/// The figures of the run and, per MoE layer, the tokens each expert got.
std::string inspectJson(const api::Recording& recording, const std::filesystem::path& session);

std::string doctorJson(const api::DoctorReport& report);
std::string trainJson(const api::TrainResult& result);

} // namespace sida::report
