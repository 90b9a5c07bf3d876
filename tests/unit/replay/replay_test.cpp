// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/replay/player.h"
#include "engine/replay/replay.h"
#include "engine/replay/stack_distance.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <list>
#include <random>

namespace sida::replay
{

namespace
{

constexpr Nanoseconds kMs = 1'000'000;

/// A recording in which layers and copies take known times: two layers of `experts` experts, each batch uses
/// `active` of them in a layer, which take 1 ms together; a copy takes half a millisecond.
struct Script {
    int batches = 50;
    int experts = 16;
    int active = 4;
    bool foretold = true;
    unsigned seed = 1;
};

api::Recording record(const Script& script)
{
    constexpr std::uint64_t kExpertBytes = 1000;
    constexpr std::uint64_t kDense = 500;
    api::Recording recording;
    api::RunHeader& header = recording.header;
    header.expertsPerLayer = {script.experts, script.experts};
    header.moeLayers = {"first", "second"};
    header.expertBytes = kExpertBytes;
    header.residentBytes = kDense + kExpertBytes * static_cast<std::uint64_t>(2 * script.experts);
    header.policy = api::Policy::onDemand;
    header.eviction = api::Eviction::lru;
    header.lookahead = 4;
    std::mt19937 random(script.seed);
    Nanoseconds now = 0;
    api::RecordingChunk& rows = recording.rows;
    api::MemoryRow memory;
    memory.bytes[static_cast<std::size_t>(api::Purpose::denseWeights)] = kDense;
    memory.budget = header.residentBytes;
    rows.memory.push_back(memory);
    for (std::uint32_t batch = 0; batch < static_cast<std::uint32_t>(script.batches); ++batch) {
        api::BatchRow row{batch, now, 0, 2, 10, -1};
        for (std::uint16_t layer = 0; layer < 2; ++layer) {
            std::vector<std::uint16_t> all(static_cast<std::size_t>(script.experts));
            for (std::size_t i = 0; i < all.size(); ++i)
                all[i] = static_cast<std::uint16_t>(i);
            std::shuffle(all.begin(), all.end(), random);
            rows.layers.push_back({batch, layer, now, now + kMs});
            for (int i = 0; i < script.active; ++i) {
                api::UseRow use;
                use.batch = batch;
                use.key = {layer, all[static_cast<std::size_t>(i)]};
                use.routed = 1;
                use.predicted = script.foretold ? 1 : 0;
                use.used = now;
                rows.uses.push_back(use);
            }
            now += kMs;
        }
        row.end = now;
        rows.batches.push_back(row);
    }
    rows.transfers.push_back({{0, 0}, api::TransferKind::onDemand, 0, 0, kExpertBytes, 0, 0, kMs / 2});
    return recording;
}

Trace traced(const Script& script)
{
    auto trace = traceOf(record(script));
    EXPECT_TRUE(trace) << trace.error().message;
    return *trace;
}

/// Without any structure but the rule itself.
std::uint64_t plainLruHits(const Trace& trace, std::size_t slots)
{
    std::list<std::int32_t> cache;
    std::uint64_t hits = 0;
    for (const std::int32_t expert : trace.uses) {
        const auto found = std::find(cache.begin(), cache.end(), expert);
        if (found != cache.end()) {
            ++hits;
            cache.erase(found);
        }
        cache.push_front(expert);
        if (cache.size() > slots)
            cache.pop_back();
    }
    return hits;
}

api::ReplayPoint
played(const Trace& trace, api::Policy policy, api::Eviction eviction, int slots, bool belady = false)
{
    return play(trace, Future(trace), {policy, eviction, belady}, slots);
}

} // namespace

TEST(Trace, TellsWhatWasUsedAndTheTimeThatDoesNotDependOnExperts)
{
    const Trace trace = traced({});
    EXPECT_EQ(trace.steps.size(), 100U);
    EXPECT_EQ(trace.uses.size(), 400U);
    EXPECT_EQ(trace.predicted.size(), 400U);
    EXPECT_EQ(trace.slotBytes, 1000U);
    EXPECT_EQ(trace.fixedBytes, 500U);
    EXPECT_DOUBLE_EQ(trace.copySeconds, 0.5e-3);
    EXPECT_NEAR(trace.steps[0].compute, 1e-3, 1e-9);
}

TEST(Trace, LeavesOutWhatALayerWaitedFor)
{
    api::Recording recording = record({});
    recording.rows.stalls.push_back(
        {0, {0, recording.rows.uses[0].key.expert}, 0, kMs / 4, api::StallCause::unpredicted});
    const auto trace = traceOf(recording);
    ASSERT_TRUE(trace);
    EXPECT_NEAR(trace->steps[0].compute, 0.75e-3, 1e-9);
    EXPECT_NEAR(trace->steps[1].compute, 1e-3, 1e-9);
}

TEST(Trace, RefusesARecordingThatLostEvents)
{
    api::Recording recording = record({});
    recording.rows.droppedEvents = 1;
    const auto trace = traceOf(recording);
    ASSERT_FALSE(trace);
    EXPECT_NE(trace.error().message.find("lost events"), std::string::npos);
}

TEST(Trace, RefusesARecordingWithoutBatches)
{
    api::Recording recording = record({});
    recording.rows.batches.clear();
    EXPECT_FALSE(traceOf(recording));
}

TEST(StackDistance, GivesTheHitsOfAPlainLruForEveryNumberOfSlots)
{
    for (const unsigned seed : {1U, 2U, 3U}) {
        const Trace trace = traced({40, 12, 5, false, seed});
        const std::vector<double> rates = lruHitRates(trace);
        ASSERT_EQ(rates.size(), 25U);
        for (std::size_t slots = 0; slots < rates.size(); ++slots)
            EXPECT_DOUBLE_EQ(
                rates[slots],
                static_cast<double>(slots == 0 ? 0 : plainLruHits(trace, slots))
                    / static_cast<double>(trace.uses.size()))
                << slots;
    }
}

TEST(Player, ResidentTakesTheTimeOfTheComputingAlone)
{
    const Trace trace = traced({});
    const api::ReplayPoint point = played(trace, api::Policy::resident, api::Eviction::lru, trace.experts());
    EXPECT_EQ(point.hits, point.uses);
    EXPECT_EQ(point.copies, 0U);
    EXPECT_NEAR(point.seconds, 0.1, 1e-9);
    EXPECT_NEAR(point.samplesPerSecond, 1000, 1e-3);
}

TEST(Player, OnDemandWaitsForEveryCopyBehindWhatIsComputed)
{
    // One batch, nothing is there: copies of 0.5 ms, each computed for 0.25 ms while the next one comes.
    const Trace trace = traced({1, 16, 4, false, 1});
    const api::ReplayPoint point = played(trace, api::Policy::onDemand, api::Eviction::lru, 8);
    EXPECT_EQ(point.hits, 0U);
    EXPECT_EQ(point.copies, 8U);
    EXPECT_NEAR(point.seconds, 2 * (4 * 0.5e-3 + 0.25e-3), 1e-9);
    EXPECT_NEAR(point.stallSeconds, 2 * (0.5e-3 + 3 * 0.25e-3), 1e-9);
}

TEST(Player, WithEverythingInSlotsEachExpertIsCopiedOnce)
{
    const Trace trace = traced({200, 16, 4, true, 1});
    for (const api::Policy policy : {api::Policy::onDemand, api::Policy::sida}) {
        const api::ReplayPoint point = played(trace, policy, api::Eviction::lru, trace.experts());
        EXPECT_EQ(point.copies, 32U);
        EXPECT_EQ(point.wastedBytes, 0U);
    }
}

TEST(Player, NeverHoldsMoreThanItsSlotsAndWorksWithTwo)
{
    const Trace trace = traced({});
    for (const api::Eviction eviction :
         {api::Eviction::fifo, api::Eviction::lru, api::Eviction::lfru, api::Eviction::lookahead}) {
        for (const api::Policy policy : {api::Policy::onDemand, api::Policy::sida}) {
            const api::ReplayPoint point = played(trace, policy, eviction, 2);
            EXPECT_EQ(point.uses, 400U);
            EXPECT_LE(point.hits + point.late, point.uses);
            EXPECT_GE(point.copies + point.hits + point.late, point.uses);
        }
    }
}

TEST(Player, NoPolicyThatCopiesOnDemandNeedsFewerCopiesThanBelady)
{
    for (const unsigned seed : {1U, 2U, 3U, 4U}) {
        const Trace trace = traced({80, 16, 4, false, seed});
        for (const int slots : {8, 12, 20}) {
            const api::ReplayPoint best
                = played(trace, api::Policy::onDemand, api::Eviction::lru, slots, true);
            for (const api::Eviction eviction :
                 {api::Eviction::fifo, api::Eviction::lru, api::Eviction::lfru})
                EXPECT_LE(best.copies, played(trace, api::Policy::onDemand, eviction, slots).copies);
        }
    }
}

TEST(Player, PrefetchingWhatTablesForetellHidesCopiesThatFitBesideTheComputing)
{
    // In a millisecond the bus brings two of the four experts that a layer uses: half of the slots are enough
    // that few are missing.
    const Trace trace = traced({200, 16, 4, true, 1});
    const api::ReplayPoint waits = played(trace, api::Policy::onDemand, api::Eviction::lru, 16);
    const api::ReplayPoint foretold = played(trace, api::Policy::sida, api::Eviction::lookahead, 16);
    EXPECT_GT(foretold.hits, waits.hits + waits.uses / 5);
    EXPECT_LT(foretold.seconds, waits.seconds);
}

TEST(Player, SpendsNoLessTimeThanTheComputingAndNoLessThanTheBus)
{
    for (const unsigned seed : {1U, 2U, 3U}) {
        const Trace trace = traced({100, 16, 4, true, seed});
        for (const int slots : {2, 6, 10, 24}) {
            const api::ReplayPoint point = played(trace, api::Policy::sida, api::Eviction::lookahead, slots);
            EXPECT_GE(point.seconds, 0.2 - 1e-9);
            EXPECT_NEAR(point.seconds, 0.2 + point.stallSeconds, 1e-9);
        }
    }
}

TEST(Replay, KneeIsWhereTheCurveBends)
{
    const auto curve = [](std::vector<double> speeds) {
        std::vector<api::ReplayPoint> points;
        for (const double speed : speeds) {
            points.emplace_back();
            points.back().budgetBytes = points.size();
            points.back().samplesPerSecond = speed;
        }
        return points;
    };
    EXPECT_EQ(kneeOf(curve({1, 5, 9, 9.5, 10})), 2);
    EXPECT_EQ(kneeOf(curve({1, 2, 3, 4, 5})), -1);
    EXPECT_EQ(kneeOf(curve({5, 5, 5})), -1);
    EXPECT_EQ(kneeOf(curve({1, 2})), -1);
}

TEST(Replay, PlaysEveryConfigurationUnderEveryBudgetThatItCanRunWith)
{
    const api::Recording recording = record({});
    const auto result = replay(recording, {}, {}, {});
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_EQ(result->smallestBytes, 2500U);
    EXPECT_EQ(result->curves.size(), 9U);
    for (const api::ReplayCurve& curve : result->curves) {
        const bool resident = curve.configuration.policy == api::Policy::resident;
        EXPECT_EQ(curve.points.size(), resident ? 1U : 11U) << api::name(curve.configuration);
        for (const api::ReplayPoint& point : curve.points)
            EXPECT_LE(
                result->fixedBytes + static_cast<std::uint64_t>(point.slots) * result->slotBytes,
                point.budgetBytes);
    }
}

TEST(Replay, SaysWhyPredictionCannotBeReplayedWithoutTables)
{
    const api::Recording recording = record({50, 16, 4, false, 1});
    const auto everything = replay(recording, {}, {}, {});
    ASSERT_TRUE(everything);
    ASSERT_EQ(everything->notes.size(), 1U);
    EXPECT_NE(everything->notes[0].find("no hash tables"), std::string::npos);
    api::ReplayOptions options;
    options.configurations = {{api::Policy::sida, api::Eviction::lookahead, false}};
    const auto asked = replay(recording, options, {}, {});
    ASSERT_FALSE(asked);
    EXPECT_EQ(asked.error().kind, ErrorKind::usage);
}

TEST(Replay, RefusesABudgetBelowTheSmallestThatWorks)
{
    api::ReplayOptions options;
    options.budgets = {units::Budget::ofBytes(2499)};
    const auto result = replay(record({}), options, {}, {});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::budget);
    EXPECT_NE(result.error().message.find("2500 bytes"), std::string::npos);
}

