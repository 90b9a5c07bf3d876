// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/experts/host_store.h"
#include "engine/model/activation.h"
#include "engine/model/expert_layout.h"
#include "engine/model/kernels/kernels.h"
#include "engine/model/thread_team.h"

#include <cstddef>
#include <span>
#include <vector>

namespace sida::model
{

/// One expert that was handed out, and its rows in the sorted order.
struct HandedOut {
    const std::byte* block = nullptr;
    std::size_t firstRow = 0;
    std::size_t rows = 0;
};

/// Runs experts over their rows: rows = wo * activation(wi * rows), in place.
class ExpertWave
{
public:
    struct Shape {
        std::size_t dModel = 0;
        std::size_t dFf = 0;
        std::size_t woOffset = 0; ///< bytes from the start of a block
        Activation activation = Activation::relu;
        kernels::Element element = kernels::Element::f32; ///< of the blocks, and what is rounded to
        ExpertLayout layout = ExpertLayout::rows; ///< of the blocks
    };

    /// `hidden` holds kExpertWaveRows rows, or as many as there are in all if that is less.
    void
    run(const kernels::Kernels& kernels, ThreadTeam& team, const Shape& shape,
        std::span<const HandedOut> experts, float* rows, float* hidden);

private:
    /// Some rows of one expert, small enough to share a wave with others.
    struct Segment {
        const std::byte* block = nullptr;
        std::size_t firstRow = 0;
        std::size_t rows = 0;
        std::size_t hiddenRow = 0;
    };
    void runSegments(
        const kernels::Kernels& kernels, ThreadTeam& team, const Shape& shape, float* rows, float* hidden);

    std::vector<Segment> m_segments;
};

} // namespace sida::model
