// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/consistency.h"
#include "engine/experts/device_expert_cache.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <optional>
#include <random>
#include <set>

namespace sida::experts
{
namespace
{

constexpr int kLayers = 3;
constexpr int kExperts = 8;
constexpr int kAll = kLayers * kExperts;

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
        HashTable& table = trace.tables.emplace_back();
        table.batch = static_cast<std::uint32_t>(batch);
        auto& layers = trace.uses.emplace_back();
        for (int layer = 0; layer < kLayers; ++layer) {
            std::set<std::uint16_t> active;
            std::set<std::uint16_t> foretold;
            const auto count = 1 + random() % kExperts;
            while (active.size() < count)
                active.insert(static_cast<std::uint16_t>(random() % kExperts));
            for (const std::uint16_t expert : active)
                foretold.insert(isRight(random) ? expert : static_cast<std::uint16_t>(random() % kExperts));
            auto& uses = layers.emplace_back();
            for (const std::uint16_t expert : active)
                uses.push_back({expert, 3});
            LayerTable& told = table.layers.emplace_back();
            for (const std::uint16_t expert : foretold)
                told.predicted.push_back({expert, 2});
        }
    }
    return trace;
}

/// A device that does what the kernels do, a step at a time: announces a layer, looks its experts up, lists
/// them, computes what is there, waits for the rest in waves. Copies go on between any two steps. It notices
/// when a slot does not hold what the host said, or changes while it is computed with.
class SimulatedDevice final : public SlotDevice
{
public:
    SimulatedDevice(const SessionClock& clock, int slots, int mostWaves)
        : m_clock(clock)
        , m_content(static_cast<std::size_t>(kAll), -1)
        , m_waves(mostWaves)
        , m_slots(slots)
    {
    }

    void publish(ExpertKey key, int slot) override { m_table[key.layer][key.expert] = slot; }
    bool isReading(int layer) const override { return m_begun[layer] > m_read[layer]; }
    bool canBeginCopy() const override { return m_copies.size() < 4; }
    Status beginCopy(ExpertKey key, int slot) override
    {
        EXPECT_LT(slot, m_slots);
        EXPECT_EQ(std::count(m_inUse.begin(), m_inUse.end(), slot), 0) << "a slot that is computed with";
        m_content[static_cast<std::size_t>(slot)] = -1;
        m_copies.push_back({key, slot, m_clock.now(), -1});
        return {};
    }
    Result<std::optional<Copied>> endedCopy() override
    {
        if (m_copies.empty() || m_copies.front().end < 0)
            return std::nullopt;
        const Copied copied{m_copies.front().begin, m_copies.front().end};
        m_copies.erase(m_copies.begin());
        return copied;
    }

    /// The bus does something.
    void copyStep()
    {
        for (Copy& copy : m_copies) {
            if (copy.end >= 0)
                continue;
            copy.end = m_clock.now();
            m_content[static_cast<std::size_t>(copy.slot)] = copy.key.layer * kExperts + copy.key.expert;
            m_table[copy.key.layer][copy.key.expert] = copy.slot;
            return;
        }
    }

    enum class State { idle, announced, lookedUp, listed, computing, done };
    struct Entry {
        ActiveExpert use;
        int wave = -1;
        int slot = -1;
    };

    void start(std::uint32_t sequence, int layer, const std::vector<ActiveExpert>& active)
    {
        m_sequence = sequence;
        m_layer = layer;
        entries.clear();
        waves.assign(static_cast<std::size_t>(m_waves), {});
        for (const ActiveExpert& use : active)
            entries.push_back({use, -1, -1});
        m_wave = 0;
        released = 0;
        begin = m_clock.now();
        m_begun[layer] = sequence + 1;
        state = State::announced;
    }

    void computeStep()
    {
        switch (state) {
        case State::announced:
            look();
            state = State::lookedUp;
            break;
        case State::lookedUp:
            state = State::listed;
            waves[0].waitBegin = m_clock.now();
            break;
        case State::listed:
            if (m_wave > 0)
                look();
            if (!takeWave())
                return;
            state = State::computing;
            break;
        case State::computing:
            for (const Entry& entry : entries)
                if (entry.wave == m_wave)
                    check(entry);
            m_inUse.clear();
            released = ++m_wave;
            if (m_wave == m_waves) {
                end = m_clock.now();
                state = State::done;
            } else {
                waves[static_cast<std::size_t>(m_wave)].waitBegin = m_clock.now();
                state = State::listed;
            }
            break;
        default:
            break;
        }
    }

    /// The host has read the list.
    void noteRead() { m_read[m_layer] = m_sequence + 1; }

