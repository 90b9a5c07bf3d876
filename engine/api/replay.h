// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/types.h"
#include "engine/base/units.h"

#include <cstdint>
#include <string>
#include <vector>

/// What a recorded run would have been under other budgets, policies and evictions. Everything here is
/// computed from a recording and is called simulated wherever it is shown.
namespace sida::api
{

/// Who is on the device, and who leaves. `belady` knows the future of the trace: no policy that copies only
/// what is asked for can need fewer copies.
struct ReplayConfiguration {
    Policy policy = Policy::onDemand;
    Eviction eviction = Eviction::lru;
    bool belady = false; ///< in the place of `eviction`; policy `on-demand` only
    bool operator==(const ReplayConfiguration&) const = default;
};
/// "resident", "on-demand lru", "sida lookahead", "on-demand belady".
std::string name(const ReplayConfiguration& configuration);
/// The configurations that a text names: one as above (with ':' or a space between), a policy alone for all
/// its evictions, or "all".
Result<std::vector<ReplayConfiguration>> parseReplayConfigurations(std::string_view text);

struct ReplayOptions {
    std::vector<ReplayConfiguration> configurations; ///< empty = all that the recording allows
    std::vector<units::Budget> budgets; ///< empty = the smallest that works, 10 %, 20 %, ... 100 %
    int threads = 0; ///< 0 = all cores
};

/// One configuration under one budget.
struct ReplayPoint {
    std::uint64_t budgetBytes = 0;
    int slots = 0;
    std::uint64_t uses = 0;
    std::uint64_t hits = 0; ///< resident when the layer began
    std::uint64_t late = 0; ///< their copy was under way
    std::uint64_t copies = 0;
    std::uint64_t bytes = 0;
    std::uint64_t wastedBytes = 0; ///< prefetched and evicted without a use
    double stallSeconds = 0;
    double seconds = 0; ///< first batch begun to last batch ended
    double samplesPerSecond = 0;
    double hitRate() const { return uses > 0 ? static_cast<double>(hits) / static_cast<double>(uses) : 0; }
};

struct ReplayCurve {
    ReplayConfiguration configuration;
    std::vector<ReplayPoint> points; ///< by growing budget
    int knee = -1; ///< the point after which more memory buys least; -1 when there is no bend
};

struct ReplayResult {
    ReplayConfiguration recordedConfiguration;
    ReplayPoint recorded; ///< as it was measured
    std::uint64_t residentBytes = 0;
    std::uint64_t smallestBytes = 0;
    std::uint64_t slotBytes = 0;
    std::uint64_t fixedBytes = 0; ///< what no slot holds, without a predictor
    std::uint64_t predictorBytes = 0; ///< what policy `sida` needs besides
    int experts = 0;
    double copySeconds = 0; ///< of one expert, as measured
    std::vector<ReplayCurve> curves;
    /// Exact hit rate of `on-demand lru` with so many slots, index 0 = none (stack distances of the trace).
    std::vector<double> lruHitRateBySlots;
    std::vector<std::string> notes; ///< what the recording does not allow to be simulated, and why
};

} // namespace sida::api
