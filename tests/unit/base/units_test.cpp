// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/units.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>

namespace sida::units
{

namespace
{

TEST(FormatNumber, KeepsThreeSignificantDigits)
{
    EXPECT_EQ(formatNumber(0.01234), "0.0123");
    EXPECT_EQ(formatNumber(4.5649), "4.56");
    EXPECT_EQ(formatNumber(45.649), "45.6");
    EXPECT_EQ(formatNumber(0), "0");
}

TEST(FormatNumber, LooksAtTheRoundedValueWhenItCountsDigits)
{
    EXPECT_EQ(formatNumber(9.996), "10.0");
    EXPECT_EQ(formatNumber(99.96), "100");
    EXPECT_EQ(formatNumber(0.09996), "0.100");
}

TEST(FormatNumber, SeparatesThousandsAndKeepsAllDigitsBeforeThePoint)
{
    EXPECT_EQ(formatNumber(12345), "12,345");
    EXPECT_EQ(formatNumber(-1234567), "-1,234,567");
    EXPECT_EQ(formatNumber(-123), "-123");
}

TEST(FormatNumber, ShowsWhatIsNoNumberAsADash)
{
    EXPECT_EQ(formatNumber(std::numeric_limits<double>::quiet_NaN()), "-");
    EXPECT_EQ(formatNumber(std::numeric_limits<double>::infinity()), "-");
    EXPECT_EQ(formatRate(std::numeric_limits<double>::quiet_NaN()), "-");
    EXPECT_EQ(formatPercent(-std::numeric_limits<double>::infinity()), "-");
}

TEST(FormatCount, SeparatesThousands)
{
    EXPECT_EQ(formatCount(0), "0");
    EXPECT_EQ(formatCount(999), "999");
    EXPECT_EQ(formatCount(1536), "1,536");
    EXPECT_EQ(formatCount(std::numeric_limits<std::uint64_t>::max()), "18,446,744,073,709,551,615");
}

TEST(FormatBytes, UsesBinaryUnits)
{
    EXPECT_EQ(formatBytes(0), "0 B");
    EXPECT_EQ(formatBytes(1023), "1023 B");
    EXPECT_EQ(formatBytes(1024), "1.00 KiB");
    EXPECT_EQ(formatBytes(9 * kMiB), "9.00 MiB");
    EXPECT_EQ(formatBytes(kGiB + kGiB / 2), "1.50 GiB");
}

TEST(FormatBytes, NeverShowsAThousandAndTwentyFourOfAUnit)
{
    EXPECT_EQ(formatBytes(1'048'474), "1.00 MiB"); // 1023.9 KiB
    EXPECT_EQ(formatBytes(1023 * kKiB), "1,023 KiB");
    EXPECT_EQ(formatBytes(kGiB - 1), "1.00 GiB");
}

TEST(FormatBytes, HandlesTheLargestSizeThereIs)
{
    EXPECT_EQ(formatBytes(std::numeric_limits<std::uint64_t>::max()), "16,384 PiB");
}

TEST(FormatDuration, ChoosesTheUnitByTheSize)
{
    EXPECT_EQ(formatDuration(850), "850 ns");
    EXPECT_EQ(formatDuration(1'240'000), "1.24 ms");
    EXPECT_EQ(formatDuration(12'300'000'000), "12.3 s");
    EXPECT_EQ(formatDuration(245'000'000'000), "4 min 05 s");
    EXPECT_EQ(formatDuration(7'620'000'000'000), "2 h 07 min");
    EXPECT_EQ(formatDuration(-850), "-850 ns");
}

TEST(FormatDuration, RoundsUpIntoTheNextUnit)
{
    EXPECT_EQ(formatDuration(999'600), "1.00 ms");
    EXPECT_EQ(formatDuration(999'600'000), "1.00 s");
    EXPECT_EQ(formatDuration(3'599'700'000'000), "1 h 00 min");
}

TEST(FormatRate, UsesDecimalUnits)
{
    EXPECT_EQ(formatRate(53.7e9), "53.7 GB/s");
    EXPECT_EQ(formatRate(999.6e6), "1.00 GB/s");
    EXPECT_EQ(formatRate(1500), "1.50 kB/s");
}

TEST(ParseBudget, ReadsBytesInBinaryAndDecimalUnits)
{
    EXPECT_EQ(*parseBudget("2GiB"), Budget::ofBytes(2 * kGiB));
    EXPECT_EQ(*parseBudget("512 MiB"), Budget::ofBytes(512 * kMiB));
    EXPECT_EQ(*parseBudget("300MB"), Budget::ofBytes(300'000'000));
    EXPECT_EQ(*parseBudget("1073741824"), Budget::ofBytes(kGiB));
    EXPECT_EQ(*parseBudget("1.5KiB"), Budget::ofBytes(1536));
}

TEST(ParseBudget, ReadsAShareOfWhatResidentNeeds)
{
    const Budget budget = *parseBudget("20%");
    EXPECT_EQ(budget.kind, Budget::Kind::share);
    EXPECT_EQ(budget.resolve(1000), 200u);
    EXPECT_EQ(parseBudget("100%")->resolve(1000), 1000u);
}

TEST(ParseBudget, RefusesWhatIsNoBudgetAndSaysHowToWriteOne)
{
    for (const char* text :
         {"", " ", "GiB", "-1GiB", "0", "0%", "101%", "nan", "inf", "2GiBs", "2 giraffes", "1e30", "0.5B",
          "%"}) {
        const auto budget = parseBudget(text);
        ASSERT_FALSE(budget) << text;
        EXPECT_EQ(budget.error().kind, ErrorKind::usage);
        EXPECT_THAT(budget.error().message, testing::HasSubstr("2GiB")) << text;
    }
}

TEST(Budget, ReadsAsItWasWritten)
{
    EXPECT_EQ(formatBudget(*parseBudget("2GiB")), "2.00 GiB");
    EXPECT_EQ(formatBudget(*parseBudget("20%")), "20.0 %");
    EXPECT_EQ(formatBudget(Budget{}), "unlimited");
    EXPECT_EQ(exactBudget(*parseBudget("2GiB")), "2.00 GiB");
    EXPECT_EQ(exactBudget(Budget{}), "unlimited");
    for (const std::uint64_t bytes : {1'234'567'891ULL, 17ULL, (1ULL << 40) + 1})
        EXPECT_EQ(*parseBudget(exactBudget(Budget::ofBytes(bytes))), Budget::ofBytes(bytes));
    for (const double share : {0.3, 0.333, 0.123456789, 1.0})
        EXPECT_DOUBLE_EQ(parseBudget(exactBudget(Budget::ofShare(share)))->share, share);
    EXPECT_EQ(Budget{}.resolve(77), 77u);
}

} // namespace

} // namespace sida::units
