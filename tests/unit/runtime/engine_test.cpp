// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/consistency.h"
#include "engine/runtime/create_engine.h"
#include "engine/runtime/plan_files.h"
#include "engine/session/session.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tiny_model.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <set>
#include <thread>

namespace sida::runtime
{
namespace
{

using api::BatchOrder;
using api::Eviction;
using api::Policy;
using api::Routing;

/// A loaded engine over a tiny model, 60 samples and a predictor that knows nothing.
class EngineTest : public testing::Test
{
protected:
    void SetUp() override
    {
        test::writeTinyModel(m_folder / "model", m_tiny);
        test::writeTinyDataset(m_folder / "data.jsonl", m_tiny, 60, 20);
        auto model = m_engine->loadModel(m_folder / "model", {}, {});
        ASSERT_TRUE(model) << model.error().message;
        m_model = *model;
        test::writeTinyPredictor(m_folder / "predictor.safetensors", m_tiny, m_model.identity);
        auto data = m_engine->loadDataset(m_folder / "data.jsonl", {}, {}, {});
        ASSERT_TRUE(data) << data.error().message;
        auto predictor = m_engine->loadPredictor(m_folder / "predictor.safetensors");
        ASSERT_TRUE(predictor) << predictor.error().message;
    }

    api::RunOptions options(Policy policy)
    {
        api::RunOptions options;
        options.policy = policy;
        options.threads = 1;
        options.keepOutputs = true;
        return options;
    }

    api::RunResult mustRun(const api::RunOptions& options, const api::RunObserver& observer = {})
    {
        auto result = m_engine->run(options, observer, {});
        if (!result)
            throw std::runtime_error(result.error().message);
        return std::move(*result);
    }

    std::uint64_t smallest(api::RunOptions options)
    {
        options.budget = {};
        return m_engine->planBudget(options).value().smallestBytes;
    }