    State state = State::idle;
    std::vector<Entry> entries;
    std::vector<DeviceExpertCache::Wave> waves;
    int released = 0;
    Nanoseconds begin = 0;
    Nanoseconds end = 0;
    int wrong = 0;
    int computed = 0;

private:
    struct Copy {
        ExpertKey key;
        int slot = 0;
        Nanoseconds begin = 0;
        Nanoseconds end = -1;
    };
    void look()
    {
        m_found.assign(entries.size(), -1);
        for (std::size_t i = 0; i < entries.size(); ++i)
            if (entries[i].wave < 0)
                m_found[i] = m_table[m_layer][entries[i].use.expert];
    }
    bool takeWave()
    {
        int remaining = 0;
        int found = 0;
        for (std::size_t i = 0; i < entries.size(); ++i) {
            remaining += entries[i].wave < 0;
            found += entries[i].wave < 0 && m_found[i] >= 0;
        }
        const int left = m_waves - m_wave;
        const int needed = left == 1 ? remaining : m_wave == 0 ? 0 : (remaining + left - 1) / left;
        if (found < needed) {
            look();
            return false;
        }
        for (std::size_t i = 0; i < entries.size(); ++i) {
            if (entries[i].wave >= 0 || m_found[i] < 0)
                continue;
            entries[i].wave = m_wave;
            entries[i].slot = m_found[i];
            m_inUse.push_back(m_found[i]);
            check(entries[i]);
            ++computed;
        }
        waves[static_cast<std::size_t>(m_wave)].waitEnd = m_clock.now();
        return true;
    }
    void check(const Entry& entry)
    {
        wrong += m_content[static_cast<std::size_t>(entry.slot)] != m_layer * kExperts + entry.use.expert;
    }

    const SessionClock& m_clock;
    int m_table[kLayers][kExperts] = {
        {-1, -1, -1, -1, -1, -1, -1, -1}, {-1, -1, -1, -1, -1, -1, -1, -1}, {-1, -1, -1, -1, -1, -1, -1, -1}};
    std::uint32_t m_begun[kLayers] = {};
    std::uint32_t m_read[kLayers] = {};
    std::vector<int> m_content; ///< expert in each slot; -1 = being written, or nothing
    std::vector<int> m_inUse, m_found;
    std::vector<Copy> m_copies;
    int m_waves = 1;
    int m_slots = 0;
    int m_wave = 0;
    int m_layer = 0;
    std::uint32_t m_sequence = 0;
};

struct Played {
    api::RecordingChunk rows;
    int wrong = 0;
    int computed = 0;
    bool stuck = false;
};

/// At least as many as it takes; more let experts go early.
int wavesFor(int slots, int groups)
{
    return slots >= kAll ? 1 : 1 + std::max(groups, (kExperts + slots - 1) / slots);
}

Played play(const Trace& trace, api::Eviction eviction, int slots, int window, std::uint64_t seed)
{
    const HostStore store({kExperts, kExperts, kExperts}, 512, 512);
    const SessionClock clock;
    profile::Recorder recorder;
    SimulatedDevice device(clock, slots, wavesFor(slots, seed % 2 == 0 ? 1 : 3));
    DeviceExpertCache cache(
        store, clock, device, recorder.addProducer("transfer"), {eviction, slots, window + 3, 0});
    std::mt19937_64 random(seed);
    Played played;
    std::size_t given = 0;
    using State = SimulatedDevice::State;
    for (std::size_t batch = 0; batch < trace.uses.size(); ++batch) {
        const Nanoseconds ready = clock.now();
        for (; window > 0 && given < std::min(batch + static_cast<std::size_t>(window), trace.tables.size());
             ++given)
            cache.addTable(trace.tables[given], clock.now());
        cache.beginBatch(
            static_cast<std::uint32_t>(batch), window > 0 ? &trace.tables[batch] : nullptr,
            window > 0 ? ready : -1);
        for (int layer = 0; layer < kLayers; ++layer) {
            bool listRead = false;
            bool ended = false;
            int released = 0;
            bool started = false;
            for (int step = 0; !ended; ++step) {
                if (step > 200000)
                    return {recorder.drain(), device.wrong, device.computed, true};
                switch (random() % 4) {
                case 0:
                    device.copyStep();
                    break;
                case 1:
                    if (!started && random() % 4 == 0) {
                        device.start(
                            static_cast<std::uint32_t>(batch), layer,
                            trace.uses[batch][static_cast<std::size_t>(layer)]);
                        started = true;
                    } else if (started) {
                        device.computeStep();
                    }
                    break;
                default: // the host looks
                    if (!cache.pump())
                        return {recorder.drain(), device.wrong, device.computed, true};
                    if (!started || device.state < State::listed)
                        break;
                    if (!listRead) {
                        cache.beginLayer(
                            layer, device.begin, trace.uses[batch][static_cast<std::size_t>(layer)]);
                        device.noteRead();
                        listRead = true;
                        break;
                    }
                    (void)cache.noteEnded();
                    if (device.state == State::done) {
                        std::vector<DeviceExpertCache::Use> uses;
                        for (const auto& entry : device.entries)
                            uses.push_back({entry.wave, entry.slot});
                        cache.endLayer(device.end, uses, device.waves);
                        device.state = State::idle;
                        ended = true;
                    } else if (device.released > released) {
                        released = device.released;
                        for (std::size_t i = 0; i < device.entries.size(); ++i)
                            if (device.entries[i].wave >= 0 && device.entries[i].wave < released)
                                cache.release(i);
                    }
                }
            }
        }
    }
    return {recorder.drain(), device.wrong, device.computed, false};
}

