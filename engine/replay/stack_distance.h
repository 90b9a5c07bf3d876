// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/replay/trace.h"

#include <vector>

namespace sida::replay
{

/// Hit rate of an LRU cache by its slots, 0 .. all experts, exact and in one pass: a use finds its expert
/// when fewer different experts than there are slots were used since its last use (Mattson et al. 1970).
/// Time: n log n.
std::vector<double> lruHitRates(const Trace& trace);

} // namespace sida::replay