    test::TinyModel m_tiny;
    test::TempFolder m_folder;
    std::unique_ptr<api::Engine> m_engine = createEngine();
    api::ModelInfo m_model;
};

void expectEqualOutputs(const api::RunResult& a, const api::RunResult& b)
{
    ASSERT_EQ(a.outputs.size(), b.outputs.size());
    for (std::size_t i = 0; i < a.outputs.size(); ++i) {
        ASSERT_EQ(a.outputs[i].logits.size(), b.outputs[i].logits.size());
        ASSERT_FALSE(a.outputs[i].logits.empty());
        EXPECT_EQ(
            std::memcmp(
                a.outputs[i].logits.data(), b.outputs[i].logits.data(),
                a.outputs[i].logits.size() * sizeof(float)),
            0)
            << "sample " << i;
    }
}

void expectConsistent(const api::RunResult& result)
{
    const api::Figures& figures = result.figures;
    std::uint64_t outcomes = 0;
    for (const std::uint64_t count : figures.outcomes)
        outcomes += count;
    EXPECT_EQ(outcomes, figures.uses);
    EXPECT_GT(figures.uses, 0U);
    EXPECT_LE(figures.peakBytes, figures.budgetBytes);
    EXPECT_GT(figures.peakBytes, 0U);
    EXPECT_EQ(figures.droppedEvents, 0U);
    EXPECT_EQ(figures.samples, 60U);
    for (const api::MemoryRow& row : result.recording->rows.memory) {
        std::uint64_t total = 0;
        for (const std::uint64_t bytes : row.bytes)
            total += bytes;
        EXPECT_LE(total, row.budget);
    }
    const api::Consistency consistency = api::checkConsistency(*result.recording);
    EXPECT_TRUE(consistency.checked);
    for (const std::string& problem : consistency.problems)
        ADD_FAILURE() << problem;
    EXPECT_EQ(
        consistency.usedBytes + consistency.wastedBytes + consistency.waitingBytes, figures.transferBytes);
    // Waiting time and its causes are two sums over the same rows.
    double byCause = 0;
    for (const double ms : figures.stallMsByCause)
        byCause += ms;
    EXPECT_NEAR(byCause, figures.stallMs, 1e-6);
}

TEST_F(EngineTest, ExactRoutingGivesTheBitsOfResidentUnderAnyPolicyEvictionBudgetAndLookahead)
{
    for (const int batchSize : {1, 7}) {
        api::RunOptions residentOptions = options(Policy::resident);
        residentOptions.batchSize = batchSize;
        const api::RunResult resident = mustRun(residentOptions);
        expectConsistent(resident);
        EXPECT_EQ(resident.figures.outcomes[0], resident.figures.uses);
        std::mt19937 random(static_cast<unsigned>(batchSize));
        for (const Policy policy : {Policy::onDemand, Policy::sida}) {
            for (const Eviction eviction :
                 {Eviction::fifo, Eviction::lru, Eviction::lfru, Eviction::lookahead}) {
                for (const double share : {0.0, 0.1, 0.3, 0.6, 0.8, 1.0}) {
                    api::RunOptions tried = options(policy);
                    tried.eviction = eviction;
                    tried.batchSize = batchSize;
                    tried.lookahead = 1 + static_cast<int>(random() % 6);
                    tried.topK = 1 + static_cast<int>(random() % 3);
                    const std::uint64_t fewest = smallest(tried);
                    const std::uint64_t most = m_engine->planBudget(tried)->budgetBytes;
                    tried.budget = units::Budget::ofBytes(
                        fewest + static_cast<std::uint64_t>(share * static_cast<double>(most - fewest)));
                    const api::RunResult result = mustRun(tried);
                    expectEqualOutputs(resident, result);
                    expectConsistent(result);
                }
            }
        }
    }
}

TEST_F(EngineTest, AnyOrderOfTheBatchesGivesTheSameOutputs)
{
    const api::RunResult resident = mustRun(options(Policy::resident));
    std::mt19937 random(17);
    for (const Policy policy : {Policy::resident, Policy::onDemand, Policy::sida}) {
        for (const BatchOrder order : {BatchOrder::length, BatchOrder::dataset, BatchOrder::affinity}) {
            for (const int batchSize : {1, 4, 7, 60, 100}) {
                for (const std::uint64_t memoryBytes : {std::uint64_t{0}, 256 * units::kMiB}) {
                    api::DatasetOptions data; // a part of the file at a time, or all of it
                    data.memoryBytes = memoryBytes;
                    ASSERT_TRUE(m_engine->loadDataset(m_folder / "data.jsonl", data, {}, {}));
                    api::RunOptions tried = options(policy);
                    tried.order = order;
                    tried.batchSize = batchSize;
                    tried.lookahead = 1 + static_cast<int>(random() % 9);
                    tried.topK = 1 + static_cast<int>(random() % 3);
                    tried.repeat = 2;
                    tried.eviction = static_cast<Eviction>(random() % 4);
                    if (policy != Policy::resident)
                        tried.budget = units::Budget::ofBytes(smallest(tried) + random() % 40'000);
                    const api::RunResult result = mustRun(tried);
                    expectEqualOutputs(resident, result);
                    EXPECT_EQ(
                        result.figures.batches,
                        static_cast<std::uint64_t>(2 * ((60 + batchSize - 1) / batchSize)));
                    EXPECT_EQ(result.recording->header.totalBatches, result.figures.batches);
                    EXPECT_EQ(result.figures.hasHash, policy == Policy::sida);
                    EXPECT_TRUE(api::checkConsistency(*result.recording).isClean());
                    std::vector<std::uint64_t> seen;
                    for (const api::SampleRow& row : result.recording->rows.samples)
                        seen.push_back(row.index);
                    EXPECT_TRUE(
                        order != BatchOrder::dataset || std::is_sorted(seen.begin(), seen.begin() + 60));
                    std::sort(seen.begin(), seen.begin() + 60);
                    std::sort(seen.begin() + 60, seen.end());
                    for (std::uint64_t i = 0; i < 120; ++i)
                        ASSERT_EQ(seen[i], i % 60) << "each pass holds every sample once";
                }
            }
        }
    }
}

TEST_F(EngineTest, OrderAffinityRoutesByTheSameTablesAsAnyOther)
{
    api::RunOptions tried = options(Policy::sida);
    tried.routing = Routing::predicted;
    tried.topK = 2;
    tried.batchSize = 4;
    const api::RunResult byLength = mustRun(tried);
    tried.order = BatchOrder::affinity;
    expectEqualOutputs(byLength, mustRun(tried));
}

TEST_F(EngineTest, OrderAffinityNeedsAPredictor)
{
    m_engine->unloadPredictor();
    api::RunOptions tried = options(Policy::onDemand);
    tried.order = BatchOrder::affinity;
    const auto refused = m_engine->run(tried, {}, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::usage);
    EXPECT_NE(refused.error().message.find("order affinity"), std::string::npos) << refused.error().message;
}

TEST_F(EngineTest, TheSmallestBudgetThatIsPlannedFromHeadersWorksAndOneByteLessIsRefused)
{
    std::mt19937 random(23);
    for (int round = 0; round < 24; ++round) {
        test::TinyModel shape;
        shape.layers = 2 + static_cast<int>(random() % 4);
        shape.sparseStep = 1 + static_cast<int>(random() % 2);
        shape.experts = 2 + static_cast<int>(random() % 7);
        shape.dFf = 8 * (1 + static_cast<int>(random() % 5));
        shape.decoderLayers = random() % 3 == 0 ? 2 : 0;
        shape.labels = shape.decoderLayers > 0 ? 0 : static_cast<int>(random() % 4);
        shape.seed = random();
        const std::string name = std::to_string(round);
        test::writeTinyModel(m_folder / ("model" + name), shape);
        test::writeTinyDataset(m_folder / ("data" + name), shape, 10, 4 + static_cast<int>(random() % 20));

        PlanFiles files;
        files.model = m_folder / ("model" + name);
        files.dataset = m_folder / ("data" + name);
        files.predictor = m_folder / ("predictor" + name);
        files.run.policy = static_cast<Policy>(random() % 3);
        files.run.dtype = static_cast<api::DType>(random() % 3);
        files.load.dtype = files.run.dtype;
        files.run.batchSize = 1 + static_cast<int>(random() % 12);
        files.run.threads = 1 + static_cast<int>(random() % 2);
        files.run.topK = 1 + static_cast<int>(random() % 2);
        files.run.order = random() % 3 == 0 ? BatchOrder::affinity : BatchOrder::length;
        if (files.run.policy == Policy::sida && random() % 2 == 0)
            files.run.routing = Routing::predicted;

        m_engine->preferLoading(files.load);
        const auto model = m_engine->loadModel(files.model, {}, {});
        ASSERT_TRUE(model) << model.error().message;
        test::writeTinyPredictor(files.predictor, shape, model->identity);
        ASSERT_TRUE(m_engine->loadDataset(files.dataset, {}, {}, {}));
        ASSERT_TRUE(m_engine->loadPredictor(files.predictor));
        const auto planned = planFiles(files, {}, {});
        ASSERT_TRUE(planned) << planned.error().message;
        const auto told = m_engine->planBudget(files.run);
        ASSERT_TRUE(told) << told.error().message;
        EXPECT_EQ(planned->smallestBytes, told->smallestBytes) << "headers say what the loaded model says";
        EXPECT_EQ(planned->byPurpose, told->byPurpose);
        EXPECT_EQ(planned->residentBytes, told->residentBytes);

        files.run.budget = units::Budget::ofBytes(planned->smallestBytes - 1);
        const auto refused = planFiles(files, {}, {});
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, ErrorKind::budget);
        EXPECT_NE(refused.error().message.find(std::to_string(planned->smallestBytes)), std::string::npos);
        EXPECT_FALSE(m_engine->run(files.run, {}, {}));
        files.run.budget = units::Budget::ofBytes(planned->smallestBytes);
        const api::RunResult result = mustRun(files.run);
        EXPECT_LE(result.figures.peakBytes, planned->smallestBytes);
        EXPECT_EQ(result.figures.samples, 10U);
    }
}

TEST_F(EngineTest, ABudgetBelowTheSmallestIsRefusedWithTheSmallestAndTheSmallestWorks)
{
    for (const Policy policy : {Policy::resident, Policy::onDemand, Policy::sida}) {
        api::RunOptions tried = options(policy);
        const std::uint64_t fewest = smallest(tried);
        tried.budget = units::Budget::ofBytes(fewest - 1);
        const auto refused = m_engine->run(tried, {}, {});
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, ErrorKind::budget);
        EXPECT_NE(refused.error().message.find(std::to_string(fewest)), std::string::npos)
            << refused.error().message;
        tried.budget = units::Budget::ofBytes(fewest);
        EXPECT_LE(mustRun(tried).figures.peakBytes, fewest);
    }
}

TEST_F(EngineTest, APlanForAnotherTypeIsTheOneThatHoldsOnceTheModelIsLoadedForIt)
{
    for (const api::DType type : {api::DType::bf16, api::DType::f16, api::DType::f32}) {
        api::RunOptions tried = options(Policy::sida);
        const std::uint64_t before = m_engine->planBudget(tried).value().residentBytes;
        tried.dtype = type;
        const api::BudgetPlan planned = m_engine->planBudget(tried).value();
        if (type == api::DType::bf16) {
            EXPECT_LT(planned.residentBytes, before);
        }
        tried.budget = units::Budget::ofBytes(planned.smallestBytes);
        const api::RunResult result = mustRun(tried); // loads it for that type
        EXPECT_LE(result.figures.peakBytes, planned.smallestBytes);
        tried.budget = {};
        const api::BudgetPlan loaded = m_engine->planBudget(tried).value();
        EXPECT_EQ(planned.residentBytes, loaded.residentBytes);
        EXPECT_EQ(planned.smallestBytes, loaded.smallestBytes);
        EXPECT_EQ(planned.byPurpose, loaded.byPurpose);
        EXPECT_EQ(planned.slots, loaded.slots);
    }
}

TEST_F(EngineTest, TheBudgetMayChangeTwoHundredTimesDuringARunAndTheOutputsStayTheSame)
{
    const api::RunResult resident = mustRun(options(Policy::resident));
    api::RunOptions tried = options(Policy::sida);
    tried.repeat = 100'000; // ended below
    const std::uint64_t fewest = smallest(tried);
    const std::uint64_t most = m_engine->planBudget(tried)->budgetBytes;
    tried.budget = units::Budget::ofBytes(most);
    std::atomic<std::size_t> samples = 0;
    api::RunObserver observer;
    observer.rows = [&](const auto& chunk) { samples += chunk->samples.size(); };
    std::stop_source enough;
    int accepted = 0;
    int refused = 0;
    std::jthread changer([&](const std::stop_token& runEnded) {
        std::mt19937_64 random(8);
        while (!runEnded.stop_requested() && (accepted + refused < 200 || samples < 60)) {
            const bool tooSmall = random() % 4 == 0;
            const auto bytes = tooSmall ? fewest - 1 : fewest + random() % (most - fewest);
            const auto answer = m_engine->changeBudget(units::Budget::ofBytes(bytes));
            if (answer) {
                EXPECT_FALSE(tooSmall);
                EXPECT_LE(answer->budgetBytes, bytes);
                ++accepted;
            } else if (answer.error().kind == ErrorKind::budget) {
                EXPECT_TRUE(tooSmall) << answer.error().message;
                ++refused;
            }
        }
        enough.request_stop();
    });
    const auto ended = m_engine->run(tried, observer, enough.get_token());
    changer.request_stop();
    changer.join();
    ASSERT_TRUE(ended) << ended.error().message;
    EXPECT_GE(accepted + refused, 200);
    EXPECT_GT(accepted, 0);
    EXPECT_GT(refused, 0);
    expectEqualOutputs(resident, *ended);
    const auto& rows = ended->recording->rows;
    EXPECT_EQ(rows.budgets.size(), static_cast<std::size_t>(accepted + refused));
    std::uint64_t inForce = most;
    for (const api::BudgetRow& row : rows.budgets) {
        EXPECT_EQ(row.from, inForce) << "a refused change keeps the old budget";
        EXPECT_EQ(row.accepted, row.reason.empty());
        inForce = row.accepted ? row.to : row.from;
    }
    const api::Consistency consistency = api::checkConsistency(*ended->recording);
    EXPECT_TRUE(consistency.checked);
    EXPECT_TRUE(consistency.problems.empty()) << consistency.problems.front();
    EXPECT_FALSE(m_engine->changeBudget(units::Budget::ofBytes(most)));
}

TEST_F(EngineTest, OutputsArePassedOnBatchByBatchAndOnceHoweverOftenTheDatasetIsPassedOver)
{
    const api::RunResult kept = mustRun(options(Policy::resident));
    api::RunOptions streamed = options(Policy::resident);
    streamed.keepOutputs = false;
    streamed.keepRows = false;
    streamed.repeat = 2;
    streamed.batchSize = 7;
    std::map<std::uint64_t, api::SampleOutput> passed;
    std::vector<std::size_t> sizes;
    api::RunObserver observer;
    observer.outputs = [&](std::vector<api::SampleOutput>&& samples) -> Status {
        sizes.push_back(samples.size());
        for (api::SampleOutput& sample : samples)
            EXPECT_TRUE(passed.emplace(sample.index, sample).second) << sample.index << " came twice";
        return {};
    };
    const api::RunResult result = mustRun(streamed, observer);
    EXPECT_TRUE(result.outputs.empty());
    EXPECT_TRUE(result.recording->rows.samples.empty()) << "nobody asked to keep them";
    EXPECT_EQ(result.figures.samples, 2 * kept.outputs.size());
    ASSERT_EQ(passed.size(), kept.outputs.size());
    EXPECT_EQ(sizes.front(), 7U);
    for (const api::SampleOutput& output : kept.outputs)
        EXPECT_EQ(passed.at(output.index).logits, output.logits);
}

/// Who writes outputs in the dataset's order has to keep those whose predecessors have not come. Of a file
/// that is read as the run goes, that is bounded by the window in which samples are put together by length.
TEST_F(EngineTest, OutputsThatWaitForTheirPredecessorsAreAsFewInAFourTimesLargerFile)
{
    std::vector<std::size_t> mostWaiting;
    for (const int samples : {500, 2000}) {
        const auto file = m_folder / ("large-" + std::to_string(samples) + ".jsonl");
        test::writeTinyDataset(file, m_tiny, samples, 20);
        api::DatasetOptions data;
        data.memoryBytes = 48 * units::kKiB;
        ASSERT_TRUE(m_engine->loadDataset(file, data, {}, {}));
        api::RunOptions streamed = options(Policy::resident);
        streamed.keepOutputs = false;
        streamed.keepRows = false;
        std::set<std::uint64_t> waiting;
        std::uint64_t next = 0;
        std::size_t most = 0;
        api::RunObserver observer;
        observer.outputs = [&](std::vector<api::SampleOutput>&& outputs) -> Status {
            for (const api::SampleOutput& output : outputs)
                waiting.insert(output.index);
            most = std::max(most, waiting.size());
            while (waiting.erase(next) > 0)
                ++next;
            return {};
        };
        const api::RunResult result = mustRun(streamed, observer);
        EXPECT_TRUE(result.outputs.empty());
        EXPECT_TRUE(result.recording->rows.samples.empty());
        EXPECT_EQ(next, static_cast<std::uint64_t>(samples)) << "each once, and all of them";
        mostWaiting.push_back(most);
    }
    EXPECT_LE(mostWaiting[0], 128U);
    EXPECT_LE(mostWaiting[1], 128U);
}

TEST_F(EngineTest, OutputsThatNobodyCanTakeEndTheRun)
{
    api::RunOptions streamed = options(Policy::resident);
    streamed.repeat = 1000;
    int asked = 0;
    api::RunObserver observer;
    observer.outputs = [&](std::vector<api::SampleOutput>&&) -> Status {
        return ++asked < 3 ? Status{} : failure(ErrorKind::io, "the disk is full");
    };
    const auto result = m_engine->run(streamed, observer, {});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().message, "the disk is full");
    EXPECT_EQ(asked, 3);
}

