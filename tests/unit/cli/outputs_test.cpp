// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/run_outputs.h"

#include "engine/checkpoint/safetensors.h"
#include "tests/unit/cli/cli_fixture.h"

#include <algorithm>
#include <fstream>
#include <gmock/gmock.h>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>
#include <random>

namespace sida::cli_test
{

namespace
{

using ::testing::ElementsAre;

using Samples = std::vector<api::SampleOutput>;

class Outputs : public CliTest
{
protected:
    /// Writes them as one batch.
    Status write(
        const std::string& file, cli::ResultKind kind, const cli::OutputsWriter::Shape& shape,
        const Samples& samples)
    {
        auto writer = cli::OutputsWriter::open(file, kind, shape, m_stdout);
        if (!writer)
            return failure(writer.error());
        const Status added = (*writer)->add(samples);
        return added ? (*writer)->finish() : added;
    }
    Status writeTensors(const cli::OutputsWriter::Shape& shape, const Samples& samples)
    {
        return write(path("a.safetensors"), cli::ResultKind::safetensors, shape, samples);
    }
    Status writeLines(const cli::OutputsWriter::Shape& shape, const Samples& samples)
    {
        return write(path("a.jsonl"), cli::ResultKind::jsonLines, shape, samples);
    }
    std::ostringstream m_stdout;
};

const cli::OutputsWriter::Shape kClassified{api::Task::classify, 2, 1, 3};

Samples classified()
{
    return {{0, 1, {0.1F, 2.5F, -3.0F}, {}, 0}, {1, -1, {7.0F, 1e-8F, 0.0F}, {}, 0}};
}

TEST_F(Outputs, LogitsAreTensorsOfOneSampleEach)
{
    ASSERT_TRUE(writeTensors(kClassified, classified()));
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
    ASSERT_TRUE(writeTensors({api::Task::text, 1, 5, 2}, {{0, -1, {}, {1, 2, 3, 4, 5, 6}, 3}}));
    const auto file = checkpoint::SafetensorsFile::open(path("a.safetensors"));
    ASSERT_TRUE(file);
    const auto* entry = file->find("last_hidden_state.0");
    ASSERT_NE(entry, nullptr);
    EXPECT_THAT(entry->shape, ElementsAre(3, 2));
}

TEST_F(Outputs, GeneratedIdsAreIntegersAndTheirTextIsJson)
{
    api::SampleOutput output;
    output.generatedIds = {5, 40, 1};
    output.text = "say \"hi\"\xff";
    const cli::OutputsWriter::Shape shape{api::Task::seq2seq, 1, 20, 1};
    ASSERT_TRUE(writeTensors(shape, {output}));
    const auto file = checkpoint::SafetensorsFile::open(path("a.safetensors"));
    ASSERT_TRUE(file);
    const auto* entry = file->find("generated_ids.0");
    ASSERT_NE(entry, nullptr);
    EXPECT_EQ(entry->type, checkpoint::StorageType::i64);
    EXPECT_THAT(entry->shape, ElementsAre(3));
    ASSERT_TRUE(writeLines(shape, {output}));
    const auto line = nlohmann::json::parse(read("a.jsonl"));
    EXPECT_EQ(line["generated_ids"], (std::vector<int>{5, 40, 1}));
    EXPECT_EQ(line["text"], "say \"hi\"\uFFFD");
}

TEST_F(Outputs, ScoresHaveTheirLossOrNullWhereNothingCounts)
{
    api::SampleOutput scored;
    scored.lossSum = 3;
    scored.scored = 2;
    scored.targetLength = 3;
    scored.targetLogits = {1, 2, 3, 4, 5, 6};
    cli::OutputsWriter::Shape shape{api::Task::score, 1, 3, 2};
    ASSERT_TRUE(writeTensors(shape, {scored}));
    const auto file = checkpoint::SafetensorsFile::open(path("a.safetensors"));
    ASSERT_TRUE(file);
    EXPECT_THAT(file->find("logits.0")->shape, ElementsAre(3, 2));
    api::SampleOutput unscored; // all of its targets are -100
    unscored.index = 1;
    shape.samples = 2;
    ASSERT_TRUE(writeLines(shape, {scored, unscored}));
    std::istringstream lines(read("a.jsonl"));
    std::string line;
    std::getline(lines, line);
    EXPECT_EQ(nlohmann::json::parse(line)["loss"], 1.5);
    std::getline(lines, line);
    EXPECT_TRUE(nlohmann::json::parse(line)["loss"].is_null());
}

TEST_F(Outputs, EachLineIsAnObjectThatGivesTheFloatsBackExactly)
{
    ASSERT_TRUE(writeLines(kClassified, classified()));
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
    Samples samples = classified();
    samples[0].logits[2] = std::numeric_limits<float>::quiet_NaN();
    ASSERT_TRUE(writeLines(kClassified, samples));
    std::istringstream lines(read("a.jsonl"));
    std::string line;
    std::getline(lines, line);
    EXPECT_TRUE(nlohmann::json::parse(line)["scores"][2].is_null());
}

TEST_F(Outputs, ThatCannotBeWrittenAreAnErrorWithTheirName)
{
    const Status status = write("/dev/full", cli::ResultKind::jsonLines, kClassified, classified());
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().kind, ErrorKind::io);
    EXPECT_THAT(status.error().message, testing::HasSubstr("/dev/full"));
}

TEST_F(Outputs, AreTheSameFileInWhateverOrderTheSamplesEnd)
{
    constexpr std::uint64_t kSamples = 500;
    const cli::OutputsWriter::Shape shape{api::Task::text, kSamples, 7, 3};
    const auto sample = [](std::uint64_t index) {
        api::SampleOutput output;
        output.index = index;
        output.length = static_cast<int>(index % 7) + 1;
        output.hidden.assign(static_cast<std::size_t>(output.length) * 3, static_cast<float>(index));
        return output;
    };
    std::vector<std::uint64_t> order(kSamples);
    std::iota(order.begin(), order.end(), 0U);
    const auto written = [&](const std::string& name) {
        auto writer = cli::OutputsWriter::open(path(name), cli::ResultKind::safetensors, shape, m_stdout);
        EXPECT_TRUE(writer) << writer.error().message;
        for (const std::uint64_t index : order)
            EXPECT_TRUE((*writer)->add({sample(index)}));
        EXPECT_FALSE(std::filesystem::exists(path(name))) << "not before it is whole";
        EXPECT_TRUE((*writer)->finish());
        return read(name);
    };
    const std::string inOrder = written("a.safetensors");
    std::shuffle(order.begin(), order.end(), std::mt19937(1));
    EXPECT_EQ(written("b.safetensors"), inOrder);
    const auto file = checkpoint::SafetensorsFile::open(path("b.safetensors"));
    ASSERT_TRUE(file) << file.error().message;
    ASSERT_EQ(file->tensors().size(), kSamples);
    EXPECT_EQ(file->tensors()[123].name, "last_hidden_state.123");
    EXPECT_THAT(file->tensors()[123].shape, ElementsAre(5, 3));
    std::vector<float> values(15);
    ASSERT_TRUE(file->readF32(file->tensors()[123], values));
    EXPECT_THAT(values, testing::Each(123.0F));
}

TEST_F(Outputs, OfMoreSamplesThanAHeaderCanListAreRefusedBeforeTheRun)
{
    const auto writer = cli::OutputsWriter::open(
        path("a.safetensors"), cli::ResultKind::safetensors, {api::Task::classify, 5'000'000, 1, 2},
        m_stdout);
    ASSERT_FALSE(writer);
    EXPECT_EQ(writer.error().kind, ErrorKind::usage);
    EXPECT_THAT(writer.error().message, testing::HasSubstr("5,000,000 samples"));
    EXPECT_THAT(writer.error().message, testing::HasSubstr(".jsonl"));
    EXPECT_TRUE(cli::OutputsWriter::open(
        path("a.jsonl"), cli::ResultKind::jsonLines, {api::Task::classify, 5'000'000, 1, 2}, m_stdout));
}

TEST_F(Outputs, OfARunThatDoesNotEndLeaveNothingBehindAndTheOldFileAsItWas)
{
    std::ofstream(path("a.jsonl")) << "{\"old\": 1}\n";
    {
        auto writer
            = cli::OutputsWriter::open(path("a.jsonl"), cli::ResultKind::jsonLines, kClassified, m_stdout);
        ASSERT_TRUE(writer);
        ASSERT_TRUE((*writer)->add(classified()));
    }
    EXPECT_EQ(read("a.jsonl"), "{\"old\": 1}\n");
    for (const auto& entry : std::filesystem::directory_iterator(path("")))
        EXPECT_NE(entry.path().extension(), ".tmp") << entry.path();
}

} // namespace

} // namespace sida::cli_test
