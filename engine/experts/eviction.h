// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/types.h"

#include <cstdint>
#include <limits>
#include <memory>
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
    double nearness = 0; ///< how near its next use is believed to be (UseForecast); only `lookahead` asks
};

/// Who leaves when room is needed. Knows nothing but the candidates.
class EvictionPolicy
{
public:
    virtual ~EvictionPolicy() = default;
    /// Would `a` be given up rather than `b`?
    virtual bool isWorthLess(const VictimCandidate& a, const VictimCandidate& b) const = 0;
    /// Must `nearness` be filled in?
    virtual bool asksForecast() const { return false; }
};

/// The oldest leaves (the paper's rule).
class FifoPolicy final : public EvictionPolicy
{
public:
    bool isWorthLess(const VictimCandidate& a, const VictimCandidate& b) const override;
};

/// The longest unused leaves.
class LruPolicy final : public EvictionPolicy
{
public:
    bool isWorthLess(const VictimCandidate& a, const VictimCandidate& b) const override;
};

/// The one with the fewest uses leaves, where uses fade with time; among equals the longest unused.
class LfruPolicy final : public EvictionPolicy
{
public:
    bool isWorthLess(const VictimCandidate& a, const VictimCandidate& b) const override;
};

/// The one whose next use is farthest leaves: as the queued hash tables say, as far as they have been right,
/// and as often as it was used beyond them. With tables that were always right this is Belady's rule.
class LookaheadPolicy final : public EvictionPolicy
{
public:
    bool isWorthLess(const VictimCandidate& a, const VictimCandidate& b) const override;
    bool asksForecast() const override { return true; }
};

std::unique_ptr<EvictionPolicy> makePolicy(api::Eviction eviction);

/// The slot to give up, as an index into `candidates`; -1 when there are none.
int chooseVictim(const EvictionPolicy& policy, std::span<const VictimCandidate> candidates);

} // namespace sida::experts
