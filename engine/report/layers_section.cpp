// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/sections.h"

#include "engine/base/units.h"
#include "engine/report/html.h"
#include "engine/report/words.h"

#include <fmt/format.h>
#include <limits>

namespace sida::report
{

namespace
{

struct LayerSums {
    std::array<std::uint64_t, api::kOutcomes> outcomes{};
    std::uint64_t uses = 0;
    std::uint64_t hashTokens = 0;
    std::uint64_t hashHits = 0;
    double stallMs = 0;
    std::array<double, api::kStallCauses> stallMsByCause{};
};

std::vector<LayerSums> sumUp(const api::Recording& recording)
{
    std::vector<LayerSums> layers(recording.header.moeLayers.size());
    for (const api::UseRow& use : recording.rows.uses) {
        if (use.routed == 0 || use.key.layer >= layers.size())
            continue;
        ++layers[use.key.layer].uses;
        ++layers[use.key.layer].outcomes[static_cast<std::size_t>(use.outcome) % api::kOutcomes];
    }
    for (const api::StallRow& stall : recording.rows.stalls) {
        if (stall.key.layer >= layers.size())
            continue;
        const double ms = static_cast<double>(stall.end - stall.begin) / 1e6;
        layers[stall.key.layer].stallMs += ms;
        layers[stall.key.layer].stallMsByCause[static_cast<std::size_t>(stall.cause) % api::kStallCauses]
            += ms;
    }
    for (const api::HashRow& hash : recording.rows.hash) {
        if (hash.layer >= layers.size())
            continue;
        layers[hash.layer].hashTokens += hash.tokens;
        layers[hash.layer].hashHits += hash.tokenHits;
    }
    return layers;
}

std::string shareOf(std::uint64_t part, std::uint64_t whole)
{
    const double share = whole > 0 ? static_cast<double>(part) / static_cast<double>(whole)
                                   : std::numeric_limits<double>::quiet_NaN();
    return units::formatNumber(share);
}

std::string rowOf(const std::string& name, const LayerSums& layer, double batches, bool hasHash)
{
    const auto outcome = [&](api::Outcome which) { return layer.outcomes[static_cast<std::size_t>(which)]; };
    std::string cells = fmt::format(
        "<td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>", units::formatCount(layer.uses),
        shareOf(outcome(api::Outcome::hit), layer.uses), units::formatCount(outcome(api::Outcome::late)),
        units::formatCount(outcome(api::Outcome::unpredicted)),
        units::formatCount(outcome(api::Outcome::evictedEarly)));
    if (hasHash)
        cells += fmt::format("<td>{}</td>", shareOf(layer.hashHits, layer.hashTokens));
    cells += fmt::format(
        "<td>{}</td><td class=\"word\">{}</td>", units::formatNumber(layer.stallMs / batches),
        layer.stallMs > 0 ? largestCause(layer.stallMsByCause).name : "none");
    return fmt::format("<tr><th scope=\"row\">{}</th>{}</tr>\n", escape(name), cells);
}

} // namespace

std::string layersSection(const ReportInput& input)
{
    const auto& names = input.recording.header.moeLayers;
    if (names.empty() || input.figures.batches == 0)
        return {};
    const bool hasHash = input.figures.hasHash;
    const auto batches = static_cast<double>(input.figures.batches);
    const std::vector<LayerSums> layers = sumUp(input.recording);
    std::string table = fmt::format(
        "<thead><tr><th scope=\"col\">MoE layer</th><th scope=\"col\">Uses</th><th scope=\"col\">Hit "
        "rate</th>"
        "<th scope=\"col\">Late</th><th scope=\"col\">Unpredicted</th><th scope=\"col\">Evicted early</th>{}"
        "<th scope=\"col\">Stall, ms a batch</th><th scope=\"col\" "
        "class=\"word\">Mostly</th></tr></thead>\n<tbody>\n",
        hasHash ? "<th scope=\"col\">Hash hits</th>" : "");
    for (std::size_t layer = 0; layer < layers.size(); ++layer)
        table += rowOf(layerWords(names[layer]), layers[layer], batches, hasHash);
    return section(
        "layers",
        heading("Layer by layer", "uses of experts, how they went, and how long the layer waited")
            + "<div class=\"scroll\"><table>\n" + table + "</tbody></table></div>\n");
}

} // namespace sida::report
