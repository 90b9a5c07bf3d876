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

TEST(Narrow, EveryHalfSurvivesAndWhatLiesBetweenGoesToTheNearestEven)
{
    for (const StorageType type : {StorageType::f16, StorageType::bf16}) {
        std::vector<std::uint16_t> halves(65536);
        for (std::size_t i = 0; i < halves.size(); ++i)
            halves[i] = static_cast<std::uint16_t>(i);
        const std::size_t sign = 0x8000;
        const std::size_t infinite = type == StorageType::f16 ? 0x7c00 : 0x7f80;
        std::vector<float> wide(halves.size());
        convertElements(
            type, std::as_bytes(std::span(halves)), StorageType::f32,
            std::as_writable_bytes(std::span(wide)));
        const auto narrowed = [&](float value) {
            std::uint16_t out = 0;
            convertElements(
                StorageType::f32, std::as_bytes(std::span(&value, 1)), type,
                std::as_writable_bytes(std::span(&out, 1)));
            return out;
        };
        for (std::size_t i = 0; i <= infinite; ++i) {
            ASSERT_EQ(narrowed(wide[i]), i);
            ASSERT_EQ(narrowed(-wide[i]), i | sign);
        }
        ASSERT_TRUE(std::isnan(wide[infinite + 1]));
        EXPECT_GT(narrowed(wide[infinite + 1]) & 0x7fff, infinite);
        for (std::size_t i = 0; i + 1 < infinite; ++i) {
            const float middle = wide[i] + 0.5F * (wide[i + 1] - wide[i]);
            ASSERT_EQ(narrowed(middle), i % 2 == 0 ? i : i + 1);
            ASSERT_EQ(narrowed(std::nextafter(middle, 0.0F)), i);
            ASSERT_EQ(narrowed(std::nextafter(middle, std::numeric_limits<float>::infinity())), i + 1);
        }
    }
    EXPECT_EQ(std::uint16_t{0x7c00}, [] {
        const float value = 65520;
        std::uint16_t out = 0;
        narrowF16(std::span(&value, 1), std::as_writable_bytes(std::span(&out, 1)));
        return out;
    }()) << "half way above the largest half is infinite, as in torch";
}

TEST(Narrow, RoundingInPlaceIsNarrowingAndWidening)
{
    std::vector<float> values(5000);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = 0.001F * static_cast<float>(i) - 2;
    auto rounded = values;
    roundTo(StorageType::f32, rounded);
    EXPECT_EQ(rounded, values);
    roundTo(StorageType::bf16, rounded);
    for (std::size_t i = 0; i < values.size(); ++i) {
        EXPECT_EQ(std::bit_cast<std::uint32_t>(rounded[i]) & 0xffffU, 0u);
        EXPECT_NEAR(rounded[i], values[i], std::abs(values[i]) / 256);
    }
}

} // namespace

} // namespace sida::checkpoint
