// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/run_series.h"

#include <cmath>
#include <gtest/gtest.h>
#include <numeric>

namespace sida::report
{

namespace
{

constexpr Nanoseconds kMs = 1'000'000;

api::RecordingChunk tenBatches()
{
    api::RecordingChunk rows;
    for (std::uint32_t i = 0; i < 10; ++i) {
        const Nanoseconds begin = 500 * kMs + i * 100 * kMs;
        rows.batches.push_back({i, begin, begin + 100 * kMs, 2, 50, -1});
    }
    return rows;
}

TEST(RunSeries, ABatchCountsWhereItsTimeWas)
{
    const RunSeries series = summariseOverTime(tenBatches(), 5);
    EXPECT_EQ(series.origin, 500 * kMs);
    EXPECT_DOUBLE_EQ(series.seconds, 1.0);
    EXPECT_DOUBLE_EQ(series.bucketSeconds, 0.2);
    ASSERT_EQ(series.samplesPerSecond.size(), 5U);
    for (const double rate : series.samplesPerSecond)
        EXPECT_NEAR(rate, 20, 1e-9);
}

TEST(RunSeries, AllBytesCopiedDuringTheRunAreDrawnAndNoneFromBeforeIt)
{
    api::RecordingChunk rows = tenBatches();
    const auto copy = [](Nanoseconds begin, Nanoseconds end) {
        api::TransferRow row;
        row.bytes = 1'000'000'000;
        row.begin = begin;
        row.end = end;
        return row;
    };
    rows.transfers = {copy(100 * kMs, 200 * kMs), copy(400 * kMs, 600 * kMs), copy(650 * kMs, 1250 * kMs)};
    const RunSeries series = summariseOverTime(rows, 10);
    double gigabytes = 0;
    for (const double rate : series.gigabytesPerSecond)
        gigabytes += rate * series.bucketSeconds;
    EXPECT_NEAR(gigabytes, 1.5, 1e-9);
}

TEST(RunSeries, TheHitRateCountsOnlyWhatWasUsedAndIsAGapWhereNothingWas)
{
    api::RecordingChunk rows = tenBatches();
    api::UseRow use;
    use.batch = 0;
    use.routed = 3;
    use.outcome = api::Outcome::hit;
    rows.uses.push_back(use);
    use.outcome = api::Outcome::late;
    rows.uses.push_back(use);
    use.routed = 0; // only predicted
    rows.uses.push_back(use);
    const RunSeries series = summariseOverTime(rows, 10);
    EXPECT_DOUBLE_EQ(series.hitRate.front(), 0.5);
    EXPECT_TRUE(std::isnan(series.hitRate.back()));
}

TEST(RunSeries, AnyRunIsDrawnWithFewPoints)
{
    api::RecordingChunk rows;
    for (std::uint32_t i = 0; i < 20000; ++i)
        rows.batches.push_back({i, i * kMs, (i + 1) * kMs, 1, 10, -1});
    EXPECT_LE(summariseOverTime(rows).samplesPerSecond.size(), 120U);
    EXPECT_TRUE(summariseOverTime({}).empty());
}

} // namespace

} // namespace sida::report
