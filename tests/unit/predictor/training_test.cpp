// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/training.h"

#include "engine/predictor/capture.h"
#include "engine/predictor/predictor.h"
#include "tests/unit/predictor/fake_model.h"
#include "tests/unit/predictor/predictor_samples.h"

#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sida::predictor
{
namespace
{

using testing::AllOf;
using testing::HasSubstr;

class TrainingTest : public testing::Test
{
protected:
    TrainingTest()
    {
        m_options.output = m_folder / "predictor.safetensors";
        m_options.hiddenDim = 32;
        m_options.batchSize = 16;
        m_options.epochs = 1;
        m_options.threads = 1;
    }

    Result<api::TrainResult> run(const std::stop_token& stop = {})
    {
        return train(
            m_model, m_data, m_options, m_progress,
            [this](const api::TrainEpoch& epoch) { m_epochs.push_back(epoch); }, stop);
    }

    std::string errorOf()
    {
        const auto result = run();
        EXPECT_FALSE(result);
        EXPECT_EQ(m_folder.fileCount(), 0U) << "nothing is written when training fails";
        return result ? std::string() : result.error().message;
    }

    test::TemporaryFolder m_folder;
    test::FakeModel m_model;
    dataset::Dataset m_data = test::randomDataset(200);
    api::TrainOptions m_options;
    ProgressSink m_progress;
    std::vector<api::TrainEpoch> m_epochs;
};

TEST_F(TrainingTest, routingThatFollowsTheTokenIsLearned)
{
    m_data = test::randomDataset(600);
    m_options.epochs = 12;
    const auto result = run();
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_GT(result->heldOutTop1, 0.95);
    EXPECT_GE(result->heldOutTop3, result->heldOutTop1);
    EXPECT_EQ(m_epochs.size(), 12U);
    EXPECT_LT(m_epochs.back().loss, m_epochs.front().loss);
    EXPECT_EQ(result->epochs.size(), 12U);
    EXPECT_DOUBLE_EQ(
        result->heldOutTop1, m_epochs[static_cast<std::size_t>(result->bestEpoch) - 1].heldOutTop1);
    ASSERT_EQ(result->heldOutTop1ByLayer.size(), 2U);
    EXPECT_NEAR(
        (result->heldOutTop1ByLayer[0] + result->heldOutTop1ByLayer[1]) / 2, result->heldOutTop1, 1e-12);
}

TEST_F(TrainingTest, theFileFitsTheModelAndPredictsItsRouting)
{
    m_data = test::randomDataset(600);
    m_options.epochs = 12;
    const auto result = run();
    ASSERT_TRUE(result) << result.error().message;
    const auto predictor = loadPredictor(m_options.output);
    ASSERT_TRUE(predictor) << predictor.error().message;
    const api::PredictorInfo& info = (*predictor)->info();
    EXPECT_TRUE(checkFits(info, m_model.info()));
    EXPECT_EQ(info.hiddenDim, 32);
    EXPECT_NEAR(info.heldOutTop1, result->heldOutTop1, 1e-6);
    const std::map<std::string, std::string> metadata(info.metadata.begin(), info.metadata.end());
    EXPECT_EQ(metadata.at("seed"), "0");
    EXPECT_EQ(metadata.at("trained_rows"), std::to_string(result->trainedTokens));
    EXPECT_THAT(metadata.at("created"), testing::MatchesRegex("20..-..-..T..:..:..Z"));
    EXPECT_THAT(metadata.at("creator"), HasSubstr("SiDA Studio"));

    const auto fresh = test::randomDataset(20, 99);
    const auto batch = dataset::makeBatch(fresh.samples, {0, 1, 2, 3, 4, 5, 6, 7}, 0);
    const auto table = (*predictor)->predict(batch, m_model.embeddings(), 1);
    ASSERT_TRUE(table) << table.error().message;
    int hits = 0;
    std::size_t token = 0;
    for (std::size_t row = 0; row < 8; ++row)
        for (const std::int32_t id : fresh.samples[row].ids)
            hits += table->layers[0].experts[token++] == (id * 3 + id / 7) % 8 ? 1 : 0;
    EXPECT_GT(hits, 0.9 * table->tokens);
}

TEST_F(TrainingTest, theSameSeedGivesTheSameWeights)
{
    m_options.epochs = 2;
    ASSERT_TRUE(run());
    auto first = readPredictorFile(m_options.output);
    ASSERT_TRUE(run());
    auto second = readPredictorFile(m_options.output);
    m_options.seed = 1;
    ASSERT_TRUE(run());
    auto other = readPredictorFile(m_options.output);
    ASSERT_TRUE(first && second && other);
    EXPECT_EQ(first->weights.heads[0].weight, second->weights.heads[0].weight);
    EXPECT_EQ(first->weights.lstm[1].recurrentWeight, second->weights.lstm[1].recurrentWeight);
    EXPECT_NE(first->weights.heads[0].weight, other->weights.heads[0].weight);
}

TEST_F(TrainingTest, thePaperVariantOfTheAttentionIsRememberedInTheFile)
{
    m_options.paperSparsemax = true;
    ASSERT_TRUE(run());
    EXPECT_EQ(inspectPredictor(m_options.output)->sparsemax, "paper");
}

TEST_F(TrainingTest, progressRunsFromNothingToAllOfBothStages)
{
    std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> seen;
    m_progress = [&](const Progress& progress) {
        EXPECT_LE(progress.done, progress.total);
        EXPECT_EQ(progress.secondsLeft < 0, progress.done == 0);
        seen[progress.stage] = {progress.done, progress.total};
    };
    ASSERT_TRUE(run());
    EXPECT_EQ(seen.size(), 2U);
    for (const auto& [stage, last] : seen)
        EXPECT_EQ(last.first, last.second) << stage;
}

TEST_F(TrainingTest, stoppingWhileCapturingWritesNothing)
{
    std::stop_source source;
    int passes = 0;
    m_model.onForward = [&] {
        if (++passes == 3)
            source.request_stop();
    };
    const auto result = run(source.get_token());
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::cancelled);
    EXPECT_EQ(passes, 3);
    EXPECT_EQ(m_folder.fileCount(), 0U);
}

TEST_F(TrainingTest, stoppingWhileTrainingEndsWithinOneStepAndWritesNothing)
{
    std::stop_source source;
    m_options.epochs = 50;
    std::uint64_t last = 0;
    m_progress = [&](const Progress& progress) {
        if (!progress.stage.starts_with("Training"))
            return;
        last = progress.done;
        source.request_stop();
    };
    const auto result = run(source.get_token());
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::cancelled);
    EXPECT_LE(last, 1U);
    EXPECT_TRUE(m_epochs.empty());
    EXPECT_EQ(m_folder.fileCount(), 0U);
}

