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
#include <set>

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

TEST_F(DecodingTest, APredictorOfTheEncoderAloneForetellsTheEncoderOnlyAndStaysExact)
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

/// With a predictor that has a part for the decoder.
class CausalDecodingTest : public DecodingTest
{
protected:
    void loadAll(Task task)
    {
        load(task, {api::DType::f32, true});
        const auto model = m_engine->loadModel(m_folder / "model", {}, {}).value();
        test::writeTinyPredictor(m_folder / "predictor.safetensors", m_tiny, model.identity, true);
        const auto predictor = m_engine->loadPredictor(m_folder / "predictor.safetensors");
        ASSERT_TRUE(predictor) << predictor.error().message;
        ASSERT_TRUE(predictor->decoder);
        load(task, {api::DType::f32, true});
    }
};

/// What each batch and layer of a run was told and used, by the rows of uses.
void expectForetoldAndConsistent(const api::RunResult& result, std::size_t layers)
{
    EXPECT_THAT(api::checkConsistency(*result.recording).problems, testing::IsEmpty());
    EXPECT_TRUE(api::checkConsistency(*result.recording).checked);
    std::vector<std::uint64_t> predicted(layers);
    std::vector<std::uint64_t> routed(layers);
    for (const api::UseRow& use : result.recording->rows.uses) {
        predicted[use.key.layer] += use.predicted;
        routed[use.key.layer] += use.routed;
    }
    std::vector<std::uint64_t> hashed(layers);
    std::set<std::pair<std::uint32_t, std::uint16_t>> seen;
    for (const api::HashRow& row : result.recording->rows.hash) {
        EXPECT_TRUE(seen.insert({row.batch, row.layer}).second) << "one row per batch and layer";
        hashed[row.layer] += row.tokens;
        EXPECT_LE(row.tokenHits, row.tokens);
        EXPECT_LE(row.correctExperts, row.predictedExperts);
    }
    for (std::size_t layer = 0; layer < layers; ++layer) {
        EXPECT_EQ(predicted[layer], routed[layer]) << "top-k is 1: as many predictions as tokens";
        EXPECT_EQ(hashed[layer], routed[layer]);
    }
}

TEST_F(CausalDecodingTest, EveryPolicyEvictionAndBudgetGivesTheBitsOfResident)
{
    std::mt19937 random(17);
    for (const Task task : {Task::seq2seq, Task::score}) {
        loadAll(task);
        const api::RunResult resident = mustRun(options(Policy::resident));
        for (int i = 0; i < 24; ++i) {
            api::RunOptions tried = options(i % 3 == 2 ? Policy::onDemand : Policy::sida);
            tried.eviction = static_cast<api::Eviction>(random() % 4);
            tried.batchSize = 1 + static_cast<int>(random() % 6);
            tried.lookahead = 1 + static_cast<int>(random() % 4);
            tried.threads = 1 + static_cast<int>(random() % 2);
            tried.repeat = 1;
            const api::BudgetPlan plan = m_engine->planBudget(tried).value();
            const std::uint64_t room = plan.budgetBytes - plan.smallestBytes;
            tried.budget = units::Budget::ofBytes(plan.smallestBytes + random() % 5 * room / 4);
            const api::RunResult result = mustRun(tried);
            expectSame(resident, result);
            EXPECT_LE(result.figures.peakBytes, tried.budget.bytes);
            EXPECT_EQ(result.figures.droppedEvents, 0u);
            if (tried.policy == Policy::sida)
                expectForetoldAndConsistent(result, 4);
            else
                EXPECT_THAT(result.recording->rows.hash, testing::IsEmpty());
        }
    }
}

TEST_F(CausalDecodingTest, TheDecodersExpertsArePrefetchedForTheBatchThatGenerates)
{
    for (const Task task : {Task::seq2seq, Task::score}) {
        loadAll(task);
        api::RunOptions sida = options(Policy::sida);
        sida.budget = units::Budget::ofBytes(m_engine->planBudget(sida).value().smallestBytes * 11 / 10);
        const api::RunResult result = mustRun(sida);
        std::size_t prefetched = 0;
        for (const api::TransferRow& copy : result.recording->rows.transfers) {
            EXPECT_LT(copy.batch, static_cast<std::uint32_t>(kSamples));
            prefetched += copy.key.layer >= 2 && copy.kind == api::TransferKind::prefetch ? 1 : 0;
        }
        EXPECT_GT(prefetched, 0u);
    }
}

