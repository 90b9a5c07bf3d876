// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/replay.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace sida::api
{

namespace
{

constexpr std::array kEvictions = {Eviction::fifo, Eviction::lru, Eviction::lfru, Eviction::lookahead};

/// Every configuration there is. Without a forecast `lookahead` is `lfru`, so `on-demand` is not offered it.
std::vector<ReplayConfiguration> allConfigurations()
{
    std::vector<ReplayConfiguration> all = {{Policy::resident, Eviction::lru, false}};
    for (const Eviction eviction : kEvictions) {
        if (eviction != Eviction::lookahead)
            all.push_back({Policy::onDemand, eviction, false});
    }
    all.push_back({Policy::onDemand, Eviction::lru, true});
    for (const Eviction eviction : kEvictions)
        all.push_back({Policy::sida, eviction, false});
    return all;
}

} // namespace

std::string name(const ReplayConfiguration& configuration)
{
    if (configuration.policy == Policy::resident)
        return std::string(name(Policy::resident));
    return fmt::format(
        "{} {}", name(configuration.policy),
        configuration.belady ? std::string_view("belady") : name(configuration.eviction));
}

Result<std::vector<ReplayConfiguration>> parseReplayConfigurations(std::string_view text)
{
    std::string wanted(text);
    std::replace(wanted.begin(), wanted.end(), ':', ' ');
    std::vector<ReplayConfiguration> found;
    std::string known;
    for (const ReplayConfiguration& one : allConfigurations()) {
        const std::string words = name(one);
        if (wanted == "all" || words == wanted || name(one.policy) == wanted)
            found.push_back(one);
        known += (known.empty() ? "" : ", ") + words;
    }
    if (found.empty())
        return failure(
            ErrorKind::usage,
            fmt::format("policy '{}': expected a policy alone, 'all', or one of {}", text, known));
    return found;
}

} // namespace sida::api