TEST_F(TrainingTest, anOlderFileSurvivesATrainingThatWasStopped)
{
    ASSERT_TRUE(run());
    const auto before = inspectPredictor(m_options.output);
    std::stop_source source;
    source.request_stop();
    m_options.seed = 5;
    EXPECT_FALSE(run(source.get_token()));
    EXPECT_EQ(inspectPredictor(m_options.output)->metadata, before->metadata);
}

TEST_F(TrainingTest, optionsThatCannotWorkAreRefusedByName)
{
    const api::TrainOptions good = m_options;
    const auto errorWith = [&](auto change) {
        m_options = good;
        change(m_options);
        return errorOf();
    };
    EXPECT_THAT(errorWith([](auto& o) { o.epochs = 0; }), HasSubstr("epochs"));
    EXPECT_THAT(errorWith([](auto& o) { o.batchSize = 0; }), HasSubstr("batch size"));
    EXPECT_THAT(errorWith([](auto& o) { o.topT = 0; }), HasSubstr("top T"));
    EXPECT_THAT(errorWith([](auto& o) { o.hiddenDim = -1; }), HasSubstr("hidden"));
    EXPECT_THAT(errorWith([](auto& o) { o.learningRate = NAN; }), HasSubstr("learning rate"));
    EXPECT_THAT(errorWith([](auto& o) { o.crossEntropyWeight = -1; }), HasSubstr("cross-entropy"));
    EXPECT_THAT(errorWith([](auto& o) { o.heldOutShare = 1; }), HasSubstr("held-out"));
    EXPECT_THAT(errorWith([](auto& o) { o.output = ""; }), HasSubstr("name"));
    EXPECT_THAT(
        errorWith([&](auto& o) { o.output = m_folder / "absent" / "p.safetensors"; }), HasSubstr("absent"));
}

TEST_F(TrainingTest, dataThatCannotBeLearnedFromIsRefused)
{
    m_data.samples = {m_data.samples.front(), m_data.samples.front()};
    EXPECT_THAT(errorOf(), AllOf(HasSubstr("sentences"), HasSubstr("two different")));
    m_data.samples.clear();
    EXPECT_THAT(errorOf(), HasSubstr("two different"));
    m_data = test::randomDataset(10);
    m_data.samples[3].ids[1] = test::FakeModel::kVocabulary;
    EXPECT_THAT(errorOf(), AllOf(HasSubstr("60"), HasSubstr("vocabulary")));
}

TEST_F(TrainingTest, aRouterWithoutANumberIsNamed)
{
    m_model.lastLogit = NAN;
    EXPECT_THAT(errorOf(), AllOf(HasSubstr("encoder.block.3.layer.1.mlp"), HasSubstr("not a number")));
}

TEST_F(TrainingTest, aModelThatDoesNotReportItsRoutersIsAnError)
{
    m_model.silent = true;
    EXPECT_THAT(errorOf(), HasSubstr("every MoE layer"));
}

