// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/replay.h"

#include <QString>

namespace sida::ui
{

/// What a curve is drawn of.
enum class ReplayMeasure { throughput, hitRate, copied, stalled };
constexpr int kReplayMeasures = 4;

QString measureName(ReplayMeasure measure); ///< "Samples per second"
double measureOf(const api::ReplayPoint& point, ReplayMeasure measure);
QString measureText(double value, ReplayMeasure measure); ///< with its unit

/// "6.5 GiB, 35 %": a budget and its share of what resident needs.
QString budgetText(std::uint64_t bytes, const api::ReplayResult& result);

/// The curve of the recorded run's own policy and eviction; null where it was not simulated.
const api::ReplayCurve* recordedCurve(const api::ReplayResult& result);

/// The answer to "which budget should I use?" in a sentence.
QString replayVerdict(const api::ReplayResult& result);

} // namespace sida::ui
