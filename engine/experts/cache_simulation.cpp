// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experts/cache_simulation.h"

#include "engine/experts/prefetch_queue.h"
#include "engine/experts/use_forecast.h"

#include <algorithm>

namespace sida::experts
{

namespace
{

class Simulation
{
public:
    Simulation(const UseTrace& trace, const SimulationOptions& options);
    SimulatedRun play();

private:
    struct Slot {
        int expert = -1;
        bool used = false;
        Position copiedFor = kNever; ///< prefetched for this position
        std::uint64_t insertedAt = 0;
        std::uint64_t lastUsedAt = 0;
    };

    int indexOf(std::size_t layer, std::uint16_t expert) const { return m_firstOfLayer[layer] + expert; }
    void tell(const HashTable& table);
    void playLayer(std::uint32_t batch, std::size_t layer);
    bool prefetchOne();
    bool mayPrefetch() const;
    void use(int slot);
    void fill(int slot, int expert, Position copiedFor);
    int takeSlot(Position neededBefore);
    void evict(int slot);

    const UseTrace& m_trace;
    const SimulationOptions m_options;
    const std::unique_ptr<EvictionPolicy> m_policy;
    const std::size_t m_layers;
    const int m_window;
    UseForecast m_forecast;
    std::vector<ExpertKey> m_keys;
    std::vector<int> m_firstOfLayer;
    PrefetchQueue m_queue;
    std::vector<int> m_slotOf;
    std::vector<Slot> m_slots;
    std::vector<VictimCandidate> m_candidates;
    std::size_t m_told = 0;
    std::size_t m_usedByALayer = 0;
    std::uint64_t m_tick = 0;
    Position m_now = 0;
    SimulatedRun m_run;
};

std::vector<ExpertKey> keysOf(const std::vector<int>& expertsPerLayer)
{
    std::vector<ExpertKey> keys;
    for (std::size_t layer = 0; layer < expertsPerLayer.size(); ++layer) {
        for (int expert = 0; expert < expertsPerLayer[layer]; ++expert)
            keys.push_back({static_cast<std::uint16_t>(layer), static_cast<std::uint16_t>(expert)});
    }
    return keys;
}

Simulation::Simulation(const UseTrace& trace, const SimulationOptions& options)
    : m_trace(trace)
    , m_options(options)
    , m_policy(makePolicy(options.eviction))
    , m_layers(trace.expertsPerLayer.size())
    , m_window(trace.tables.empty() ? 0 : options.window)
    , m_forecast(trace.expertsPerLayer, m_window)
    , m_keys(keysOf(trace.expertsPerLayer))
    , m_queue(static_cast<int>(m_keys.size()), std::max(1, m_window))
    , m_slotOf(m_keys.size(), -1)
    , m_slots(static_cast<std::size_t>(std::max(1, options.slots)))
{
    int first = 0;
    for (const int experts : trace.expertsPerLayer) {
        m_firstOfLayer.push_back(first);
        first += experts;
    }
}

SimulatedRun Simulation::play()
{
    for (std::uint32_t batch = 0; batch < m_trace.uses.size(); ++batch) {
        const std::size_t known = std::min(batch + static_cast<std::size_t>(m_window), m_trace.tables.size());
        for (; m_told < known; ++m_told)
            tell(m_trace.tables[m_told]);
        for (std::size_t layer = 0; layer < m_layers; ++layer)
            playLayer(batch, layer);
    }
    return m_run;
}

void Simulation::tell(const HashTable& table)
{
    for (std::size_t layer = 0; layer < m_layers; ++layer) {
        const auto& predicted = table.layers[layer].predicted;
        m_forecast.addTable(table.batch, static_cast<int>(layer), predicted);
        for (const LayerTable::Count& count : predicted)
            m_queue.add(
                {static_cast<Position>(table.batch) * m_layers + layer, indexOf(layer, count.expert), 0});
    }
}

void Simulation::playLayer(std::uint32_t batch, std::size_t layer)
{
    const auto& active = m_trace.uses[batch][layer];
    m_usedByALayer = active.size();
    m_now = static_cast<Position>(batch) * m_layers + layer + 1;
    m_queue.advanceTo(m_now);
    m_forecast.learn(batch, static_cast<int>(layer), active);
    std::vector<int> missing;
    for (const ActiveExpert& wanted : active) {
        const int expert = indexOf(layer, wanted.expert);
        const int slot = m_slotOf[static_cast<std::size_t>(expert)];
        ++m_run.uses;
        if (slot < 0) {
            missing.push_back(expert);
            continue;
        }
        ++m_run.hits;
        use(slot);
    }
    for (const int expert : missing) {
        const int slot = takeSlot(0);
        fill(slot, expert, kNever);
        use(slot);
    }
    for (int copies = 0; copies < m_options.prefetchPerLayer && prefetchOne(); ++copies) { }
}

bool Simulation::mayPrefetch() const
{
    const int limit = m_options.prefetchLimit > 0
        ? m_options.prefetchLimit
        : defaultPrefetchLimit(static_cast<int>(m_slots.size()), m_usedByALayer);
    const auto ahead = std::count_if(m_slots.begin(), m_slots.end(), [this](const Slot& slot) {
        return slot.expert >= 0 && !slot.used && slot.copiedFor != kNever && slot.copiedFor >= m_now;
    });
    return ahead < limit;
}

bool Simulation::prefetchOne()
{
    if (!mayPrefetch())
        return false;
    while (const std::optional<PrefetchQueue::Item> item = m_queue.front()) {
        if (m_slotOf[static_cast<std::size_t>(item->expert)] >= 0) {
            m_queue.popFront();
            continue;
        }
        const int slot = takeSlot(prefetchKeepsUntil(item->position, m_now, m_layers, false));
        if (slot < 0)
            return false;
        m_queue.popFront();
        fill(slot, item->expert, item->position);
        return true;
    }
    return false;
}

void Simulation::use(int slot)
{
    Slot& used = m_slots[static_cast<std::size_t>(slot)];
    used.used = true;
    used.lastUsedAt = ++m_tick;
}

void Simulation::fill(int slot, int expert, Position copiedFor)
{
    ++m_run.copies;
    m_slotOf[static_cast<std::size_t>(expert)] = slot;
    ++m_tick;
    m_slots[static_cast<std::size_t>(slot)] = {expert, false, copiedFor, m_tick, m_tick};
}

int Simulation::takeSlot(Position neededBefore)
{
    m_candidates.clear();
    for (std::size_t i = 0; i < m_slots.size(); ++i) {
        const Slot& slot = m_slots[i];
        if (slot.expert < 0)
            return static_cast<int>(i);
        const Position nextUse = m_queue.nextUse(slot.expert);
        if (nextUse <= neededBefore)
            continue;
        const ExpertKey key = m_keys[static_cast<std::size_t>(slot.expert)];
        m_candidates.push_back(
            {static_cast<int>(i), slot.insertedAt, slot.lastUsedAt, nextUse,
             m_forecast.frequency(key.layer, key.expert),
             m_policy->asksForecast() ? m_forecast.nearness(key.layer, key.expert, m_now) : 0});
    }
    const int chosen = chooseVictim(*m_policy, m_candidates);
    if (chosen < 0)
        return -1;
    const int slot = m_candidates[static_cast<std::size_t>(chosen)].slot;
    evict(slot);
    return slot;
}

void Simulation::evict(int slot)
{
    Slot& given = m_slots[static_cast<std::size_t>(slot)];
    m_run.wasted += given.used ? 0U : 1U;
    m_slotOf[static_cast<std::size_t>(given.expert)] = -1;
    if (const Position nextUse = m_queue.nextUse(given.expert); nextUse != kNever)
        m_queue.putBack({nextUse, given.expert, 0});
    given.expert = -1;
}

} // namespace

SimulatedRun simulateCache(const UseTrace& trace, const SimulationOptions& options)
{
    return Simulation(trace, options).play();
}

} // namespace sida::experts
