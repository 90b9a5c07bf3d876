// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/sections.h"

#include "engine/base/units.h"
#include "engine/report/html.h"
#include "engine/report/svg.h"
#include "engine/report/words.h"

#include <cmath>
#include <fmt/format.h>

namespace sida::report
{

namespace
{

constexpr double kWidth = 820;
constexpr double kBarHeight = 26;

struct Part {
    std::string_view name;
    std::string_view cssClass;
    double ms = 0; ///< over the whole run
};

std::vector<Part> partsOf(const api::Figures& figures)
{
    std::vector<Part> parts = {{"compute", "compute", computeMilliseconds(figures)}};
    for (const CauseWords& cause : kCauseWords) {
        const double ms = figures.stallMsByCause[static_cast<std::size_t>(cause.cause)];
        if (ms > 0)
            parts.push_back({cause.name, cause.cssClass, ms});
    }
    return parts;
}

std::string swatch(std::string_view cssClass)
{
    Svg svg(16, 12, "");
    svg.rect({0.5, 0.5}, 15, 11, cssClass);
    return svg.finish();
}

std::string shareWords(double share)
{
    return share > 0 && share < 0.001 ? "below 0.1 %" : units::formatPercent(share);
}

} // namespace

std::string timeSection(const ReportInput& input)
{
    const api::Figures& figures = input.figures;
    const std::vector<Part> parts = partsOf(figures);
    double total = 0;
    for (const Part& part : parts)
        total += part.ms;
    if (figures.batches == 0 || total <= 0)
        return section(
            "time", heading("Where the time went") + "<p class=\"empty\">No batch was recorded.</p>\n");

    const auto batches = static_cast<double>(figures.batches);
    Svg bar(kWidth, kBarHeight + 1, "Share of compute and of each stall cause in the time of a batch");
    std::string legend;
    double x = 0;
    for (const Part& part : parts) {
        const double width = part.ms / total * kWidth;
        bar.rect({x, 0.5}, width, kBarHeight, part.cssClass);
        x += width;
        legend += fmt::format(
            "<li>{}<div>{}<span>{}, {}</span></div></li>\n", swatch(part.cssClass), escape(part.name),
            units::formatDuration(std::llround(part.ms / batches * 1e6)), shareWords(part.ms / total));
    }
    if (parts.size() == 1)
        legend += "<li><div>no stalls<span>no batch waited for an expert</span></div></li>\n";
    return section(
        "time",
        heading(
            "Where the time went",
            units::formatNumber(figures.latencyMeanMs)
                + " ms a batch on average; compute is what is not a stall")
            + bar.finish() + "<ul class=\"legend\">\n" + legend + "</ul>\n");
}

} // namespace sida::report