TEST(Replay, GivesTheSameWithOneThreadAsWithFour)
{
    const api::Recording recording = record({});
    api::ReplayOptions one;
    one.threads = 1;
    api::ReplayOptions four;
    four.threads = 4;
    const auto a = replay(recording, one, {}, {});
    const auto b = replay(recording, four, {}, {});
    ASSERT_TRUE(a && b);
    for (std::size_t i = 0; i < a->curves.size(); ++i) {
        for (std::size_t k = 0; k < a->curves[i].points.size(); ++k) {
            EXPECT_EQ(a->curves[i].points[k].copies, b->curves[i].points[k].copies);
            EXPECT_DOUBLE_EQ(a->curves[i].points[k].seconds, b->curves[i].points[k].seconds);
        }
    }
}

TEST(ReplayConfigurations, AreNamedByPolicyByPolicyAndEvictionOrAll)
{
    EXPECT_EQ(api::parseReplayConfigurations("resident")->size(), 1U);
    EXPECT_EQ(api::parseReplayConfigurations("on-demand")->size(), 4U);
    EXPECT_EQ(api::parseReplayConfigurations("sida")->size(), 4U);
    const auto one = api::parseReplayConfigurations("sida:lookahead");
    ASSERT_EQ(one->size(), 1U);
    EXPECT_EQ(api::name(one->front()), "sida lookahead");
    EXPECT_TRUE(api::parseReplayConfigurations("on-demand:belady")->front().belady);
    EXPECT_FALSE(api::parseReplayConfigurations("on-demand:lookahead"));
}

} // namespace sida::replay
