// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/replay/cache_model.h"

#include <algorithm>

namespace sida::replay
{

namespace
{

/// A use counts this much less a batch later, as in the engine's forecast.
constexpr double kFading = 0.99;
constexpr double kLargestUnit = 1e100;

} // namespace

Future::Future(const Trace& trace)
    : nextOfUse(trace.uses.size(), kNever)
    , firstUse(static_cast<std::size_t>(trace.experts()), kNever)
{
    for (std::size_t i = trace.steps.size(); i-- > 0;) {
        const Step& step = trace.steps[i];
        for (std::uint32_t use = step.firstUse; use < step.firstUse + step.uses; ++use) {
            Position& first = firstUse[static_cast<std::size_t>(trace.uses[use])];
            nextOfUse[use] = first;
            first = static_cast<Position>(i);
        }
    }
}

CacheModel::CacheModel(
    const Trace& trace, const api::ReplayConfiguration& configuration, int slots, const Future* future)
    : m_configuration(configuration)
    , m_slots(slots)
    , m_future(future)
    , m_experts(static_cast<std::size_t>(trace.experts()))
    , m_leaving(m_experts.size())
    , m_named(ordersByTables() ? m_experts.size() : 0)
{
    if (future == nullptr)
        return;
    for (std::size_t i = 0; i < m_experts.size(); ++i)
        m_experts[i].future = future->firstUse[i];
}

double CacheModel::worthless(const Expert& expert) const
{
    if (m_configuration.belady)
        return static_cast<double>(expert.future);
    switch (m_configuration.eviction) {
    case api::Eviction::fifo:
        return -static_cast<double>(expert.inserted);
    case api::Eviction::lru:
        return -static_cast<double>(expert.used);
    case api::Eviction::lfru:
    case api::Eviction::lookahead:
        break;
    }
    return -expert.frequency;
}

void CacheModel::place(std::int32_t expert)
{
    const Expert& entry = at(expert);
    const bool named = ordersByTables() && entry.known != kNever;
    if (entry.isThere && !named)
        m_leaving.set(expert, worthless(entry));
    else
        m_leaving.erase(expert);
    if (!ordersByTables())
        return;
    if (entry.isThere && named)
        m_named.set(expert, static_cast<double>(entry.known));
    else
        m_named.erase(expert);
}

/// The top that can leave now.
std::optional<std::int32_t> CacheModel::firstOf(IndexedHeap& heap)
{
    while (!heap.empty()) {
        const std::int32_t first = heap.top();
        const Expert& entry = at(first);
        if (entry.pinned)
            heap.erase(first); // unpin() brings it back
        else if (&heap == &m_leaving && worthless(entry) != heap.topKey())
            heap.set(first, worthless(entry));
        else
            return first;
    }
    return std::nullopt;
}

std::optional<std::int32_t> CacheModel::anyVictim()
{
    const std::optional<std::int32_t> first = firstOf(m_leaving);
    return first || !ordersByTables() ? first : firstOf(m_named);
}

std::optional<std::int32_t> CacheModel::victim(Position wanted)
{
    if (ordersByTables()) {
        const std::optional<std::int32_t> last = anyVictim();
        return last && at(*last).known > wanted ? last : std::nullopt;
    }
    // By age or use, but only among those that are wanted later: no order to keep, so all are asked.
    std::optional<std::int32_t> found;
    double most = 0;
    for (const std::int32_t expert : m_there) {
        const Expert& entry = at(expert);
        if (entry.pinned || entry.known <= wanted)
            continue;
        const double value = worthless(entry);
        if (!found || value > most || (value == most && expert < *found)) {
            found = expert;
            most = value;
        }
    }
    return found;
}

void CacheModel::insert(std::int32_t expert)
{
    Expert& entry = at(expert);
    entry.isThere = true;
    entry.inserted = ++m_tick;
    entry.used = m_tick;
    entry.place = static_cast<std::uint32_t>(m_there.size());
    m_there.push_back(expert);
    place(expert);
}

void CacheModel::evict(std::int32_t expert)
{
    Expert& entry = at(expert);
    entry.isThere = false;
    m_there[entry.place] = m_there.back();
    at(m_there.back()).place = entry.place;
    m_there.pop_back();
    place(expert);
}

void CacheModel::pin(std::int32_t expert)
{
    at(expert).pinned = true;
}

void CacheModel::unpin(std::int32_t expert)
{
    at(expert).pinned = false;
    if (at(expert).isThere && !m_leaving.contains(expert) && !(ordersByTables() && m_named.contains(expert)))
        place(expert);
}

void CacheModel::use(std::int32_t expert, std::size_t useIndex)
{
    Expert& entry = at(expert);
    entry.used = ++m_tick;
    entry.frequency += m_unit;
    if (m_future == nullptr)
        return;
    entry.future = m_future->nextOfUse[useIndex];
    place(expert); // it may now be wanted later than before
}

void CacheModel::setKnownUse(std::int32_t expert, Position position)
{
    at(expert).known = position;
    if (ordersByTables())
        place(expert);
}

void CacheModel::endBatch()
{
    // Instead of every use fading, new ones count for more; before the numbers end, all are made small again.
    m_unit /= kFading;
    if (m_unit < kLargestUnit)
        return;
    for (Expert& entry : m_experts)
        entry.frequency /= m_unit;
    m_unit = 1;
    for (std::size_t i = 0; i < m_experts.size(); ++i)
        place(static_cast<std::int32_t>(i));
}

} // namespace sida::replay
