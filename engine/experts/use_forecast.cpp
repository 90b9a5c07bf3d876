// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experts/use_forecast.h"

#include <algorithm>

namespace sida::experts
{

namespace
{

/// What was seen counts this much less a batch later: half after 70 batches.
constexpr double kFading = 0.99;
/// Uses that an expert is given in advance, so that none is thought impossible.
constexpr double kUsesInAdvance = 0.05;

/// Worth of a use that is so many batches away: a slot kept for it gives one hit in that time.
double worth(double batchesAway)
{
    return 1 / (1 + batchesAway);
}

} // namespace

UseForecast::UseForecast(std::vector<int> expertsPerLayer, int window)
    : UseForecast(
        expertsPerLayer, window,
        {static_cast<int>(expertsPerLayer.size()), static_cast<int>(expertsPerLayer.size()), 1})
{
}

UseForecast::UseForecast(std::vector<int> expertsPerLayer, int window, const Schedule& schedule)
    : m_window(static_cast<std::uint64_t>(std::max(1, window)))
    , m_schedule(schedule)
{
    int experts = 0;
    int most = 0;
    for (const int count : expertsPerLayer) {
        m_layers.emplace_back();
        m_layers.back().firstExpert = experts;
        m_layers.back().experts = count;
        experts += count;
        most = std::max(most, count);
    }
    m_uses.resize(static_cast<std::size_t>(experts));
    m_strength.resize(static_cast<std::size_t>(experts) * m_window);
    m_isActive.resize(static_cast<std::size_t>(most));
}

std::uint8_t& UseForecast::strength(int expertIndex, std::uint64_t visit)
{
    return m_strength[static_cast<std::size_t>(expertIndex) * m_window + visit % m_window];
}

std::uint8_t UseForecast::strength(int expertIndex, std::uint64_t visit) const
{
    return m_strength[static_cast<std::size_t>(expertIndex) * m_window + visit % m_window];
}

void UseForecast::addTable(std::uint64_t visit, int layer, std::span<const LayerTable::Count> predicted)
{
    Layer& told = m_layers[static_cast<std::size_t>(layer)];
    for (int expert = 0; expert < told.experts; ++expert)
        strength(told.firstExpert + expert, visit) = 0;
    for (const LayerTable::Count& count : predicted)
        strength(told.firstExpert + count.expert, visit)
            = static_cast<std::uint8_t>(std::clamp<std::uint32_t>(count.tokens, 1, kStrengths));
    if (visit < told.tablesUntil)
        return; // replaced
    if (visit != told.tablesUntil || told.tablesUntil == 0)
        told.tablesFrom = visit;
    told.tablesUntil = visit + 1;
    if (told.tablesUntil - told.tablesFrom > m_window)
        told.tablesFrom = told.tablesUntil - m_window;
}

void UseForecast::learn(std::uint64_t visit, int layer, std::span<const ActiveExpert> active)
{
    Layer& seen = m_layers[static_cast<std::size_t>(layer)];
    std::fill(m_isActive.begin(), m_isActive.end(), std::uint8_t{0});
    for (const ActiveExpert& use : active)
        m_isActive[use.expert] = 1;
    if (isKnown(seen, visit)) {
        for (Share& share : seen.right)
            share = {share.part * kFading, share.whole * kFading};
        seen.missed = {seen.missed.part * kFading, seen.missed.whole * kFading};
        for (int expert = 0; expert < seen.experts; ++expert) {
            const std::uint8_t predicted = strength(seen.firstExpert + expert, visit);
            const double used = m_isActive[static_cast<std::size_t>(expert)];
            Share& share = predicted > 0 ? seen.right[predicted - 1U] : seen.missed;
            share.part += used;
            share.whole += predicted > 0 ? 1 : frequency(layer, expert);
        }
    }
    seen.visits = seen.visits * kFading + 1;
    for (int expert = 0; expert < seen.experts; ++expert) {
        double& uses = m_uses[static_cast<std::size_t>(seen.firstExpert + expert)];
        uses = uses * kFading + m_isActive[static_cast<std::size_t>(expert)];
    }
}

double UseForecast::frequency(int layer, int expert) const
{
    const Layer& seen = m_layers[static_cast<std::size_t>(layer)];
    return (m_uses[static_cast<std::size_t>(seen.firstExpert + expert)] + kUsesInAdvance) / (seen.visits + 1);
}

double UseForecast::precision(int layer) const
{
    Share all;
    for (const Share& share : m_layers[static_cast<std::size_t>(layer)].right)
        all = {all.part + share.part, all.whole + share.whole};
    return all.of(1);
}

double UseForecast::nearness(int layer, int expert, Position now) const
{
    const Layer& told = m_layers[static_cast<std::size_t>(layer)];
    const auto layers = static_cast<double>(m_layers.size());
    const int index = told.firstExpert + expert;
    Schedule::Coming next = m_schedule.next(layer, now);
    const Position cycle = m_schedule.cycle(layer);
    const double often = frequency(layer, expert);
    const double missed = std::min(1.0, told.missed.of(0));
    // Distances count in rounds of all layers, which is a batch where none comes again.
    const auto worthNow = [&](double cyclesLater) {
        return worth(
            (static_cast<double>(next.position - now) + cyclesLater * static_cast<double>(cycle)) / layers);
    };
    double nearness = 0;
    double unused = 1; // the chance that it was not used by then
    for (; isKnown(told, next.visit); ++next.visit, next.position += cycle) {
        const std::uint8_t predicted = strength(index, next.visit);
        const double used = predicted > 0 ? told.right[predicted - 1U].of(1) : missed * often;
        nearness += unused * used * worthNow(0);
        unused *= 1 - used;
    }
    return nearness + unused * worthNow(1 / often);
}

} // namespace sida::experts
