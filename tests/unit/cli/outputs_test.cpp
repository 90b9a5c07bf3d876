// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/run_outputs.h"

#include "engine/checkpoint/safetensors.h"
#include "tests/unit/cli/cli_fixture.h"

#include <gmock/gmock.h>
#include <limits>
#include <nlohmann/json.hpp>

namespace sida::cli_test
{

namespace
{

using ::testing::ElementsAre;

using Outputs = CliTest;

api::RunResult classified()
{
    api::RunResult result;
    result.task = api::Task::classify;
    result.outputs = {{0, 1, {0.1F, 2.5F, -3.0F}, {}, 0}, {1, -1, {7.0F, 1e-8F, 0.0F}, {}, 0}};
    return result;
}

TEST_F(Outputs, LogitsAreTensorsOfOneSampleEach)
{
    ASSERT_TRUE(cli::writeOutputs(path("a.safetensors"), cli::ResultKind::safetensors, classified()));
    const auto file = checkpoint::SafetensorsFile::open(path("a.safetensors"));
    ASSERT_TRUE(file) << file.error().message;
    ASSERT_EQ(file->tensors().size(), 2U);
    const auto* entry = file->find("logits.0");
    ASSERT_NE(entry, nullptr);
    EXPECT_THAT(entry->shape, ElementsAre(3));
    EXPECT_EQ(entry->type, checkpoint::StorageType::f32);
    std::vector<float> values(3);
    ASSERT_TRUE(file->readF32(*entry, values));
    EXPECT_THAT(values, ElementsAre(0.1F, 2.5F, -3.0F));
    EXPECT_NE(file->find("logits.1"), nullptr);
}

TEST_F(Outputs, HiddenStatesHaveARowForEachToken)
{
    api::RunResult result;
    result.task = api::Task::text;
    result.outputs = {{0, -1, {}, {1, 2, 3, 4, 5, 6}, 3}};
    ASSERT_TRUE(cli::writeOutputs(path("a.safetensors"), cli::ResultKind::safetensors, result));
    const auto file = checkpoint::SafetensorsFile::open(path("a.safetensors"));
    ASSERT_TRUE(file);
    const auto* entry = file->find("last_hidden_state.0");
    ASSERT_NE(entry, nullptr);
    EXPECT_THAT(entry->shape, ElementsAre(3, 2));
}

TEST_F(Outputs, GeneratedIdsAreIntegersAndTheirTextIsJson)
{
    api::RunResult result;
    result.task = api::Task::seq2seq;
    api::SampleOutput& output = result.outputs.emplace_back();
    output.generatedIds = {5, 40, 1};
    output.text = "say \"hi\"\xff";
    ASSERT_TRUE(cli::writeOutputs(path("a.safetensors"), cli::ResultKind::safetensors, result));
    const auto file = checkpoint::SafetensorsFile::open(path("a.safetensors"));
    ASSERT_TRUE(file);
    const auto* entry = file->find("generated_ids.0");
    ASSERT_NE(entry, nullptr);
    EXPECT_EQ(entry->type, checkpoint::StorageType::i64);
    EXPECT_THAT(entry->shape, ElementsAre(3));
    ASSERT_TRUE(cli::writeOutputs(path("a.jsonl"), cli::ResultKind::jsonLines, result));
    const auto line = nlohmann::json::parse(read("a.jsonl"));
    EXPECT_EQ(line["generated_ids"], (std::vector<int>{5, 40, 1}));
    EXPECT_EQ(line["text"], "say \"hi\"\uFFFD");
}

TEST_F(Outputs, ScoresHaveTheirLossOrNullWhereNothingCounts)
{
    api::RunResult result;
    result.task = api::Task::score;
    api::SampleOutput scored;
    scored.lossSum = 3;
    scored.scored = 2;
    scored.targetLength = 3;
    scored.targetLogits = {1, 2, 3, 4, 5, 6};
    result.outputs = {scored};
    ASSERT_TRUE(cli::writeOutputs(path("a.safetensors"), cli::ResultKind::safetensors, result));
    const auto file = checkpoint::SafetensorsFile::open(path("a.safetensors"));
    ASSERT_TRUE(file);
    EXPECT_THAT(file->find("logits.0")->shape, ElementsAre(3, 2));
    result.outputs.emplace_back().index = 1; // all of its targets are -100
    ASSERT_TRUE(cli::writeOutputs(path("a.jsonl"), cli::ResultKind::jsonLines, result));
    std::istringstream lines(read("a.jsonl"));
    std::string line;
    std::getline(lines, line);
    EXPECT_EQ(nlohmann::json::parse(line)["loss"], 1.5);
    std::getline(lines, line);
    EXPECT_TRUE(nlohmann::json::parse(line)["loss"].is_null());
}

TEST_F(Outputs, EachLineIsAnObjectThatGivesTheFloatsBackExactly)
{
    ASSERT_TRUE(cli::writeOutputs(path("a.jsonl"), cli::ResultKind::jsonLines, classified()));
    std::istringstream lines(read("a.jsonl"));
    std::string line;
    std::getline(lines, line);
    const auto first = nlohmann::json::parse(line);
    EXPECT_EQ(first["index"], 0);
    EXPECT_EQ(first["label"], 1);
    EXPECT_EQ(first["prediction"], 1);
    EXPECT_EQ(first["scores"].get<std::vector<float>>(), (std::vector<float>{0.1F, 2.5F, -3.0F}));
    std::getline(lines, line);
    const auto second = nlohmann::json::parse(line);
    EXPECT_TRUE(second["label"].is_null()) << "there is none in the data";
    EXPECT_EQ(second["prediction"], 0);
    EXPECT_EQ(second["scores"][1].get<float>(), 1e-8F);
    EXPECT_FALSE(std::getline(lines, line));
}

TEST_F(Outputs, AScoreThatIsNoNumberIsNull)
{
    api::RunResult result = classified();
    result.outputs[0].logits[2] = std::numeric_limits<float>::quiet_NaN();
    ASSERT_TRUE(cli::writeOutputs(path("a.jsonl"), cli::ResultKind::jsonLines, result));
    std::istringstream lines(read("a.jsonl"));
    std::string line;
    std::getline(lines, line);
    EXPECT_TRUE(nlohmann::json::parse(line)["scores"][2].is_null());
}

TEST_F(Outputs, ThatCannotBeWrittenAreAnErrorWithTheirName)
{
    const Status status = cli::writeOutputs("/dev/full", cli::ResultKind::jsonLines, classified());
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().kind, ErrorKind::io);
    EXPECT_THAT(status.error().message, testing::HasSubstr("/dev/full"));
}

} // namespace

} // namespace sida::cli_test
