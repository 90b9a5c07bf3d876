// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/replay/stack_distance.h"

#include <cstdint>

namespace sida::replay
{

namespace
{

/// Sums over a prefix of counters that change (Fenwick).
class PrefixSums
{
public:
    explicit PrefixSums(std::size_t size)
        : m_sums(size + 1)
    {
    }
    void add(std::size_t place, int amount)
    {
        for (std::size_t i = place + 1; i < m_sums.size(); i += i & (~i + 1))
            m_sums[i] += amount;
    }
    /// Of the counters before `end`.
    std::int64_t sum(std::size_t end) const
    {
        std::int64_t total = 0;
        for (std::size_t i = end; i > 0; i -= i & (~i + 1))
            total += m_sums[i];
        return total;
    }

private:
    std::vector<std::int64_t> m_sums;
};

} // namespace

std::vector<double> lruHitRates(const Trace& trace)
{
    const auto experts = static_cast<std::size_t>(trace.experts());
    const std::size_t uses = trace.uses.size();
    constexpr std::size_t kNoUse = static_cast<std::size_t>(-1);
    PrefixSums latest(uses); // 1 where an expert's latest use is
    std::vector<std::size_t> lastUse(experts, kNoUse);
    std::vector<std::uint64_t> byDistance(experts + 1); // different experts used since, itself counted
    for (std::size_t i = 0; i < uses; ++i) {
        std::size_t& last = lastUse[static_cast<std::size_t>(trace.uses[i])];
        if (last != kNoUse) {
            const std::int64_t between = latest.sum(i) - latest.sum(last + 1);
            ++byDistance[static_cast<std::size_t>(between) + 1];
            latest.add(last, -1);
        }
        latest.add(i, 1);
        last = i;
    }
    std::vector<double> rates(experts + 1);
    std::uint64_t hits = 0;
    for (std::size_t slots = 0; slots <= experts; ++slots) {
        hits += byDistance[slots];
        rates[slots] = uses > 0 ? static_cast<double>(hits) / static_cast<double>(uses) : 0;
    }
    return rates;
}

} // namespace sida::replay
