// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/consistency.h"
#include "engine/runtime/create_engine.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tiny_model.h"

#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

namespace sida::runtime
{
namespace
{

using api::Policy;
using api::Task;
using testing::HasSubstr;

constexpr int kSamples = 12;
constexpr int kNewTokens = 9;

/// A tiny encoder-decoder model, and pairs of sources and targets.
class DecodingTest : public testing::Test
{
protected:
    void SetUp() override
    {
        m_tiny.labels = 0;
        m_tiny.decoderLayers = 4;
        test::writeTinyModel(m_folder / "model", m_tiny);
        std::ofstream data(m_folder / "pairs.jsonl");
        std::mt19937 random(3);
        const auto ids = [&](std::size_t count) {
            std::vector<int> values;
            while (values.size() + 1 < count)
                values.push_back(2 + static_cast<int>(random() % 48));
            values.push_back(1);
            return values;
        };
        for (int i = 0; i < kSamples; ++i)
            data << fmt::format(
                "{{\"input_ids\": [{}], \"labels\": [{}]}}\n", fmt::join(ids(1 + random() % 15), ", "),
                fmt::join(ids(1 + random() % 9), ", "));
    }

    void load(Task task, api::LoadOptions loading = {})
    {
        m_engine->preferLoading(loading);
        auto model = m_engine->loadModel(m_folder / "model", {}, {});
        ASSERT_TRUE(model) << model.error().message;
        api::DatasetOptions options;
        options.task = task;
        auto data = m_engine->loadDataset(m_folder / "pairs.jsonl", options, {}, {});
        ASSERT_TRUE(data) << data.error().message;
    }

    static api::RunOptions options(Policy policy)
    {
        api::RunOptions options;
        options.policy = policy;
        options.threads = 1;
        options.maxNewTokens = kNewTokens;
        options.keepOutputs = true;
        options.keepTargetLogits = true;
        return options;
    }

    api::RunResult mustRun(const api::RunOptions& options)
    {
        auto result = m_engine->run(options, {}, {});
        if (!result)
            throw std::runtime_error(result.error().message);
        return std::move(*result);
    }

