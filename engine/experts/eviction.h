// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/types.h"

#include <cstdint>
#include <limits>
#include <span>

namespace sida::experts
{

/// A place in the run: batch number times MoE layers plus layer. Uses are compared by it.
using Position = std::uint64_t;
constexpr Position kNever = std::numeric_limits<Position>::max();

/// What a policy may know of a slot that could be given up.
struct VictimCandidate {
    int slot = 0;
    std::uint64_t insertedAt = 0; ///< order of insertion
    std::uint64_t lastUsedAt = 0; ///< order of use
    Position nextUse = kNever; ///< soonest use known from the hash tables in the queue
    double frequency = 0; ///< uses, fading with time
};

/// The slot to give up, as an index into `candidates`; -1 when there are none.
///
/// `fifo` (the paper's) takes the oldest, `lru` the longest unused, `lookahead` the one whose next use is
/// farthest; among those that no queued hash table mentions, the least frequently used.
int chooseVictim(api::Eviction eviction, std::span<const VictimCandidate> candidates);

} // namespace sida::experts
