// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/copy_counters.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace sida::api
{

namespace
{

constexpr std::size_t kCopiesKept = 4;
/// Late uses that may wait for the row of their layer: far more than any layer has.
constexpr std::size_t kMostWaiting = 1 << 16;

template <typename T>
std::vector<std::vector<T>> perExpert(const std::vector<int>& expertsPerLayer)
{
    std::vector<std::vector<T>> all;
    for (const int experts : expertsPerLayer)
        all.emplace_back(static_cast<std::size_t>(std::max(experts, 0)));
    return all;
}

/// Null for a key that the model does not have.
template <typename T>
T* findExpert(std::vector<std::vector<T>>& all, ExpertKey key)
{
    const bool isKnown = key.layer < all.size() && key.expert < all[key.layer].size();
    return isKnown ? &all[key.layer][key.expert] : nullptr;
}

} // namespace

WasteCounter::WasteCounter(const std::vector<int>& expertsPerLayer)
    : m_experts(perExpert<Expert>(expertsPerLayer))
    , m_bytes(expertsPerLayer.size())
{
}

void WasteCounter::add(const std::vector<TransferRow>& transfers, const std::vector<EvictionRow>& evictions)
{
    auto transfer = transfers.begin();
    for (const EvictionRow& eviction : evictions) {
        for (; transfer != transfers.end() && transfer->begin <= eviction.time; ++transfer)
            arrived(*transfer);
        evicted(eviction);
    }
    for (; transfer != transfers.end(); ++transfer)
        arrived(*transfer);
}

WasteCounter::Expert* WasteCounter::find(ExpertKey key)
{
    return findExpert(m_experts, key);
}

void WasteCounter::arrived(const TransferRow& row)
{
    Expert* expert = find(row.key);
    if (!expert)
        return;
    const Copy copy{row.begin, row.bytes, row.kind == TransferKind::prefetch};
    if (row.begin <= expert->evictedUnused) {
        waste(row.key.layer, copy);
        expert->evictedUnused = -1;
        return;
    }
    if (expert->copies.size() == kCopiesKept)
        expert->copies.erase(expert->copies.begin());
    expert->copies.push_back(copy);
}

void WasteCounter::evicted(const EvictionRow& row)
{
    Expert* expert = find(row.key);
    if (!expert)
        return;
    auto& copies = expert->copies;
    const auto later
        = std::find_if(copies.begin(), copies.end(), [&](const Copy& copy) { return copy.begin > row.time; });
    if (later == copies.begin()) {
        expert->evictedUnused = row.used ? -1 : row.time;
        return;
    }
    if (!row.used)
        waste(row.key.layer, *(later - 1));
    copies.erase(copies.begin(), later);
}

void WasteCounter::waste(std::uint16_t layer, const Copy& copy)
{
    if (copy.prefetched)
        m_bytes[layer] += copy.bytes;
}

LatenessCounter::LatenessCounter(const std::vector<int>& expertsPerLayer)
    : m_arrived(perExpert<Arrivals>(expertsPerLayer))
    , m_layers(expertsPerLayer.size())
{
}

LatenessCounter::Arrivals* LatenessCounter::find(ExpertKey key)
{
    return findExpert(m_arrived, key);
}

void LatenessCounter::add(const RecordingChunk& chunk)
{
    const std::size_t waiting = m_late.size(); // these know their copy and wait for their layer's row only
    for (const UseRow& use : chunk.uses) {
        if (use.routed > 0 && use.outcome == Outcome::late && find(use.key))
            m_late.push_back({use, -1});
    }
    const auto fresh = m_late.begin() + static_cast<std::ptrdiff_t>(waiting);
    std::stable_sort(
        fresh, m_late.end(), [](const Late& a, const Late& b) { return a.use.used < b.use.used; });
    auto transfer = chunk.transfers.begin();
    const auto arriveUntil = [&](Nanoseconds time) {
        for (; transfer != chunk.transfers.end() && transfer->end <= time; ++transfer) {
            if (Arrivals* arrivals = find(transfer->key))
                *arrivals = {transfer->end, arrivals->latest};
        }
    };
    for (auto late = fresh; late != m_late.end(); ++late) {
        arriveUntil(late->use.used);
        const Arrivals& arrivals = *find(late->use.key);
        late->arrived = arrivals.latest <= late->use.used ? arrivals.latest : arrivals.before;
    }
    arriveUntil(std::numeric_limits<Nanoseconds>::max());
    std::erase_if(m_late, [&](const Late& late) { return judge(late, chunk.layers); });
    if (m_late.size() > kMostWaiting) // rows of layers are missing: events were dropped
        m_late.clear();
}

/// False when the row of the use's layer is not among `layers`, which are ordered by batch, layer and begin.
bool LatenessCounter::judge(const Late& late, const std::vector<LayerRow>& layers)
{
    const auto wanted = std::tuple(late.use.batch, late.use.key.layer, late.use.used);
    const auto after
        = std::upper_bound(layers.begin(), layers.end(), wanted, [](const auto& value, const LayerRow& row) {
              return value < std::tuple(row.batch, row.layer, row.begin);
          });
    if (after == layers.begin())
        return false;
    const LayerRow& row = *(after - 1);
    if (row.batch != late.use.batch || row.layer != late.use.key.layer || row.end < late.use.used)
        return false;
    if (late.arrived < row.begin)
        return true; // its copy was not recorded
    const auto ns = static_cast<double>(late.arrived - row.begin);
    Sum& sum = m_layers[late.use.key.layer];
    ++sum.count;
    sum.ns += ns;
    sum.mostNs = std::max(sum.mostNs, ns);
    return true;
}

} // namespace sida::api