    test::TinyModel m_tiny;
    test::TempFolder m_folder;
    std::unique_ptr<api::Engine> m_engine = createEngine();
};

void expectSame(const api::RunResult& a, const api::RunResult& b)
{
    ASSERT_EQ(a.outputs.size(), b.outputs.size());
    for (std::size_t i = 0; i < a.outputs.size(); ++i) {
        EXPECT_EQ(a.outputs[i].generatedIds, b.outputs[i].generatedIds);
        EXPECT_EQ(a.outputs[i].targetLogits, b.outputs[i].targetLogits);
        EXPECT_EQ(a.outputs[i].lossSum, b.outputs[i].lossSum);
    }
}

TEST_F(DecodingTest, GenerationStaysTheSameUnderASmallBudgetAndInAnyBatch)
{
    load(Task::seq2seq);
    const api::RunResult resident = mustRun(options(Policy::resident));
    ASSERT_EQ(resident.outputs.size(), std::size_t{kSamples});
    for (const api::SampleOutput& output : resident.outputs) {
        EXPECT_GE(output.generatedIds.size(), 1u);
        EXPECT_LE(output.generatedIds.size(), std::size_t{kNewTokens});
    }
    for (const int batchSize : {1, 5}) {
        api::RunOptions small = options(Policy::onDemand);
        small.batchSize = batchSize;
        const api::BudgetPlan plan = m_engine->planBudget(small).value();
        small.budget = units::Budget::ofBytes(plan.smallestBytes);
        const api::RunResult result = mustRun(small);
        expectSame(resident, result);
        EXPECT_LE(result.figures.peakBytes, plan.smallestBytes);
        EXPECT_GT(result.figures.transfers, 0u);
        EXPECT_THAT(api::checkConsistency(*result.recording).problems, testing::IsEmpty());
    }
}

TEST_F(DecodingTest, EachDecoderInputIsRoutedOnceInEachOfTheDecodersLayers)
{
    load(Task::seq2seq);
    const api::RunResult result = mustRun(options(Policy::onDemand));
    std::uint64_t made = 0;
    std::uint64_t tokens = 0;
    for (const api::SampleOutput& output : result.outputs) {
        made += output.generatedIds.size();
        tokens += static_cast<std::uint64_t>(output.length) + output.generatedIds.size();
    }
    EXPECT_EQ(result.figures.tokens, tokens);
    const std::size_t layers = result.recording->header.moeLayers.size();
    ASSERT_EQ(layers, 4u);
    std::vector<std::uint64_t> routed(layers);
    for (const api::UseRow& use : result.recording->rows.uses)
        routed[use.key.layer] += use.routed;
    EXPECT_EQ(routed[0], tokens - made);
    EXPECT_EQ(routed[1], tokens - made);
    EXPECT_EQ(routed[2], made);
    EXPECT_EQ(routed[3], made);
}

TEST_F(DecodingTest, PolicySidaForetellsTheEncoderOnlyAndStaysExact)
{
    load(Task::seq2seq, {api::DType::f32, true});
    const api::RunResult resident = mustRun(options(Policy::resident));
    const auto model = m_engine->loadModel(m_folder / "model", {}, {}).value();
    ASSERT_EQ(model.moeLayers.size(), 4u);
    ASSERT_EQ(api::predictableLayers(model).size(), 2u);
    test::writeTinyPredictor(m_folder / "predictor.safetensors", m_tiny, model.identity);
    const auto predictor = m_engine->loadPredictor(m_folder / "predictor.safetensors");
    ASSERT_TRUE(predictor) << predictor.error().message;
    load(Task::seq2seq, {api::DType::f32, true});
    api::RunOptions sida = options(Policy::sida);
    sida.batchSize = 3;
    sida.budget = units::Budget::ofBytes(m_engine->planBudget(sida).value().smallestBytes);
    const api::RunResult result = mustRun(sida);
    expectSame(resident, result);
    for (const api::HashRow& row : result.recording->rows.hash)
        EXPECT_LT(row.layer, 2);
    for (const api::UseRow& use : result.recording->rows.uses)
        EXPECT_TRUE(use.key.layer < 2 || use.predicted == 0);
}

TEST_F(DecodingTest, ScoringTellsTheLossOfEachTargetWhateverThePolicy)
{
    load(Task::score);
    const api::RunResult resident = mustRun(options(Policy::resident));
    for (const api::SampleOutput& output : resident.outputs) {
        ASSERT_EQ(
            output.targetLogits.size(), static_cast<std::size_t>(output.targetLength * m_tiny.vocabulary));
        EXPECT_EQ(output.scored, static_cast<std::uint64_t>(output.targetLength));
        EXPECT_TRUE(std::isfinite(output.lossSum) && output.lossSum > 0);
    }
    for (const api::SampleRow& row : resident.recording->rows.samples)
        EXPECT_EQ(row.loss, resident.outputs[row.index].lossSum);
    api::RunOptions small = options(Policy::onDemand);
    small.batchSize = 4;
    small.budget = units::Budget::ofBytes(m_engine->planBudget(small).value().smallestBytes);
    expectSame(resident, mustRun(small));
}

TEST_F(DecodingTest, ARunInHalfPrecisionTakesHalfTheExpertBytes)
{
    load(Task::seq2seq);
    const api::RunResult wide = mustRun(options(Policy::resident));
    api::RunOptions narrow = options(Policy::resident);
    narrow.dtype = api::DType::bf16;
    const api::RunResult result = mustRun(narrow);
    EXPECT_EQ(result.recording->header.expertBytes * 2, wide.recording->header.expertBytes);
    EXPECT_LT(result.figures.peakBytes, wide.figures.peakBytes);
    EXPECT_EQ(result.recording->header.dtype, api::DType::bf16);
    // Loading it so from the start gives the same.
    load(Task::seq2seq, {api::DType::bf16, true});
    expectSame(result, mustRun(narrow));
}

TEST_F(DecodingTest, AnEncoderAloneSaysWhatItCanDoInstead)
{
    m_tiny.decoderLayers = 0;
    test::writeTinyModel(m_folder / "encoder", m_tiny);
    ASSERT_TRUE(m_engine->loadModel(m_folder / "encoder", {}, {}));
    api::DatasetOptions options;
    options.task = Task::score;
    const auto data = m_engine->loadDataset(m_folder / "pairs.jsonl", options, {}, {});
    ASSERT_FALSE(data);
    EXPECT_THAT(data.error().message, HasSubstr("decoder"));
    EXPECT_THAT(data.error().message, HasSubstr("text"));
}

/// A classifier whose padding attends and is pooled answers differently, and alike in any batch.
TEST_F(DecodingTest, PaperPoolingCountsPaddingLikeTokens)
{
    m_tiny.decoderLayers = 0;
    m_tiny.labels = 3;
    test::writeTinyModel(m_folder / "classifier", m_tiny);
    test::writeTinyDataset(m_folder / "data.jsonl", m_tiny, kSamples, 10);
    ASSERT_TRUE(m_engine->loadModel(m_folder / "classifier", {}, {}));
    ASSERT_TRUE(m_engine->loadDataset(m_folder / "data.jsonl", {}, {}, {}));
    const api::RunResult real = mustRun(options(Policy::resident));
    api::RunOptions paper = options(Policy::resident);
    paper.paperPooling = 32;
    const api::RunResult alone = mustRun(paper);
    paper.batchSize = 5;
    const api::RunResult together = mustRun(paper);
    EXPECT_EQ(alone.figures.tokens, std::uint64_t{kSamples} * 32);
    bool different = false;
    for (std::size_t i = 0; i < alone.outputs.size(); ++i) {
        EXPECT_EQ(alone.outputs[i].logits, together.outputs[i].logits);
        different = different || alone.outputs[i].logits != real.outputs[i].logits;
    }
    EXPECT_TRUE(different);
}

} // namespace
} // namespace sida::runtime
