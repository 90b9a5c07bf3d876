// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The cache in generation, where a decoder's layers come again in every step.
#include "engine/base/thread.h"
#include "engine/experts/expert_cache.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <set>
#include <thread>

namespace sida::experts
{
namespace
{

constexpr int kEncoderLayers = 2;
constexpr int kLayers = 4;
constexpr int kExperts = 8;
constexpr int kSteps = 6;

HostStore makeStore()
{
    HostStore store({kExperts, kExperts, kExperts, kExperts}, 512, 512);
    for (std::uint16_t layer = 0; layer < kLayers; ++layer)
        for (std::uint16_t expert = 0; expert < kExperts; ++expert)
            std::memset(store.mutableBlock({layer, expert}), layer * 16 + expert + 1, store.blockBytes());
    return store;
}

HashTable tableOf(std::uint32_t batch, const std::vector<std::vector<std::uint16_t>>& predicted)
{
    HashTable table;
    table.batch = batch;
    for (const auto& experts : predicted) {
        LayerTable& layer = table.layers.emplace_back();
        for (const std::uint16_t expert : experts)
            layer.predicted.push_back({expert, 1});
    }
    return table;
}

/// A cache with its transfer thread.
class DecoderSteps : public testing::Test
{
protected:
    void start(int slots, api::Eviction eviction = api::Eviction::lookahead)
    {
        const std::uint64_t bytes = ExpertCache::slotBytes(m_store) * static_cast<std::uint64_t>(slots);
        m_ledger = std::make_unique<device::MemoryLedger>(bytes);
        ExpertCache::Options options;
        options.eviction = eviction;
        options.slots = slots;
        options.window = 5;
        options.repeatedFrom = kEncoderLayers;
        options.steps = kSteps;
        m_cache = std::make_unique<ExpertCache>(
            m_store, *m_ledger, m_clock, m_recorder.addProducer("transfer"),
            m_recorder.addProducer("inference"), options);
        m_transfers
            = startThread("transfer", [this](const std::stop_token& stop) { m_cache->serveTransfers(stop); });
    }

    /// Computes one layer; the weights must be those of the experts asked for.
    void run(int layer, const std::vector<std::uint16_t>& experts)
    {
        std::vector<ActiveExpert> active;
        for (const std::uint16_t expert : experts)
            active.push_back({expert, 1});
        m_cache->beginLayer(layer, active);
        for (std::size_t done = 0; done < active.size(); ++done) {
            const auto ready = m_cache->next();
            const ExpertKey key{static_cast<std::uint16_t>(layer), active[ready.index].expert};
            EXPECT_EQ(std::memcmp(ready.block, m_store.block(key), m_store.blockBytes()), 0);
            m_cache->release(ready.index);
        }
        m_cache->endLayer();
    }

