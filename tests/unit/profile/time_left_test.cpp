// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/profile/time_left.h"

#include <gtest/gtest.h>

namespace sida::profile
{

namespace
{

constexpr Nanoseconds kSecond = 1'000'000'000;

} // namespace

TEST(TimeLeft, IsUnknownBeforeThereIsARate)
{
    TimeLeft left;
    EXPECT_LT(left.seconds(10), 0);
    left.add(0, 0);
    EXPECT_LT(left.seconds(10), 0);
    left.add(kSecond, 0);
    EXPECT_LT(left.seconds(10), 0);
}

TEST(TimeLeft, IsUnknownWithoutATotal)
{
    TimeLeft left;
    left.add(0, 0);
    left.add(kSecond, 5);
    EXPECT_LT(left.seconds(0), 0);
}

TEST(TimeLeft, FollowsTheRateOfTheLastSeconds)
{
    TimeLeft left;
    for (int second = 0; second <= 10; ++second)
        left.add(second * kSecond, static_cast<std::uint64_t>(second) * 100); // fast at first
    for (int second = 11; second <= 20; ++second)
        left.add(second * kSecond, 1000 + static_cast<std::uint64_t>(second - 10) * 2);
    EXPECT_NEAR(left.seconds(1040), 10, 1e-9);
}

TEST(TimeLeft, KnowsSlowRunsWithLessThanOneBatchPerWindow)
{
    TimeLeft left;
    left.add(0, 0);
    left.add(20 * kSecond, 1);
    EXPECT_NEAR(left.seconds(3), 40, 1e-9);
}

TEST(TimeLeft, IsNothingAtTheEnd)
{
    TimeLeft left;
    left.add(0, 0);
    left.add(kSecond, 10);
    EXPECT_EQ(left.seconds(10), 0);
}

} // namespace sida::profile
