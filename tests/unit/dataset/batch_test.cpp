// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dataset/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sida::dataset
{

namespace
{

using testing::ElementsAre;

std::vector<Sample> samplesOf(const std::vector<std::size_t>& lengths)
{
    std::vector<Sample> samples;
    for (const std::size_t length : lengths)
        samples.push_back({std::vector<std::int32_t>(length, static_cast<std::int32_t>(length)), -1});
    return samples;
}

TEST(PlanBatches, PutsSamplesOfLikeLengthTogether)
{
    EXPECT_THAT(
        planBatches(samplesOf({5, 1, 4, 2, 3}), 2),
        ElementsAre(ElementsAre(1, 3), ElementsAre(4, 2), ElementsAre(0)));
}

TEST(PlanBatches, KeepsTheFilesOrderAmongEqualLengths)
{
    EXPECT_THAT(
        planBatches(samplesOf({2, 1, 2, 1, 2}), 3), ElementsAre(ElementsAre(1, 3, 0), ElementsAre(2, 4)));
}

TEST(PlanBatches, DependsOnTheLengthsAlone)
{
    std::vector<Sample> samples = samplesOf({3, 3, 1});
    const auto plan = planBatches(samples, 2);
    samples[0].ids = {9, 8, 7};
    samples[1].label = 1;
    EXPECT_EQ(planBatches(samples, 2), plan);
}

TEST(PlanBatches, OfNothingAreNone)
{
    EXPECT_TRUE(planBatches({}, 4).empty());
    EXPECT_THAT(planBatches(samplesOf({1}), 0), ElementsAre(ElementsAre(0)));
}

TEST(MakeBatch, PadsOnTheRightWithZero)
{
    const std::vector<Sample> samples = {{{11, 12, 1}, 0}, {{21, 1}, 1}, {{1}, -1}};
    const TokenBatch batch = makeBatch(samples, {1, 0, 2}, 7);
    EXPECT_EQ(batch.number, 7u);
    EXPECT_EQ(batch.rows, 3);
    EXPECT_EQ(batch.length, 3);
    EXPECT_THAT(batch.ids, ElementsAre(21, 1, 0, 11, 12, 1, 1, 0, 0));
    EXPECT_THAT(batch.lengths, ElementsAre(2, 3, 1));
    EXPECT_THAT(batch.samples, ElementsAre(1, 0, 2));
    EXPECT_EQ(batch.tokens(), 6);
}

} // namespace

} // namespace sida::dataset