    /// Until the expert's next copy since the last call for it has ended; false when none comes.
    bool waitForCopy(int layer, std::uint16_t expert)
    {
        const ExpertKey key{static_cast<std::uint16_t>(layer), expert};
        for (int i = 0; i < 2000; ++i) {
            m_rows.append(m_recorder.drain());
            for (; m_seen < m_rows.transfers.size(); ++m_seen)
                m_copied.insert({m_rows.transfers[m_seen].key.layer, m_rows.transfers[m_seen].key.expert});
            if (m_copied.contains({key.layer, key.expert}))
                return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return false;
    }
    /// Gives the transfer thread time to do what it must not do.
    static void rest() { std::this_thread::sleep_for(std::chrono::milliseconds(20)); }

    api::RecordingChunk stop()
    {
        m_transfers.request_stop();
        m_transfers.join();
        m_rows.append(m_recorder.drain());
        return std::move(m_rows);
    }

    HostStore m_store = makeStore();
    SessionClock m_clock;
    profile::Recorder m_recorder;
    api::RecordingChunk m_rows;
    std::size_t m_seen = 0;
    std::set<std::pair<std::uint16_t, std::uint16_t>> m_copied;
    std::unique_ptr<device::MemoryLedger> m_ledger;
    std::unique_ptr<ExpertCache> m_cache;
    std::jthread m_transfers;
};

TEST_F(DecoderSteps, WhatAStepForetellsIsThereWhenItsLayersBegin)
{
    start(10);
    const HashTable encoder = tableOf(0, {{0}, {1}});
    m_cache->addTable(encoder, m_clock.now());
    m_cache->beginBatch(0, &encoder, m_clock.now());
    run(0, {0});
    run(1, {1});
    for (int step = 0; step < kSteps; ++step) {
        const auto expert = static_cast<std::uint16_t>(step);
        const HashTable table = tableOf(0, {{expert}, {static_cast<std::uint16_t>(expert + 1)}});
        m_cache->beginStep(step, &table, m_clock.now());
        ASSERT_TRUE(waitForCopy(2, expert));
        run(2, {expert});
        run(3, {static_cast<std::uint16_t>(expert + 2)}); // never the one that was foretold
    }
    const api::RecordingChunk rows = stop();
    std::map<std::pair<int, api::Outcome>, int> outcomes;
    std::map<int, int> unused;
    for (const api::UseRow& use : rows.uses) {
        if (use.routed > 0)
            ++outcomes[{use.key.layer, use.outcome}];
        else
            ++unused[use.key.layer];
        EXPECT_EQ(use.predicted, use.routed == 0 || use.key.layer != 3 ? 1U : 0U);
    }
    EXPECT_EQ((outcomes[{2, api::Outcome::hit}]), kSteps);
    EXPECT_EQ(unused[2], 0);
    EXPECT_EQ(unused[3], kSteps);
    for (const api::UseRow& use : rows.uses)
        EXPECT_TRUE(
            use.routed == 0 || use.key.layer != 3 || use.outcome == api::Outcome::hit
            || use.outcome == api::Outcome::unpredicted)
            << "a table that named others does not make a use late or evicted early";
    for (const api::TransferRow& copy : rows.transfers)
        EXPECT_EQ(copy.batch, 0U);
}

TEST_F(DecoderSteps, ALaterBatchDoesNotTakeTheDecodersExpertsWhileItGenerates)
{
    start(4);
    const HashTable now = tableOf(0, {{0}, {0}});
    const HashTable later = tableOf(1, {{4, 5, 6}, {4, 5, 6}});
    m_cache->addTable(now, m_clock.now());
    m_cache->beginBatch(0, &now, m_clock.now());
    run(0, {0});
    run(1, {0});
    m_cache->beginStep(0, nullptr, -1);
    run(2, {1, 2});
    run(3, {1, 2}); // four slots, all of them the decoder's
    m_cache->addTable(later, m_clock.now());
    for (int step = 1; step < kSteps; ++step) {
        m_cache->beginStep(step, nullptr, -1);
        rest();
        run(2, {1, 2});
        run(3, {1, 2});
    }
    m_cache->beginBatch(1, &later, m_clock.now());
    ASSERT_TRUE(waitForCopy(0, 4));
    run(0, {4});
    const api::RecordingChunk rows = stop();
    std::map<std::pair<std::uint32_t, int>, std::size_t> copies;
    for (const api::TransferRow& copy : rows.transfers)
        ++copies[{copy.batch, copy.key.layer}];
    EXPECT_EQ((copies[{0, 2}]), 2U) << "the decoder's experts came once for all steps";
    EXPECT_EQ((copies[{0, 3}]), 2U);
    EXPECT_GE((copies[{1, 0}]), 1U);
    const auto hit = std::find_if(rows.uses.begin(), rows.uses.end(), [](const api::UseRow& use) {
        return use.batch == 1 && use.routed > 0;
    });
    ASSERT_NE(hit, rows.uses.end());
    EXPECT_EQ(hit->outcome, api::Outcome::hit) << "as soon as the batch begins its experts come";
}

TEST_F(DecoderSteps, WhatWaitsForLaterBatchesDoesNotKeepAStepFromPrefetching)
{
    start(16);
    const HashTable now = tableOf(0, {{0}, {0}});
    m_cache->addTable(now, m_clock.now());
    for (std::uint32_t batch = 1; batch < 5; ++batch)
        m_cache->addTable(
            tableOf(batch, {{0, 1, 2, 3, 4, 5, 6, 7}, {0, 1, 2, 3, 4, 5, 6, 7}}), m_clock.now());
    m_cache->beginBatch(0, &now, m_clock.now());
    run(0, {0});
    run(1, {0});
    for (int step = 0; step < kSteps; ++step) {
        const HashTable table = tableOf(0, {{static_cast<std::uint16_t>(step)}, {}});
        m_cache->beginStep(step, &table, m_clock.now());
        ASSERT_TRUE(waitForCopy(2, static_cast<std::uint16_t>(step)));
        run(2, {static_cast<std::uint16_t>(step)});
        run(3, {0});
    }
    const api::RecordingChunk rows = stop();
    for (const api::UseRow& use : rows.uses)
        EXPECT_TRUE(use.key.layer != 2 || use.outcome == api::Outcome::hit);
}

TEST_F(DecoderSteps, RandomStepsUnderFewSlotsGetTheRightWeightsAndKeepTheBudget)
{
    for (const api::Eviction eviction :
         {api::Eviction::fifo, api::Eviction::lru, api::Eviction::lfru, api::Eviction::lookahead})
        for (const int slots : {2, 3, 7}) {
            start(slots, eviction);
            std::mt19937 random(static_cast<unsigned>(slots));
            const auto some = [&random] {
                std::set<std::uint16_t> experts;
                for (auto count = 1 + random() % 4; count > 0; --count)
                    experts.insert(static_cast<std::uint16_t>(random() % kExperts));
                return std::vector<std::uint16_t>(experts.begin(), experts.end());
            };
            std::vector<HashTable> tables;
            for (std::uint32_t batch = 0; batch < 12; ++batch)
                tables.push_back(tableOf(batch, {some(), some()}));
            for (std::uint32_t batch = 0; batch < 12; ++batch) {
                for (std::uint32_t ahead = batch == 0 ? 0 : batch + 2; ahead < std::min(batch + 3, 12U);
                     ++ahead)
                    m_cache->addTable(tables[ahead], m_clock.now());
                m_cache->beginBatch(batch, &tables[batch], m_clock.now());
                run(0, some());
                run(1, some());
                const int steps = 1 + static_cast<int>(random() % kSteps);
                for (int step = 0; step < steps; ++step) {
                    const HashTable table = tableOf(batch, {some(), some()});
                    m_cache->beginStep(step, random() % 3 == 0 ? nullptr : &table, m_clock.now());
                    run(2, some());
                    run(3, some());
                }
            }
            const api::RecordingChunk rows = stop();
            EXPECT_LE(m_ledger->state().peak, m_ledger->state().budget);
            for (const api::TransferRow& copy : rows.transfers)
                EXPECT_LT(copy.batch, 12U);
        }
}

} // namespace
} // namespace sida::experts
