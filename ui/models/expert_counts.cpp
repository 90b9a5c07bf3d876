// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/expert_counts.h"

#include <algorithm>

namespace sida::ui
{

namespace
{

constexpr std::size_t kFirstStep = 4096;
constexpr std::size_t kMostCheckpoints = 256;

} // namespace

void ExpertCount::add(const api::UseRow& row)
{
    routed += row.routed;
    predicted += row.predicted;
    if (row.routed == 0) {
        predictedUnused += row.predicted;
        return;
    }
    if (row.predicted == 0)
        usedUnpredicted += row.routed;
    ++usedBatches;
    ++outcomes[static_cast<std::size_t>(row.outcome)];
}

ExpertCount& ExpertCount::operator+=(const ExpertCount& other)
{
    routed += other.routed;
    predicted += other.predicted;
    predictedUnused += other.predictedUnused;
    usedUnpredicted += other.usedUnpredicted;
    usedBatches += other.usedBatches;
    for (std::size_t i = 0; i < outcomes.size(); ++i)
        outcomes[i] += other.outcomes[i];
    return *this;
}

ExpertCount& ExpertCount::operator-=(const ExpertCount& other)
{
    routed -= other.routed;
    predicted -= other.predicted;
    predictedUnused -= other.predictedUnused;
    usedUnpredicted -= other.usedUnpredicted;
    usedBatches -= other.usedBatches;
    for (std::size_t i = 0; i < outcomes.size(); ++i)
        outcomes[i] -= other.outcomes[i];
    return *this;
}

ExpertCounts::ExpertCounts(const std::vector<int>& expertsPerLayer)
{
    for (const int experts : expertsPerLayer)
        m_first.push_back(m_first.back() + static_cast<std::size_t>(std::max(0, experts)));
    m_counts.resize(m_first.back());
}

int ExpertCounts::mostExperts() const
{
    int most = 0;
    for (int layer = 0; layer < layers(); ++layer)
        most = std::max(most, experts(layer));
    return most;
}

bool ExpertCounts::contains(ExpertKey key) const
{
    return key.layer < layers() && key.expert < experts(key.layer);
}

void ExpertCounts::add(const api::UseRow& row)
{
    if (contains(row.key))
        m_counts[m_first[row.key.layer] + row.key.expert].add(row);
}

ExpertCounts& ExpertCounts::operator+=(const ExpertCounts& other)
{
    for (std::size_t i = 0; i < m_counts.size(); ++i)
        m_counts[i] += other.m_counts[i];
    return *this;
}

ExpertCounts& ExpertCounts::operator-=(const ExpertCounts& other)
{
    for (std::size_t i = 0; i < m_counts.size(); ++i)
        m_counts[i] -= other.m_counts[i];
    return *this;
}

void ExpertCountIndex::reset(const std::vector<int>& expertsPerLayer)
{
    m_zero = ExpertCounts(expertsPerLayer);
    m_running = m_zero;
    m_taken = 0;
    m_step = kFirstStep;
    m_checkpoints.clear();
}

void ExpertCountIndex::update(const std::vector<api::UseRow>& rows)
{
    for (; m_taken < rows.size(); ++m_taken) {
        if (m_taken % m_step == 0) {
            if (m_checkpoints.size() == kMostCheckpoints)
                thinOut();
            if (m_taken % m_step == 0)
                m_checkpoints.push_back(m_running);
        }
        m_running.add(rows[m_taken]);
    }
}

void ExpertCountIndex::thinOut()
{
    std::vector<ExpertCounts> kept;
    kept.reserve(kMostCheckpoints);
    for (std::size_t i = 0; i < m_checkpoints.size(); i += 2)
        kept.push_back(std::move(m_checkpoints[i]));
    m_checkpoints = std::move(kept);
    m_step *= 2;
}

ExpertCounts
ExpertCountIndex::count(const std::vector<api::UseRow>& rows, std::size_t begin, std::size_t end) const
{
    ExpertCounts counts = m_zero;
    end = std::min(end, m_taken);
    if (begin >= end)
        return counts;
    const std::size_t first = (begin + m_step - 1) / m_step; // first checkpoint in the range
    const std::size_t lastKept = std::min(end / m_step, m_checkpoints.size() - 1);
    if (first >= lastKept) {
        for (std::size_t i = begin; i < end; ++i)
            counts.add(rows[i]);
        return counts;
    }
    counts += m_checkpoints[lastKept];
    counts -= m_checkpoints[first];
    for (std::size_t i = begin; i < first * m_step; ++i)
        counts.add(rows[i]);
    for (std::size_t i = lastKept * m_step; i < end; ++i)
        counts.add(rows[i]);
    return counts;
}

} // namespace sida::ui
