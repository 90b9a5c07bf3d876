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
    m_blockPeaks.clear();
}

void PeakIndex::update(const std::vector<api::MemoryRow>& rows)
{
    for (; m_taken < rows.size(); ++m_taken) {
        const std::size_t block = m_taken / kBlock;
        if (block == m_blockPeaks.size())
            m_blockPeaks.push_back(m_taken);
        else if (totalBytes(rows[m_taken]) > totalBytes(rows[m_blockPeaks[block]]))
            m_blockPeaks[block] = m_taken;
    }
}

std::size_t PeakIndex::peak(const std::vector<api::MemoryRow>& rows, std::size_t begin, std::size_t end) const
{
    std::size_t best = begin;
    auto look = [&](std::size_t at) {
        if (totalBytes(rows[at]) > totalBytes(rows[best]))
            best = at;
    };
    while (begin < end) {
        const bool wholeBlock = begin % kBlock == 0 && begin + kBlock <= end;
        look(wholeBlock ? m_blockPeaks[begin / kBlock] : begin);
        begin += wholeBlock ? kBlock : 1;
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
