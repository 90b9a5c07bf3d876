// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/recording_model.h"

#include <array>
#include <vector>

namespace sida::ui
{

/// Lengths of time of one kind.
struct Durations {
    std::uint64_t count = 0;
    Nanoseconds sum = 0;
    Nanoseconds p50 = 0;
    Nanoseconds p95 = 0;
    Nanoseconds longest = 0;
    /// Takes the values apart; they are in another order afterwards.
    static Durations of(std::vector<Nanoseconds>& values);
};

/// What happened in a range of time: rows that begin in it, each counted as a whole.
struct RangeSummary {
    TimeRange range;
    Durations batches;
    std::uint64_t samples = 0;
    std::uint64_t tokens = 0;
    Durations stalls;
    std::array<Durations, api::kStallCauses> stallsByCause;
    std::vector<Durations> stallsByLayer;
    std::array<Durations, 3> copies; ///< by TransferKind
    std::array<std::uint64_t, 3> bytes{}; ///< by TransferKind
};

RangeSummary summarise(const RecordingModel& model, TimeRange range);

} // namespace sida::ui
