// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/evaluation.h"

#include "engine/predictor/expert_cache_model.h"
#include "tests/unit/predictor/fake_model.h"

#include <gtest/gtest.h>
#include <random>

namespace sida::predictor
{
namespace
{

/// One layer of four experts, four batches of two tokens.
RoutingTrace smallTrace()
{
    return {{4}, {{{0, 1}}, {{1, 2}}, {{0, 1}}, {{3, 3}}}};
}

Guess nothing()
{
    return [](std::size_t) -> Result<std::optional<experts::HashTable>> { return std::nullopt; };
}

TEST(ExpertCacheModelTest, missesAreThoseOfAnLruCacheWrittenOut)
{
    std::mt19937_64 random(3);
    for (const std::uint64_t slots : {1U, 2U, 5U, 11U, 12U, 40U}) {
        ExpertCacheModel cache({8, 4}, slots);
        std::vector<std::size_t> order; // most recent last
        std::uint64_t misses = 0;
        for (int step = 0; step < 500; ++step) {
            const std::size_t layer = random() % 2;
            const auto expert = static_cast<std::uint16_t>(random() % (layer == 0 ? 8 : 4));
            const std::size_t key = layer * 8 + expert;
            const auto found = std::find(order.begin(), order.end(), key);
            if (found != order.end())
                order.erase(found);
            else if (++misses; order.size() == slots)
                order.erase(order.begin());
            order.push_back(key);
            cache.use(layer, {expert});
        }
        EXPECT_EQ(cache.misses(), misses) << slots << " slots";
        EXPECT_EQ(cache.uses(), 500U);
    }
}

TEST(ExpertCacheModelTest, whatIsFetchedAndEvictedUnusedIsWasted)
{
    ExpertCacheModel cache({4}, 2);
    cache.prefetch(0, {0, 1});
    cache.use(0, {0});
    cache.prefetch(0, {2, 3});
    EXPECT_EQ(cache.prefetched(), 4U);
    EXPECT_EQ(cache.wasted(), 1U) << "expert 1; expert 0 was used";
    cache.prefetch(0, {0, 1, 2});
    EXPECT_EQ(cache.prefetched(), 6U) << "no more than there are places";
}

TEST(JudgeTest, equalsAHandComputedCase)
{
    const RoutingTrace trace = smallTrace();
    const auto none = judgeGuess("nothing", trace, nothing(), 1, 2, 10);
    ASSERT_TRUE(none);
    EXPECT_EQ(none->uses, 7U);
    EXPECT_EQ(none->misses, 6U) << "0 1 | 2 | 0 1 | 3";
    EXPECT_FALSE(none->guessed);

    const auto oracle = judgeGuess("oracle", trace, guessTruth(trace), 1, 2, 10);
    ASSERT_TRUE(oracle);
    EXPECT_EQ(oracle->misses, 0U);
    EXPECT_EQ(oracle->top1, 1.0);
    EXPECT_EQ(oracle->precision, 1.0);
    EXPECT_EQ(oracle->recall, 1.0);
    EXPECT_EQ(oracle->prefetchedBytes, 50U);
    EXPECT_EQ(oracle->wastedBytes, 0U);

    const auto before = judgeGuess("previous", trace, guessPreviousBatch(trace), 1, 4, 10);
    ASSERT_TRUE(before);
    EXPECT_DOUBLE_EQ(before->precision, 2.0 / 6) << "{0,1} {1,2} {0,1} against {1,2} {0,1} {3}";
    EXPECT_DOUBLE_EQ(before->recall, 2.0 / 5);
}

TEST(JudgeTest, aGuessOfAnotherSizeIsAnError)
{
    const RoutingTrace trace = smallTrace();
    const auto result = judgeGuess(
        "odd", trace,
        [](std::size_t) -> Result<std::optional<experts::HashTable>> {
            experts::HashTable table;
            table.layers.resize(1);
            return table;
        },
        1, 2, 10);
    EXPECT_FALSE(result);
}

TEST(SlotsTest, aPredictorsBytesAreTakenFromTheBudget)
{
    api::ModelInfo model;
    model.expertBytes = 100;
    model.loaded.experts = 50;
    EXPECT_EQ(slotsWithin({}, model, 0), 10U) << "a fifth";
    EXPECT_EQ(slotsWithin(units::Budget::ofShare(0.5), model, 250), 22U);
    EXPECT_EQ(slotsWithin(units::Budget::ofBytes(300), model, 1000), 1U);
    EXPECT_EQ(slotsWithin(units::Budget::ofBytes(1'000'000), model, 0), 50U);
}

TEST(EvaluateTest, routingThatFollowsTheTokenIsKnownByTheTableAndByTheOracle)
{
    test::FakeModel model;
    model.info().expertBytes = 128;
    model.info().loaded.experts = 13;
    const dataset::Dataset data = test::randomDataset(80, 5);
    const dataset::Dataset training = test::randomDataset(400, 6);
    api::EvaluateOptions options;
    options.budget = units::Budget::ofShare(1);
    const auto result = evaluate(model, data, &training, nullptr, options, {}, {});
    ASSERT_TRUE(result) << result.error().message;
    std::vector<std::string> names;
    for (const api::GuessFigures& row : result->rows)
        names.push_back(row.name);
    EXPECT_EQ(
        names,
        (std::vector<std::string>{
            "nothing", "chance", "static frequency", "previous batch", "same token", "oracle"}));
    const auto& chance = result->rows[1];
    EXPECT_NEAR(chance.top1, (1 / 8.0 + 1 / 5.0) / 2, 0.05);
    EXPECT_NEAR(chance.top3, (3 / 8.0 + 3 / 5.0) / 2, 0.05);
    EXPECT_GT(result->rows[4].top1, result->rows[2].top1);
    EXPECT_EQ(result->rows.back().misses, 0U);
    for (const api::GuessFigures& row : result->rows)
        EXPECT_EQ(row.uses, result->rows.front().uses);
}

TEST(EvaluateTest, withoutATrainingSetTheTablesThatNeedOneAreLeftOut)
{
    const test::FakeModel model;
    const auto result = evaluate(model, test::randomDataset(30, 5), nullptr, nullptr, {}, {}, {});
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->rows.size(), 4U);
}

} // namespace
} // namespace sida::predictor
