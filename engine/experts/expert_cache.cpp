// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experts/expert_cache.h"

#include <algorithm>
#include <cassert>

namespace sida::experts
{

namespace
{

/// A layer's experts are computed in this many groups when slots are scarce: those of the first groups make
/// room for the next layer's while the others are computed.
constexpr std::size_t kGroups = 4;

std::vector<int> expertsPerLayer(const HostStore& store)
{
    std::vector<int> experts;
    for (int layer = 0; layer < store.layers(); ++layer)
        experts.push_back(store.experts(layer));
    return experts;
}

Schedule scheduleOf(const HostStore& store, const ExpertCache::Options& options)
{
    const int layers = std::max(store.layers(), 1);
    return {layers, options.repeatedFrom < 0 ? layers : options.repeatedFrom, std::max(options.steps, 1)};
}

} // namespace

std::uint64_t ExpertCache::slotBytes(std::uint64_t blockBytes)
{
    return device::SlotArena::roundedSlotBytes(blockBytes);
}

ExpertCache::ExpertCache(
    const HostStore& store, device::MemoryLedger& ledger, const SessionClock& clock,
    profile::Recorder::Producer& transfers, profile::Recorder::Producer& uses, const Options& options)
    : m_store(store)
    , m_ledger(ledger)
    , m_clock(clock)
    , m_transferRecorder(transfers)
    , m_useRecorder(uses)
    , m_options(options)
    , m_schedule(scheduleOf(store, options))
    , m_arena(store.expertCount(), store.blockBytes())
    , m_experts(static_cast<std::size_t>(store.expertCount()))
    , m_slots(static_cast<std::size_t>(store.expertCount()))
    , m_prefetch(store.expertCount(), options.window)
    , m_forecast(expertsPerLayer(store), options.window, m_schedule)
    , m_policy(makePolicy(options.eviction))
    , m_switches(static_cast<std::size_t>(store.layers()))
    , m_enabledSlots(std::min(options.slots, store.expertCount()))
    , m_activeOfExpert(static_cast<std::size_t>(store.expertCount()), -1)
{
    int mostExperts = 0;
    for (int layer = 0; layer < store.layers(); ++layer)
        mostExperts = std::max(mostExperts, store.experts(layer));
    const auto most = static_cast<std::size_t>(mostExperts);
    m_demand.reserve(most);
    m_active.reserve(most);
    m_hits.reserve(most);
    m_arrived.reserve(most);
    m_candidates.reserve(m_slots.size());
    for (int slot = 0; slot < m_enabledSlots; ++slot)
        m_slots[static_cast<std::size_t>(slot)].enabled = true;
}

Position ExpertCache::position(int moeLayer) const
{
    return m_schedule.position(m_batch, m_step, moeLayer);
}

void ExpertCache::addTable(const HashTable& table, Nanoseconds ready)
{
    {
        const std::lock_guard lock(m_mutex);
        const Position first = m_schedule.position(table.batch, 0, 0);
        if (table.batch < m_toldUntil)
            m_prefetch.retract(first, first + table.layers.size());
        m_toldUntil = std::max(m_toldUntil, table.batch + 1);
        for (std::size_t layer = 0; layer < table.layers.size(); ++layer) {
            m_forecast.addTable(
                m_schedule.visit(table.batch, 0, static_cast<int>(layer)), static_cast<int>(layer),
                table.layers[layer].predicted);
            for (const LayerTable::Count& count : table.layers[layer].predicted) {
                const ExpertKey key{static_cast<std::uint16_t>(layer), count.expert};
                m_prefetch.add({first + layer, m_store.index(key), ready});
            }
        }
        ++m_workVersion;
    }
    m_work.notify_one();
}

void ExpertCache::beginBatch(std::uint32_t batch, const HashTable* table, Nanoseconds tableReady)
{
    m_batch = batch;
    m_table = table;
    m_tableReady = tableReady;
    m_step = 0;
    m_stepTable = nullptr;
    m_stepReady = -1;
    if (m_schedule.steps == 1)
        return;
    {
        // The decoder of the batch before is done, so its experts make room for what this one needs.
        const std::lock_guard lock(m_mutex);
        m_nextPosition = position(0);
        ++m_workVersion;
    }
    m_work.notify_one();
}

void ExpertCache::beginStep(int step, const HashTable* table, Nanoseconds tableReady)
{
    m_step = step;
    m_stepTable = table;
    m_stepReady = tableReady;
    if (table == nullptr)
        return;
    {
        const std::lock_guard lock(m_mutex);
        for (std::size_t i = 0; i < table->layers.size(); ++i) {
            const int layer = m_schedule.repeatedFrom + static_cast<int>(i);
            m_forecast.addTable(m_schedule.visit(m_batch, step, layer), layer, table->layers[i].predicted);
            for (const LayerTable::Count& count : table->layers[i].predicted)
                m_prefetch.add(
                    {position(layer), m_store.index({static_cast<std::uint16_t>(layer), count.expert}),
                     tableReady});
        }
        ++m_workVersion;
    }
    m_work.notify_one();
}

/// A batch's table speaks of the encoder's layers, and of a decoder's where its inputs are known beforehand;
/// a step's of the decoder's. What neither speaks of is asked for when its router has decided.
const LayerTable* ExpertCache::foretold(int moeLayer) const
{
    const auto layer = static_cast<std::size_t>(moeLayer);
    if (m_table != nullptr && layer < m_table->layers.size())
        return &m_table->layers[layer];
    if (m_stepTable != nullptr && moeLayer >= m_schedule.repeatedFrom)
        return &m_stepTable->layers[layer - static_cast<std::size_t>(m_schedule.repeatedFrom)];
    return nullptr;
}

Nanoseconds ExpertCache::foretoldAt(int moeLayer) const
{
    if (foretold(moeLayer) == nullptr)
        return -1;
    return static_cast<std::size_t>(moeLayer) < (m_table ? m_table->layers.size() : 0) ? m_tableReady
                                                                                       : m_stepReady;
}

std::uint32_t ExpertCache::predictedTokens(int moeLayer, std::uint16_t expert) const
{
    const LayerTable* table = foretold(moeLayer);
    if (table == nullptr)
        return 0;
    const auto& predicted = table->predicted;
    const auto found = std::lower_bound(
        predicted.begin(), predicted.end(), expert,
        [](const LayerTable::Count& count, std::uint16_t value) { return count.expert < value; });
    return found != predicted.end() && found->expert == expert ? found->tokens : 0;
}

void ExpertCache::classifyMiss(Active& active, bool copying, bool predicted) const
{
    const Expert& expert = m_experts[static_cast<std::size_t>(active.expert)];
    const Nanoseconds ready = foretoldAt(m_layer);
    if (!copying && ready >= 0 && expert.evictedAt >= ready) {
        active.row.outcome = api::Outcome::evictedEarly;
        active.cause = api::StallCause::evictedEarly;
    } else if (copying || predicted) {
        active.row.outcome = api::Outcome::late;
        const bool busWasFull = ready >= 0 && m_busySince >= 0 && m_busySince <= ready;
        active.cause = busWasFull ? api::StallCause::busSaturated : api::StallCause::late;
    } else {
        active.row.outcome = api::Outcome::unpredicted;
        active.cause = api::StallCause::unpredicted;
    }
}

void ExpertCache::beginLayer(int moeLayer, std::span<const ActiveExpert> active)
{
    m_layer = moeLayer;
    m_layerBegin = m_clock.now();
    m_active.clear();
    m_hits.clear();
    m_nextHit = 0;
    {
        const std::lock_guard lock(m_mutex);
        m_arrived.clear();
        m_nextPosition = position(moeLayer) + 1;
        m_prefetch.advanceTo(m_nextPosition);
        m_forecast.learn(m_schedule.visit(m_batch, m_step, moeLayer), moeLayer, active);
        m_usedByALayer = active.size();
        for (const ActiveExpert& use : active) {
            Active entry;
            const ExpertKey key{static_cast<std::uint16_t>(moeLayer), use.expert};
            entry.expert = m_store.index(key);
            entry.row.batch = m_batch;
            entry.row.key = key;
            entry.row.routed = use.rows;
            entry.row.predicted = predictedTokens(moeLayer, use.expert);
            const Expert& expert = m_experts[static_cast<std::size_t>(entry.expert)];
            m_activeOfExpert[static_cast<std::size_t>(entry.expert)] = static_cast<int>(m_active.size());
            if (expert.slot >= 0 && !expert.copying) {
                ++m_slots[static_cast<std::size_t>(expert.slot)].pins;
                entry.pinned = true;
                entry.row.slot = expert.slot;
                m_hits.push_back(m_active.size());
            } else {
                classifyMiss(entry, expert.copying, entry.row.predicted > 0);
                if (!expert.copying)
                    m_demand.push_back({entry.expert, position(moeLayer), m_layerBegin});
            }
            m_active.push_back(entry);
        }
        judgePredictions(moeLayer);
        m_hasMisses = m_hits.size() < m_active.size();
        const bool roomIsWanted = m_table && m_enabledSlots < m_store.expertCount();
        m_groupLimit = roomIsWanted ? std::max<std::size_t>(1, (m_active.size() + kGroups - 1) / kGroups)
                                    : m_active.size();
        m_releaseAtOnce = m_hasMisses || roomIsWanted;
        ++m_workVersion;
    }
    m_work.notify_one();
}

void ExpertCache::judgePredictions(int moeLayer)
{
    const Position now = position(moeLayer);
    if (const LayerTable* table = foretold(moeLayer)) {
        PrefetchSwitch& layerSwitch = m_switches[static_cast<std::size_t>(moeLayer)];
        int judged = 0;
        int right = 0;
        for (const LayerTable::Count& count : table->predicted) {
            const int index = m_store.index({static_cast<std::uint16_t>(moeLayer), count.expert});
            const int slot = m_experts[static_cast<std::size_t>(index)].slot;
            // What is there for another reason says nothing about prefetching.
            if (slot >= 0 && m_slots[static_cast<std::size_t>(slot)].copiedFor != now)
                continue;
            ++judged;
            right += m_activeOfExpert[static_cast<std::size_t>(index)] >= 0 ? 1 : 0;
        }
        if (layerSwitch.judge(judged, right))
            m_useRecorder.record(api::PrefetchSwitchRow{
                m_layerBegin, m_batch, static_cast<std::uint16_t>(moeLayer), layerSwitch.isOn(),
                static_cast<float>(layerSwitch.precision())});
    }
    for (Slot& slot : m_slots) {
        if (slot.copiedFor > now)
            continue;
        slot.copiedFor = kNever;
        --m_ahead;
    }
}

ExpertSource::Ready ExpertCache::next()
{
    m_groupSize = 0;
    if (m_nextHit < m_hits.size())
        return handOut(m_hits[m_nextHit++]);
    std::unique_lock lock(m_mutex);
    if (m_arrived.empty()) {
        const Nanoseconds begin = m_clock.now();
        m_arrival.wait(lock, [this] { return !m_arrived.empty(); });
        const Active& arrived = m_active[m_arrived.front()];
        m_useRecorder.record(api::StallRow{m_batch, arrived.row.key, begin, m_clock.now(), arrived.cause});
    }
    return handOut(popArrived());
}

std::optional<ExpertSource::Ready> ExpertCache::nextIfReady()
{
    if (m_groupSize >= m_groupLimit)
        return std::nullopt;
    if (m_nextHit < m_hits.size())
        return handOut(m_hits[m_nextHit++]);
    if (!m_hasMisses)
        return std::nullopt;
    const std::lock_guard lock(m_mutex);
    if (m_arrived.empty())
        return std::nullopt;
    return handOut(popArrived());
}

ExpertSource::Ready ExpertCache::handOut(std::size_t index)
{
    ++m_groupSize;
    Active& active = m_active[index];
    active.row.used = m_clock.now();
    return {index, m_arena.slot(active.row.slot)};
}

std::size_t ExpertCache::popArrived()
{
    const std::size_t index = m_arrived.front();
    m_arrived.erase(m_arrived.begin());
    return index;
}

void ExpertCache::release(std::size_t index)
{
    // When nobody waits for a slot of this layer, endLayer gives them all back with one lock.
    if (!m_releaseAtOnce)
        return;
    Active& active = m_active[index];
    {
        const std::lock_guard lock(m_mutex);
        Slot& slot = m_slots[static_cast<std::size_t>(active.row.slot)];
        --slot.pins;
        slot.used = true;
        slot.lastUsedAt = ++m_tick;
        active.pinned = false;
        // From now on it may leave and come back for a later batch; that copy is not for this layer.
        m_activeOfExpert[static_cast<std::size_t>(active.expert)] = -1;
        ++m_workVersion;
    }
    m_work.notify_one();
}

void ExpertCache::endLayer()
{
    {
        const std::lock_guard lock(m_mutex);
        for (Active& active : m_active) {
            m_activeOfExpert[static_cast<std::size_t>(active.expert)] = -1;
            if (!active.pinned)
                continue;
            Slot& slot = m_slots[static_cast<std::size_t>(active.row.slot)];
            --slot.pins;
            slot.used = true;
            slot.lastUsedAt = ++m_tick;
        }
        ++m_workVersion;
    }
    m_work.notify_one();

    const Nanoseconds end = m_clock.now();
    for (const Active& active : m_active)
        m_useRecorder.record(active.row);
    if (const LayerTable* table = foretold(m_layer)) {
        for (const LayerTable::Count& count : table->predicted) {
            const bool isActive = std::any_of(m_active.begin(), m_active.end(), [&](const Active& active) {
                return active.row.key.expert == count.expert;
            });
            if (isActive)
                continue;
            api::UseRow unused;
            unused.batch = m_batch;
            unused.key = {static_cast<std::uint16_t>(m_layer), count.expert};
            unused.predicted = count.tokens;
            m_useRecorder.record(unused);
        }
    }
    m_useRecorder.record(api::LayerRow{m_batch, static_cast<std::uint16_t>(m_layer), m_layerBegin, end});
}

void ExpertCache::resize(int slots)
{
    const int wanted = std::clamp(slots, std::min(2, m_store.expertCount()), m_store.expertCount());
    {
        std::unique_lock lock(m_mutex);
        m_paused = true;
        m_arrival.wait(lock, [this] { return !m_copyInFlight; });
        auto disable = [this](Slot& slot) {
            const int index = static_cast<int>(&slot - m_slots.data());
            if (slot.expert >= 0)
                evict(index, api::EvictionReason::budgetChange, m_useRecorder);
            if (slot.booked) {
                m_arena.decommit(index);
                m_ledger.release(api::Purpose::expertSlots, m_arena.slotBytes());
                slot.booked = false;
            }
            slot.enabled = false;
            --m_enabledSlots;
        };
        for (Slot& slot : m_slots) { // slots that hold nothing go first
            if (m_enabledSlots > wanted && slot.enabled && slot.expert < 0)
                disable(slot);
        }
        while (m_enabledSlots > wanted)
            disable(m_slots[static_cast<std::size_t>(bestVictim({}))]);
        for (Slot& slot : m_slots) {
            if (m_enabledSlots < wanted && !slot.enabled) {
                slot.enabled = true;
                ++m_enabledSlots;
            }
        }
        m_paused = false;
        ++m_workVersion;
    }
    m_work.notify_one();
    recordMemory(m_useRecorder);
}

int ExpertCache::slots() const
{
    const std::lock_guard lock(m_mutex);
    return m_enabledSlots;
}

} // namespace sida::experts
