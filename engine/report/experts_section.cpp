// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/sections.h"

#include "engine/base/units.h"
#include "engine/report/chart_scale.h"
#include "engine/report/html.h"
#include "engine/report/svg.h"
#include "engine/report/words.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace sida::report
{

namespace
{

constexpr double kWidth = 820;
constexpr double kLeft = 112;
constexpr double kRight = 740;
constexpr double kRow = 16;
constexpr double kLegendLeft = kRight + 14;
constexpr std::size_t kMostColumns = 512; ///< wider layers share a column among neighbours
constexpr std::size_t kMostTooltips = 8192; ///< beyond that they would make the page too large
constexpr double kDarkest = 0.08; ///< the map's darkest end is not told apart from black

using Counts = std::vector<std::vector<std::uint64_t>>;

struct Range {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    std::size_t experts = 0;
};

Range rangeOf(const Counts& counts)
{
    Range range;
    for (const auto& layer : counts) {
        range.experts = std::max(range.experts, layer.size());
        for (const std::uint64_t count : layer) {
            if (count == 0)
                continue;
            range.low = range.low == 0 ? count : std::min(range.low, count);
            range.high = std::max(range.high, count);
        }
    }
    return range;
}

/// Neighbours summed up so that at most `kMostColumns` columns remain.
Counts merged(const Counts& counts, std::size_t perColumn)
{
    Counts out;
    for (const auto& layer : counts) {
        auto& row = out.emplace_back((layer.size() + perColumn - 1) / perColumn);
        for (std::size_t expert = 0; expert < layer.size(); ++expert)
            row[expert / perColumn] += layer[expert];
    }
    return out;
}

std::string colourOf(std::uint64_t count, const Range& range)
{
    return viridis(kDarkest + (1 - kDarkest) * logarithmicShare(count, range.low, range.high));
}

double legendBar(double mapHeight)
{
    return std::max(48.0, std::min(mapHeight, 112.0) - 24);
}

void drawLegend(Svg& svg, const Range& range, double height)
{
    constexpr int kSteps = 24;
    const double top = 4;
    const double bar = legendBar(height);
    for (int i = 0; i < kSteps; ++i) {
        const double share = 1 - (i + 0.5) / kSteps;
        svg.cell(
            {kLegendLeft, top + bar * i / kSteps}, 14, bar / kSteps + 0.3,
            viridis(kDarkest + (1 - kDarkest) * share));
    }
    const double middle = std::sqrt(static_cast<double>(range.low) * static_cast<double>(range.high));
    svg.text({kLegendLeft + 20, top + 8}, units::formatCount(range.high));
    if (range.high > range.low) {
        if (range.high >= 4 * range.low)
            svg.text(
                {kLegendLeft + 20, top + bar / 2 + 4}, units::formatNumber(middle, middle < 100 ? 2 : 3));
        svg.text({kLegendLeft + 20, top + bar}, units::formatCount(range.low));
    }
    svg.rect({kLegendLeft + 0.5, top + bar + 9.5}, 13, 11, "never");
    svg.text({kLegendLeft + 20, top + bar + 19}, "never");
}

void drawRow(
    Svg& svg, const std::vector<std::uint64_t>& counts, const std::string& layer, std::size_t perColumn,
    const Range& range, double y, bool tooltips)
{
    const double width
        = (kRight - kLeft) * static_cast<double>(perColumn) / static_cast<double>(range.experts);
    const double gap = width >= 8 ? 1 : 0;
    for (std::size_t column = 0; column < counts.size(); ++column) {
        const double x = kLeft + width * static_cast<double>(column);
        if (counts[column] == 0) {
            svg.rect({x, y}, width - gap, kRow - 1, "never");
            continue;
        }
        const std::string tooltip = tooltips
            ? fmt::format(
                "{}, expert {}: {} tokens", layer, column * perColumn, units::formatCount(counts[column]))
            : "";
        svg.cell({x, y}, width - gap, kRow - 1, colourOf(counts[column], range), tooltip);
    }
}

} // namespace

std::string expertsSection(const ReportInput& input)
{
    const std::string note = "real tokens routed over the whole run, per layer and expert; log scale";
    const Range all = rangeOf(input.routed);
    if (all.high == 0)
        return section(
            "experts", heading("Experts used", note) + "<p class=\"empty\">No expert was used.</p>\n");
    const std::size_t perColumn = (all.experts + kMostColumns - 1) / kMostColumns;
    const Counts counts = merged(input.routed, perColumn);
    Range range = rangeOf(counts);
    range.experts = all.experts;

    const double height = kRow * static_cast<double>(counts.size());
    Svg svg(
        kWidth, std::max(height + 34, legendBar(height) + 28),
        "Tokens routed to each expert of each MoE layer");
    std::size_t never = 0;
    std::size_t cells = 0;
    for (const auto& layer : input.routed) {
        never += static_cast<std::size_t>(std::count(layer.begin(), layer.end(), 0U));
        cells += layer.size();
    }
    for (std::size_t layer = 0; layer < counts.size(); ++layer) {
        const auto& names = input.recording.header.moeLayers;
        const std::string name
            = layer < names.size() ? layerWords(names[layer]) : fmt::format("layer {}", layer);
        const double y = kRow * static_cast<double>(layer);
        svg.text({kLeft - 8, y + 12}, name, "end");
        drawRow(svg, counts[layer], name, perColumn, range, y, cells <= kMostTooltips);
    }
    const double perExpert = (kRight - kLeft) / static_cast<double>(all.experts);
    double step = 1; // layers have a power of two of experts more often than a round number
    while (step * 8 < static_cast<double>(all.experts))
        step *= 2;
    for (double expert = 0; expert < static_cast<double>(all.experts); expert += step)
        svg.text({kLeft + (expert + 0.5) * perExpert, height + 14}, tickLabel(expert, 1), "middle");
    svg.text({(kLeft + kRight) / 2, height + 30}, "expert", "middle", "secondary");
    drawLegend(svg, range, height);
    const std::string share = fmt::format(
        "<p class=\"note\">{} of {} experts ({}) got no token.</p>\n", units::formatCount(never),
        units::formatCount(cells),
        units::formatPercent(static_cast<double>(never) / static_cast<double>(cells)));
    return section("experts", heading("Experts used", note) + svg.finish() + share);
}

} // namespace sida::report