TEST_F(EngineTest, StopEndsTheRunWithWhatWasDoneSoFar)
{
    api::RunOptions tried = options(Policy::sida);
    tried.repeat = 100'000;
    tried.session = m_folder / "stopped.sida";
    std::stop_source stop;
    api::RunObserver observer;
    observer.rows = [&](const auto& chunk) {
        if (!chunk->batches.empty())
            stop.request_stop();
    };
    const auto result = m_engine->run(tried, observer, stop.get_token());
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_TRUE(result->stopped);
    EXPECT_EQ(result->recording->state, api::RecordingState::stopped);
    const auto read = session::readSession(tried.session, {}, {});
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ((*read)->rows.batches, result->recording->rows.batches);
}

TEST_F(EngineTest, TheSessionFileHoldsExactlyWhatTheRunTold)
{
    api::RunOptions tried = options(Policy::sida);
    tried.budget = units::Budget::ofBytes(smallest(tried) * 5 / 4);
    tried.session = m_folder / "run.sida";
    const api::RunResult result = mustRun(tried);
    const auto read = m_engine->openSession(tried.session, {}, {});
    ASSERT_TRUE(read) << read.error().message;
    const api::RecordingChunk& told = result.recording->rows;
    const api::RecordingChunk& kept = (*read)->rows;
    EXPECT_EQ((*read)->state, api::RecordingState::complete);
    EXPECT_EQ(told.batches, kept.batches);
    EXPECT_EQ(told.stalls, kept.stalls);
    EXPECT_EQ(told.transfers, kept.transfers);
    EXPECT_EQ(told.evictions, kept.evictions);
    EXPECT_EQ(told.memory, kept.memory);
    EXPECT_EQ(told.hash, kept.hash);
    EXPECT_EQ(told.samples.size(), kept.samples.size());
    EXPECT_EQ(told.uses.size(), kept.uses.size());
    EXPECT_EQ((*read)->header.provenance, result.recording->header.provenance);
    EXPECT_EQ(api::computeFigures(**read).uses, result.figures.uses);
    EXPECT_EQ(api::computeFigures(**read).stallMs, result.figures.stallMs);
    EXPECT_TRUE(api::checkConsistency(**read).isClean());
}

