// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/experts/eviction.h"
#include "engine/experts/expert_source.h"
#include "engine/experts/hash_table.h"
#include "engine/experts/schedule.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sida::experts
{

/// How near the next use of each expert is, as far as can be told: what the queued hash tables say, weighed
/// with how often they were right in that layer so far, and beyond them how often the expert was used.
///
/// Learns while the run goes on and forgets slowly. Until the tables have been wrong once they are believed.
class UseForecast
{
public:
    /// `window` is the most hash tables that can be known at one time. Without a schedule every layer comes
    /// once a batch.
    UseForecast(std::vector<int> expertsPerLayer, int window);
    UseForecast(std::vector<int> expertsPerLayer, int window, const Schedule& schedule);

    /// What the table of a visit (Schedule::visit: of the batch, or of the step where a layer comes in each)
    /// says of one layer. Tables come in the order of visits; a second one for a visit replaces the first.
    void addTable(std::uint64_t visit, int layer, std::span<const LayerTable::Count> predicted);
    /// The layer has begun, and this is what it uses.
    void learn(std::uint64_t visit, int layer, std::span<const ActiveExpert> active);

    /// Larger means sooner; comparable among experts for the same `now`, the first position that has not yet
    /// begun.
    double nearness(int layer, int expert, Position now) const;
    /// Share of the recent visits of its layer that used the expert.
    double frequency(int layer, int expert) const;
    /// Share of the recently predicted experts of a layer that were used; 1 before there were any.
    double precision(int layer) const;

private:
    /// A prediction counts for more when it holds for several tokens.
    static constexpr std::size_t kStrengths = 4;

    struct Share {
        double part = 0;
        double whole = 0;
        double of(double unknown) const { return whole > 0 ? part / whole : unknown; }
    };
    struct Layer {
        int firstExpert = 0;
        int experts = 0;
        double visits = 0; ///< seen, fading
        std::array<Share, kStrengths> right; ///< by strength: predicted experts, and those of them used
        Share missed; ///< uses that were not predicted, of those expected from frequency
        std::uint64_t tablesUntil = 0; ///< tables are known for the visits before this one
        std::uint64_t tablesFrom = 0;
    };

    std::uint8_t& strength(int expertIndex, std::uint64_t visit);
    std::uint8_t strength(int expertIndex, std::uint64_t visit) const;
    bool isKnown(const Layer& layer, std::uint64_t visit) const
    {
        return visit >= layer.tablesFrom && visit < layer.tablesUntil;
    }

    const std::uint64_t m_window;
    Schedule m_schedule;
    std::vector<Layer> m_layers;
    std::vector<double> m_uses; ///< [experts] of all layers, fading
    std::vector<std::uint8_t> m_strength; ///< [experts * window], a ring over visits for each
    std::vector<std::uint8_t> m_isActive; ///< scratch of learn
};

} // namespace sida::experts
