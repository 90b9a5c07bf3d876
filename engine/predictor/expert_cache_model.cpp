// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/expert_cache_model.h"

#include <algorithm>

namespace sida::predictor
{

ExpertCacheModel::ExpertCacheModel(const std::vector<int>& expertsPerLayer, std::uint64_t slots)
    : m_slots(std::max<std::uint64_t>(slots, 1))
{
    std::size_t all = 0;
    for (const int experts : expertsPerLayer) {
        m_first.push_back(all);
        all += static_cast<std::size_t>(experts);
    }
    m_entries.resize(all);
}

bool ExpertCacheModel::touch(std::size_t expert)
{
    Entry& entry = m_entries[expert];
    if (entry.resident) {
        m_order.splice(m_order.begin(), m_order, entry.place);
        return true;
    }
    if (m_order.size() == m_slots) {
        Entry& leaves = m_entries[m_order.back()];
        leaves.resident = false;
        m_wasted += !leaves.used;
        m_order.pop_back();
    }
    m_order.push_front(expert);
    entry = {m_order.begin(), true, false};
    return false;
}

void ExpertCacheModel::prefetch(std::size_t layer, const std::vector<std::uint16_t>& experts)
{
    // From the least wanted of those that fit to the most wanted: that one is then the last to leave.
    for (std::size_t i = std::min<std::size_t>(experts.size(), m_slots); i-- > 0;)
        m_prefetched += !touch(m_first[layer] + experts[i]);
}

void ExpertCacheModel::use(std::size_t layer, const std::vector<std::uint16_t>& experts)
{
    for (const std::uint16_t expert : experts) {
        const std::size_t index = m_first[layer] + expert;
        ++m_uses;
        m_misses += !touch(index);
        m_entries[index].used = true;
    }
}

} // namespace sida::predictor
