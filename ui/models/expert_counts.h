// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/recording.h"

#include <array>
#include <cstdint>
#include <vector>

namespace sida::ui
{

/// What happened to one expert of one layer in a range of batches. Counts of real tokens unless they say
/// batches.
struct ExpertCount {
    std::uint64_t routed = 0;
    std::uint64_t predicted = 0;
    std::uint64_t predictedUnused = 0; ///< predicted in batches that did not use it
    std::uint64_t usedUnpredicted = 0; ///< routed in batches that did not predict it
    std::uint32_t usedBatches = 0;
    std::array<std::uint32_t, api::kOutcomes> outcomes{}; ///< batches
    void add(const api::UseRow& row);
    ExpertCount& operator+=(const ExpertCount& other);
    ExpertCount& operator-=(const ExpertCount& other);
    bool operator==(const ExpertCount&) const = default;
};

/// Layer x expert, the experts of a layer side by side.
class ExpertCounts
{
public:
    ExpertCounts() = default;
    explicit ExpertCounts(const std::vector<int>& expertsPerLayer);
    int layers() const { return static_cast<int>(m_first.size()) - 1; }
    int experts(int layer) const { return static_cast<int>(m_first[layer + 1] - m_first[layer]); }
    int mostExperts() const;
    bool contains(ExpertKey key) const;
    const ExpertCount& at(int layer, int expert) const { return m_counts[m_first[layer] + expert]; }
    /// A row about an expert the header does not know is ignored.
    void add(const api::UseRow& row);
    ExpertCounts& operator+=(const ExpertCounts& other);
    ExpertCounts& operator-=(const ExpertCounts& other);
    bool operator==(const ExpertCounts&) const = default;

private:
    std::vector<std::size_t> m_first = {0};
    std::vector<ExpertCount> m_counts;
};

/// Answers "how often in rows [a, b)" from sums kept at a bounded number of checkpoints.
class ExpertCountIndex
{
public:
    void reset(const std::vector<int>& expertsPerLayer);
    /// Takes in the rows that came since the last call.
    void update(const std::vector<api::UseRow>& rows);
    ExpertCounts count(const std::vector<api::UseRow>& rows, std::size_t begin, std::size_t end) const;

private:
    void thinOut();

    ExpertCounts m_zero;
    ExpertCounts m_running;
    std::size_t m_taken = 0;
    std::size_t m_step = 0;
    std::vector<ExpertCounts> m_checkpoints; ///< sums of the rows before i * m_step
};

} // namespace sida::ui
