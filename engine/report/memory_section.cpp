// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/sections.h"

#include "engine/base/units.h"
#include "engine/report/html.h"
#include "engine/report/svg.h"
#include "engine/report/words.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <utility>

namespace sida::report
{

namespace
{

constexpr double kWidth = 400;
constexpr double kLeft = 112; ///< where the bars begin
constexpr double kBarsWidth = 218; ///< leaves room for the number beside the longest bar
constexpr double kRow = 24;
constexpr double kBar = 14;

/// A budget far above the peak would squeeze the bars, so the axis ends at twice the peak.
void drawBudget(Svg& svg, const api::Figures& figures, const ByteUnit& unit, double scale, double height)
{
    if (figures.budgetBytes == 0)
        return;
    const double x = kLeft + static_cast<double>(figures.budgetBytes) * scale;
    const std::string label = "budget " + inUnit(figures.budgetBytes, unit);
    if (x > kLeft + kBarsWidth) {
        svg.text({kWidth, height + 16}, label + ", off the scale", "end", "budget-text");
        return;
    }
    svg.line({x, 0}, {x, height}, "budget");
    svg.text({std::min(x, kWidth - 44), height + 16}, label, "middle", "budget-text");
}

} // namespace

std::string memorySection(const ReportInput& input)
{
    const api::Figures& figures = input.figures;
    if (figures.peakBytes == 0)
        return section(
            "half", heading("Device memory by purpose") + "<p class=\"empty\">Nothing was recorded.</p>\n");
    const ByteUnit unit = byteUnit(figures.peakBytes);
    const auto peak = static_cast<double>(figures.peakBytes);
    const double longest = std::max(peak, std::min(static_cast<double>(figures.budgetBytes), 2 * peak));
    const double scale = kBarsWidth / longest;
    const double height = kRow * static_cast<double>(api::kPurposes + 1);

    Svg svg(kWidth, height + 24, "Device memory by purpose at the peak, and the budget");
    drawBudget(svg, figures, unit, scale, height); // first, so that no figure is crossed out by it
    double y = 0;
    double stacked = 0;
    for (const PurposeWords& purpose : kPurposeWords) {
        const std::uint64_t bytes = figures.peakByPurpose[static_cast<std::size_t>(purpose.purpose)];
        const double width = static_cast<double>(bytes) * scale;
        svg.text({kLeft - 8, y + 16}, purpose.name, "end");
        svg.rect({kLeft, y + 5}, width, kBar, purpose.cssClass);
        svg.text({kLeft + width + 6, y + 16}, inUnit(bytes, unit), "start", "halo");
        svg.rect({kLeft + stacked, height - kRow + 5}, width, kBar, purpose.cssClass);
        stacked += width;
        y += kRow;
    }
    svg.text({kLeft - 8, y + 16}, "Total", "end", "strong");
    svg.text({kLeft + stacked + 6, y + 16}, inUnit(figures.peakBytes, unit), "start", "strong halo");
    svg.line({kLeft, 0}, {kLeft, height}, "axis");
    return section(
        "half",
        heading("Device memory by purpose", fmt::format("at the peak, {}", unit.name)) + svg.finish());
}

std::string transfersSection(const ReportInput& input)
{
    const api::Figures& figures = input.figures;
    const auto share = [](std::uint64_t part, std::uint64_t whole) {
        return units::formatPercent(
            whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : std::nan(""));
    };
    std::vector<std::pair<std::string, std::string>> rows
        = {{"Copies of experts", units::formatCount(figures.transfers)},
           {"Copied", units::formatBytes(figures.transferBytes)},
           {"of that ahead of time", share(figures.prefetchedBytes, figures.transferBytes)},
           {"Wasted: evicted without a use", units::formatBytes(figures.wastedBytes)},
           {"Rate while copying",
            figures.transferSeconds > 0
                ? units::formatRate(static_cast<double>(figures.transferBytes) / figures.transferSeconds)
                : "-"}};
    if (figures.hasHash) {
        const std::string top = fmt::format("Hash-hit rate, top {}", input.recording.header.topK);
        rows.emplace_back(top, units::formatNumber(figures.hashHitRate));
        rows.emplace_back("Precision of the predicted sets", units::formatNumber(figures.precision));
        rows.emplace_back("Recall of the predicted sets", units::formatNumber(figures.recall));
    }
    std::string table;
    for (const auto& [name, value] : rows)
        table += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", escape(name), escape(value));
    return section(
        "half",
        heading(figures.hasHash ? "Transfers and prediction" : "Transfers", "over the whole run")
            + fmt::format("<table class=\"pairs\">\n{}</table>\n", table));
}

} // namespace sida::report
