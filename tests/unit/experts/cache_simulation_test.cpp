// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/use_trace.h"

#include <algorithm>
#include <deque>
#include <gtest/gtest.h>
#include <list>
#include <map>
#include <random>
#include <set>
#include <tuple>

namespace sida::experts
{
namespace
{

using Key = std::pair<std::size_t, int>; // layer, expert

UseTrace recorded(const std::string& told)
{
    return test::readUseTrace(
        std::filesystem::path(SIDA_SOURCE_DIR) / "tests/fixtures/traces/zipf_1x25.safetensors", told);
}

/// Any trace, foretold without a mistake.
UseTrace randomTrace(std::uint64_t seed)
{
    std::mt19937_64 random(seed);
    UseTrace trace;
    trace.expertsPerLayer.assign(1 + random() % 4, 0);
    for (int& experts : trace.expertsPerLayer)
        experts = 2 + static_cast<int>(random() % 12);
    const auto batches = 5 + random() % 60;
    for (std::size_t batch = 0; batch < batches; ++batch) {
        HashTable& table = trace.tables.emplace_back();
        table.batch = static_cast<std::uint32_t>(batch);
        auto& layers = trace.uses.emplace_back();
        for (const int experts : trace.expertsPerLayer) {
            std::set<std::uint16_t> active;
            const auto count = 1 + random() % static_cast<std::uint64_t>(experts);
            for (std::uint64_t i = 0; i < count; ++i)
                active.insert(static_cast<std::uint16_t>(random() % static_cast<std::uint64_t>(experts)));
            auto& uses = layers.emplace_back();
            LayerTable& told = table.layers.emplace_back();
            for (const std::uint16_t expert : active) {
                const auto tokens = static_cast<std::uint32_t>(1 + random() % 5);
                uses.push_back({expert, tokens});
                told.predicted.push_back({expert, tokens});
            }
        }
    }
    return trace;
}

/// Plays a trace against any cache: `Cache` has isHeld, use (of one that is held) and fetch.
template <typename Cache>
std::uint64_t hitsOf(const UseTrace& trace, Cache& cache)
{
    std::uint64_t hits = 0;
    for (std::size_t batch = 0; batch < trace.uses.size(); ++batch) {
        for (std::size_t layer = 0; layer < trace.uses[batch].size(); ++layer) {
            cache.begin(batch, layer, trace.uses[batch][layer]);
            std::vector<Key> missing;
            for (const ActiveExpert& use : trace.uses[batch][layer]) {
                const Key key{layer, use.expert};
                if (!cache.isHeld(key)) {
                    missing.push_back(key);
                    continue;
                }
                ++hits;
                cache.use(key);
            }
            for (const Key& key : missing)
                cache.fetch(key);
        }
    }
    return hits;
}

/// Belady's rule from its definition: looks through the whole trace for each expert's next use. Experts of
/// one layer are used together; of those the longest unused leaves first.
class Belady
{
public:
    Belady(const UseTrace& trace, int slots)
        : m_slots(static_cast<std::size_t>(slots))
    {
        std::size_t position = 0;
        for (const auto& batch : trace.uses) {
            for (std::size_t layer = 0; layer < batch.size(); ++layer, ++position) {
                for (const ActiveExpert& use : batch[layer])
                    m_uses[{layer, use.expert}].push_back(position);
            }
        }
        m_layers = trace.expertsPerLayer.size();
    }
    void begin(std::size_t batch, std::size_t layer, const std::vector<ActiveExpert>&)
    {
        m_now = batch * m_layers + layer;
    }
    bool isHeld(const Key& key) const { return m_held.contains(key); }
    void use(const Key& key) { m_held[key] = ++m_time; }
    void fetch(const Key& key)
    {
        if (m_held.size() == m_slots)
            m_held.erase(std::max_element(m_held.begin(), m_held.end(), [this](const auto& a, const auto& b) {
                return std::tuple(nextUse(a.first), b.second) < std::tuple(nextUse(b.first), a.second);
            }));
        m_held[key] = ++m_time;
    }

private:
    std::size_t nextUse(const Key& key) const
    {
        const auto& uses = m_uses.at(key);
        const auto next = std::upper_bound(uses.begin(), uses.end(), m_now);
        return next == uses.end() ? SIZE_MAX : *next;
    }
    std::size_t m_slots;
    std::size_t m_layers = 0;
    std::size_t m_now = 0;
    std::uint64_t m_time = 0;
    std::map<Key, std::vector<std::size_t>> m_uses;
    std::map<Key, std::uint64_t> m_held; ///< and when it was last used
};

class Fifo
{
public:
    explicit Fifo(int slots)
        : m_slots(static_cast<std::size_t>(slots))
    {
    }
    void begin(std::size_t, std::size_t, const std::vector<ActiveExpert>&) { }
    bool isHeld(const Key& key) const { return std::find(m_held.begin(), m_held.end(), key) != m_held.end(); }
    void use(const Key&) { }
    void fetch(const Key& key)
    {
        if (m_held.size() == m_slots)
            m_held.pop_front();
        m_held.push_back(key);
    }

private:
    std::size_t m_slots;
    std::deque<Key> m_held;
};

class Lru
{
public:
    explicit Lru(int slots)
        : m_slots(static_cast<std::size_t>(slots))
    {
    }
    void begin(std::size_t, std::size_t, const std::vector<ActiveExpert>&) { }
    bool isHeld(const Key& key) const { return std::find(m_held.begin(), m_held.end(), key) != m_held.end(); }
    void use(const Key& key)
    {
        m_held.remove(key);
        m_held.push_back(key);
    }
    void fetch(const Key& key)
    {
        if (m_held.size() == m_slots)
            m_held.pop_front();
        m_held.push_back(key);
    }

private:
    std::size_t m_slots;
    std::list<Key> m_held;
};

/// Share of the batches that used an expert, each batch counting a hundredth less than the one after it.
class Lfru
{
public:
    explicit Lfru(int slots)
        : m_slots(static_cast<std::size_t>(slots))
    {
    }
    void begin(std::size_t, std::size_t layer, const std::vector<ActiveExpert>& active)
    {
        m_batches[layer] = m_batches[layer] * 0.99 + 1;
        for (auto& [key, uses] : m_uses) {
            if (key.first == layer)
                uses *= 0.99;
        }
        for (const ActiveExpert& use : active)
            m_uses[{layer, use.expert}] += 1;
    }
    bool isHeld(const Key& key) const { return m_held.contains(key); }
    void use(const Key& key) { m_held[key] = ++m_time; }
    void fetch(const Key& key)
    {
        if (m_held.size() == m_slots)
            m_held.erase(std::min_element(m_held.begin(), m_held.end(), [this](const auto& a, const auto& b) {
                return std::tuple(share(a.first), a.second) < std::tuple(share(b.first), b.second);
            }));
        m_held[key] = ++m_time;
    }

private:
    double share(const Key& key) const { return (m_uses.at(key) + 0.05) / (m_batches.at(key.first) + 1); }
    std::size_t m_slots;
    std::uint64_t m_time = 0;
    std::map<std::size_t, double> m_batches;
    std::map<Key, double> m_uses;
    std::map<Key, std::uint64_t> m_held;
};

TEST(CacheSimulation, FifoLruAndLfruGiveUpWhatTheirDefinitionsSayOnARecordedTrace)
{
    const UseTrace trace = recorded("");
    for (const int slots : {20, 53, 131}) {
        Fifo fifo(slots);
        Lru lru(slots);
        Lfru lfru(slots);
        EXPECT_EQ(simulateCache(trace, {api::Eviction::fifo, slots}).hits, hitsOf(trace, fifo)) << slots;
        EXPECT_EQ(simulateCache(trace, {api::Eviction::lru, slots}).hits, hitsOf(trace, lru)) << slots;
        EXPECT_EQ(simulateCache(trace, {api::Eviction::lfru, slots}).hits, hitsOf(trace, lfru)) << slots;
    }
}

TEST(CacheSimulation, LookaheadIsBeladysRuleWhenTheQueueHoldsTheWholeTrace)
{
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        const UseTrace trace = randomTrace(seed);
        int experts = 0;
        for (const int count : trace.expertsPerLayer)
            experts += count;
        for (int slots = 1; slots <= experts; slots += 1 + experts / 6) {
            Belady belady(trace, slots);
            const auto window = static_cast<int>(trace.uses.size());
            EXPECT_EQ(
                simulateCache(trace, {api::Eviction::lookahead, slots, window}).hits, hitsOf(trace, belady))
                << "seed " << seed << ", " << slots << " slots";
        }
    }
}

TEST(CacheSimulation, LookaheadGoesFourFifthsOfTheWayFromLruToBeladyWithARealisticPredictor)
{
    constexpr int kSlots = 131; // a budget of 20 % for switch-base-128
    constexpr int kWindow = 8; // what --lookahead is by default
    const UseTrace untold = recorded("");
    Belady belady(untold, kSlots);
    const auto best = static_cast<double>(hitsOf(untold, belady));
    const auto lru = static_cast<double>(simulateCache(untold, {api::Eviction::lru, kSlots}).hits);
    ASSERT_GT(best, lru);
    for (const char* predictor : {"lstm", "shadow"}) {
        const SimulatedRun run
            = simulateCache(recorded(predictor), {api::Eviction::lookahead, kSlots, kWindow});
        EXPECT_GE((static_cast<double>(run.hits) - lru) / (best - lru), 0.8) << predictor;
    }
}

TEST(CacheSimulation, WithoutTablesLookaheadKeepsWhatIsUsedOften)
{
    const UseTrace trace = recorded("");
    const SimulatedRun lookahead = simulateCache(trace, {api::Eviction::lookahead, 131});
    const SimulatedRun lru = simulateCache(trace, {api::Eviction::lru, 131});
    EXPECT_GT(lookahead.hits, lru.hits + lru.hits / 2);
}

TEST(CacheSimulation, PrefetchTurnsMissesIntoHitsAndTheLimitSavesBytes)
{
    const UseTrace trace = recorded("routed");
    SimulationOptions options{api::Eviction::lookahead, 131, 8};
    const SimulatedRun demand = simulateCache(trace, options);
    options.prefetchPerLayer = 12;
    const SimulatedRun limited = simulateCache(trace, options);
    options.prefetchLimit = options.slots;
    const SimulatedRun unlimited = simulateCache(trace, options);
    EXPECT_GT(limited.hits, demand.hits);
    EXPECT_EQ(limited.wasted, 0U) << "tables that are always right waste nothing";
    EXPECT_GE(limited.hits, unlimited.hits);
    EXPECT_LT(limited.copies * 5, unlimited.copies * 4);
}

TEST(CacheSimulation, PrefetchKeepsWhatAScarceCacheCanKeep)
{
    // Each batch uses the same 22 experts of each of three layers, and there are slots for 38. What
    // prefetching for the layer after the next would evict is needed right after it: then every use would
    // cost a copy.
    UseTrace trace;
    trace.expertsPerLayer = {22, 22, 22};
    for (std::uint32_t batch = 0; batch < 50; ++batch) {
        auto& layers = trace.uses.emplace_back();
        HashTable& table = trace.tables.emplace_back();
        table.batch = batch;
        for (int layer = 0; layer < 3; ++layer) {
            auto& uses = layers.emplace_back();
            LayerTable& told = table.layers.emplace_back();
            for (std::uint16_t expert = 0; expert < 22; ++expert) {
                uses.push_back({expert, 1});
                told.predicted.push_back({expert, 1});
            }
        }
    }
    SimulationOptions options{api::Eviction::lookahead, 38, 8};
    options.prefetchPerLayer = 100;
    options.prefetchLimit = 38;
    const SimulatedRun run = simulateCache(trace, options);
    EXPECT_EQ(run.hits, run.uses - 22) << "only the very first layer waits";
    EXPECT_EQ(run.wasted, 0U);
    EXPECT_LT(run.copies * 10, run.uses * 7);
}

TEST(CacheSimulation, EveryExpertInASlotIsCopiedOnce)
{
    const UseTrace trace = recorded("");
    std::set<Key> used;
    for (const auto& batch : trace.uses) {
        for (std::size_t layer = 0; layer < batch.size(); ++layer) {
            for (const ActiveExpert& use : batch[layer])
                used.insert({layer, use.expert});
        }
    }
    for (const auto eviction :
         {api::Eviction::fifo, api::Eviction::lru, api::Eviction::lfru, api::Eviction::lookahead})
        EXPECT_EQ(simulateCache(trace, {eviction, 768}).copies, used.size());
}

} // namespace
} // namespace sida::experts
