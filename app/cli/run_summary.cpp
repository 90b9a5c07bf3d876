// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/run_summary.h"

#include "app/cli/text_table.h"
#include "engine/api/figures.h"
#include "engine/base/units.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace sida::cli
{

namespace
{

std::string milliseconds(double value)
{
    return std::isfinite(value) ? units::formatDuration(std::llround(value * 1e6)) : "-";
}

std::string memoryWords(const api::RunHeader& header, const api::Figures& figures)
{
    std::string text = fmt::format("peak {}", units::formatBytes(figures.peakBytes));
    if (figures.budgetBytes > 0)
        text += fmt::format(", budget {}", units::formatBytes(figures.budgetBytes));
    if (header.residentBytes > 0)
        text += fmt::format(
            ", {} saved against resident ({})", units::formatPercent(figures.saving),
            units::formatBytes(header.residentBytes));
    return text;
}

std::string expertWords(const api::Figures& figures)
{
    const auto count = [&](api::Outcome outcome) {
        return units::formatCount(figures.outcomes[static_cast<std::size_t>(outcome)]);
    };
    return fmt::format(
        "{} uses, hit rate {} ({} late, {} unpredicted, {} evicted early)", units::formatCount(figures.uses),
        units::formatNumber(api::hitRate(figures)), count(api::Outcome::late),
        count(api::Outcome::unpredicted), count(api::Outcome::evictedEarly));
}

std::string transferWords(const api::Figures& figures)
{
    if (figures.transfers == 0)
        return "none";
    return fmt::format(
        "{} of {} in all, {}, {} wasted", units::formatCount(figures.transfers),
        units::formatBytes(figures.transferBytes),
        units::formatRate(static_cast<double>(figures.transferBytes) / figures.transferSeconds),
        units::formatBytes(figures.wastedBytes));
}

std::string stallWords(const api::Figures& figures)
{
    if (figures.stallMs <= 0)
        return "none";
    std::string text = milliseconds(figures.stallMs);
    for (std::size_t i = 0; i < api::kStallCauses; ++i) {
        std::string cause(api::name(static_cast<api::StallCause>(i)));
        std::replace(cause.begin(), cause.end(), '_', ' ');
        if (figures.stallMsByCause[i] > 0)
            text += fmt::format(", {} {}", cause, milliseconds(figures.stallMsByCause[i]));
    }
    return text;
}

std::string qualityWords(const api::Figures& figures)
{
    std::string text = units::formatNumber(*figures.metric);
    if (figures.referenceMetric)
        text += fmt::format(", resident {}", units::formatNumber(*figures.referenceMetric));
    if (figures.equalOutputs)
        text += fmt::format(", {} of the answers equal", units::formatPercent(*figures.equalOutputs));
    return text;
}

} // namespace

void writeRunSummary(std::ostream& out, const api::Recording& recording, const std::filesystem::path& session)
{
    writeRunSummary(out, recording.header, api::computeFigures(recording), session);
}

void writeRunSummary(
    std::ostream& out, const api::RunHeader& header, const api::Figures& figures,
    const std::filesystem::path& session)
{
    out << fmt::format(
        "{} on {}: policy {}, routing {}, eviction {}, {} {}\n", header.modelName, header.datasetName,
        api::name(header.policy), api::name(header.routing), api::name(header.eviction),
        api::name(header.device), api::name(header.dtype));
    TextRows rows
        = {{"data",
            fmt::format(
                "{} samples, {} tokens in {} batches, {}", units::formatCount(figures.samples),
                units::formatCount(figures.tokens), units::formatCount(figures.batches),
                milliseconds(figures.seconds * 1e3))},
           {"throughput",
            fmt::format(
                "{} samples/s, {} tokens/s", units::formatNumber(figures.samplesPerSecond),
                units::formatNumber(figures.tokensPerSecond))},
           {"batch time",
            fmt::format(
                "p50 {}, p95 {}, p99 {}, mean {}", milliseconds(figures.latencyP50Ms),
                milliseconds(figures.latencyP95Ms), milliseconds(figures.latencyP99Ms),
                milliseconds(figures.latencyMeanMs))}};
    if (figures.metric)
        rows.emplace_back(header.metricName.empty() ? "metric" : header.metricName, qualityWords(figures));
    rows.emplace_back("device memory", memoryWords(header, figures));
    rows.emplace_back("experts", expertWords(figures));
    rows.emplace_back("copies", transferWords(figures));
    rows.emplace_back("stalls", stallWords(figures));
    if (figures.hasHash)
        rows.emplace_back(
            "prediction",
            fmt::format(
                "hash-hit rate {}, precision {}, recall {}", units::formatNumber(figures.hashHitRate),
                units::formatNumber(figures.precision), units::formatNumber(figures.recall)));
    if (figures.hasHash && figures.unpredictedBatches > 0)
        rows.emplace_back(
            "not predicted",
            fmt::format(
                "{} of {} batches: inference would have waited longer for predictions than for experts",
                figures.unpredictedBatches, figures.batches));
    if (!figures.prefetchOffLayers.empty())
        rows.emplace_back(
            "prefetching",
            fmt::format(
                "off in MoE layers {}: too few of the predicted experts were used",
                fmt::join(figures.prefetchOffLayers, ", ")));
    rows.emplace_back("loading", milliseconds(header.loadSeconds * 1e3));
    if (figures.droppedEvents > 0)
        rows.emplace_back("recording", units::formatCount(figures.droppedEvents) + " events were lost");
    if (!session.empty())
        rows.emplace_back("session", session.string());
    writeRows(out, rows);
}

} // namespace sida::cli
