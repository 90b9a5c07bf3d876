// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/recording.h"

#include <cstdint>
#include <string>
#include <vector>

namespace sida::api
{

/// Does a recording agree with itself? The tables are written by different threads about the same events, so
/// every disagreement is a mistake in the record.
struct Consistency {
    /// False where rows may be missing: events were dropped, the run was killed, failed or still goes on.
    bool checked = false;
    /// In words, which rows disagree; the first few. Empty when all is well.
    std::vector<std::string> problems;

    // Bytes copied, by what became of them; together they are all that were copied.
    std::uint64_t usedBytes = 0; ///< used before they were evicted, or until the end
    std::uint64_t wastedBytes = 0; ///< evicted without a use
    std::uint64_t waitingBytes = 0; ///< there at the end and not used

    bool isClean() const { return checked && problems.empty(); }
};

/// Plays transfers and evictions back slot by slot and holds uses, stalls, hash rows and memory against them.
/// Costs a sort of the rows; never fails on any content.
Consistency checkConsistency(const Recording& recording);

} // namespace sida::api
