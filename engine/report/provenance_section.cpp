// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/sections.h"

#include "engine/base/units.h"
#include "engine/report/html.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <utility>

namespace sida::report
{

namespace
{

using Rows = std::vector<std::pair<std::string, std::string>>;

std::string expertsWords(const api::RunHeader& header)
{
    std::uint64_t experts = 0;
    for (const int count : header.expertsPerLayer)
        experts += static_cast<std::uint64_t>(count);
    return fmt::format(
        "{} of {} in {} MoE layers", units::formatCount(experts), units::formatBytes(header.expertBytes),
        header.expertsPerLayer.size());
}

std::string policyWords(const api::RunHeader& header)
{
    std::string text = fmt::format("{}, routing {}", api::name(header.policy), api::name(header.routing));
    if (header.policy == api::Policy::sida)
        text += fmt::format(", top {}", header.topK);
    return text;
}

std::string evictionWords(const api::RunHeader& header)
{
    if (header.policy == api::Policy::resident)
        return "none, all experts stay";
    std::string text(api::name(header.eviction));
    if (header.policy == api::Policy::sida)
        text += fmt::format(", {} batches ahead", header.lookahead);
    return text;
}

std::string budgetWords(const ReportInput& input)
{
    const std::uint64_t budget = input.figures.budgetBytes;
    const std::uint64_t resident = input.recording.header.residentBytes;
    if (budget == 0 || resident == 0)
        return "none";
    return fmt::format(
        "{}, {} of {}", units::formatBytes(budget),
        units::formatPercent(static_cast<double>(budget) / static_cast<double>(resident)),
        units::formatBytes(resident));
}

std::string deviceWords(const api::RunHeader& header)
{
    for (const auto& [key, value] : header.provenance) {
        if (key == "device" && !value.empty())
            return fmt::format("{}, {}", api::name(header.device), value);
    }
    return std::string(api::name(header.device));
}

Rows settingsOf(const ReportInput& input)
{
    const api::RunHeader& header = input.recording.header;
    return {
        {"Model", header.modelName},
        {"Experts", expertsWords(header)},
        {"Dataset",
         fmt::format(
             "{}{}{} samples, {} tokens", header.datasetName, header.datasetName.empty() ? "" : ", ",
             units::formatCount(input.figures.samples), units::formatCount(input.figures.tokens))},
        {"Predictor", header.predictorName.empty() ? "none" : header.predictorName},
        {"Policy", policyWords(header)},
        {"Eviction", evictionWords(header)},
        {"Budget", budgetWords(input)},
        {"Precision, batch",
         fmt::format(
             "{}, {} {}", api::name(header.dtype), header.batchSize,
             header.batchSize == 1 ? "sample" : "samples")},
        {"Device", deviceWords(header)},
        {"Loading",
         units::formatDuration(std::llround(header.loadSeconds * 1e9)) + ", not part of the figures"},
        {"Recording",
         fmt::format(
             "{} batches, {} events dropped", units::formatCount(input.figures.batches),
             units::formatCount(input.figures.droppedEvents))},
    };
}

/// What the header says already, in better words.
constexpr std::array<std::string_view, 10> kToldAbove
    = {"policy", "routing",    "eviction",        "top_k",  "lookahead",
       "dtype",  "batch_size", "dataset_samples", "device", "created"};

/// "model_identity" is "Model identity" to a reader.
std::string keyWords(std::string key)
{
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kNames
        = {{{"sida_version", "SiDA Studio"},
            {"os", "System"},
            {"sqlite", "SQLite"},
            {"libtorch", "libtorch"},
            {"fmt", "fmt"}}};
    for (const auto& [known, words] : kNames) {
        if (key == known)
            return std::string(words);
    }
    std::replace(key.begin(), key.end(), '_', ' ');
    if (!key.empty() && key.front() >= 'a' && key.front() <= 'z')
        key.front() = static_cast<char>(key.front() - 'a' + 'A');
    return key;
}

Rows recordedFacts(const api::Provenance& provenance)
{
    Rows rows;
    for (const auto& [key, value] : provenance) {
        if (!value.empty() && std::find(kToldAbove.begin(), kToldAbove.end(), key) == kToldAbove.end())
            rows.emplace_back(keyWords(key), value);
    }
    return rows;
}

std::string list(const Rows& rows)
{
    std::string out;
    for (const auto& [name, value] : rows)
        out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escape(name), escape(value));
    return fmt::format("<dl class=\"provenance\">\n{}</dl>\n", out);
}

} // namespace

std::string provenanceSection(const ReportInput& input)
{
    std::string out = heading("How it was made") + list(settingsOf(input));
    const Rows recorded = recordedFacts(input.recording.header.provenance);
    if (!recorded.empty())
        out += "<h3>As recorded</h3>\n" + list(recorded);
    return section("made", out);
}

} // namespace sida::report
