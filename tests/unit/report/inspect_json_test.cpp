// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/inspect_json.h"

#include "tests/gui/support/scripted_recording.h"

#include <gtest/gtest.h>
#include <limits>
#include <nlohmann/json.hpp>

namespace sida::report
{

namespace
{

using Json = nlohmann::json;

TEST(InspectJson, AModelTellsItsLayersAndSizes)
{
    api::ModelInfo model;
    model.architecture = "switch_transformers encoder classifier";
    model.layers = 4;
    model.moeLayers = {{"encoder.block.1.layer.1.mlp", 8}};
    model.storageDtype = api::DType::bf16;
    model.expertBytes = 4096;
    model.expertCount = 8;
    model.labels = 2;
    model.hasTokenizer = true;
    model.files = {{"model.safetensors", 12}};
    Json json = Json::parse(inspectJson(model));
    EXPECT_EQ(json["kind"], "model");
    EXPECT_EQ(json["moe_layers"], Json::parse(R"([{"name": "encoder.block.1.layer.1.mlp", "experts": 8}])"));
    EXPECT_EQ(json["dtype"], "bf16");
    EXPECT_EQ(json["head"]["labels"], 2);
    EXPECT_EQ(json["head"]["pooling"], "unknown");
    EXPECT_EQ(json["tokenizer"], true);
    for (const char* key :
         {"architecture", "layers", "d_model", "d_ff", "parameters", "expert_bytes", "expert_count",
          "dense_bytes", "files"})
        EXPECT_TRUE(json.contains(key)) << key;
    model.labels = 0;
    EXPECT_TRUE(Json::parse(inspectJson(model))["head"].is_null());
}

TEST(InspectJson, APredictorThatWasNotEvaluatedHasNoHitRates)
{
    api::PredictorInfo predictor;
    predictor.kind = "lstm";
    Json json = Json::parse(inspectJson(predictor));
    EXPECT_EQ(json["kind"], "predictor");
    EXPECT_TRUE(json["held_out_top1"].is_null());
    predictor.heldOutTop1 = 0;
    EXPECT_EQ(Json::parse(inspectJson(predictor))["held_out_top1"], 0.0);
}

TEST(InspectJson, ASessionTellsHowManyTokensEachExpertGot)
{
    const auto recording = test::scriptedRecording();
    const Json json = Json::parse(inspectJson(*recording, "a.sida"));
    EXPECT_EQ(json["kind"], "session");
    EXPECT_EQ(json["state"], "complete");
    EXPECT_EQ(json["batches"], recording->rows.batches.size());
    ASSERT_EQ(json["routed"].size(), recording->header.moeLayers.size());
    for (const Json& layer : json["routed"]) {
        std::uint64_t tokens = 0;
        for (const Json& count : layer)
            tokens += count.get<std::uint64_t>();
        EXPECT_EQ(tokens, json["tokens"].get<std::uint64_t>())
            << "each real token goes to one expert of each layer";
    }
    EXPECT_EQ(json["predicted"].size(), json["routed"].size());
    EXPECT_EQ(json["provenance"]["device.name"], "Scripted device");
    EXPECT_TRUE(json.contains("throughput"));
}

TEST(InspectJson, OnlyARecoveredSessionIsNotComplete)
{
    api::Recording recording;
    recording.state = api::RecordingState::recovered;
    EXPECT_EQ(Json::parse(inspectJson(recording, ""))["state"], "recovered");
    recording.state = api::RecordingState::failed;
    recording.failure = "the disk was full";
    const Json failed = Json::parse(inspectJson(recording, ""));
    EXPECT_EQ(failed["state"], "complete");
    EXPECT_EQ(failed["ended"], "failed");
    EXPECT_EQ(failed["failure"], "the disk was full");
    EXPECT_TRUE(failed["predicted"].is_null());
}

TEST(InspectJson, WhatWasNotMeasuredIsNull)
{
    api::DoctorReport report;
    report.devices.push_back({api::DeviceKind::cpu, "a processor", 10, 5, 0});
    report.hostReadBytesPerSecond = std::numeric_limits<double>::quiet_NaN();
    const Json json = Json::parse(doctorJson(report));
    EXPECT_EQ(json["devices"][0]["name"], "a processor");
    EXPECT_TRUE(json["devices"][0]["host_to_device_bytes_per_s"].is_null());
    EXPECT_TRUE(json["host_read_bytes_per_s"].is_null());
}

} // namespace

} // namespace sida::report