TEST_F(TrainingTest, theCurveOfTheTrainingStandsInTheFile)
{
    m_options.epochs = 3;
    const auto result = run();
    ASSERT_TRUE(result) << result.error().message;
    const auto info = inspectPredictor(m_options.output);
    ASSERT_TRUE(info) << info.error().message;
    ASSERT_EQ(info->curve.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(info->curve[i].epoch, static_cast<int>(i) + 1);
        EXPECT_NEAR(info->curve[i].loss, m_epochs[i].loss, 1e-5 * m_epochs[i].loss);
        EXPECT_NEAR(info->curve[i].heldOutTop1, m_epochs[i].heldOutTop1, 1e-5);
        EXPECT_NEAR(info->curve[i].heldOutTop3, m_epochs[i].heldOutTop3, 1e-5);
        EXPECT_EQ(info->curve[i].kind, "lstm");
    }
}

TEST_F(TrainingTest, aCaptureThatIsNamedIsKeptAndTakenAgain)
{
    m_options.capture = m_folder / "routing.capture";
    int passes = 0;
    m_model.onForward = [&] { ++passes; };
    const auto first = run();
    ASSERT_TRUE(first) << first.error().message;
    EXPECT_GT(passes, 0);
    EXPECT_GT(first->capturedTokens, 0U);
    EXPECT_EQ(first->reusedTokens, 0U);
    EXPECT_EQ(first->captureBytes, std::filesystem::file_size(m_options.capture));
    const auto weights = readPredictorFile(m_options.output);

    passes = 0;
    const auto second = run();
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_EQ(passes, 0);
    EXPECT_EQ(second->capturedTokens, 0U);
    EXPECT_EQ(second->reusedTokens, first->capturedTokens);
    EXPECT_EQ(weights->weights.heads[0].weight, readPredictorFile(m_options.output)->weights.heads[0].weight);
    EXPECT_EQ(m_folder.fileCount(), 2U) << "the predictor and the capture";
}

TEST_F(TrainingTest, aDatasetThatIsNotHeldInMemoryGivesTheSamePredictor)
{
    const auto path = m_folder / "data.jsonl";
    {
        std::ofstream file(path);
        for (const auto& sample : m_data.samples)
            file << fmt::format("{{\"input_ids\": [{}]}}\n", fmt::join(sample.ids, ", "));
    }
    const auto load = [&](std::uint64_t memory) {
        api::DatasetOptions options;
        options.memoryBytes = memory;
        auto data = dataset::loadDataset(path, options, {test::FakeModel::kVocabulary, 0, nullptr}, {}, {});
        EXPECT_TRUE(data) << data.error().message;
        return std::move(*data);
    };
    m_data = load(1 << 20);
    ASSERT_TRUE(m_data.isHeld());
    ASSERT_TRUE(run());
    const auto held = readPredictorFile(m_options.output);
    m_data = load(1024);
    ASSERT_FALSE(m_data.isHeld());
    const auto result = run();
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(held->weights.heads[0].weight, readPredictorFile(m_options.output)->weights.heads[0].weight);
}

TEST_F(TrainingTest, aStoppedCaptureSaysWhereItIsAndHowToGoOn)
{
    m_options.capture = m_folder / "routing.capture";
    std::stop_source source;
    m_model.onForward = [&] { source.request_stop(); };
    const auto result = run(source.get_token());
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::cancelled);
    EXPECT_THAT(result.error().message, AllOf(HasSubstr("routing.capture"), HasSubstr("--resume")));
}

TEST(CaptureTest, samplesKeepTheirOrderAndTheirLargestLogitsWhateverTheBatching)
{
    const test::FakeModel model;
    const auto data = test::randomDataset(30);
    const auto alone = captureRouting(model, data, 3, 1, {}, {});
    const auto together = captureRouting(model, data, 3, 8, {}, {});
    ASSERT_TRUE(alone && together);
    for (std::size_t layer = 0; layer < 2; ++layer) {
        EXPECT_EQ(alone->layers[layer].indices, together->layers[layer].indices);
        EXPECT_EQ(alone->layers[layer].logits, together->layers[layer].logits);
        EXPECT_EQ(alone->layers[layer].top, 3);
    }
    std::size_t token = 0;
    for (const auto& sample : data.samples)
        for (const std::int32_t id : sample.ids) {
            EXPECT_EQ(alone->layers[1].indices[3 * token], (id * 4 + id / 7) % 5);
            EXPECT_EQ(alone->layers[1].logits[3 * token], 3.0F);
            EXPECT_LE(alone->layers[1].logits[3 * token + 2], alone->layers[1].logits[3 * token + 1]);
            ++token;
        }
    EXPECT_EQ(alone->tokens(), token);
}

} // namespace
} // namespace sida::predictor
