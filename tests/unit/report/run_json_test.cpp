// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/report.h"

#include "engine/api/figures.h"
#include "tests/gui/support/scripted_recording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace sida::report
{

namespace
{

using Json = nlohmann::ordered_json;
using ::testing::ElementsAre;

std::vector<std::string> keysOf(const Json& object)
{
    std::vector<std::string> keys;
    for (const auto& [key, value] : object.items())
        keys.push_back(key);
    return keys;
}

Json jsonOf(const api::Recording& recording, const std::filesystem::path& session = {})
{
    return Json::parse(toJson(recording, session));
}

TEST(RunJson, HoldsTheKeysOfTheContractInItsOrder)
{
    const Json run = jsonOf(*test::scriptedRecording());
    EXPECT_THAT(
        keysOf(run),
        ElementsAre(
            "samples", "tokens", "seconds", "throughput", "latency_ms", "metric", "device", "dtype", "policy",
            "routing", "eviction", "memory", "experts", "transfers", "stall_ms", "hash", "by_layer",
            "session", "load_seconds", "versions"));
    EXPECT_THAT(keysOf(run["throughput"]), ElementsAre("samples_per_s", "tokens_per_s"));
    EXPECT_THAT(keysOf(run["latency_ms"]), ElementsAre("p50", "p95", "p99", "mean"));
    EXPECT_THAT(keysOf(run["metric"]), ElementsAre("name", "value"));
    EXPECT_THAT(
        keysOf(run["memory"]),
        ElementsAre("peak_bytes", "budget_bytes", "resident_bytes", "saving", "by_purpose"));
    EXPECT_THAT(
        keysOf(run["memory"]["by_purpose"]),
        ElementsAre(
            "dense_weights", "predictor", "expert_slots", "staging", "activations", "runtime_context"));
    EXPECT_THAT(keysOf(run["experts"]), ElementsAre("uses", "hits", "late", "unpredicted", "evicted_early"));
    EXPECT_THAT(
        keysOf(run["transfers"]), ElementsAre("count", "bytes", "wasted_bytes", "seconds", "gib_per_s"));
    EXPECT_THAT(keysOf(run["stall_ms"]), ElementsAre("total", "by_cause"));
    EXPECT_THAT(
        keysOf(run["stall_ms"]["by_cause"]),
        ElementsAre("late", "unpredicted", "evicted_early", "bus_saturated"));
    EXPECT_THAT(
        keysOf(run["hash"]),
        ElementsAre(
            "hit_rate", "precision", "recall", "seconds", "unpredicted_batches", "prefetch_off_layers"));
}

TEST(RunJson, ItsFiguresAreThoseOfTheRecording)
{
    const auto recording = test::scriptedRecording();
    const api::Figures figures = api::computeFigures(*recording);
    const Json run = jsonOf(*recording, "runs/a.sida");
    EXPECT_EQ(run["samples"], figures.samples);
    EXPECT_EQ(run["memory"]["peak_bytes"], figures.peakBytes);
    EXPECT_EQ(
        run["memory"]["by_purpose"]["expert_slots"],
        figures.peakByPurpose[static_cast<std::size_t>(api::Purpose::expertSlots)]);
    EXPECT_EQ(run["experts"]["uses"], figures.uses);
    EXPECT_EQ(
        run["experts"]["hits"].get<std::uint64_t>() + run["experts"]["late"].get<std::uint64_t>()
            + run["experts"]["unpredicted"].get<std::uint64_t>()
            + run["experts"]["evicted_early"].get<std::uint64_t>(),
        figures.uses);
    EXPECT_DOUBLE_EQ(run["stall_ms"]["total"], figures.stallMs);
    EXPECT_DOUBLE_EQ(
        run["transfers"]["gib_per_s"],
        static_cast<double>(figures.transferBytes) / 1073741824.0 / figures.transferSeconds);
    EXPECT_EQ(run["session"], "runs/a.sida");
    EXPECT_EQ(run["policy"], "sida");
    EXPECT_EQ(run["metric"]["name"], "accuracy");
}

TEST(RunJson, WhatThereIsNotIsNull)
{
    test::RecordingScript script;
    script.predictor = false;
    api::Recording recording = *test::scriptedRecording(script);
    for (api::SampleRow& sample : recording.rows.samples)
        sample.label = -1;
    const Json run = jsonOf(recording);
    EXPECT_TRUE(run["hash"].is_null());
    EXPECT_TRUE(run["metric"].is_null());
    EXPECT_TRUE(run["session"].is_null());
}

TEST(RunJson, ARunWithoutABatchIsStrictJsonWithoutNaN)
{
    const std::string text = toJson(api::Recording(), {});
    EXPECT_EQ(text.find("nan"), std::string::npos);
    const Json run = Json::parse(text);
    EXPECT_TRUE(run["throughput"]["samples_per_s"].is_null());
    EXPECT_TRUE(run["latency_ms"]["p50"].is_null());
    EXPECT_TRUE(run["transfers"]["gib_per_s"].is_null());
    EXPECT_EQ(run["samples"], 0);
}

TEST(RunJson, VersionsAreTakenFromTheProvenance)
{
    api::Recording recording;
    recording.header.provenance
        = {{"sida_version", "0.1.0"}, {"libtorch", "2.11.0"}, {"model_path", "/models/switch"}};
    EXPECT_EQ(jsonOf(recording)["versions"], (Json{{"sida_studio", "0.1.0"}, {"libtorch", "2.11.0"}}));
}

TEST(RunJson, FidelityIsToldOnlyWhereTheReferenceWasAsked)
{
    api::Recording recording = *test::scriptedRecording();
    EXPECT_FALSE(jsonOf(recording).contains("fidelity"));
    for (api::SampleRow& sample : recording.rows.samples)
        sample.reference = sample.prediction;
    const Json run = jsonOf(recording);
    ASSERT_TRUE(run.contains("fidelity"));
    EXPECT_DOUBLE_EQ(run["fidelity"]["equal_outputs"], 1);
    EXPECT_DOUBLE_EQ(run["fidelity"]["value"], 1);
}

TEST(RunJson, AFileNameThatIsNoUtf8DoesNotBreakIt)
{
    const Json run = jsonOf(api::Recording(), "bad\xFF.sida");
    EXPECT_EQ(run["session"], "bad\xEF\xBF\xBD.sida");
}

} // namespace

} // namespace sida::report
