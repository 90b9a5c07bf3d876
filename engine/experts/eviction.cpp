// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experts/eviction.h"

#include <algorithm>

namespace sida::experts
{

namespace
{

bool isBetterVictim(api::Eviction eviction, const VictimCandidate& a, const VictimCandidate& b)
{
    switch (eviction) {
    case api::Eviction::fifo:
        return a.insertedAt < b.insertedAt;
    case api::Eviction::lru:
        return a.lastUsedAt < b.lastUsedAt;
    case api::Eviction::lookahead:
        break;
    }
    if (a.nextUse != b.nextUse)
        return a.nextUse > b.nextUse;
    if (a.frequency != b.frequency)
        return a.frequency < b.frequency;
    return a.lastUsedAt < b.lastUsedAt;
}

} // namespace

int chooseVictim(api::Eviction eviction, std::span<const VictimCandidate> candidates)
{
    const auto best = std::min_element(
        candidates.begin(), candidates.end(),
        [&](const VictimCandidate& a, const VictimCandidate& b) { return isBetterVictim(eviction, a, b); });
    return best == candidates.end() ? -1 : static_cast<int>(best - candidates.begin());
}

} // namespace sida::experts