TEST_F(EngineTest, PrefetchMovesBytesBeforeTheyAreNeeded)
{
    api::RunOptions tried = options(Policy::sida);
    tried.repeat = 5;
    const api::RunResult result = mustRun(tried);
    std::size_t early = 0;
    for (const api::TransferRow& transfer : result.recording->rows.transfers) {
        if (transfer.kind != api::TransferKind::prefetch)
            continue;
        for (const api::LayerRow& layer : result.recording->rows.layers)
            early += layer.batch == transfer.batch && layer.layer == transfer.key.layer
                && transfer.end <= layer.begin;
    }
    EXPECT_GT(early, 0U);
    EXPECT_GT(result.figures.prefetchedBytes, 0U);
}

TEST_F(EngineTest, PredictedRoutingIsLossyAndSaysHowLossy)
{
    api::RunOptions tried = options(Policy::sida);
    tried.routing = Routing::predicted;
    const api::RunResult result = mustRun(tried);
    const api::RunResult resident = mustRun(options(Policy::resident));
    ASSERT_TRUE(result.figures.metric && result.figures.referenceMetric && result.figures.equalOutputs);
    EXPECT_EQ(*result.figures.referenceMetric, *resident.figures.metric);
    EXPECT_FALSE(result.figures.hasHash) << "the routers were not run, so there is nothing to compare with";
    std::size_t equal = 0;
    for (const api::SampleRow& row : result.recording->rows.samples)
        equal += row.prediction == row.reference;
    EXPECT_DOUBLE_EQ(*result.figures.equalOutputs, static_cast<double>(equal) / 60);
    EXPECT_LT(equal, 60U) << "a predictor with random weights cannot agree everywhere";
}

