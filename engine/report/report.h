// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/recording.h"
#include "engine/api/replay.h"
#include "engine/base/result.h"

#include <filesystem>
#include <string>

namespace sida::report
{

/// The contract's object of `sida run --json`, from a recording (NaN is null).
std::string toJson(const api::Recording& recording, const std::filesystem::path& session);

/// One self-contained HTML file: verdict, figures, charts as inline SVG, provenance; light and dark, no
/// script needed, no network. Every text from outside is escaped. With `replay` the budget curve is in it.
std::string toHtml(
    const api::Recording& recording, const std::string& sessionName,
    const api::ReplayResult* replay = nullptr);

/// What is to be replayed for a report's budget curve: the run's own policy and eviction, a plain LRU, and
/// Belady's bound.
api::ReplayOptions budgetCurveOptions(const api::RunHeader& header);

} // namespace sida::report
