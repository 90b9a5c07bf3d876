// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/recording.h"
#include "engine/api/replay.h"
#include "engine/base/progress.h"
#include "engine/base/result.h"

#include <stop_token>

/// What-if: a recording under other budgets, policies and evictions.
namespace sida::replay
{

/// Every configuration under every budget. A budget that is too small is a `budget` error that names the
/// smallest that works; a configuration that the recording cannot tell anything of (policy `sida` without
/// hash tables) is a usage error when it was asked for, and a note when everything was.
Result<api::ReplayResult> replay(
    const api::Recording& recording, const api::ReplayOptions& options, const ProgressSink& progress,
    const std::stop_token& stop);

/// The point that stands out most above the straight line between the first and the last (Satopaa et al.
/// 2011); -1 where none does by a twentieth of the height.
int kneeOf(const std::vector<api::ReplayPoint>& points);

} // namespace sida::replay
