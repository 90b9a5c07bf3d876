// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/words.h"

#include "engine/base/units.h"

#include <algorithm>
#include <fmt/format.h>

namespace sida::report
{

const std::array<CauseWords, api::kStallCauses> kCauseWords
    = {{{api::StallCause::busSaturated, "bus-saturated", "the bus was full", "bus"},
        {api::StallCause::late, "late", "predicted experts were still on their way", "late"},
        {api::StallCause::unpredicted, "unpredicted", "experts had not been predicted", "unpredicted"},
        {api::StallCause::evictedEarly, "evicted early", "experts had been evicted before their use",
         "evicted"}}};

const std::array<PurposeWords, api::kPurposes> kPurposeWords
    = {{{api::Purpose::expertSlots, "Expert slots", "slots"},
        {api::Purpose::activations, "Activations", "activations"},
        {api::Purpose::staging, "Staging", "staging"},
        {api::Purpose::predictor, "Predictor", "predictor"},
        {api::Purpose::denseWeights, "Dense weights", "dense"},
        {api::Purpose::runtimeContext, "Runtime context", "context"}}};

const CauseWords& largestCause(const std::array<double, api::kStallCauses>& stallMs)
{
    return *std::max_element(kCauseWords.begin(), kCauseWords.end(), [&](const auto& a, const auto& b) {
        return stallMs[static_cast<std::size_t>(a.cause)] < stallMs[static_cast<std::size_t>(b.cause)];
    });
}

double batchMilliseconds(const api::Figures& figures)
{
    return figures.batches > 0 ? figures.latencyMeanMs * static_cast<double>(figures.batches) : 0;
}

double computeMilliseconds(const api::Figures& figures)
{
    return std::max(0.0, batchMilliseconds(figures) - figures.stallMs);
}

ByteUnit byteUnit(std::uint64_t scale)
{
    if (scale >= units::kGiB)
        return {"GiB", static_cast<double>(units::kGiB)};
    if (scale >= units::kMiB)
        return {"MiB", static_cast<double>(units::kMiB)};
    return {"KiB", static_cast<double>(units::kKiB)};
}

std::string inUnit(std::uint64_t bytes, const ByteUnit& unit)
{
    return units::formatNumber(static_cast<double>(bytes) / unit.bytes);
}

std::string layerWords(std::string_view canonicalName)
{
    for (const std::string_view part : {"encoder", "decoder"}) {
        const std::string prefix = fmt::format("{}.block.", part);
        if (!canonicalName.starts_with(prefix))
            continue;
        const std::string_view rest = canonicalName.substr(prefix.size());
        return fmt::format("{} block {}", part, rest.substr(0, rest.find('.')));
    }
    return std::string(canonicalName);
}

} // namespace sida::report
