// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/in_order.h"

#include "tests/support/temp_folder.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <iterator>
#include <numeric>
#include <random>
#include <string>

namespace sida::cli
{

namespace
{

std::string pieceOf(std::uint64_t number)
{
    return std::string(static_cast<std::size_t>(number * 37 % 91), static_cast<char>('a' + number % 26));
}

std::size_t entries(const std::filesystem::path& folder)
{
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

TEST(InOrder, PassesPiecesOnInTheirOrderThoughMemoryHoldsFewOfThem)
{
    const test::TempFolder folder;
    std::string got;
    InOrder order(
        folder / "result", 1000, [&](std::uint64_t number, std::span<const std::byte> piece) -> Status {
            EXPECT_EQ(
                std::string(reinterpret_cast<const char*>(piece.data()), piece.size()), pieceOf(number));
            got += std::to_string(number) + ' ';
            return {};
        });
    std::mt19937 random(3);
    std::string expected;
    bool spilled = false;
    for (std::uint64_t first = 0; first < 1000; first += 200) { // window after window, as datasets are read
        std::vector<std::uint64_t> numbers(200);
        std::iota(numbers.begin(), numbers.end(), first);
        for (const std::uint64_t number : numbers)
            expected += std::to_string(number) + ' ';
        std::shuffle(numbers.begin(), numbers.end(), random);
        for (const std::uint64_t number : numbers) {
            const std::string piece = pieceOf(number);
            ASSERT_TRUE(order.add(number, std::as_bytes(std::span(piece))));
            EXPECT_LE(order.bytesInMemory(), 1000U);
            spilled = spilled || entries(folder.path()) > 0;
        }
        EXPECT_EQ(order.passedOn(), first + 200);
        EXPECT_EQ(order.bytesInMemory(), 0U);
    }
    EXPECT_EQ(got, expected);
    EXPECT_TRUE(spilled);
}

TEST(InOrder, LeavesNoFileBehind)
{
    const test::TempFolder folder;
    {
        InOrder order(
            folder / "result", 0, [](std::uint64_t, std::span<const std::byte>) -> Status { return {}; });
        ASSERT_TRUE(order.add(1, std::as_bytes(std::span("waits"))));
        EXPECT_EQ(entries(folder.path()), 1U);
    }
    EXPECT_EQ(entries(folder.path()), 0U);
}

} // namespace

} // namespace sida::cli
