// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/recording_index.h"

#include <algorithm>
#include <numeric>

namespace sida::ui
{

void CoverageIndex::reset(int categories)
{
    m_categories = categories;
    m_taken = 0;
    m_running.assign(static_cast<std::size_t>(categories), 0);
    m_checkpoints.clear();
}

CoverageIndex::Sums CoverageIndex::checkpoint(std::size_t row) const
{
    const auto categories = static_cast<std::size_t>(m_categories);
    const std::size_t first = row / kStep * categories;
    if (first >= m_checkpoints.size())
        return m_running;
    const auto begin = m_checkpoints.begin() + static_cast<std::ptrdiff_t>(first);
    return {begin, begin + static_cast<std::ptrdiff_t>(categories)};
}

void PeakIndex::reset()
{
    m_taken = 0;
    m_totals.clear();
    m_blockPeaks.clear();
    m_groupPeaks.clear();
}

void PeakIndex::update(const std::vector<api::MemoryRow>& rows)
{
    auto raise = [this](std::vector<std::size_t>& peaks, std::size_t place) {
        if (place == peaks.size())
            peaks.push_back(m_taken);
        else if (m_totals[m_taken] > m_totals[peaks[place]])
            peaks[place] = m_taken;
    };
    for (; m_taken < rows.size(); ++m_taken) {
        m_totals.push_back(totalBytes(rows[m_taken]));
        raise(m_blockPeaks, m_taken / kBlock);
        raise(m_groupPeaks, m_taken / kGroup);
    }
}

std::size_t PeakIndex::peak(std::size_t begin, std::size_t end) const
{
    std::size_t best = begin;
    auto whole = [&](std::size_t size) { return begin % size == 0 && begin + size <= end; };
    while (begin < end) {
        const std::size_t size = whole(kGroup) ? kGroup : whole(kBlock) ? kBlock : 1;
        const std::size_t at = size == kGroup ? m_groupPeaks[begin / kGroup]
            : size == kBlock                  ? m_blockPeaks[begin / kBlock]
                                              : begin;
        if (m_totals[at] > m_totals[best])
            best = at;
        begin += size;
    }
    return best;
}

std::uint64_t totalBytes(const api::MemoryRow& row)
{
    return std::accumulate(row.bytes.begin(), row.bytes.end(), std::uint64_t{0});
}

namespace
{

template <typename Rows, typename Key>
void sortBy(Rows& rows, Key key)
{
    std::stable_sort(
        rows.begin(), rows.end(), [&key](const auto& a, const auto& b) { return key(a) < key(b); });
}

template <typename Rows, typename Key>
bool sortedFrom(const Rows& rows, std::size_t& seen, Key key)
{
    const auto from = rows.begin() + static_cast<std::ptrdiff_t>(seen > 0 ? seen - 1 : 0);
    seen = rows.size();
    return std::is_sorted(from, rows.end(), [&key](const auto& a, const auto& b) { return key(a) < key(b); });
}

constexpr auto kEnd = [](const auto& row) { return row.end; };
constexpr auto kTime = [](const auto& row) { return row.time; };
constexpr auto kBatch = [](const auto& row) { return row.batch; };

} // namespace

void sortRows(api::RecordingChunk& rows)
{
    sortBy(rows.batches, kBatch);
    sortBy(rows.layers, kEnd);
    sortBy(rows.uses, kBatch);
    sortBy(rows.transfers, kEnd);
    sortBy(rows.evictions, kTime);
    sortBy(rows.stalls, kEnd);
    sortBy(rows.memory, kTime);
    sortBy(rows.budgets, kTime);
    sortBy(rows.hashBuilds, kEnd);
    sortBy(rows.hash, kBatch);
}

bool OrderCheck::isSorted(const api::RecordingChunk& rows)
{
    bool sorted = sortedFrom(rows.batches, m_seen[0], kBatch);
    sorted &= sortedFrom(rows.layers, m_seen[1], kEnd);
    sorted &= sortedFrom(rows.uses, m_seen[2], kBatch);
    sorted &= sortedFrom(rows.transfers, m_seen[3], kEnd);
    sorted &= sortedFrom(rows.evictions, m_seen[4], kTime);
    sorted &= sortedFrom(rows.stalls, m_seen[5], kEnd);
    sorted &= sortedFrom(rows.memory, m_seen[6], kTime);
    sorted &= sortedFrom(rows.budgets, m_seen[7], kTime);
    sorted &= sortedFrom(rows.hashBuilds, m_seen[8], kEnd);
    sorted &= sortedFrom(rows.hash, m_seen[9], kBatch);
    return sorted;
}

} // namespace sida::ui
