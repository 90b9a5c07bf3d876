// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experts/device_expert_cache.h"

#include <algorithm>
#include <fmt/format.h>

namespace sida::experts
{

namespace
{

/// One under way and one behind it.
constexpr std::size_t kDemandCopies = 2;

std::vector<int> expertsPerLayer(const HostStore& store)
{
    std::vector<int> experts;
    for (int layer = 0; layer < store.layers(); ++layer)
        experts.push_back(store.experts(layer));
    return experts;
}

} // namespace

DeviceExpertCache::DeviceExpertCache(
    const HostStore& store, const SessionClock& clock, SlotDevice& device,
    profile::Recorder::Producer& recorder, const Options& options)
    : m_store(store)
    , m_clock(clock)
    , m_device(device)
    , m_recorder(recorder)
    , m_options(options)
    , m_experts(static_cast<std::size_t>(store.expertCount()))
    , m_slots(static_cast<std::size_t>(store.expertCount()))
    , m_slotCount(std::min(options.slots, store.expertCount()))
    , m_prefetch(store.expertCount(), options.window)
    , m_forecast(expertsPerLayer(store), options.window)
    , m_policy(makePolicy(options.eviction))
    , m_switches(static_cast<std::size_t>(store.layers()))
    , m_untouchable(static_cast<std::size_t>(store.layers()))
    , m_activeOfExpert(static_cast<std::size_t>(store.expertCount()), -1)
{
    m_candidates.reserve(m_slots.size());
}

Position DeviceExpertCache::position(int moeLayer) const
{
    return static_cast<Position>(m_batch) * static_cast<Position>(m_store.layers())
        + static_cast<Position>(moeLayer);
}

void DeviceExpertCache::addTable(const HashTable& table, Nanoseconds ready)
{
    const Position first = static_cast<Position>(table.batch) * static_cast<Position>(m_store.layers());
    if (table.batch < m_toldUntil)
        m_prefetch.retract(first, first + table.layers.size());
    m_toldUntil = std::max(m_toldUntil, table.batch + 1);
    for (std::size_t layer = 0; layer < table.layers.size(); ++layer) {
        m_forecast.addTable(table.batch, static_cast<int>(layer), table.layers[layer].predicted);
        for (const LayerTable::Count& count : table.layers[layer].predicted) {
            const ExpertKey key{static_cast<std::uint16_t>(layer), count.expert};
            m_prefetch.add({first + layer, m_store.index(key), ready});
        }
    }
    ++m_changes;
}

void DeviceExpertCache::beginBatch(std::uint32_t batch, const HashTable* table, Nanoseconds tableReady)
{
    m_batch = batch;
    m_table = table;
    m_tableReady = tableReady;
}

bool DeviceExpertCache::foretold(int moeLayer) const
{
    return m_table != nullptr && static_cast<std::size_t>(moeLayer) < m_table->layers.size();
}

std::uint32_t DeviceExpertCache::predictedTokens(int moeLayer, std::uint16_t expert) const
{
    if (!foretold(moeLayer))
        return 0;
    const auto& predicted = m_table->layers[static_cast<std::size_t>(moeLayer)].predicted;
    const auto found = std::lower_bound(
        predicted.begin(), predicted.end(), expert,
        [](const LayerTable::Count& count, std::uint16_t value) { return count.expert < value; });
    return found != predicted.end() && found->expert == expert ? found->tokens : 0;
}

/// Of an expert that was not there when its layer began.
void DeviceExpertCache::classify(Active& active, bool copying) const
{
    const Expert& expert = m_experts[static_cast<std::size_t>(active.expert)];
    active.missed = true;
    if (!copying && m_tableReady >= 0 && expert.evictedAt >= m_tableReady) {
        active.row.outcome = api::Outcome::evictedEarly;
        active.cause = api::StallCause::evictedEarly;
    } else if (copying || active.row.predicted > 0) {
        active.row.outcome = api::Outcome::late;
        const bool busWasFull = m_tableReady >= 0 && m_busySince >= 0 && m_busySince <= m_tableReady;
        active.cause = busWasFull ? api::StallCause::busSaturated : api::StallCause::late;
    } else {
        active.row.outcome = api::Outcome::unpredicted;
        active.cause = api::StallCause::unpredicted;
    }
}

void DeviceExpertCache::pin(Active& active)
{
    Slot& slot = m_slots[static_cast<std::size_t>(m_experts[static_cast<std::size_t>(active.expert)].slot)];
    active.pinned = true;
    active.arrivedAt = slot.arrivedAt;
    ++slot.pins;
}

void DeviceExpertCache::beginLayer(int moeLayer, Nanoseconds begin, std::span<const ActiveExpert> active)
{
    m_layer = moeLayer;
    m_layerBegin = begin;
    m_active.clear();
    m_demand.clear();
    m_nextPosition = position(moeLayer) + 1;
    m_prefetch.advanceTo(m_nextPosition);
    m_forecast.learn(m_batch, moeLayer, active);
    m_usedByALayer = active.size();
    for (const ActiveExpert& use : active) {
        Active entry;
        const ExpertKey key{static_cast<std::uint16_t>(moeLayer), use.expert};
        entry.expert = m_store.index(key);
        entry.row.batch = m_batch;
        entry.row.key = key;
        entry.row.routed = use.rows;
        entry.row.predicted = predictedTokens(moeLayer, use.expert);
        m_activeOfExpert[static_cast<std::size_t>(entry.expert)] = static_cast<int>(m_active.size());
        const Expert& expert = m_experts[static_cast<std::size_t>(entry.expert)];
        if (expert.slot >= 0 && !expert.copying) {
            pin(entry);
            if (entry.arrivedAt > begin) // between the device's look and ours
                classify(entry, true);
        } else {
            classify(entry, expert.copying);
            if (!expert.copying) {
                entry.demanded = true;
                m_demand.push_back(m_active.size());
            }
        }
        m_active.push_back(entry);
    }
    judgePredictions(moeLayer);
    ++m_changes;
}

bool DeviceExpertCache::misses() const
{
    return std::ranges::any_of(m_active, [](const Active& active) { return !active.pinned; });
}

void DeviceExpertCache::judgePredictions(int moeLayer)
{
    const Position now = position(moeLayer);
    if (foretold(moeLayer)) {
        PrefetchSwitch& layerSwitch = m_switches[static_cast<std::size_t>(moeLayer)];
        int judged = 0;
        int right = 0;
        for (const LayerTable::Count& count : m_table->layers[static_cast<std::size_t>(moeLayer)].predicted) {
            const int index = m_store.index({static_cast<std::uint16_t>(moeLayer), count.expert});
            const int slot = m_experts[static_cast<std::size_t>(index)].slot;
            // What is there for another reason says nothing about prefetching.
            if (slot >= 0 && m_slots[static_cast<std::size_t>(slot)].copiedFor != now)
                continue;
            ++judged;
            right += m_activeOfExpert[static_cast<std::size_t>(index)] >= 0 ? 1 : 0;
        }
        if (layerSwitch.judge(judged, right))
            m_recorder.record(api::PrefetchSwitchRow{
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

void DeviceExpertCache::release(std::size_t index)
{
    Active& active = m_active[index];
    if (active.released || !active.pinned)
        return;
    active.released = true;
    Slot& slot = m_slots[static_cast<std::size_t>(m_experts[static_cast<std::size_t>(active.expert)].slot)];
    active.row.slot = m_experts[static_cast<std::size_t>(active.expert)].slot;
    --slot.pins;
    slot.used = true;
    slot.lastUsedAt = ++m_tick;
    slot.quietSince = std::max(slot.quietSince, m_clock.now());
    // From now on it may leave and come back for a later batch; that copy is not for this layer.
    m_activeOfExpert[static_cast<std::size_t>(active.expert)] = -1;
    ++m_changes;
}

void DeviceExpertCache::endLayer(Nanoseconds end, std::span<const Use> uses, std::span<const Wave> waves)
{
    for (std::size_t i = 0; i < m_active.size(); ++i)
        release(i);
    for (const Active& active : m_active)
        m_activeOfExpert[static_cast<std::size_t>(active.expert)] = -1;
    for (std::size_t i = 0; i < m_active.size(); ++i) {
        const Nanoseconds begun = waves[static_cast<std::size_t>(uses[i].wave)].waitEnd;
        m_active[i].row.used = std::max({begun, m_active[i].arrivedAt, m_layerBegin});
        end = std::max(end, m_active[i].row.used);
    }
    recordUses(end, uses, waves);
    recordStalls(end, uses, waves);
    recordUnused();
    m_recorder.record(api::LayerRow{m_batch, static_cast<std::uint16_t>(m_layer), m_layerBegin, end});
}

void DeviceExpertCache::recordUses(
    Nanoseconds end, std::span<const Use> uses, [[maybe_unused]] std::span<const Wave> waves)
{
    for (std::size_t i = 0; i < m_active.size(); ++i) {
        m_active[i].row.slot = uses[i].slot;
        m_recorder.record(m_active[i].row);
        if (uses[i].slot >= 0) {
            Slot& slot = m_slots[static_cast<std::size_t>(uses[i].slot)];
            slot.quietSince = std::max(slot.quietSince, end);
        }
    }
}

/// A wave waits for the last of its experts; its wait is split at the arrival of each.
void DeviceExpertCache::recordStalls(Nanoseconds end, std::span<const Use> uses, std::span<const Wave> waves)
{
    for (std::size_t wave = 0; wave < waves.size(); ++wave) {
        m_arrivals.clear();
        for (std::size_t i = 0; i < m_active.size(); ++i) {
            if (static_cast<std::size_t>(uses[i].wave) == wave && m_active[i].missed
                && m_active[i].arrivedAt > waves[wave].waitBegin)
                m_arrivals.push_back(i);
        }
        std::sort(m_arrivals.begin(), m_arrivals.end(), [this](std::size_t a, std::size_t b) {
            return m_active[a].arrivedAt < m_active[b].arrivedAt;
        });
        Nanoseconds since = std::max({waves[wave].waitBegin, m_lastStall, m_layerBegin});
        for (const std::size_t i : m_arrivals) {
            const Nanoseconds until = std::min(m_active[i].arrivedAt, end);
            if (until <= since)
                continue;
            m_recorder.record(api::StallRow{m_batch, m_active[i].row.key, since, until, m_active[i].cause});
            since = until;
            m_lastStall = until;
        }
    }
}

void DeviceExpertCache::recordUnused()
{
    if (!foretold(m_layer))
        return;
    for (const LayerTable::Count& count : m_table->layers[static_cast<std::size_t>(m_layer)].predicted) {
        const auto found = std::lower_bound(
            m_active.begin(), m_active.end(), count.expert,
            [](const Active& active, std::uint16_t expert) { return active.row.key.expert < expert; });
        if (found != m_active.end() && found->row.key.expert == count.expert)
            continue;
        api::UseRow unused;
        unused.batch = m_batch;
        unused.key = {static_cast<std::uint16_t>(m_layer), count.expert};
        unused.predicted = count.tokens;
        m_recorder.record(unused);
    }
}

Result<bool> DeviceExpertCache::pump()
{
    SIDA_TRY_ASSIGN(const bool ended, noteEnded());
    SIDA_TRY_ASSIGN(const bool demanded, serveDemand());
    bool prefetched = false;
    if (m_demand.empty()) {
        SIDA_TRY_ASSIGN(prefetched, servePrefetch());
    }
    return ended || demanded || prefetched;
}

Result<bool> DeviceExpertCache::noteEnded()
{
    bool any = false;
    while (!m_copies.empty()) {
        SIDA_TRY_ASSIGN(const std::optional<SlotDevice::Copied> times, m_device.endedCopy());
        if (!times)
            break;
        const Copy copy = m_copies.front();
        m_copies.pop_front();
        complete(copy, *times);
        any = true;
    }
    if (m_copies.empty())
        m_busySince = -1;
    return any;
}

/// Two clocks never agree to the last microsecond: a copy begins after it was asked for and after its slot
/// was last used, and what the device waited for came after it had begun to wait.
void DeviceExpertCache::complete(const Copy& copy, SlotDevice::Copied times)
{
    Slot& slot = m_slots[static_cast<std::size_t>(copy.slot)];
    const Nanoseconds took = times.end - times.begin;
    m_copyTime = m_copyTime == 0 ? took : std::min(m_copyTime, took);
    m_lastEnd = m_clock.now();
    const Nanoseconds begin = std::max({times.begin, copy.queued, slot.quietSince + 1});
    Nanoseconds end = std::max(times.end, begin);
    Active* active = activeOf(copy.expert);
    if (active != nullptr)
        end = std::max(end, m_layerBegin);
    m_experts[static_cast<std::size_t>(copy.expert)].copying = false;
    slot.arrivedAt = end;
    slot.quietSince = end;
    const auto batch = static_cast<std::uint32_t>(copy.position / static_cast<Position>(m_store.layers()));
    m_recorder.record(api::TransferRow{
        m_store.key(copy.expert), copy.kind, copy.slot, batch, m_store.blockBytes(), copy.queued, begin,
        end});
    if (active != nullptr && !active->pinned)
        pin(*active);
    ++m_changes;
}

Result<bool> DeviceExpertCache::serveDemand()
{
    bool any = false;
    // No more than keep the bus busy: a slot is chosen as late as can be, when experts of this layer that
    // have been computed may go rather than others that are needed sooner.
    while (!m_demand.empty() && m_copies.size() < kDemandCopies && m_device.canBeginCopy()) {
        const std::size_t index = m_demand.front();
        const int slot = takeSlot(0);
        if (slot < 0)
            break; // all are being computed with, or on their way
        m_demand.erase(m_demand.begin());
        Copy copy;
        copy.expert = m_active[index].expert;
        copy.slot = slot;
        copy.position = position(m_layer);
        copy.kind = api::TransferKind::onDemand;
        copy.queued = m_layerBegin;
        SIDA_TRY(begin(copy));
        any = true;
    }
    return any;
}

/// The bus shall never pause, and what is asked for shall not wait behind much that is not: the next copy
/// begins when the one under way has a quarter left.
bool DeviceExpertCache::isTimeForAnother() const
{
    if (m_copies.empty())
        return true;
    if (m_copies.size() > 1)
        return false;
    const Nanoseconds begun = std::max(m_copies.front().begun, m_lastEnd);
    return m_clock.now() >= begun + m_copyTime * 3 / 4;
}

Result<bool> DeviceExpertCache::servePrefetch()
{
    if (m_ahead >= prefetchLimit() || m_blockedAt == m_changes || !isTimeForAnother()
        || !m_device.canBeginCopy())
        return false;
    while (const std::optional<PrefetchQueue::Item> item = m_prefetch.front()) {
        const bool isThere = m_experts[static_cast<std::size_t>(item->expert)].slot >= 0;
        if (isThere || !m_switches[m_store.key(item->expert).layer].isOn()) {
            m_prefetch.popFront();
            continue;
        }
        const int slot = takeSlot(item->position);
        if (slot < 0) {
            m_blockedAt = m_changes; // everything that is resident is needed sooner
            return false;
        }
        Copy copy;
        copy.expert = item->expert;
        copy.slot = slot;
        copy.position = item->position;
        copy.queued = item->queued;
        m_prefetch.popFront();
        m_slots[static_cast<std::size_t>(slot)].copiedFor = copy.position;
        ++m_ahead;
        SIDA_TRY(begin(copy));
        return true;
    }
    m_blockedAt = m_changes;
    return false;
}

int DeviceExpertCache::prefetchLimit() const
{
    if (m_options.prefetchBytes == 0)
        return defaultPrefetchLimit(m_slotCount, m_usedByALayer);
    const std::uint64_t slots = m_options.prefetchBytes / m_store.blockBytes();
    return static_cast<int>(std::clamp<std::uint64_t>(slots, 1, m_slots.size()));
}

Status DeviceExpertCache::begin(Copy copy)
{
    Expert& expert = m_experts[static_cast<std::size_t>(copy.expert)];
    expert.slot = copy.slot;
    expert.copying = true;
    Slot& slot = m_slots[static_cast<std::size_t>(copy.slot)];
    slot.expert = copy.expert;
    slot.used = false;
    slot.insertedAt = ++m_tick;
    slot.lastUsedAt = m_tick;
    SIDA_TRY(m_device.beginCopy(m_store.key(copy.expert), copy.slot));
    copy.begun = m_clock.now();
    if (m_copies.empty())
        m_busySince = copy.begun;
    m_copies.push_back(copy);
    return {};
}

Status DeviceExpertCache::beginPreload(int expert)
{
    Copy copy;
    copy.expert = expert;
    copy.slot = expert;
    copy.kind = api::TransferKind::preload;
    copy.queued = m_clock.now();
    return begin(copy);
}

int DeviceExpertCache::takeSlot(Position neededBefore)
{
    for (int slot = 0; slot < m_slotCount; ++slot)
        if (m_slots[static_cast<std::size_t>(slot)].expert < 0)
            return slot;
    std::fill(m_untouchable.begin(), m_untouchable.end(), 0);
    while (true) {
        const int slot = bestVictim(neededBefore);
        if (slot < 0 || evict(slot, api::EvictionReason::slotNeeded))
            return slot;
        // The device is looking at that layer's experts right now: another layer's.
        m_untouchable[m_store.key(m_slots[static_cast<std::size_t>(slot)].expert).layer] = 1;
    }
}

int DeviceExpertCache::bestVictim(Position neededBefore)
{
    m_candidates.clear();
    for (int i = 0; i < m_slotCount; ++i) {
        const Slot& slot = m_slots[static_cast<std::size_t>(i)];
        if (slot.expert < 0 || slot.pins > 0 || m_experts[static_cast<std::size_t>(slot.expert)].copying)
            continue;
        const ExpertKey key = m_store.key(slot.expert);
        const Position nextUse = m_prefetch.nextUse(slot.expert);
        if (nextUse <= neededBefore || m_untouchable[key.layer] != 0)
            continue;
        m_candidates.push_back(
            {i, slot.insertedAt, slot.lastUsedAt, nextUse, m_forecast.frequency(key.layer, key.expert),
             m_policy->asksForecast() ? m_forecast.nearness(key.layer, key.expert, m_nextPosition) : 0});
    }
    const int chosen = chooseVictim(*m_policy, m_candidates);
    return chosen < 0 ? -1 : m_candidates[static_cast<std::size_t>(chosen)].slot;
}

/// False when the device may be about to use it.
bool DeviceExpertCache::evict(int slotIndex, api::EvictionReason reason)
{
    Slot& slot = m_slots[static_cast<std::size_t>(slotIndex)];
    const int index = slot.expert;
    const ExpertKey key = m_store.key(index);
    m_device.publish(key, -1);
    if (m_device.isReading(key.layer)) {
        m_device.publish(key, slotIndex);
        return false;
    }
    Expert& expert = m_experts[static_cast<std::size_t>(index)];
    const Nanoseconds now = std::max(m_clock.now(), slot.quietSince);
    m_recorder.record(api::EvictionRow{key, slotIndex, now, reason, slot.used});
    expert.slot = -1;
    expert.evictedAt = now;
    slot.expert = -1;
    slot.quietSince = now;
    if (slot.copiedFor != kNever) {
        slot.copiedFor = kNever;
        --m_ahead;
    }
    if (const Position nextUse = m_prefetch.nextUse(index); nextUse != kNever)
        m_prefetch.putBack({nextUse, index, now});
    return true;
}

void DeviceExpertCache::resize(int slots)
{
    const int wanted = std::clamp(slots, std::min(2, m_store.expertCount()), m_store.expertCount());
    for (int slot = wanted; slot < m_slotCount; ++slot)
        if (m_slots[static_cast<std::size_t>(slot)].expert >= 0)
            (void)evict(slot, api::EvictionReason::budgetChange); // nothing runs, so nobody reads
    m_slotCount = wanted;
    ++m_changes;
}

} // namespace sida::experts
