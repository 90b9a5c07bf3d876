// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/tokenizer/truncation.h"

#include <gtest/gtest.h>

namespace sida::tokenizer
{

namespace
{

using Pair = std::pair<std::size_t, std::size_t>;

TEST(LongestFirst, KeepsBothWhenThereIsRoom)
{
    EXPECT_EQ(longestFirst(3, 5, 8), Pair(3, 5));
    EXPECT_EQ(longestFirst(0, 0, 0), Pair(0, 0));
}

TEST(LongestFirst, CutsOnlyTheLongerWhenThatIsEnough)
{
    EXPECT_EQ(longestFirst(3, 50, 10), Pair(3, 7));
    EXPECT_EQ(longestFirst(50, 3, 10), Pair(7, 3));
}

TEST(LongestFirst, SharesTheRoomWhenBothAreTooLong)
{
    EXPECT_EQ(longestFirst(50, 60, 10), Pair(5, 5));
    EXPECT_EQ(longestFirst(50, 60, 11), Pair(5, 6)) << "the longer gets the odd one";
    EXPECT_EQ(longestFirst(60, 50, 11), Pair(6, 5));
    EXPECT_EQ(longestFirst(50, 50, 11), Pair(5, 6)) << "of equal ones the second";
    EXPECT_EQ(longestFirst(7, 7, 0), Pair(0, 0));
}

TEST(LongestFirst, AlwaysFillsTheRoomAndNeverAddsAnything)
{
    for (std::size_t first = 0; first < 12; ++first) {
        for (std::size_t second = 0; second < 12; ++second) {
            for (std::size_t room = 0; room < first + second; ++room) {
                const auto [a, b] = longestFirst(first, second, room);
                ASSERT_EQ(a + b, room) << first << ' ' << second;
                ASSERT_LE(a, first);
                ASSERT_LE(b, second);
            }
        }
    }
}

} // namespace

} // namespace sida::tokenizer
