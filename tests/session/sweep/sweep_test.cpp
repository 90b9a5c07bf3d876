// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Every policy and eviction under budgets from the smallest to all of it, recorded to a session each time,
// with the other options drawn at random. Small enough for a run under a sanitizer; SIDA_SWEEP=N multiplies
// samples and budgets by N.
#include "engine/api/consistency.h"
#include "engine/session/session.h"
#include "loaded_engine.h"
#include "tests/support/temp_folder.h"
#include "tests/support/tiny_model.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <gtest/gtest.h>
#include <numeric>
#include <random>
#include <set>

namespace sida
{
namespace
{

using api::BatchOrder;
using api::Eviction;
using api::Policy;

int effort()
{
    const char* wanted = std::getenv("SIDA_SWEEP");
    return wanted == nullptr ? 1 : std::max(1, std::atoi(wanted));
}

bool equal(const std::vector<float>& a, const std::vector<float>& b)
{
    // An empty vector has no address that memcmp may be given.
    return a.size() == b.size()
        && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}

class Sweep : public testing::Test
{
protected:
    /// Budgets at which something changes: two slots, three, a layer's experts, all but one, all.
    std::vector<std::uint64_t> budgets(const api::BudgetPlan& plan) const
    {
        std::set<std::uint64_t> slots{2, 3, static_cast<std::uint64_t>(plan.experts)};
        if (plan.experts > 3)
            slots.insert(static_cast<std::uint64_t>(plan.experts - 1));
        const int steps = 2 * effort();
        for (int step = 1; step < steps; ++step)
            slots.insert(
                2
                + static_cast<std::uint64_t>(plan.experts - 2) * static_cast<std::uint64_t>(step)
                    / static_cast<std::uint64_t>(steps));
        std::vector<std::uint64_t> bytes;
        for (const std::uint64_t count : slots)
            bytes.push_back(plan.smallestBytes + (count - 2) * plan.slotBytes);
        return bytes;
    }

    void expectClean(const api::RunResult& result, std::uint64_t budget)
    {
        const api::Figures& figures = result.figures;
        EXPECT_EQ(figures.samples, m_engine.data().samples);
        EXPECT_GT(figures.uses, 0U);
        EXPECT_LE(figures.peakBytes, budget);
        EXPECT_EQ(figures.droppedEvents, 0U);
        EXPECT_EQ(
            std::accumulate(figures.outcomes.begin(), figures.outcomes.end(), std::uint64_t{0}),
            figures.uses);
        const auto read = session::readSession(m_session, {}, {});
        ASSERT_TRUE(read) << read.error().message;
        const api::Consistency consistency = api::checkConsistency(**read);
        EXPECT_TRUE(consistency.checked);
        for (const std::string& problem : consistency.problems)
            ADD_FAILURE() << problem;
        EXPECT_EQ(
            consistency.usedBytes + consistency.wastedBytes + consistency.waitingBytes,
            figures.transferBytes);
        std::uint64_t copied = 0;
        for (const api::LayerFigures& layer : figures.byLayer)
            copied += layer.transferBytes;
        EXPECT_EQ(copied, figures.transferBytes);
        // The same sums, from rows that two threads wrote: what the thread waited lies within its layers.
        Nanoseconds inLayers = 0;
        for (const api::LayerRow& layer : (*read)->rows.layers)
            inLayers += layer.end - layer.begin;
        EXPECT_LE(figures.stallMs, static_cast<double>(inLayers) / 1e6);
    }

    void expectSameOutputs(const api::RunResult& resident, const api::RunResult& result)
    {
        ASSERT_EQ(resident.outputs.size(), result.outputs.size());
        for (std::size_t i = 0; i < result.outputs.size(); ++i) {
            EXPECT_FALSE(result.outputs[i].logits.empty() && result.outputs[i].hidden.empty());
            EXPECT_TRUE(equal(resident.outputs[i].logits, result.outputs[i].logits)) << "sample " << i;
            EXPECT_TRUE(equal(resident.outputs[i].hidden, result.outputs[i].hidden)) << "sample " << i;
        }
    }

    void sweep()
    {
        api::RunOptions first;
        first.threads = 1;
        first.keepOutputs = true;
        first.session = m_session;
        first.replaceSession = true;
        const api::RunResult resident = m_engine.run(first);
        expectClean(resident, resident.figures.budgetBytes);
        std::mt19937 random(4);
        const auto oneOf = [&](int least, int most) {
            return least + static_cast<int>(random() % static_cast<unsigned>(most - least + 1));
        };
        for (const Policy policy : {Policy::onDemand, Policy::sida}) {
            for (const Eviction eviction :
                 {Eviction::fifo, Eviction::lru, Eviction::lfru, Eviction::lookahead}) {
                api::RunOptions tried = first;
                tried.policy = policy;
                tried.eviction = eviction;
                tried.batchSize = oneOf(1, 4);
                tried.lookahead = oneOf(1, 9);
                tried.topK = oneOf(1, 3);
                tried.threads = oneOf(1, 2);
                tried.order = static_cast<BatchOrder>(oneOf(0, 2));
                for (const std::uint64_t budget : budgets(m_engine.plan(tried))) {
                    SCOPED_TRACE(
                        std::string(api::name(policy)) + " " + std::string(api::name(eviction)) + " order "
                        + std::string(api::name(tried.order)) + " batches of "
                        + std::to_string(tried.batchSize) + " budget " + std::to_string(budget));
                    tried.budget = units::Budget::ofBytes(budget);
                    const api::RunResult result = m_engine.run(tried);
                    expectClean(result, budget);
                    expectSameOutputs(resident, result);
                }
            }
        }
    }

    test::TempFolder m_folder;
    const std::filesystem::path m_session = m_folder / "run.sida";
    test::LoadedEngine m_engine;
};

TEST_F(Sweep, OfTheDemoModel)
{
    const std::filesystem::path demo = std::filesystem::path(SIDA_SOURCE_DIR) / "resources/demo";
    m_engine.loadModel(demo / "model");
    m_engine.loadDataset(demo / "dev.tsv", 12 * static_cast<std::uint64_t>(effort()));
    m_engine.loadPredictor(demo / "predictor.safetensors");
    sweep();
}

TEST_F(Sweep, OfASyntheticModelOfSwitchBaseShape)
{
    // Blocks of full width, but few of them, and few experts.
    test::TinyModel shape;
    shape.layers = 4;
    shape.experts = effort() > 1 ? 8 : 3;
    shape.dModel = 768;
    shape.vocabulary = 32128;
    shape.labels = 0;
    m_engine.loadModel("synthetic:switch-base-8,layers=4,experts=" + std::to_string(shape.experts));
    test::writeTinyDataset(m_folder / "data.jsonl", shape, 4 * effort(), 6);
    m_engine.loadDataset(m_folder / "data.jsonl");
    test::writeTinyPredictor(m_folder / "predictor.safetensors", shape, m_engine.model().identity);
    m_engine.loadPredictor(m_folder / "predictor.safetensors");
    sweep();
}

} // namespace
} // namespace sida
