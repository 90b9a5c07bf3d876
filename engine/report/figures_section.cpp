// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/sections.h"

#include "engine/base/units.h"
#include "engine/report/html.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace sida::report
{

namespace
{

struct Figure {
    std::string name;
    std::string value;
    std::string unit;
    std::string note;
};

/// Splits "1.48 GiB" so that the number can be set larger than its unit.
std::pair<std::string, std::string> split(const std::string& text)
{
    const std::size_t space = text.rfind(' ');
    if (space == std::string::npos)
        return {text, ""};
    return {text.substr(0, space), text.substr(space + 1)};
}

Figure memoryFigure(const ReportInput& input)
{
    const api::Figures& figures = input.figures;
    const auto [value, unit] = split(units::formatBytes(figures.peakBytes));
    std::string note;
    if (figures.budgetBytes > 0) {
        const std::uint64_t over = worstOverBudget(input.recording);
        note = fmt::format("budget {}, ", units::formatBytes(figures.budgetBytes));
        note += over == 0 ? std::string("never above") : fmt::format("{} above", units::formatBytes(over));
    }
    return {"Peak device memory", value, unit, note};
}

Figure qualityFigure(const ReportInput& input)
{
    const api::RunHeader& header = input.recording.header;
    if (!input.figures.metric) {
        return {
            "Samples", units::formatCount(input.figures.samples), "",
            fmt::format("{} tokens, no labels", units::formatCount(input.figures.tokens))};
    }
    std::uint64_t judged = 0;
    std::uint64_t right = 0;
    std::uint64_t scored = 0;
    for (const api::SampleRow& row : input.recording.rows.samples) {
        scored += row.scored;
        if (row.label < 0 || row.prediction < 0)
            continue;
        ++judged;
        right += row.label == row.prediction ? 1 : 0;
    }
    std::string name = header.metricName.empty() ? "Accuracy" : header.metricName;
    if (name.front() >= 'a' && name.front() <= 'z')
        name.front() = static_cast<char>(name.front() - 'a' + 'A');
    std::replace(name.begin(), name.end(), '_', ' ');
    return {
        name, units::formatNumber(*input.figures.metric), "",
        scored > 0 ? fmt::format("of {} target tokens", units::formatCount(scored))
                   : fmt::format("{} of {} right", units::formatCount(right), units::formatCount(judged))};
}

} // namespace

std::string figuresSection(const ReportInput& input)
{
    const api::Figures& figures = input.figures;
    const auto [saving, percent] = split(units::formatPercent(figures.saving));
    const Figure all[]
        = {{"Throughput", units::formatNumber(figures.samplesPerSecond), "samples/s",
            units::formatNumber(figures.tokensPerSecond) + " tokens/s"},
           {"Batch time, p50", units::formatNumber(figures.latencyP50Ms), "ms",
            fmt::format(
                "p95 {}, p99 {}", units::formatNumber(figures.latencyP95Ms),
                units::formatNumber(figures.latencyP99Ms))},
           {"Hit rate", units::formatNumber(api::hitRate(figures)), "",
            fmt::format("of {} expert uses", units::formatCount(figures.uses))},
           memoryFigure(input),
           {"Saving", saving, percent,
            fmt::format("against resident, {}", units::formatBytes(input.recording.header.residentBytes))},
           qualityFigure(input)};
    std::string out;
    for (const Figure& figure : all) {
        out += fmt::format(
            "<div><dt>{}</dt><dd><b>{}</b>{}<span>{}</span></dd></div>\n", escape(figure.name),
            escape(figure.value), figure.unit.empty() ? "" : " " + escape(figure.unit), escape(figure.note));
    }
    return fmt::format("<dl class=\"figures\">\n{}</dl>\n", out);
}

} // namespace sida::report
