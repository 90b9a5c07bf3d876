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
bool sortBy(Rows& rows, Key key)
{
    auto before = [&key](const auto& a, const auto& b) { return key(a) < key(b); };
    if (std::is_sorted(rows.begin(), rows.end(), before))
        return false;
    std::stable_sort(rows.begin(), rows.end(), before);
    return true;
}

template <typename Rows, typename Key>
bool sortedBy(const Rows& rows, Key key)
{
    return std::is_sorted(
        rows.begin(), rows.end(), [&key](const auto& a, const auto& b) { return key(a) < key(b); });
}

constexpr auto kEnd = [](const auto& row) { return row.end; };
constexpr auto kTime = [](const auto& row) { return row.time; };
constexpr auto kBatch = [](const auto& row) { return row.batch; };

} // namespace

bool sortRows(api::RecordingChunk& rows)
{
    bool moved = sortBy(rows.batches, kBatch);
    moved |= sortBy(rows.layers, kEnd);
    moved |= sortBy(rows.uses, kBatch);
    moved |= sortBy(rows.transfers, kEnd);
    moved |= sortBy(rows.evictions, kTime);
    moved |= sortBy(rows.stalls, kEnd);
    moved |= sortBy(rows.memory, kTime);
    moved |= sortBy(rows.budgets, kTime);
    moved |= sortBy(rows.hashBuilds, kEnd);
    return moved;
}

bool isSorted(const api::RecordingChunk& rows)
{
    return sortedBy(rows.batches, kBatch) && sortedBy(rows.layers, kEnd) && sortedBy(rows.uses, kBatch)
        && sortedBy(rows.transfers, kEnd) && sortedBy(rows.evictions, kTime) && sortedBy(rows.stalls, kEnd)
        && sortedBy(rows.memory, kTime) && sortedBy(rows.budgets, kTime) && sortedBy(rows.hashBuilds, kEnd);
}

} // namespace sida::ui
