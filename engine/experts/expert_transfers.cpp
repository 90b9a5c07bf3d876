// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The transfer thread's half of ExpertCache: what to copy next, into which slot, and the copy itself.
#include "engine/experts/expert_cache.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

namespace sida::experts
{

void ExpertCache::serveTransfers(const std::stop_token& stop)
{
    std::unique_lock lock(m_mutex);
    while (!stop.stop_requested()) {
        Job job;
        if (m_paused || !pickJob(job)) {
            m_busySince = -1;
            const std::uint64_t seen = m_workVersion;
            m_work.wait(lock, stop, [&] { return m_workVersion != seen && !m_paused; });
            continue;
        }
        const Nanoseconds begin = m_clock.now();
        if (m_busySince < 0)
            m_busySince = begin;
        m_copyInFlight = true;
        lock.unlock();
        copy(job);
        lock.lock();
        m_copyInFlight = false;
        complete(job, begin, m_clock.now());
        m_arrival.notify_all();
    }
}

bool ExpertCache::pickJob(Job& job)
{
    if (!m_demand.empty())
        return pickDemand(job);
    return pickPrefetch(job);
}

bool ExpertCache::pickDemand(Job& job)
{
    const Demand demand = m_demand.front();
    const int slot = takeSlot({});
    if (slot < 0)
        return false; // all are being computed with; a release wakes us
    m_demand.erase(m_demand.begin());
    assign(demand.expert, slot);
    job = {demand.expert, slot, demand.position, api::TransferKind::onDemand, demand.queued};
    return true;
}

bool ExpertCache::pickPrefetch(Job& job)
{
    const bool full = m_ahead >= prefetchLimit();
    while (const std::optional<PrefetchQueue::Item> item = m_prefetch.front()) {
        const int layer = m_store.key(item->expert).layer;
        // What lies ahead for the batches to come must not keep from a decoder what its step needs at once.
        if (full && (m_options.prefetchBytes > 0 || !m_schedule.repeats(layer)))
            return false;
        const bool isThere = m_experts[static_cast<std::size_t>(item->expert)].slot >= 0;
        if (isThere || !m_switches[static_cast<std::size_t>(layer)].isOn()) {
            m_prefetch.popFront();
            continue;
        }
        const bool layerHoldsSlots
            = std::any_of(m_slots.begin(), m_slots.end(), [](const Slot& slot) { return slot.pins > 0; });
        const int slot = takeSlot(
            {item->position,
             prefetchKeepsUntil(item->position, m_nextPosition, m_schedule.cycle(layer), layerHoldsSlots)});
        if (slot < 0)
            return false; // everything that could be evicted is needed sooner; a release wakes us
        job = {item->expert, slot, item->position, api::TransferKind::prefetch, item->queued};
        m_prefetch.popFront();
        assign(job.expert, slot);
        m_slots[static_cast<std::size_t>(slot)].copiedFor = job.position;
        ++m_ahead;
        return true;
    }
    return false;
}

int ExpertCache::prefetchLimit() const
{
    if (m_options.prefetchBytes == 0)
        return defaultPrefetchLimit(m_enabledSlots, m_usedByALayer);
    const std::uint64_t slots = m_options.prefetchBytes / m_arena.slotBytes();
    return static_cast<int>(std::clamp<std::uint64_t>(slots, 1, m_slots.size()));
}

void ExpertCache::assign(int expertIndex, int slotIndex)
{
    Expert& expert = m_experts[static_cast<std::size_t>(expertIndex)];
    expert.slot = slotIndex;
    expert.copying = true;
    Slot& slot = m_slots[static_cast<std::size_t>(slotIndex)];
    slot.expert = expertIndex;
    slot.used = false;
    slot.insertedAt = ++m_tick;
    slot.lastUsedAt = m_tick;
}

int ExpertCache::takeSlot(const Wish& wish)
{
    int taken = -1;
    for (std::size_t i = 0; i < m_slots.size() && taken < 0; ++i) {
        if (m_slots[i].enabled && m_slots[i].expert < 0 && bookSlot(static_cast<int>(i)))
            taken = static_cast<int>(i);
    }
    if (taken < 0) {
        taken = bestVictim(wish);
        if (taken >= 0)
            evict(taken, api::EvictionReason::slotNeeded, m_transferRecorder);
    }
    return taken;
}

int ExpertCache::bestVictim(const Wish& wish)
{
    m_candidates.clear();
    for (std::size_t i = 0; i < m_slots.size(); ++i) {
        const Slot& slot = m_slots[i];
        if (!slot.enabled || slot.expert < 0 || slot.pins > 0)
            continue;
        const Expert& expert = m_experts[static_cast<std::size_t>(slot.expert)];
        const Position nextUse = m_prefetch.nextUse(slot.expert);
        if (expert.copying || nextUse <= wish.keepsUntil || waitsForDecoder(slot, wish.comes))
            continue;
        const ExpertKey key = m_store.key(slot.expert);
        m_candidates.push_back(
            {static_cast<int>(i), slot.insertedAt, slot.lastUsedAt, nextUse,
             m_forecast.frequency(key.layer, key.expert),
             m_policy->asksForecast() ? m_forecast.nearness(key.layer, key.expert, m_nextPosition) : 0});
    }
    const int chosen = chooseVictim(*m_policy, m_candidates);
    return chosen < 0 ? -1 : m_candidates[static_cast<std::size_t>(chosen)].slot;
}

/// While a decoder generates, its next step may need any of its experts, which no table tells before it
/// begins: they are not given up for a later batch.
bool ExpertCache::waitsForDecoder(const Slot& slot, Position comes) const
{
    if (m_schedule.steps == 1)
        return false;
    return m_schedule.batchOf(comes) > m_schedule.batchOf(m_nextPosition)
        && m_schedule.repeats(m_store.key(slot.expert).layer);
}

void ExpertCache::evict(int slotIndex, api::EvictionReason reason, profile::Recorder::Producer& recorder)
{
    Slot& slot = m_slots[static_cast<std::size_t>(slotIndex)];
    const int index = slot.expert;
    Expert& expert = m_experts[static_cast<std::size_t>(index)];
    const Nanoseconds now = m_clock.now();
    recorder.record(api::EvictionRow{m_store.key(index), slotIndex, now, reason, slot.used});
    expert.slot = -1;
    expert.evictedAt = now;
    slot.expert = -1;
    if (slot.copiedFor != kNever) {
        slot.copiedFor = kNever;
        --m_ahead;
    }
    if (const Position nextUse = m_prefetch.nextUse(index); nextUse != kNever)
        m_prefetch.putBack({nextUse, index, now});
}

bool ExpertCache::bookSlot(int slotIndex)
{
    Slot& slot = m_slots[static_cast<std::size_t>(slotIndex)];
    if (slot.booked)
        return true;
    if (!m_ledger.reserve(api::Purpose::expertSlots, m_arena.slotBytes()))
        return false;
    slot.booked = true;
    recordMemory(m_transferRecorder);
    return true;
}

void ExpertCache::recordMemory(profile::Recorder::Producer& recorder) const
{
    const device::MemoryLedger::State state = m_ledger.state();
    recorder.record(api::MemoryRow{m_clock.now(), state.bytes, state.budget});
}

void ExpertCache::copy(const Job& job)
{
    std::memcpy(m_arena.slot(job.slot), m_store.block(m_store.key(job.expert)), m_store.blockBytes());
}

void ExpertCache::complete(const Job& job, Nanoseconds begin, Nanoseconds end)
{
    m_experts[static_cast<std::size_t>(job.expert)].copying = false;
    Slot& slot = m_slots[static_cast<std::size_t>(job.slot)];
    const auto batch = m_schedule.batchOf(job.position);
    m_transferRecorder.record(api::TransferRow{
        m_store.key(job.expert), job.kind, job.slot, batch, m_store.blockBytes(), job.queued, begin, end});
    const int waiting = m_activeOfExpert[static_cast<std::size_t>(job.expert)];
    if (waiting < 0)
        return;
    Active& active = m_active[static_cast<std::size_t>(waiting)];
    active.row.slot = job.slot;
    active.pinned = true;
    ++slot.pins;
    m_arrived.push_back(static_cast<std::size_t>(waiting));
}

Status ExpertCache::preloadAll(const std::function<bool(int, int)>& progress)
{
    const int total = m_store.expertCount();
    for (int expert = 0; expert < total; ++expert) {
        if (progress && !progress(expert, total))
            return failure(ErrorKind::cancelled, "stopped while experts were loaded");
        const int slot = takeSlot({});
        if (slot != expert)
            return failure(ErrorKind::internal, fmt::format("expert {} found no slot of its own", expert));
        assign(expert, slot);
        const Job job{expert, slot, 0, api::TransferKind::preload, m_clock.now()};
        const Nanoseconds begin = m_clock.now();
        copy(job);
        complete(job, begin, m_clock.now());
    }
    return {};
}

} // namespace sida::experts
