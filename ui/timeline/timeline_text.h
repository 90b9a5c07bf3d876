// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/recording_model.h"

#include <QString>

namespace sida::ui
{

/// "budget 1.10 → 1.48 GiB, +43 slots", or what was refused.
QString budgetEventText(const api::BudgetRow& row, std::uint64_t expertBytes);
QString countText(std::uint64_t value);
QString durationText(Nanoseconds time);
QString bytesText(std::uint64_t bytes);

/// Exact words about one row, for tooltips. Several lines of plain text.
QString describe(const api::BatchRow& row, const RecordingModel& model);
QString describe(const api::LayerRow& row, const RecordingModel& model);
QString describe(const api::HashBuildRow& row);
QString describe(const api::TransferRow& row);
QString describe(const api::StallRow& row);
QString describe(const api::EvictionRow& row);
QString describe(const api::BudgetRow& row, const RecordingModel& model);
QString describe(const api::Note& note);

/// Time within the range that was spent waiting.
Nanoseconds stalledTime(const RecordingModel& model, Nanoseconds begin, Nanoseconds end);

} // namespace sida::ui
