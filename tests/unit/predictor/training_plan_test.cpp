// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/training_plan.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

namespace sida::predictor
{
namespace
{

SampleIndex samplesOf(const std::vector<std::vector<std::int32_t>>& ids)
{
    SampleIndex samples;
    for (const auto& one : ids)
        samples.add(one);
    return samples;
}

SampleIndex manySamples(int count)
{
    std::vector<std::vector<std::int32_t>> ids;
    for (int i = 0; i < count; ++i)
        ids.emplace_back(static_cast<std::size_t>(1 + i * 7 % 23), i);
    return samplesOf(ids);
}

TEST(SplitTest, everySampleIsOnOneSideAndTheShareIsKept)
{
    const auto samples = manySamples(200);
    const Split split = splitSamples(samples, 0.1, 3);
    EXPECT_EQ(split.heldOut.size(), 20U);
    std::set<std::uint64_t> all(split.train.begin(), split.train.end());
    all.insert(split.heldOut.begin(), split.heldOut.end());
    EXPECT_EQ(all.size(), 200U);
    EXPECT_EQ(split.train.size(), 180U);
}

TEST(SplitTest, isDecidedByTheSeed)
{
    const auto samples = manySamples(200);
    EXPECT_EQ(splitSamples(samples, 0.1, 3).heldOut, splitSamples(samples, 0.1, 3).heldOut);
    EXPECT_NE(splitSamples(samples, 0.1, 3).heldOut, splitSamples(samples, 0.1, 4).heldOut);
}

TEST(SplitTest, copiesOfASentenceAreNeverOnBothSides)
{
    std::vector<std::vector<std::int32_t>> ids;
    for (int i = 0; i < 60; ++i)
        ids.push_back({i % 20, 1});
    const auto samples = samplesOf(ids);
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const Split split = splitSamples(samples, 0.3, seed);
        std::set<std::int32_t> learned;
        for (const auto sample : split.train)
            learned.insert(ids[sample].front());
        for (const auto sample : split.heldOut)
            EXPECT_FALSE(learned.contains(ids[sample].front()));
    }
}

TEST(SplitTest, neitherSideIsEverEmptyWithTwoDifferentSentences)
{
    const auto samples = samplesOf({{1}, {2}});
    for (const double share : {0.001, 0.5, 0.999}) {
        const Split split = splitSamples(samples, share, 0);
        EXPECT_EQ(split.train.size(), 1U);
        EXPECT_EQ(split.heldOut.size(), 1U);
    }
}

TEST(ShuffledBatchesTest, everySentenceComesOncePerEpochWithSentencesOfLikeLength)
{
    const auto samples = manySamples(100);
    std::vector<std::uint64_t> indices(100);
    for (std::size_t i = 0; i < 100; ++i)
        indices[i] = i;
    std::mt19937_64 random(1);
    const auto first = shuffledBatches(samples, indices, 16, random);
    const auto second = shuffledBatches(samples, indices, 16, random);
    EXPECT_NE(first, second);
    for (const auto& batches : {first, second}) {
        std::multiset<std::uint64_t> seen;
        std::size_t padded = 0;
        std::size_t real = 0;
        for (const auto& batch : batches) {
            EXPECT_LE(batch.size(), 16U);
            std::uint64_t longest = 0;
            for (const auto sample : batch) {
                seen.insert(sample);
                real += samples.length(sample);
                longest = std::max(longest, samples.length(sample));
            }
            padded += longest * batch.size();
        }
        EXPECT_EQ(std::vector<std::uint64_t>(seen.begin(), seen.end()), indices);
        EXPECT_LT(static_cast<double>(padded), 1.3 * static_cast<double>(real));
    }
}

TEST(LearningRateTest, risesToTheFullRateAndFallsNearlyToZero)
{
    constexpr std::uint64_t kSteps = 200;
    double largest = 0;
    for (std::uint64_t step = 0; step < kSteps; ++step) {
        const double factor = learningRateFactor(step, kSteps);
        EXPECT_GT(factor, 0);
        largest = std::max(largest, factor);
    }
    EXPECT_DOUBLE_EQ(largest, 1);
    EXPECT_LT(learningRateFactor(0, kSteps), 0.2);
    EXPECT_LT(learningRateFactor(kSteps - 1, kSteps), 0.001);
    EXPECT_GT(learningRateFactor(0, 1), 0);
}

} // namespace
} // namespace sida::predictor
