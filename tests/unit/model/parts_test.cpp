// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/expert_routing.h"
#include "engine/model/relative_bias.h"
#include "engine/model/thread_team.h"

#include <atomic>
#include <gtest/gtest.h>
#include <vector>

using namespace sida::model;

namespace
{

TEST(RelativeBuckets, AreT5sBucketsForBothDirections)
{
    const RelativeBuckets buckets(32, 128, true);
    for (std::ptrdiff_t distance = 0; distance < 8; ++distance)
        EXPECT_EQ(buckets.of(-distance), static_cast<std::size_t>(distance));
    const std::vector<std::ptrdiff_t> starts{8, 12, 16, 23, 32, 46, 64, 91};
    for (std::size_t i = 0; i < starts.size(); ++i) {
        EXPECT_EQ(buckets.of(-starts[i]), 8 + i);
        EXPECT_EQ(buckets.of(-starts[i] + 1), 7 + i);
        EXPECT_EQ(buckets.of(starts[i]), 16 + 8 + i);
    }
    EXPECT_EQ(buckets.of(-100000), 15u);
    EXPECT_EQ(buckets.of(100000), 31u);
    EXPECT_EQ(buckets.of(1), 17u);
}

TEST(RelativeBuckets, OfADecoderLookBackOnly)
{
    const RelativeBuckets buckets(32, 128, false);
    for (std::ptrdiff_t distance = 0; distance < 16; ++distance)
        EXPECT_EQ(buckets.of(-distance), static_cast<std::size_t>(distance));
    const std::vector<std::ptrdiff_t> starts{16, 19, 21, 24, 27, 31, 35, 40, 46, 52, 59, 67, 77, 87, 99, 113};
    for (std::size_t i = 0; i < starts.size(); ++i) {
        EXPECT_EQ(buckets.of(-starts[i]), 16 + i);
        EXPECT_EQ(buckets.of(-starts[i] + 1), 15 + i);
    }
    EXPECT_EQ(buckets.of(-100000), 31u);
    EXPECT_EQ(buckets.of(3), 0u);
}

TEST(ExpertRouting, GivesNoRowToPairsThatGoToNoExpert)
{
    ExpertRouting routing;
    routing.resize(4, 1);
    routing.expertOfPair = {2, ExpertRouting::kNoExpert, 2, 0};
    routing.sortPairs(3);
    ASSERT_EQ(routing.active.size(), 2u);
    EXPECT_EQ(routing.active[1].rows, 2u);
    EXPECT_EQ(routing.rowOfPair[0], 1u);
    EXPECT_EQ(routing.rowOfPair[2], 2u);
    EXPECT_EQ(routing.rowOfPair[3], 0u);
}

TEST(ExpertRouting, PutsPairsOfOneExpertSideBySideInTheOrderOfTokens)
{
    ExpertRouting routing;
    routing.resize(3, 2);
    routing.expertOfPair = {4, 1, 1, 0, 4, 1};
    routing.sortPairs(6);
    ASSERT_EQ(routing.active.size(), 3u);
    EXPECT_EQ(routing.active[0].expert, 0);
    EXPECT_EQ(routing.active[1].expert, 1);
    EXPECT_EQ(routing.active[1].rows, 3u);
    EXPECT_EQ(routing.active[2].expert, 4);
    EXPECT_EQ(routing.rowOfPair, (std::vector<std::uint32_t>{4, 1, 2, 0, 5, 3}));
}

TEST(ThreadTeam, DoesEachItemOnceWhateverTheSize)
{
    for (const int size : {1, 2, 5}) {
        ThreadTeam team(size);
        EXPECT_EQ(team.size(), size);
        for (std::size_t count = 0; count < 200; count = count * 2 + 1) {
            std::vector<std::atomic<int>> done(count);
            team.each(count, [&](std::size_t item, int member) {
                EXPECT_TRUE(member >= 0 && member < size);
                ++done[item];
            });
            for (const auto& times : done)
                ASSERT_EQ(times, 1);
        }
    }
}

TEST(ThreadTeam, SharesAreConsecutiveAndNotTooSmall)
{
    ThreadTeam team(4);
    for (const std::size_t count : {1, 3, 4, 7, 8, 100}) {
        std::vector<std::atomic<int>> done(count);
        std::atomic<int> shares = 0;
        team.share(count, 4, [&](std::size_t begin, std::size_t end, int) {
            ++shares;
            EXPECT_TRUE(count < 8 || end - begin >= 4);
            for (std::size_t i = begin; i < end; ++i)
                ++done[i];
        });
        for (const auto& times : done)
            ASSERT_EQ(times, 1);
        EXPECT_LE(shares, 4);
        EXPECT_GE(shares, 1);
    }
}

TEST(ThreadTeam, ManyShortRoundsLoseNothingAndNobodyLagsIntoTheNext)
{
    ThreadTeam team(3);
    for (std::size_t round = 0; round < 3000; ++round) {
        std::vector<std::size_t> seen(2 + round % 5, 0); // plain: the end of a round must make it visible
        team.each(seen.size(), [&](std::size_t item, int) { seen[item] = round + item; });
        for (std::size_t item = 0; item < seen.size(); ++item)
            ASSERT_EQ(seen[item], round + item);
    }
}

TEST(ThreadTeam, NoTwoCallsAtOneTimeHaveTheSameMember)
{
    ThreadTeam team(4);
    std::vector<std::atomic<bool>> busy(4);
    for (int round = 0; round < 200; ++round)
        team.each(16, [&](std::size_t, int member) {
            EXPECT_FALSE(busy[static_cast<std::size_t>(member)].exchange(true));
            busy[static_cast<std::size_t>(member)] = false;
        });
}

} // namespace
