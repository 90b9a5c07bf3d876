// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experts/affinity_order.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>

namespace sida::experts
{

namespace
{

/// What was seen counts this much less a batch later: half after 35 batches.
constexpr double kFading = 0.98;

} // namespace

AffinityOrder::AffinityOrder(const Options& options)
    : m_options(options)
    , m_lastUsed(static_cast<std::size_t>(options.experts))
    , m_isHeld(static_cast<std::size_t>(options.experts))
    , m_oftenHeld(static_cast<std::size_t>(options.experts))
{
}

/// The experts that were used last, as many as there are slots.
void AffinityOrder::findHeld()
{
    const auto slots = static_cast<std::size_t>(std::max(m_options.slots, 0));
    std::uint64_t oldest = 1;
    if (slots < m_lastUsed.size()) {
        m_scratch = m_lastUsed;
        std::nth_element(
            m_scratch.begin(), m_scratch.begin() + static_cast<std::ptrdiff_t>(slots), m_scratch.end(),
            std::greater<>());
        // Of one batch, either all of its experts count or none.
        oldest = m_scratch[slots] + 1;
    }
    for (std::size_t expert = 0; expert < m_isHeld.size(); ++expert)
        m_isHeld[expert] = m_lastUsed[expert] >= oldest ? 1 : 0;
}

void AffinityOrder::learn()
{
    m_learned = m_learned * kFading + 1;
    for (std::size_t expert = 0; expert < m_isHeld.size(); ++expert)
        m_oftenHeld[expert] += (m_isHeld[expert] - m_oftenHeld[expert]) / m_learned;
}

void AffinityOrder::add(const Waiting& sample)
{
    for (const int expert : sample.experts) {
        m_isHeld[static_cast<std::size_t>(expert)] = 1;
        m_lastUsed[static_cast<std::size_t>(expert)] = m_batches + 1;
    }
}

std::vector<std::size_t> AffinityOrder::choose(std::span<const Waiting> waiting)
{
    findHeld();
    learn();
    std::vector<std::size_t> chosen;
    std::vector<std::size_t> left(waiting.size());
    std::iota(left.begin(), left.end(), std::size_t{0});
    const auto most = std::min(waiting.size(), static_cast<std::size_t>(std::max(m_options.batchSize, 1)));
    const auto isOverdue = [&](const Waiting& sample) {
        return m_batches >= sample.since + static_cast<std::uint64_t>(std::max(m_options.patience, 0));
    };
    // How many more of its experts are there now than there usually are: long samples, which need many, and
    // those of rare experts are not put off for what they are.
    const auto gain = [&](const Waiting& sample) {
        double sum = 0;
        for (const int expert : sample.experts)
            sum += m_isHeld[static_cast<std::size_t>(expert)] - m_oftenHeld[static_cast<std::size_t>(expert)];
        return sum;
    };
    while (chosen.size() < most) {
        auto best = left.begin();
        if (!isOverdue(waiting[*best])) {
            double bestGain = -std::numeric_limits<double>::infinity();
            for (auto candidate = left.begin(); candidate != left.end(); ++candidate) {
                const double candidateGain = gain(waiting[*candidate]);
                if (candidateGain > bestGain) {
                    bestGain = candidateGain;
                    best = candidate;
                }
            }
        }
        add(waiting[*best]);
        chosen.push_back(*best);
        left.erase(best);
    }
    ++m_batches;
    std::sort(chosen.begin(), chosen.end());
    return chosen;
}

} // namespace sida::experts