TEST_F(CausalDecodingTest, TheDecodersPartIsPaidForByTheBudgetOfRunsThatAskIt)
{
    loadAll(Task::seq2seq);
    const auto predictorBytes = [&](const api::RunOptions& tried) {
        return m_engine->planBudget(tried)
            .value()
            .byPurpose[static_cast<std::size_t>(api::Purpose::predictor)];
    };
    api::RunOptions sida = options(Policy::sida);
    const std::uint64_t few = predictorBytes(sida);
    sida.maxNewTokens *= 2;
    EXPECT_GT(predictorBytes(sida), few) << "what was read is kept for longer";
    api::RunOptions routed = options(Policy::onDemand);
    routed.routing = api::Routing::predicted;
    EXPECT_LT(predictorBytes(routed), few) << "the decoder's tokens go where their routers send them";
    EXPECT_GT(predictorBytes(routed), 0u);
}

TEST_F(DecodingTest, ADatasetWithoutTargetsIsLearnedFromGenerations)
{
    {
        std::ofstream sources(m_folder / "pairs.jsonl");
        std::mt19937 random(9);
        for (int i = 0; i < 30; ++i)
            sources << fmt::format(
                "{{\"input_ids\": [{}, {}, {}, 1]}}\n", 2 + random() % 48, 2 + random() % 48,
                2 + random() % 48);
    }
    load(Task::seq2seq);
    api::TrainOptions training;
    training.output = m_folder / "trained.safetensors";
    training.epochs = 2;
    training.hiddenDim = 16;
    training.maxNewTokens = kNewTokens;
    training.threads = 1;
    const auto trained = m_engine->train(training, {}, {}, {});
    ASSERT_TRUE(trained) << trained.error().message;
    ASSERT_TRUE(trained->decoder);
    EXPECT_TRUE(trained->decoder->generated);
    EXPECT_EQ(trained->decoder->epochs.size(), 2u);
    EXPECT_EQ(trained->decoder->heldOutTop3ByLayer.size(), 2u);
    std::uint64_t made = 0;
    for (const api::SampleOutput& output : mustRun(options(Policy::resident)).outputs)
        made += output.generatedIds.size();
    EXPECT_EQ(trained->decoder->trainedTokens + trained->decoder->heldOutTokens, made);
    const auto predictor = m_engine->loadPredictor(training.output);
    ASSERT_TRUE(predictor) << predictor.error().message;
    ASSERT_TRUE(predictor->decoder);
    expectSame(mustRun(options(Policy::resident)), mustRun(options(Policy::sida)));

    training.decoder = false;
    const auto alone = m_engine->train(training, {}, {}, {});
    ASSERT_TRUE(alone) << alone.error().message;
    EXPECT_FALSE(alone->decoder);
    EXPECT_FALSE(m_engine->loadPredictor(training.output)->decoder);
}

/// The table routes the encoder's tokens only; of the decoder it tells what to fetch.
TEST_F(CausalDecodingTest, PredictedRoutingLeavesTheDecoderToItsRouters)
{
    for (const Task task : {Task::seq2seq, Task::score}) {
        loadAll(task);
        api::RunOptions routed = options(Policy::sida);
        routed.routing = api::Routing::predicted;
        const api::RunResult result = mustRun(routed);
        EXPECT_THAT(api::checkConsistency(*result.recording).problems, testing::IsEmpty());
        ASSERT_FALSE(result.recording->rows.hash.empty());
        for (const api::HashRow& row : result.recording->rows.hash)
            EXPECT_GE(row.layer, 2) << "routers that did not run cannot be compared";
        api::RunOptions onDemand = routed;
        onDemand.policy = Policy::onDemand;
        expectSame(result, mustRun(onDemand));
    }
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
