// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/widen.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <gtest/gtest.h>
#include <limits>
#include <vector>

namespace sida::checkpoint
{

namespace
{

/// The definition of a half, computed without bit tricks.
double halfByDefinition(std::uint32_t bits)
{
    const double sign = (bits & 0x8000u) != 0 ? -1 : 1;
    const int exponent = static_cast<int>(bits >> 10 & 0x1fu);
    const double fraction = static_cast<double>(bits & 0x3ffu) / 1024;
    if (exponent == 0)
        return sign * std::ldexp(fraction, -14);
    if (exponent == 31)
        return fraction == 0 ? sign * std::numeric_limits<double>::infinity()
                             : std::numeric_limits<double>::quiet_NaN();
    return sign * std::ldexp(1 + fraction, exponent - 15);
}

TEST(Widen, GivesEveryHalfItsExactValue)
{
    std::vector<std::uint16_t> halves(65536);
    for (std::size_t i = 0; i < halves.size(); ++i)
        halves[i] = static_cast<std::uint16_t>(i);
    std::vector<float> wide(halves.size());
    widenF16(std::as_bytes(std::span(halves)), wide);
    for (std::uint32_t i = 0; i < 65536; ++i) {
        const double expected = halfByDefinition(i);
        if (std::isnan(expected)) {
            ASSERT_TRUE(std::isnan(wide[i])) << i;
            continue;
        }
        ASSERT_EQ(static_cast<double>(wide[i]), expected) << i;
        ASSERT_EQ(std::signbit(wide[i]), std::signbit(expected)) << i;
    }
}

TEST(Widen, GivesBfloatsTheirBitsAtTheTop)
{
    const std::array<std::uint16_t, 5> values = {0x3f80, 0xc000, 0x0001, 0x8000, 0x7f80};
    std::array<float, 5> wide{};
    widenBf16(std::as_bytes(std::span(values)), wide);
    for (std::size_t i = 0; i < values.size(); ++i)
        EXPECT_EQ(std::bit_cast<std::uint32_t>(wide[i]), std::uint32_t{values[i]} << 16);
}

TEST(Widen, RoundsDoublesToNearest)
{
    const std::array<double, 4> values = {1.0, 1.0 + 0x1p-24, 1.0 + 0x1.8p-23, -1e300};
    std::array<float, 4> rounded{};
    widenF64(std::as_bytes(std::span(values)), rounded);
    EXPECT_EQ(rounded[0], 1.0f);
    EXPECT_EQ(rounded[1], 1.0f);
    EXPECT_EQ(rounded[2], 1.0f + 0x1p-22f);
    EXPECT_EQ(rounded[3], -std::numeric_limits<float>::infinity());
}

TEST(Widen, ReadsFromAnyAlignment)
{
    std::array<std::byte, 5> bytes{
        std::byte{0}, std::byte{0x80}, std::byte{0x3f}, std::byte{0}, std::byte{0x40}};
    std::array<float, 2> wide{};
    widenBf16(std::span(bytes).subspan(1), wide);
    EXPECT_EQ(wide[0], 1.0f);
    EXPECT_EQ(wide[1], 2.0f);
}

} // namespace

} // namespace sida::checkpoint