void expectClean(const api::RecordingChunk& rows)
{
    api::Recording recording;
    recording.rows = rows;
    recording.state = api::RecordingState::complete;
    const api::Consistency consistency = api::checkConsistency(recording);
    EXPECT_TRUE(consistency.checked);
    for (const std::string& problem : consistency.problems)
        ADD_FAILURE() << problem;
}

} // namespace

TEST(DeviceExpertCache, TheDeviceNeverComputesWithAnythingButTheExpertItWantsAndNeverWaitsForEver)
{
    for (const api::Eviction eviction :
         {api::Eviction::fifo, api::Eviction::lru, api::Eviction::lfru, api::Eviction::lookahead}) {
        for (const int slots : {2, 3, 5, 9, kAll}) {
            for (const int window : {0, 1, 4}) {
                for (const double right : {0.0, 0.6, 1.0}) {
                    const Trace trace = randomTrace(12, right, static_cast<std::uint64_t>(slots));
                    const Played played
                        = play(trace, eviction, slots, window, 7 * static_cast<std::uint64_t>(window));
                    SCOPED_TRACE(
                        testing::Message() << api::name(eviction) << ", " << slots << " slots, " << window
                                           << " tables, right " << right);
                    ASSERT_FALSE(played.stuck);
                    EXPECT_EQ(played.wrong, 0);
                    int wanted = 0;
                    for (const auto& batch : trace.uses)
                        for (const auto& layer : batch)
                            wanted += static_cast<int>(layer.size());
                    EXPECT_EQ(played.computed, wanted);
                    expectClean(played.rows);
                }
            }
        }
    }
}

TEST(DeviceExpertCache, WhatIsForetoldIsThereInTimeAndWhatIsNotIsFetchedOnDemand)
{
    const Trace trace = randomTrace(30, 1.0, 3);
    const auto hits = [](const Played& played) {
        return std::count_if(played.rows.uses.begin(), played.rows.uses.end(), [](const api::UseRow& use) {
            return use.routed > 0 && use.outcome == api::Outcome::hit;
        });
    };
    const Played told = play(trace, api::Eviction::lookahead, 14, 4, 1);
    const Played untold = play(trace, api::Eviction::lru, 14, 0, 1);
    EXPECT_GT(hits(told), hits(untold));
    const auto demanded = [](const Played& played) {
        return std::count_if(
            played.rows.transfers.begin(), played.rows.transfers.end(),
            [](const api::TransferRow& row) { return row.kind == api::TransferKind::onDemand; });
    };
    EXPECT_EQ(demanded(untold), static_cast<std::ptrdiff_t>(untold.rows.transfers.size()));
    EXPECT_LT(demanded(told), demanded(untold));
}

TEST(DeviceExpertCache, WhereEveryBatchUsesEverythingSomeExpertsStayFromBatchToBatch)
{
    Trace trace = randomTrace(30, 1.0, 4);
    for (std::size_t batch = 0; batch < trace.uses.size(); ++batch) {
        for (std::size_t layer = 0; layer < kLayers; ++layer) {
            trace.uses[batch][layer].clear();
            trace.tables[batch].layers[layer].predicted.clear();
            for (std::uint16_t expert = 0; expert < kExperts; ++expert) {
                trace.uses[batch][layer].push_back({expert, 3});
                trace.tables[batch].layers[layer].predicted.push_back({expert, 3});
            }
        }
    }
    const auto hitShare = [&](const Played& played) {
        double hits = 0;
        double uses = 0;
        for (const api::UseRow& use : played.rows.uses) {
            uses += use.routed > 0;
            hits += use.routed > 0 && use.outcome == api::Outcome::hit;
        }
        return hits / uses;
    };
    // 10 of 24: at best some 8 stay while 2 come and go. Who goes by age loses each one just before its use.
    EXPECT_LT(hitShare(play(trace, api::Eviction::lru, 10, 0, 1)), 0.02);
    EXPECT_GT(hitShare(play(trace, api::Eviction::lookahead, 10, 4, 1)), 0.1);
}

TEST(DeviceExpertCache, FewerSlotsMeanThatNothingStandsBehindThem)
{
    const HostStore store({kExperts, kExperts, kExperts}, 512, 512);
    const SessionClock clock;
    profile::Recorder recorder;
    SimulatedDevice device(clock, kAll, 1);
    DeviceExpertCache cache(
        store, clock, device, recorder.addProducer("transfer"), {api::Eviction::lru, kAll, 1, 0});
    for (int expert = 0; expert < kAll; ++expert) {
        ASSERT_TRUE(cache.beginPreload(expert));
        device.copyStep();
        ASSERT_TRUE(cache.noteEnded());
    }
    cache.resize(5);
    const api::RecordingChunk rows = recorder.drain();
    EXPECT_EQ(rows.evictions.size(), static_cast<std::size_t>(kAll - 5));
    for (const api::EvictionRow& row : rows.evictions) {
        EXPECT_GE(row.slot, 5);
        EXPECT_EQ(row.reason, api::EvictionReason::budgetChange);
    }
}

} // namespace sida::experts
