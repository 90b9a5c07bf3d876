// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/recording.h"

#include <array>
#include <cstdint>
#include <vector>

namespace sida::ui
{

/// How long each category was busy before a time, over rows that are sorted by their end and hardly overlap
/// (one copy stream, one inference thread). Sums are kept every few rows, so a question costs a binary
/// search.
class CoverageIndex
{
public:
    using Sums = std::vector<Nanoseconds>;

    void reset(int categories);
    int categories() const { return m_categories; }
    /// Takes in the rows that came since the last call. `category(row)` out of range is left out.
    template <typename Row, typename Category>
    void update(const std::vector<Row>& rows, Category category)
    {
        for (; m_taken < rows.size(); ++m_taken) {
            if (m_taken % kStep == 0)
                m_checkpoints.insert(m_checkpoints.end(), m_running.begin(), m_running.end());
            const int index = category(rows[m_taken]);
            if (index >= 0 && index < m_categories)
                m_running[index] += rows[m_taken].end - rows[m_taken].begin;
        }
    }
    /// Busy time by category before `time`.
    template <typename Row, typename Category>
    Sums before(const std::vector<Row>& rows, Nanoseconds time, Category category) const
    {
        const std::size_t ended = firstEndingAfter(rows, time);
        Sums sums = checkpoint(ended);
        auto addUpTo = [&](const Row& row, Nanoseconds end) {
            const int index = category(row);
            if (index >= 0 && index < m_categories && end > row.begin)
                sums[index] += end - row.begin;
        };
        for (std::size_t i = ended / kStep * kStep; i < ended; ++i)
            addUpTo(rows[i], rows[i].end);
        for (std::size_t i = ended; i < rows.size() && i < ended + kOverlap; ++i)
            addUpTo(rows[i], time);
        return sums;
    }

private:
    static constexpr std::size_t kStep = 16;
    static constexpr std::size_t kOverlap = 3;

    template <typename Row>
    static std::size_t firstEndingAfter(const std::vector<Row>& rows, Nanoseconds time)
    {
        std::size_t low = 0;
        std::size_t high = rows.size();
        while (low < high) {
            const std::size_t middle = (low + high) / 2;
            if (rows[middle].end <= time)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
    Sums checkpoint(std::size_t row) const;

    int m_categories = 0;
    std::size_t m_taken = 0;
    Sums m_running;
    Sums m_checkpoints; ///< m_categories sums before every kStep-th row
};

/// The row with the most memory among rows [a, b), from the largest of each block of rows.
class PeakIndex
{
public:
    void reset();
    void update(const std::vector<api::MemoryRow>& rows);
    std::size_t peak(std::size_t begin, std::size_t end) const;
    /// Bytes of all purposes in that row.
    std::uint64_t total(std::size_t row) const { return m_totals[row]; }

private:
    static constexpr std::size_t kBlock = 16;
    static constexpr std::size_t kGroup = 256; ///< rows
    std::size_t m_taken = 0;
    std::vector<std::uint64_t> m_totals; ///< of each row
    std::vector<std::size_t> m_blockPeaks;
    std::vector<std::size_t> m_groupPeaks;
};

std::uint64_t totalBytes(const api::MemoryRow& row);

/// Sorts each kind by the time its rows ended, uses by their batch.
void sortRows(api::RecordingChunk& rows);

/// Remembers how far rows were found sorted, so that only new ones are looked at.
class OrderCheck
{
public:
    void reset() { m_seen = {}; }
    bool isSorted(const api::RecordingChunk& rows);

private:
    std::array<std::size_t, 10> m_seen{};
};

} // namespace sida::ui