TEST_F(EngineTest, WhatThisBuildCannotDoIsSaidBeforeAnythingStarts)
{
    api::RunOptions cuda = options(Policy::resident);
    cuda.device = api::DeviceKind::cuda;
    cuda.session = m_folder / "never.sida";
    const auto refused = m_engine->run(cuda, {}, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::unsupported);
    EXPECT_FALSE(std::filesystem::exists(cuda.session));

    m_engine->unloadPredictor();
    const auto noPredictor = m_engine->run(options(Policy::sida), {}, {});
    ASSERT_FALSE(noPredictor);
    EXPECT_NE(noPredictor.error().message.find("predictor"), std::string::npos);
}

TEST_F(EngineTest, AFailedLoadLeavesWhatWasLoaded)
{
    EXPECT_FALSE(m_engine->loadModel(m_folder / "nothing", {}, {}));
    EXPECT_FALSE(m_engine->loadDataset(m_folder / "nothing.tsv", {}, {}, {}));
    EXPECT_FALSE(m_engine->loadPredictor(m_folder / "nothing.safetensors"));
    EXPECT_EQ(mustRun(options(Policy::sida)).figures.samples, 60U);
}

TEST_F(EngineTest, APredictorOfAnotherModelIsRefused)
{
    test::writeTinyPredictor(m_folder / "other.safetensors", m_tiny, std::string(64, 'a'));
    const auto refused = m_engine->loadPredictor(m_folder / "other.safetensors");
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("other.safetensors"), std::string::npos);
}

TEST_F(EngineTest, AModelWithoutSparseBlocksRunsToo)
{
    test::TinyModel dense;
    dense.sparseStep = 0;
    test::writeTinyModel(m_folder / "dense", dense);
    ASSERT_TRUE(m_engine->loadModel(m_folder / "dense", {}, {}));
    ASSERT_TRUE(m_engine->loadDataset(m_folder / "data.jsonl", {}, {}, {}));
    const api::RunResult result = mustRun(options(Policy::onDemand));
    EXPECT_EQ(result.figures.uses, 0U);
    EXPECT_EQ(result.figures.samples, 60U);
}

} // namespace
} // namespace sida::runtime
