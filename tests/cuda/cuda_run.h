// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/consistency.h"
#include "engine/device/cuda/module.h"
#include "engine/runtime/create_engine.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tiny_model.h"

#include <gtest/gtest.h>
#include <stdexcept>

namespace sida::runtime
{

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

    static api::RunOptions options(api::Policy policy)
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

/// Every sample, nothing lost, the budget kept, and the rows of the record agree with each other.
inline void expectConsistent(const api::RunResult& result)
{
    EXPECT_EQ(result.figures.samples, 80U);
    EXPECT_LE(result.figures.peakBytes, result.figures.budgetBytes);
    EXPECT_EQ(result.figures.droppedEvents, 0U);
    const api::Consistency consistency = api::checkConsistency(*result.recording);
    EXPECT_TRUE(consistency.checked);
    for (const std::string& problem : consistency.problems)
        ADD_FAILURE() << problem;
}

} // namespace sida::runtime
