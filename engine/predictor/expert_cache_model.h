// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <vector>

namespace sida::predictor
{

/// A cache of experts with LRU eviction, counted and not timed: what a guess is worth, whatever the machine.
class ExpertCacheModel
{
public:
    ExpertCacheModel(const std::vector<int>& expertsPerLayer, std::uint64_t slots);

    /// Brings in what is missing, in that order, no more than there are places.
    void prefetch(std::size_t layer, const std::vector<std::uint16_t>& experts);
    /// Each of them is used once; one that is missing is a miss and comes in.
    void use(std::size_t layer, const std::vector<std::uint16_t>& experts);

    std::uint64_t uses() const { return m_uses; }
    std::uint64_t misses() const { return m_misses; }
    std::uint64_t prefetched() const { return m_prefetched; }
    std::uint64_t wasted() const { return m_wasted; } ///< prefetched and evicted without a use

private:
    struct Entry {
        std::list<std::size_t>::iterator place;
        bool resident = false;
        bool used = false; ///< since it came in
    };
    /// Makes it the most recent one; false when it has to come in first, which then has happened.
    bool touch(std::size_t expert);

    std::vector<std::size_t> m_first; ///< of each layer among all experts
    std::vector<Entry> m_entries;
    std::list<std::size_t> m_order; ///< most recent first
    std::uint64_t m_slots;
    std::uint64_t m_uses = 0;
    std::uint64_t m_misses = 0;
    std::uint64_t m_prefetched = 0;
    std::uint64_t m_wasted = 0;
};

} // namespace sida::predictor
