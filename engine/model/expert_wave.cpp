// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/expert_wave.h"

#include "engine/model/forward_plan.h"

#include <algorithm>

namespace sida::model
{

namespace
{

/// Outputs of one product, so that the few rows of one expert still occupy several threads.
constexpr std::size_t kOutputs = 32;
/// Rows of one product: then the weights are still in the nearest cache when the last of them passes.
constexpr std::size_t kSegmentRows = 128;

} // namespace

void ExpertWave::run(
    const kernels::Kernels& kernels, ThreadTeam& team, const Shape& shape, std::span<const HandedOut> experts,
    float* rows, float* hidden)
{
    m_segments.clear();
    std::size_t held = 0;
    for (const HandedOut& expert : experts) {
        for (std::size_t done = 0; done < expert.rows;) {
            const std::size_t count = std::min({kSegmentRows, expert.rows - done, kExpertWaveRows - held});
            m_segments.push_back({expert.block, expert.firstRow + done, count, held});
            held += count;
            done += count;
            if (held == kExpertWaveRows) {
                runSegments(kernels, team, shape, rows, hidden);
                held = 0;
            }
        }
    }
    if (held > 0)
        runSegments(kernels, team, shape, rows, hidden);
}

void ExpertWave::runSegments(
    const kernels::Kernels& kernels, ThreadTeam& team, const Shape& shape, float* rows, float* hidden)
{
    const std::size_t bytes = kernels::elementBytes(shape.element);
    // A multiple of a panel's outputs begins at the same place in both layouts.
    static_assert(kOutputs % kernels::kPanel == 0);
    const auto multiply = shape.layout == ExpertLayout::panels ? kernels.packed : kernels.rowMajor;
    const bool relu = shape.activation == Activation::relu;
    const std::size_t hiddenParts = (shape.dFf + kOutputs - 1) / kOutputs;
    team.each(m_segments.size() * hiddenParts, [&](std::size_t item, int) {
        const Segment& segment = m_segments[item / hiddenParts];
        const std::size_t first = item % hiddenParts * kOutputs;
        const std::size_t outputs = std::min(kOutputs, shape.dFf - first);
        const std::byte* wi = segment.block;
        float* out = hidden + segment.hiddenRow * shape.dFf + first;
        multiply(
            {rows + segment.firstRow * shape.dModel, shape.dModel, segment.rows, shape.dModel,
             wi + first * shape.dModel * bytes, outputs, out, shape.dFf,
             relu ? kernels::Store::relu : kernels::Store::plain, shape.element, shape.element});
        for (std::size_t row = 0; !relu && row < segment.rows; ++row)
            activate(kernels, shape.activation, out + row * shape.dFf, outputs, shape.element);
    });

    const std::size_t outParts = (shape.dModel + kOutputs - 1) / kOutputs;
    team.each(m_segments.size() * outParts, [&](std::size_t item, int) {
        const Segment& segment = m_segments[item / outParts];
        const std::size_t first = item % outParts * kOutputs;
        const std::byte* wo = segment.block + shape.woOffset;
        multiply(
            {hidden + segment.hiddenRow * shape.dFf, shape.dFf, segment.rows, shape.dFf,
             wo + first * shape.dFf * bytes, std::min(kOutputs, shape.dModel - first),
             rows + segment.firstRow * shape.dModel + first, shape.dModel, kernels::Store::plain,
             shape.element, shape.element});
    });
    m_segments.clear();
}

} // namespace sida::model
