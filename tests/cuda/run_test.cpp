// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cuda/cuda_run.h"

#include <cmath>
#include <cstring>
#include <gmock/gmock.h>
#include <random>
#include <thread>

namespace sida::runtime
{
namespace
{

using api::Eviction;
using api::Policy;

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

/// f32 within 1e-4 of the largest value; bf16, whose router may fall on the other side of a tie, within a
/// tenth.
void expectClose(const api::RunResult& found, const api::RunResult& wanted, api::DType type)
{
    ASSERT_EQ(found.outputs.size(), wanted.outputs.size());
    double largest = 0;
    double difference = 0;
    for (std::size_t i = 0; i < found.outputs.size(); ++i) {
        ASSERT_EQ(found.outputs[i].logits.size(), wanted.outputs[i].logits.size());
        for (std::size_t j = 0; j < found.outputs[i].logits.size(); ++j) {
            largest = std::max(largest, std::abs(double{wanted.outputs[i].logits[j]}));
            difference = std::max(
                difference, std::abs(double{found.outputs[i].logits[j]} - wanted.outputs[i].logits[j]));
        }
    }
    EXPECT_GT(largest, 0);
    EXPECT_LE(difference, (type == api::DType::f32 ? 1e-4 : 0.1) * largest) << api::name(type);
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
        expectClose(found, wanted, type);
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

TEST_F(CudaRun, PredictedRoutingGivesWhatTheProcessorGivesWithUpToThreeExpertsAToken)
{
    for (const int topK : {1, 2, 3}) {
        for (const api::DType type : {api::DType::f32, api::DType::bf16, api::DType::f16}) {
            SCOPED_TRACE(testing::Message() << "top-k " << topK);
            api::RunOptions cpu = options(Policy::resident);
            cpu.device = api::DeviceKind::cpu;
            cpu.routing = api::Routing::predicted;
            cpu.topK = topK;
            cpu.dtype = type;
            cpu.batchSize = 4;
            api::RunOptions gpu = cpu;
            gpu.device = api::DeviceKind::cuda;
            const api::RunResult wanted = mustRun(cpu);
            const api::RunResult found = mustRun(gpu);
            expectClose(found, wanted, type);
            expectConsistent(found);
        }
    }
}

TEST_F(CudaRun, PredictedRoutingGivesTheSameBitsUnderAnyBudgetAndDiffersFromExactRouting)
{
    for (const int topK : {1, 3}) {
        for (const int batchSize : {1, 40}) {
            api::RunOptions resident = options(Policy::resident);
            resident.routing = api::Routing::predicted;
            resident.topK = topK;
            resident.batchSize = batchSize;
            const api::RunResult wanted = mustRun(resident);
            for (const Policy policy : {Policy::onDemand, Policy::sida}) {
                for (const int slots : {2, 7, 48}) {
                    api::RunOptions run = resident;
                    run.policy = policy;
                    run.budget = units::Budget::ofBytes(bytesOf(run, slots));
                    SCOPED_TRACE(
                        testing::Message() << api::name(policy) << ", " << slots << " slots, batches of "
                                           << batchSize << ", top-k " << topK);
                    const api::RunResult found = mustRun(run);
                    expectEqualBits(found, wanted);
                    expectConsistent(found);
                }
            }
            const api::RunResult exact = mustRun(options(Policy::resident));
            EXPECT_NE(exact.outputs.front().logits, wanted.outputs.front().logits);
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
