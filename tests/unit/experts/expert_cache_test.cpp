// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/thread.h"
#include "engine/experts/expert_cache.h"

#include <algorithm>
#include <cstring>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <set>

namespace sida::experts
{
namespace
{

constexpr int kLayers = 3;
constexpr int kExperts = 8;

HostStore makeStore()
{
    HostStore store({kExperts, kExperts, kExperts}, 512, 512);
    for (std::uint16_t layer = 0; layer < kLayers; ++layer) {
        for (std::uint16_t expert = 0; expert < kExperts; ++expert)
            std::memset(store.mutableBlock({layer, expert}), layer * 16 + expert + 1, store.blockBytes());
    }
    return store;
}

/// Which experts each batch uses in each layer; the table may foretell them rightly, partly or not at all.
struct Trace {
    std::vector<std::vector<std::vector<ActiveExpert>>> uses; ///< [batch][layer]
    std::vector<HashTable> tables;
};

Trace randomTrace(int batches, double rightShare, std::uint64_t seed)
{
    std::mt19937_64 random(seed);
    std::bernoulli_distribution isRight(rightShare);
    Trace trace;
    for (int batch = 0; batch < batches; ++batch) {
        HashTable table;
        table.batch = static_cast<std::uint32_t>(batch);
        auto& layers = trace.uses.emplace_back();
        for (int layer = 0; layer < kLayers; ++layer) {
            std::set<std::uint16_t> active;
            std::set<std::uint16_t> foretold;
            const auto count = 1 + random() % (kExperts - 1);
            while (active.size() < count)
                active.insert(static_cast<std::uint16_t>(random() % kExperts));
            for (const std::uint16_t expert : active)
                foretold.insert(isRight(random) ? expert : static_cast<std::uint16_t>(random() % kExperts));
            auto& uses = layers.emplace_back();
            for (const std::uint16_t expert : active)
                uses.push_back({expert, 3});
            LayerTable& foretoldLayer = table.layers.emplace_back();
            for (const std::uint16_t expert : foretold)
                foretoldLayer.predicted.push_back({expert, 2});
        }
        trace.tables.push_back(std::move(table));
    }
    return trace;
}

struct Played {
    api::RecordingChunk rows;
    device::MemoryLedger::State memory;
    int wrongBlocks = 0;
};

/// Plays a trace with a real transfer thread. `window` tables are known ahead; 0 = none are given to the
/// cache.
Played play(
    const Trace& trace, api::Eviction eviction, int slots, int window, const std::vector<int>& resizes = {},
    int prefetchedExperts = 0)
{
    const HostStore store = makeStore();
    const std::uint64_t slotBytes = ExpertCache::slotBytes(store);
    int mostSlots = slots;
    for (const int size : resizes)
        mostSlots = std::max(mostSlots, size);
    device::MemoryLedger ledger(slotBytes * static_cast<std::uint64_t>(mostSlots));
    SessionClock clock;
    profile::Recorder recorder;
    auto& transfers = recorder.addProducer("transfer");
    auto& uses = recorder.addProducer("inference");
    ExpertCache cache(
        store, ledger, clock, transfers, uses,
        {eviction, slots, window + 3, slotBytes * static_cast<std::uint64_t>(prefetchedExperts)});
    std::jthread transferThread
        = startThread("transfer", [&](const std::stop_token& stop) { cache.serveTransfers(stop); });

    Played played;
    std::size_t given = 0;
    for (std::size_t batch = 0; batch < trace.uses.size(); ++batch) {
        for (; window > 0 && given < std::min(batch + static_cast<std::size_t>(window), trace.tables.size());
             ++given)
            cache.addTable(trace.tables[given], clock.now());
        if (batch < resizes.size())
            cache.resize(resizes[batch]);
        cache.beginBatch(
            static_cast<std::uint32_t>(batch), window > 0 ? &trace.tables[batch] : nullptr,
            window > 0 ? clock.now() : -1);
        for (int layer = 0; layer < kLayers; ++layer) {
            const auto& active = trace.uses[batch][static_cast<std::size_t>(layer)];
            cache.beginLayer(layer, active);
            std::vector<bool> seen(active.size());
            for (std::size_t handedOut = 0; handedOut < active.size();) {
                std::vector<ExpertSource::Ready> held = {cache.next()};
                while (const auto more = cache.nextIfReady())
                    held.push_back(*more);
                for (const auto& ready : held) {
                    const ExpertKey key{static_cast<std::uint16_t>(layer), active[ready.index].expert};
                    played.wrongBlocks += seen[ready.index]
                        || std::memcmp(ready.block, store.block(key), store.blockBytes()) != 0;
                    seen[ready.index] = true;
                    cache.release(ready.index);
                }
                handedOut += held.size();
            }
            cache.endLayer();
        }
    }
    transferThread.request_stop();
    transferThread.join();
    played.rows = recorder.drain();
    played.memory = ledger.state();
    return played;
}

std::map<api::Outcome, std::size_t> outcomes(const api::RecordingChunk& rows)
{
    std::map<api::Outcome, std::size_t> counts;
    for (const api::UseRow& use : rows.uses) {
        if (use.routed > 0)
            ++counts[use.outcome];
    }
    return counts;
}

std::size_t usesOf(const Trace& trace)
{
    std::size_t uses = 0;
    for (const auto& batch : trace.uses) {
        for (const auto& layer : batch)
            uses += layer.size();
    }
    return uses;
}

class EveryEviction : public testing::TestWithParam<api::Eviction>
{
};

TEST_P(EveryEviction, HandsOutTheRightWeightsWithAnyNumberOfSlots)
{
    const Trace trace = randomTrace(40, 0.7, 11);
    for (const int slots : {2, 3, 5, 12, kLayers * kExperts}) {
        for (const int window : {0, 1, 4}) {
            const Played played = play(trace, GetParam(), slots, window);
            EXPECT_EQ(played.wrongBlocks, 0) << slots << " slots, window " << window;
            std::size_t counted = 0;
            for (const auto& [outcome, count] : outcomes(played.rows))
                counted += count;
            EXPECT_EQ(counted, usesOf(trace));
            EXPECT_LE(played.memory.peak, played.memory.budget);
        }
    }
}

TEST_P(EveryEviction, EachEvictionAndTransferConcernsTheSlotItNames)
{
    const Played played = play(randomTrace(60, 0.5, 5), GetParam(), 6, 3);
    // Replaying both kinds of rows in the order of time must give a consistent picture of the slots.
    struct Event {
        Nanoseconds time;
        bool isEviction;
        std::int32_t slot;
        ExpertKey key;
    };
    std::vector<Event> events;
    for (const auto& row : played.rows.evictions)
        events.push_back({row.time, true, row.slot, row.key});
    for (const auto& row : played.rows.transfers)
        events.push_back({row.end, false, row.slot, row.key});
    std::stable_sort(
        events.begin(), events.end(), [](const Event& a, const Event& b) { return a.time < b.time; });
    std::map<std::int32_t, ExpertKey> content;
    for (const Event& event : events) {
        if (event.isEviction) {
            ASSERT_EQ(content.count(event.slot), 1U);
            EXPECT_EQ(content[event.slot], event.key);
            content.erase(event.slot);
        } else {
            EXPECT_EQ(content.count(event.slot), 0U);
            content[event.slot] = event.key;
        }
    }
    EXPECT_LE(content.size(), 6U);
}

TEST_P(EveryEviction, ManyChangesOfSizeLoseNothingAndKeepTheBudget)
{
    std::mt19937 random(3);
    std::vector<int> sizes(200);
    for (int& size : sizes)
        size = 2 + static_cast<int>(random() % (kLayers * kExperts - 1));
    sizes.back() = 2;
    const Trace trace = randomTrace(200, 0.8, 23);
    const Played played = play(trace, GetParam(), 4, 4, sizes);
    EXPECT_EQ(played.wrongBlocks, 0);
    EXPECT_LE(played.memory.peak, played.memory.budget);
    EXPECT_LE(played.memory.total, 2 * ExpertCache::slotBytes(makeStore()))
        << "what was given up is held on to";
    EXPECT_TRUE(std::any_of(played.rows.evictions.begin(), played.rows.evictions.end(), [](const auto& row) {
        return row.reason == api::EvictionReason::budgetChange;
    }));
}

INSTANTIATE_TEST_SUITE_P(
    All, EveryEviction,
    testing::Values(api::Eviction::fifo, api::Eviction::lru, api::Eviction::lfru, api::Eviction::lookahead),
    [](const auto& tested) { return std::string(api::name(tested.param)); });

TEST(ExpertCache, WithoutTablesEveryMissIsUnpredicted)
{
    const Played played = play(randomTrace(30, 0, 2), api::Eviction::lru, 4, 0);
    auto counts = outcomes(played.rows);
    EXPECT_GT(counts[api::Outcome::unpredicted], 0U);
    EXPECT_EQ(counts[api::Outcome::late] + counts[api::Outcome::evictedEarly], 0U);
    for (const auto& row : played.rows.transfers)
        EXPECT_EQ(row.kind, api::TransferKind::onDemand);
}

TEST(ExpertCache, RightTablesLeaveNothingUnpredicted)
{
    const Played played = play(randomTrace(30, 1, 2), api::Eviction::lookahead, 12, 4);
    auto counts = outcomes(played.rows);
    EXPECT_EQ(counts[api::Outcome::unpredicted], 0U);
    EXPECT_TRUE(std::any_of(played.rows.transfers.begin(), played.rows.transfers.end(), [](const auto& row) {
        return row.kind == api::TransferKind::prefetch;
    }));
}

TEST(ExpertCache, EachStallLastedAsLongAsItsRowSaysAndEndsWithACopy)
{
    const Played played = play(randomTrace(30, 0.5, 9), api::Eviction::fifo, 3, 2);
    ASSERT_FALSE(played.rows.stalls.empty());
    for (const auto& stall : played.rows.stalls) {
        EXPECT_LE(stall.begin, stall.end);
        EXPECT_TRUE(
            std::any_of(played.rows.transfers.begin(), played.rows.transfers.end(), [&](const auto& row) {
                return row.key == stall.key && row.end <= stall.end && row.end >= stall.begin;
            }));
    }
}

/// Most experts that had been copied ahead for a layer that had not begun, at any time.
int mostAhead(const api::RecordingChunk& rows)
{
    std::map<std::pair<std::uint32_t, std::uint16_t>, Nanoseconds> begins;
    for (const api::LayerRow& layer : rows.layers)
        begins[{layer.batch, layer.layer}] = layer.begin;
    int most = 0;
    for (const api::TransferRow& one : rows.transfers) {
        int ahead = 0;
        for (const api::TransferRow& other : rows.transfers)
            ahead += other.kind == api::TransferKind::prefetch && other.begin <= one.begin
                && begins[{other.batch, other.key.layer}] > one.begin;
        most = std::max(most, ahead);
    }
    return most;
}

TEST(ExpertCache, NoMoreIsCopiedAheadThanTheLimitAllows)
{
    const Trace trace = randomTrace(40, 1, 31);
    for (const int limit : {1, 3}) {
        const Played played = play(trace, api::Eviction::lookahead, kLayers * kExperts, 8, {}, limit);
        EXPECT_LE(mostAhead(played.rows), limit);
        EXPECT_EQ(played.wrongBlocks, 0);
    }
}

TEST(ExpertCache, PrefetchingStopsWhereItDoesNotPayAndStartsAgainWhenItDoes)
{
    // In layer 0 the tables name what is not used, and later what is; the other layers are always right.
    Trace trace;
    for (std::uint32_t batch = 0; batch < 400; ++batch) {
        const bool isWrong = batch < 150;
        const auto used = static_cast<std::uint16_t>(batch % 4);
        const auto named = static_cast<std::uint16_t>(isWrong ? 4 + batch % 4 : used);
        trace.uses.push_back({{{used, 1}}, {{used, 1}}, {{used, 1}}});
        HashTable table;
        table.batch = batch;
        table.layers.resize(kLayers);
        table.layers[0].predicted = {{named, 1}};
        table.layers[1].predicted = {{used, 1}};
        table.layers[2].predicted = {{used, 1}};
        trace.tables.push_back(table);
    }
    const Played played = play(trace, api::Eviction::fifo, 3, 2);
    const auto& switches = played.rows.prefetchSwitches;
    ASSERT_GE(switches.size(), 2U);
    EXPECT_FALSE(switches[0].on);
    EXPECT_LT(switches[0].precision, 0.2F);
    EXPECT_TRUE(switches.back().on);
    for (const api::PrefetchSwitchRow& row : switches)
        EXPECT_EQ(row.layer, 0);
    for (const api::TransferRow& transfer : played.rows.transfers) {
        const bool wasOff = transfer.batch > switches[0].batch + 3 && transfer.batch < switches[1].batch;
        EXPECT_FALSE(wasOff && transfer.key.layer == 0 && transfer.kind == api::TransferKind::prefetch);
    }
}

TEST(ExpertCache, ANewerTableForABatchTakesBackWhatTheOlderOneAskedFor)
{
    const HostStore store = makeStore();
    device::MemoryLedger ledger(ExpertCache::slotBytes(store) * kLayers * kExperts);
    SessionClock clock;
    profile::Recorder recorder;
    auto& transfers = recorder.addProducer("transfer");
    auto& uses = recorder.addProducer("inference");
    ExpertCache cache(
        store, ledger, clock, transfers, uses, {api::Eviction::lookahead, kLayers * kExperts, 4});
    const auto tableOf = [](std::uint16_t expert) {
        HashTable table;
        table.layers.resize(kLayers);
        for (LayerTable& layer : table.layers)
            layer.predicted = {{expert, 1}};
        return table;
    };
    cache.addTable(tableOf(1), clock.now());
    const HashTable newer = tableOf(2);
    cache.addTable(newer, clock.now());
    std::jthread transferThread
        = startThread("transfer", [&](const std::stop_token& stop) { cache.serveTransfers(stop); });
    cache.beginBatch(0, &newer, clock.now());
    for (int layer = 0; layer < kLayers; ++layer) {
        const std::vector<ActiveExpert> active = {{2, 1}};
        cache.beginLayer(layer, active);
        cache.release(cache.next().index);
        cache.endLayer();
    }
    transferThread.request_stop();
    transferThread.join();
    const api::RecordingChunk rows = recorder.drain();
    EXPECT_EQ(rows.transfers.size(), static_cast<std::size_t>(kLayers));
    for (const api::TransferRow& transfer : rows.transfers)
        EXPECT_EQ(transfer.key.expert, 2);
}

TEST(ExpertCache, EverythingFitsMeansEachExpertIsCopiedOnce)
{
    const Played played = play(randomTrace(50, 1, 4), api::Eviction::lookahead, kLayers * kExperts, 4);
    std::set<ExpertKey> copied;
    for (const auto& row : played.rows.transfers)
        EXPECT_TRUE(copied.insert(row.key).second);
    EXPECT_TRUE(played.rows.evictions.empty());
}

} // namespace
} // namespace sida::experts
