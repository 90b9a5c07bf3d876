// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/figures.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <numeric>
#include <random>

namespace sida::api
{

namespace
{

constexpr Nanoseconds kMs = 1'000'000;

RunHeader smallModel()
{
    RunHeader header;
    header.moeLayers = {"first", "second"};
    header.expertsPerLayer = {4, 2};
    header.residentBytes = 1000;
    return header;
}

Figures figuresOf(RecordingChunk rows)
{
    Recording recording;
    recording.header = smallModel();
    recording.rows = std::move(rows);
    return computeFigures(recording);
}

BatchRow batchLasting(std::uint32_t batch, Nanoseconds begin, Nanoseconds length)
{
    return {batch, begin, begin + length, 2, 10, -1};
}

TransferRow copied(ExpertKey key, TransferKind kind, Nanoseconds begin, std::uint64_t bytes = 100)
{
    return {key, kind, 0, 0, bytes, begin, begin, begin + kMs};
}

EvictionRow evicted(ExpertKey key, Nanoseconds time, bool used)
{
    return {key, 0, time, EvictionReason::slotNeeded, used};
}

} // namespace

TEST(Figures, AreNotANumberWhereThereIsNothing)
{
    const Figures figures = figuresOf({});
    EXPECT_EQ(figures.samples, 0U);
    EXPECT_EQ(figures.seconds, 0);
    EXPECT_TRUE(std::isnan(figures.samplesPerSecond));
    EXPECT_TRUE(std::isnan(figures.latencyP50Ms));
    EXPECT_TRUE(std::isnan(figures.latencyMeanMs));
    EXPECT_TRUE(std::isnan(figures.saving));
    EXPECT_TRUE(std::isnan(figures.hashHitRate));
    EXPECT_TRUE(std::isnan(figures.precision));
    EXPECT_TRUE(std::isnan(figures.recall));
    EXPECT_TRUE(std::isnan(hitRate(figures)));
    EXPECT_FALSE(figures.hasHash);
    EXPECT_FALSE(figures.metric);
}

TEST(Figures, ThroughputGoesFromTheFirstBeginToTheLastEnd)
{
    RecordingChunk rows;
    rows.batches = {batchLasting(0, 1000 * kMs, 100 * kMs), batchLasting(1, 2500 * kMs, 500 * kMs)};
    const Figures figures = figuresOf(rows);
    EXPECT_DOUBLE_EQ(figures.seconds, 2.0);
    EXPECT_DOUBLE_EQ(figures.samplesPerSecond, 2.0);
    EXPECT_DOUBLE_EQ(figures.tokensPerSecond, 10.0);
    EXPECT_DOUBLE_EQ(figures.latencyMeanMs, 300.0);
}

TEST(Figures, QuantilesAreNearestRanks)
{
    RecordingChunk rows;
    for (std::uint32_t i = 0; i < 20; ++i)
        rows.batches.push_back(batchLasting(i, i * kMs, (20 - i) * kMs));
    const Figures figures = figuresOf(rows);
    EXPECT_DOUBLE_EQ(figures.latencyP50Ms, 10);
    EXPECT_DOUBLE_EQ(figures.latencyP95Ms, 19);
    EXPECT_DOUBLE_EQ(figures.latencyP99Ms, 20);
}

TEST(Figures, QuantilesStayExactOverManyBatches)
{
    std::mt19937 random(7);
    for (const std::size_t count : {1UL, 2UL, 3UL, 2047UL, 2048UL, 2049UL, 10'000UL}) {
        RecordingChunk rows;
        std::vector<Nanoseconds> lengths;
        for (std::uint32_t i = 0; i < count; ++i) {
            lengths.push_back(std::uniform_int_distribution<Nanoseconds>(1, 5000)(random));
            rows.batches.push_back(batchLasting(i, 0, lengths.back()));
        }
        std::sort(lengths.begin(), lengths.end());
        const auto ranked = [&](std::size_t percent) {
            return static_cast<double>(lengths[(count * percent + 99) / 100 - 1]) / 1e6;
        };
        const Figures figures = figuresOf(rows);
        EXPECT_DOUBLE_EQ(figures.latencyP50Ms, ranked(50)) << count;
        EXPECT_DOUBLE_EQ(figures.latencyP95Ms, ranked(95)) << count;
        EXPECT_DOUBLE_EQ(figures.latencyP99Ms, ranked(99)) << count;
    }
}

TEST(Figures, SavingComparesThePeakWithWhatResidentNeeds)
{
    RecordingChunk rows;
    rows.memory = {
        {0, {100, 0, 100, 0, 0, 0}, 300}, {1, {100, 10, 120, 5, 15, 0}, 300}, {2, {200, 0, 0, 0, 0, 0}, 250}};
    const Figures figures = figuresOf(rows);
    EXPECT_EQ(figures.peakBytes, 250U);
    EXPECT_EQ(figures.peakByPurpose, (PurposeBytes{100, 10, 120, 5, 15, 0}));
    EXPECT_DOUBLE_EQ(figures.saving, 0.75);
    EXPECT_EQ(figures.budgetBytes, 250U);
}

TEST(Figures, TheBudgetAtTheEndIsTheLastOneAccepted)
{
    RecordingChunk rows;
    rows.memory = {{10, {1, 0, 0, 0, 0, 0}, 300}};
    rows.budgets = {{20, 300, 200, true, ""}, {30, 200, 5, false, "too small"}};
    EXPECT_EQ(figuresOf(rows).budgetBytes, 200U);
}

TEST(Figures, OutcomesCountOnlyExpertsThatGotTokens)
{
    RecordingChunk rows;
    rows.uses
        = {{0, {0, 1}, 3, 3, Outcome::hit, 0, 1},
           {0, {0, 2}, 2, 0, Outcome::unpredicted, 1, 2},
           {0, {0, 3}, 0, 4, Outcome::hit, -1, 0},
           {0, {1, 0}, 1, 1, Outcome::late, 2, 3},
           {1, {0, 1}, 5, 0, Outcome::evictedEarly, 0, 4}};
    const Figures figures = figuresOf(rows);
    EXPECT_EQ(figures.uses, 4U);
    EXPECT_EQ(figures.outcomes, (std::array<std::uint64_t, kOutcomes>{1, 1, 1, 1}));
    EXPECT_DOUBLE_EQ(hitRate(figures), 0.25);
}

TEST(Figures, TokensOfEachExpertAreSummedByLayer)
{
    FigureAccumulator accumulator(smallModel());
    RecordingChunk rows;
    rows.uses
        = {{0, {0, 1}, 3, 2, Outcome::hit, 0, 1},
           {1, {0, 1}, 4, 0, Outcome::hit, 0, 2},
           {1, {1, 1}, 0, 6, Outcome::hit, -1, 0},
           {1, {9, 1}, 1, 1, Outcome::hit, 0, 3}};
    accumulator.add(rows);
    using Table = std::vector<std::vector<std::uint64_t>>;
    EXPECT_EQ(accumulator.routed(), (Table{{0, 7, 0, 0}, {0, 0}}));
    EXPECT_EQ(accumulator.predicted(), (Table{{0, 2, 0, 0}, {0, 6}}));
}

TEST(Figures, WasteIsAPrefetchThatLeftUnused)
{
    RecordingChunk rows;
    rows.transfers
        = {copied({0, 0}, TransferKind::preload, 0, 1), copied({0, 1}, TransferKind::prefetch, 1, 10),
           copied({0, 2}, TransferKind::prefetch, 2, 100), copied({0, 3}, TransferKind::onDemand, 3, 1000)};
    rows.evictions
        = {evicted({0, 0}, 10, false), evicted({0, 1}, 11, true), evicted({0, 2}, 12, false),
           evicted({0, 3}, 13, false)};
    const Figures figures = figuresOf(rows);
    EXPECT_EQ(figures.transfers, 4U);
    EXPECT_EQ(figures.transferBytes, 1111U);
    EXPECT_EQ(figures.prefetchedBytes, 110U);
    EXPECT_EQ(figures.wastedBytes, 100U);
    EXPECT_DOUBLE_EQ(figures.transferSeconds, 0.004);
}

TEST(Figures, WasteIsJudgedByTheCopyThatWasEvictedAndNotByALaterOne)
{
    RecordingChunk rows;
    rows.transfers
        = {copied({0, 1}, TransferKind::onDemand, 10, 7), copied({0, 1}, TransferKind::prefetch, 30, 9)};
    rows.evictions = {evicted({0, 1}, 20, false), evicted({0, 1}, 40, false)};
    EXPECT_EQ(figuresOf(rows).wastedBytes, 9U);
}

TEST(Figures, AnEvictionMayArriveBeforeItsCopy)
{
    FigureAccumulator accumulator(smallModel());
    RecordingChunk first;
    first.evictions = {evicted({1, 1}, 20, false)};
    RecordingChunk second;
    second.transfers
        = {copied({1, 1}, TransferKind::prefetch, 10, 5), copied({1, 1}, TransferKind::prefetch, 30, 50)};
    accumulator.add(first);
    accumulator.add(second);
    EXPECT_EQ(accumulator.figures().wastedBytes, 5U);
}

TEST(Figures, StallsAreSummedByCause)
{
    RecordingChunk rows;
    rows.stalls
        = {{0, {0, 0}, 0, 2 * kMs, StallCause::late},
           {0, {0, 1}, 5 * kMs, 6 * kMs, StallCause::busSaturated},
           {1, {1, 0}, 7 * kMs, 10 * kMs, StallCause::late}};
    const Figures figures = figuresOf(rows);
    EXPECT_DOUBLE_EQ(figures.stallMs, 6);
    EXPECT_EQ(figures.stallMsByCause, (std::array<double, kStallCauses>{5, 0, 0, 1}));
}

TEST(Figures, HashFiguresAreRatiosOfSums)
{
    RecordingChunk rows;
    rows.hash = {{0, 0, 10, 10, 4, 2, 2}, {0, 1, 30, 20, 4, 6, 3}};
    const Figures figures = figuresOf(rows);
    EXPECT_TRUE(figures.hasHash);
    EXPECT_DOUBLE_EQ(figures.hashHitRate, 0.75);
    EXPECT_DOUBLE_EQ(figures.precision, 0.625);
    EXPECT_DOUBLE_EQ(figures.recall, 0.625);
}

TEST(Figures, AccuracyLeavesOutSamplesWithoutALabelOrAnAnswer)
{
    RecordingChunk rows;
    rows.samples = {{0, 0, 5, 1, 1}, {1, 0, 5, 0, 1},  {2, 0, 5, 2, 2},
                    {3, 0, 5, 1, 1}, {4, 0, 5, -1, 1}, {5, 0, 5, 1, -1}};
    ASSERT_TRUE(figuresOf(rows).metric);
    EXPECT_DOUBLE_EQ(*figuresOf(rows).metric, 0.75);
}

TEST(Figures, EachLayerHasItsOwn)
{
    RecordingChunk rows;
    rows.uses
        = {{0, {0, 1}, 3, 3, Outcome::hit, 0, 1},
           {0, {0, 2}, 2, 0, Outcome::unpredicted, 1, 2},
           {0, {0, 3}, 0, 4, Outcome::hit, -1, 0},
           {0, {1, 0}, 1, 1, Outcome::evictedEarly, 2, 3}};
    rows.hash = {{0, 0, 10, 10, 4, 2, 2}, {0, 1, 30, 20, 4, 6, 3}};
    rows.transfers
        = {copied({0, 1}, TransferKind::prefetch, 1, 10), copied({1, 1}, TransferKind::prefetch, 2, 100)};
    rows.evictions = {evicted({0, 1}, 11, true), evicted({1, 1}, 12, false)};
    rows.stalls = {{0, {1, 0}, 0, 2 * kMs, StallCause::late}};
    const Figures figures = figuresOf(rows);
    ASSERT_EQ(figures.byLayer.size(), 2U);
    const LayerFigures& first = figures.byLayer[0];
    const LayerFigures& second = figures.byLayer[1];
    EXPECT_EQ(first.uses, 2U);
    EXPECT_EQ(first.outcomes, (std::array<std::uint64_t, kOutcomes>{1, 0, 1, 0}));
    EXPECT_EQ(second.outcomes, (std::array<std::uint64_t, kOutcomes>{0, 0, 0, 1}));
    EXPECT_DOUBLE_EQ(first.hashHitRate, 1);
    EXPECT_DOUBLE_EQ(first.precision, 0.5);
    EXPECT_DOUBLE_EQ(first.recall, 1);
    EXPECT_DOUBLE_EQ(second.recall, 0.5);
    EXPECT_EQ(first.transferBytes, 10U);
    EXPECT_EQ(first.wastedBytes, 0U);
    EXPECT_EQ(second.wastedBytes, 100U);
    EXPECT_DOUBLE_EQ(first.stallMs, 0);
    EXPECT_DOUBLE_EQ(second.stallMs, 2);
    EXPECT_TRUE(std::isnan(first.latenessMeanMs)) << "nothing was late";
}

TEST(Figures, LatenessIsHowLongAfterItsLayerHadAskedALateCopyEnded)
{
    // Two experts of a layer come 1 and 3 ms after it asked; an earlier and a later copy of one of them are
    // none of its business, and neither is an expert that was never predicted.
    RecordingChunk rows;
    rows.transfers
        = {copied({0, 1}, TransferKind::prefetch, 2 * kMs), copied({0, 1}, TransferKind::prefetch, 10 * kMs),
           copied({0, 2}, TransferKind::prefetch, 12 * kMs), copied({0, 3}, TransferKind::onDemand, 13 * kMs),
           copied({0, 1}, TransferKind::prefetch, 20 * kMs)};
    rows.uses
        = {{4, {0, 1}, 1, 1, Outcome::late, 0, 11 * kMs},
           {4, {0, 2}, 1, 1, Outcome::late, 0, 14 * kMs},
           {4, {0, 3}, 1, 0, Outcome::unpredicted, 0, 15 * kMs}};
    rows.layers = {{3, 0, 1 * kMs, 3 * kMs}, {4, 0, 10 * kMs, 16 * kMs}, {5, 0, 30 * kMs, 31 * kMs}};
    const LayerFigures layer = figuresOf(rows).byLayer[0];
    EXPECT_DOUBLE_EQ(layer.latenessMeanMs, 2);
    EXPECT_DOUBLE_EQ(layer.latenessMaxMs, 3);
}

TEST(Figures, LatenessIsKnownWhenTheRowOfTheLayerComesLater)
{
    FigureAccumulator accumulator(smallModel());
    RecordingChunk first;
    first.transfers = {
        copied({1, 0}, TransferKind::prefetch, 10 * kMs), copied({1, 0}, TransferKind::prefetch, 12 * kMs)};
    first.uses = {{0, {1, 0}, 1, 1, Outcome::late, 0, 11 * kMs}};
    accumulator.add(first);
    EXPECT_TRUE(std::isnan(accumulator.figures().byLayer[1].latenessMeanMs));
    RecordingChunk second;
    second.layers = {{0, 1, 9 * kMs, 12 * kMs}};
    accumulator.add(second);
    EXPECT_DOUBLE_EQ(accumulator.figures().byLayer[1].latenessMeanMs, 2);
}

TEST(Figures, AreTheSameInOneGoAndInPieces)
{
    std::mt19937 random(11);
    RecordingChunk whole;
    FigureAccumulator pieces(smallModel());
    Nanoseconds now = 0;
    for (std::uint32_t batch = 0; batch < 200; ++batch) {
        RecordingChunk part;
        const ExpertKey key{
            static_cast<std::uint16_t>(random() % 2), static_cast<std::uint16_t>(random() % 2)};
        now += 5 * kMs;
        part.batches = {batchLasting(batch, now, 1 + static_cast<Nanoseconds>(random() % 1000))};
        part.uses
            = {{batch, key, 1 + batch % 3, batch % 2, static_cast<Outcome>(random() % kOutcomes), 0, now}};
        part.transfers
            = {copied(key, static_cast<TransferKind>(random() % 3), now - 2 * kMs, random() % 100)};
        part.layers = {{batch, key.layer, now - 2 * kMs, now}};
        if (random() % 2 == 0)
            part.evictions = {evicted(key, now + 10, random() % 2 == 0)};
        part.memory = {{now, {random() % 50, 0, random() % 50, 0, 0, 0}, 100}};
        part.droppedEvents = batch;
        pieces.add(part);
        whole.append(part);
    }
    const Figures atOnce = figuresOf(whole);
    const Figures bit = pieces.figures();
    EXPECT_EQ(bit.latencyP95Ms, atOnce.latencyP95Ms);
    EXPECT_EQ(bit.outcomes, atOnce.outcomes);
    EXPECT_EQ(bit.peakByPurpose, atOnce.peakByPurpose);
    EXPECT_GT(atOnce.wastedBytes, 0U);
    EXPECT_EQ(bit.wastedBytes, atOnce.wastedBytes);
    EXPECT_GT(atOnce.byLayer[0].latenessMeanMs, 0);
    for (std::size_t layer = 0; layer < 2; ++layer) {
        EXPECT_EQ(bit.byLayer[layer].wastedBytes, atOnce.byLayer[layer].wastedBytes);
        EXPECT_EQ(bit.byLayer[layer].outcomes, atOnce.byLayer[layer].outcomes);
        EXPECT_DOUBLE_EQ(bit.byLayer[layer].latenessMeanMs, atOnce.byLayer[layer].latenessMeanMs);
        EXPECT_DOUBLE_EQ(bit.byLayer[layer].latenessMaxMs, atOnce.byLayer[layer].latenessMaxMs);
    }
    EXPECT_EQ(bit.transferSeconds, atOnce.transferSeconds);
    EXPECT_EQ(bit.droppedEvents, 199U);
    EXPECT_EQ(atOnce.droppedEvents, 199U);
}

} // namespace sida::api
