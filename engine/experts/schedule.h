// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/experts/eviction.h"

#include <cstdint>

namespace sida::experts
{

/// The order in which the MoE layers of a run come: those of an encoder once a batch, and in generation those
/// of the decoder once more for each token. Positions leave room for the most steps that a batch can take, so
/// that later ones always lie farther ahead.
struct Schedule {
    int layers = 1;
    int repeatedFrom = 1; ///< the first layer that comes again in each step; `layers` = none
    int steps = 1; ///< most of a batch

    Position repeated() const { return static_cast<Position>(layers - repeatedFrom); }
    /// Positions of a batch.
    Position stride() const
    {
        return static_cast<Position>(layers) + static_cast<Position>(steps - 1) * repeated();
    }
    bool repeats(int layer) const { return steps > 1 && layer >= repeatedFrom; }
    Position position(std::uint32_t batch, int step, int layer) const
    {
        return static_cast<Position>(batch) * stride()
            + (repeats(layer) ? static_cast<Position>(step) * repeated() : 0) + static_cast<Position>(layer);
    }
    std::uint32_t batchOf(Position position) const { return static_cast<std::uint32_t>(position / stride()); }
    /// Counts how often a layer could have come, which grows from one coming to the next.
    std::uint64_t visit(std::uint32_t batch, int step, int layer) const
    {
        return repeats(layer)
            ? std::uint64_t{batch} * static_cast<std::uint64_t>(steps) + static_cast<std::uint64_t>(step)
            : batch;
    }

    struct Coming {
        std::uint64_t visit = 0;
        Position position = 0;
    };
    /// The layer's first coming at or after `now`, as if every batch took all its steps.
    Coming next(int layer, Position now) const
    {
        std::uint32_t batch = batchOf(now);
        const Position within = now % stride();
        const auto first = static_cast<Position>(layer);
        int step = 0;
        if (within > first && !repeats(layer))
            ++batch;
        else if (within > first)
            step = static_cast<int>((within - first + repeated() - 1) / repeated());
        if (step >= steps) {
            ++batch;
            step = 0;
        }
        return {visit(batch, step, layer), position(batch, step, layer)};
    }
    /// From one coming of a layer to the next.
    Position cycle(int layer) const { return repeats(layer) ? repeated() : stride(); }
};

} // namespace sida::experts
