// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/run_json.h"

#include "engine/base/units.h"
#include "engine/report/report.h"

#include <algorithm>
#include <array>
#include <limits>

namespace sida::report
{

namespace
{

constexpr std::array<std::string_view, 7> kVersionKeys
    = {"sida_version", "libtorch", "sqlite", "fmt", "sentencepiece", "cuda", "driver"};

Json memoryObject(const api::RunHeader& header, const api::Figures& figures)
{
    Json byPurpose = Json::object();
    for (std::size_t i = 0; i < api::kPurposes; ++i)
        byPurpose[std::string(api::name(static_cast<api::Purpose>(i)))] = figures.peakByPurpose[i];
    return {
        {"peak_bytes", figures.peakBytes},
        {"budget_bytes", figures.budgetBytes},
        {"resident_bytes", header.residentBytes},
        {"saving", figures.saving},
        {"by_purpose", byPurpose}};
}

Json expertsObject(const api::Figures& figures)
{
    const auto outcome
        = [&](api::Outcome which) { return figures.outcomes[static_cast<std::size_t>(which)]; };
    return {
        {"uses", figures.uses},
        {"hits", outcome(api::Outcome::hit)},
        {"late", outcome(api::Outcome::late)},
        {"unpredicted", outcome(api::Outcome::unpredicted)},
        {"evicted_early", outcome(api::Outcome::evictedEarly)}};
}

Json transfersObject(const api::Figures& figures)
{
    const double rate = figures.transferSeconds > 0 ? static_cast<double>(figures.transferBytes)
            / static_cast<double>(units::kGiB) / figures.transferSeconds
                                                    : std::numeric_limits<double>::quiet_NaN();
    return {
        {"count", figures.transfers},
        {"bytes", figures.transferBytes},
        {"wasted_bytes", figures.wastedBytes},
        {"seconds", figures.transferSeconds},
        {"gib_per_s", rate}};
}

Json stallObject(const api::Figures& figures)
{
    Json byCause = Json::object();
    for (std::size_t i = 0; i < api::kStallCauses; ++i)
        byCause[std::string(api::name(static_cast<api::StallCause>(i)))] = figures.stallMsByCause[i];
    return {{"total", figures.stallMs}, {"by_cause", byCause}};
}

Json metricObject(const api::RunHeader& header, const api::Figures& figures)
{
    if (!figures.metric)
        return nullptr;
    return {{"name", header.metricName}, {"value", *figures.metric}};
}

Json orNull(const std::optional<double>& value)
{
    return value ? Json(*value) : Json(nullptr);
}

Json fidelityObject(const api::Figures& figures)
{
    return {
        {"value", orNull(figures.fidelity)},
        {"reference_metric", orNull(figures.referenceMetric)},
        {"equal_outputs", orNull(figures.equalOutputs)}};
}

Json hashObject(const api::Figures& figures)
{
    if (!figures.hasHash)
        return nullptr;
    return {
        {"hit_rate", figures.hashHitRate},
        {"precision", figures.precision},
        {"recall", figures.recall},
        {"seconds", figures.predictionSeconds},
        {"unpredicted_batches", figures.unpredictedBatches},
        {"prefetch_off_layers", figures.prefetchOffLayers}};
}

Json byLayerArray(const api::RunHeader& header, const api::Figures& figures)
{
    Json layers = Json::array();
    for (std::size_t i = 0; i < figures.byLayer.size(); ++i) {
        const api::LayerFigures& layer = figures.byLayer[i];
        const auto outcome
            = [&](api::Outcome which) { return layer.outcomes[static_cast<std::size_t>(which)]; };
        layers.push_back(
            {{"name", i < header.moeLayers.size() ? header.moeLayers[i] : std::string()},
             {"uses", layer.uses},
             {"hits", outcome(api::Outcome::hit)},
             {"late", outcome(api::Outcome::late)},
             {"unpredicted", outcome(api::Outcome::unpredicted)},
             {"evicted_early", outcome(api::Outcome::evictedEarly)},
             {"hit_rate", layer.hashHitRate},
             {"precision", layer.precision},
             {"recall", layer.recall},
             {"transfers", layer.transfers},
             {"bytes", layer.transferBytes},
             {"wasted_bytes", layer.wastedBytes},
             {"stall_ms", layer.stallMs},
             {"lateness_ms", {{"mean", layer.latenessMeanMs}, {"max", layer.latenessMaxMs}}}});
    }
    return layers;
}

} // namespace

Json versionsOf(const api::Provenance& provenance)
{
    Json versions = Json::object();
    for (const auto& [key, value] : provenance) {
        if (std::find(kVersionKeys.begin(), kVersionKeys.end(), key) != kVersionKeys.end())
            versions[key == "sida_version" ? "sida_studio" : key] = value;
    }
    return versions;
}

Json runObject(
    const api::RunHeader& header, const api::Figures& figures, const std::filesystem::path& session)
{
    Json out;
    out["samples"] = figures.samples;
    out["tokens"] = figures.tokens;
    out["seconds"] = figures.seconds;
    out["throughput"]
        = {{"samples_per_s", figures.samplesPerSecond}, {"tokens_per_s", figures.tokensPerSecond}};
    out["latency_ms"]
        = {{"p50", figures.latencyP50Ms},
           {"p95", figures.latencyP95Ms},
           {"p99", figures.latencyP99Ms},
           {"mean", figures.latencyMeanMs}};
    out["metric"] = metricObject(header, figures);
    // Beyond the contract's keys, and only where routing was predicted and the reference was asked.
    if (figures.fidelity || figures.equalOutputs)
        out["fidelity"] = fidelityObject(figures);
    out["device"] = api::name(header.device);
    out["dtype"] = api::name(header.dtype);
    out["policy"] = api::name(header.policy);
    out["routing"] = api::name(header.routing);
    out["eviction"] = api::name(header.eviction);
    out["memory"] = memoryObject(header, figures);
    out["experts"] = expertsObject(figures);
    out["transfers"] = transfersObject(figures);
    out["stall_ms"] = stallObject(figures);
    out["hash"] = hashObject(figures);
    out["by_layer"] = byLayerArray(header, figures);
    out["session"] = session.empty() ? Json(nullptr) : Json(session.string());
    out["load_seconds"] = header.loadSeconds;
    out["versions"] = versionsOf(header.provenance);
    return out;
}

std::string dump(const Json& json)
{
    return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

std::string toJson(const api::Recording& recording, const std::filesystem::path& session)
{
    return dump(runObject(recording.header, api::computeFigures(recording), session));
}

} // namespace sida::report
