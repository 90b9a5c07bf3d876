// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/consistency.h"
#include "engine/device/cuda/module.h"
#include "engine/runtime/create_engine.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tiny_model.h"

#include <cmath>
#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <thread>

namespace sida::runtime
{
namespace
{

using api::Eviction;
using api::Policy;

/// Whole runs on the GPU over a small model, 80 samples and a predictor that knows nothing.
class CudaRun : public testing::Test
{
protected:
    void SetUp() override
    {
        if (const auto module = cuda::loadModule(); !module)
            GTEST_SKIP() << module.error().message;
        m_tiny.dModel = 32;
        m_tiny.dFf = 64;
        m_tiny.dKv = 16;
        m_tiny.experts = 16;
        m_tiny.layers = 6;
        test::writeTinyModel(m_folder / "model", m_tiny);
        test::writeTinyDataset(m_folder / "data.jsonl", m_tiny, 80, 30);
        auto model = m_engine->loadModel(m_folder / "model", {}, {});
        ASSERT_TRUE(model) << model.error().message;
        test::writeTinyPredictor(m_folder / "predictor.safetensors", m_tiny, model->identity);
        auto data = m_engine->loadDataset(m_folder / "data.jsonl", {}, {}, {});
        ASSERT_TRUE(data) << data.error().message;
        auto predictor = m_engine->loadPredictor(m_folder / "predictor.safetensors");
        ASSERT_TRUE(predictor) << predictor.error().message;
    }

    static api::RunOptions options(Policy policy)
    {
        api::RunOptions options;
        options.policy = policy;
        options.device = api::DeviceKind::cuda;
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
    std::uint64_t bytesOf(api::RunOptions options, int slots)
    {
        options.budget = {};
        const api::BudgetPlan plan = m_engine->planBudget(options).value();
        const std::uint64_t slot
            = (plan.residentBytes - plan.smallestBytes) / static_cast<std::uint64_t>(plan.experts - 2);
        return plan.smallestBytes + slot * static_cast<std::uint64_t>(slots - 2);
    }

    test::TinyModel m_tiny;
    test::TempFolder m_folder;
    std::unique_ptr<api::Engine> m_engine = createEngine();
};

void expectEqualBits(const api::RunResult& a, const api::RunResult& b)
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
    EXPECT_EQ(result.figures.samples, 80U);
    EXPECT_LE(result.figures.peakBytes, result.figures.budgetBytes);
    EXPECT_EQ(result.figures.droppedEvents, 0U);
    const api::Consistency consistency = api::checkConsistency(*result.recording);
    EXPECT_TRUE(consistency.checked);
    for (const std::string& problem : consistency.problems)
        ADD_FAILURE() << problem;
}

TEST_F(CudaRun, GivesWhatTheProcessorGives)
{
    for (const api::DType type : {api::DType::f32, api::DType::bf16}) {
        api::RunOptions cpu = options(Policy::resident);
        cpu.device = api::DeviceKind::cpu;
        cpu.dtype = type;
        cpu.batchSize = 4;
        api::RunOptions gpu = cpu;
        gpu.device = api::DeviceKind::cuda;
        const api::RunResult wanted = mustRun(cpu);
        const api::RunResult found = mustRun(gpu);
        ASSERT_EQ(found.outputs.size(), wanted.outputs.size());
        double largest = 0;
        double difference = 0;
        for (std::size_t i = 0; i < found.outputs.size(); ++i) {
            for (std::size_t j = 0; j < found.outputs[i].logits.size(); ++j) {
                largest = std::max(largest, std::abs(double{wanted.outputs[i].logits[j]}));
                difference = std::max(
                    difference, std::abs(double{found.outputs[i].logits[j]} - wanted.outputs[i].logits[j]));
            }
        }
        EXPECT_LE(difference, (type == api::DType::f32 ? 1e-4 : 0.1) * largest) << api::name(type);
        expectConsistent(found);
    }
}

TEST_F(CudaRun, ExactRoutingGivesTheBitsOfResidentUnderAnyPolicyEvictionBudgetAndLookahead)
{
    std::mt19937 random(5);
    for (const int batchSize : {1, 7, 40}) {
        api::RunOptions resident = options(Policy::resident);
        resident.batchSize = batchSize;
        const api::RunResult wanted = mustRun(resident);
        expectConsistent(wanted);
        for (const Policy policy : {Policy::onDemand, Policy::sida}) {
            for (const Eviction eviction :
                 {Eviction::fifo, Eviction::lru, Eviction::lfru, Eviction::lookahead}) {
                for (const int slots : {2, 3, 7, 20, 48}) {
                    api::RunOptions run = options(policy);
                    run.batchSize = batchSize;
                    run.eviction = eviction;
                    run.lookahead = 1 + static_cast<int>(random() % 8);
                    run.topK = 1 + static_cast<int>(random() % 2);
                    run.budget = units::Budget::ofBytes(bytesOf(run, slots));
                    SCOPED_TRACE(
                        testing::Message() << api::name(policy) << ' ' << api::name(eviction) << ", " << slots
                                           << " slots, batches of " << batchSize);
                    const api::RunResult found = mustRun(run);
                    expectEqualBits(found, wanted);
                    expectConsistent(found);
                    if (slots < 20) {
                        EXPECT_GT(found.figures.transfers, 0U);
                    }
                }
            }
        }
    }
}

TEST_F(CudaRun, ABudgetCanChangeWhileItRuns)
{
    api::RunOptions resident = options(Policy::resident);
    const api::RunResult wanted = mustRun(resident);
    api::RunOptions run = options(Policy::sida);
    run.repeat = 40;
    run.budget = units::Budget::ofBytes(bytesOf(run, 48));
    std::atomic<int> accepted = 0;
    std::jthread changer([&](const std::stop_token& stop) {
        for (int i = 0; !stop.stop_requested(); ++i) {
            const auto answer
                = m_engine->changeBudget(units::Budget::ofBytes(bytesOf(run, i % 2 == 0 ? 4 : 40)));
            accepted += answer ? 1 : 0;
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
    });
    const api::RunResult found = mustRun(run);
    changer.request_stop();
    changer.join();
    EXPECT_GT(accepted.load(), 0);
    expectEqualBits(found, wanted);
    const api::Consistency consistency = api::checkConsistency(*found.recording);
    EXPECT_TRUE(consistency.checked);
    for (const std::string& problem : consistency.problems)
        ADD_FAILURE() << problem;
}

TEST_F(CudaRun, ATooSmallBudgetIsRefusedWithTheSmallestThatWorks)
{
    api::RunOptions run = options(Policy::onDemand);
    run.budget = units::Budget::ofBytes(1000);
    const auto refused = m_engine->run(run, {}, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::budget);
    EXPECT_THAT(refused.error().message, testing::HasSubstr("smallest that works"));
}

TEST_F(CudaRun, CountsAllThatTheProcessTakesOfTheDevice)
{
    api::RunOptions run = options(Policy::onDemand);
    run.budget = units::Budget::ofBytes(bytesOf(run, 20));
    const api::RunResult found = mustRun(run);
    const auto context = static_cast<std::size_t>(api::Purpose::runtimeContext);
    ASSERT_FALSE(found.recording->rows.memory.empty());
    EXPECT_GT(found.recording->rows.memory.back().bytes[context], 0U);
    expectConsistent(found);
}

} // namespace
} // namespace sida::runtime
