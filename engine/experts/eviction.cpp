// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experts/eviction.h"

#include <algorithm>

namespace sida::experts
{

bool FifoPolicy::isWorthLess(const VictimCandidate& a, const VictimCandidate& b) const
{
    return a.insertedAt < b.insertedAt;
}

bool LruPolicy::isWorthLess(const VictimCandidate& a, const VictimCandidate& b) const
{
    return a.lastUsedAt < b.lastUsedAt;
}

bool LfruPolicy::isWorthLess(const VictimCandidate& a, const VictimCandidate& b) const
{
    return a.frequency != b.frequency ? a.frequency < b.frequency : a.lastUsedAt < b.lastUsedAt;
}

bool LookaheadPolicy::isWorthLess(const VictimCandidate& a, const VictimCandidate& b) const
{
    if (a.nearness != b.nearness)
        return a.nearness < b.nearness;
    if (a.nextUse != b.nextUse)
        return a.nextUse > b.nextUse;
    return a.lastUsedAt < b.lastUsedAt;
}

std::unique_ptr<EvictionPolicy> makePolicy(api::Eviction eviction)
{
    switch (eviction) {
    case api::Eviction::fifo:
        return std::make_unique<FifoPolicy>();
    case api::Eviction::lru:
        return std::make_unique<LruPolicy>();
    case api::Eviction::lfru:
        return std::make_unique<LfruPolicy>();
    case api::Eviction::lookahead:
        break;
    }
    return std::make_unique<LookaheadPolicy>();
}

int chooseVictim(const EvictionPolicy& policy, std::span<const VictimCandidate> candidates)
{
    const auto best = std::min_element(
        candidates.begin(), candidates.end(),
        [&](const VictimCandidate& a, const VictimCandidate& b) { return policy.isWorthLess(a, b); });
    return best == candidates.end() ? -1 : static_cast<int>(best - candidates.begin());
}

} // namespace sida::experts
