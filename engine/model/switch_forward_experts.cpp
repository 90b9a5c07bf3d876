// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/switch_forward.h"

#include <algorithm>
#include <cstring>

// The sparse half of the forward pass: routers, and experts as they become ready.

namespace sida::model
{

namespace
{

constexpr std::size_t kLeastRows = 16; ///< copying rows is so quick that threads pay only for many

} // namespace

/// Softmax over the experts in float32 and the best of them, the lowest number among equals.
void SwitchForward::routeRows(const SwitchBlockWeights& block, std::size_t begin, std::size_t end, int member)
{
    const std::size_t experts = block.router.outputs();
    float* logits = at(m_plan.logits) + begin * experts;
    block.router.apply(
        m_kernels, at(m_plan.normed) + begin * m_dModel, m_dModel, end - begin, logits, experts);
    float* shares = scratch(member);
    for (std::size_t token = begin; token < end; ++token, logits += experts) {
        if (block.routerBias.size() > 0)
            m_kernels.addScaled(block.routerBias.data(), 1.0F, experts, logits);
        std::copy_n(logits, experts, shares);
        const float sum = m_kernels.exponentials(shares, nullptr, experts);
        const auto best = static_cast<std::size_t>(std::max_element(shares, shares + experts) - shares);
        m_routing.expertOfPair[token] = static_cast<std::uint16_t>(best);
        m_routing.weightOfPair[token] = shares[best] / sum;
    }
}

void SwitchForward::runExperts(std::size_t index, ExpertSource& source, const ForwardOptions& options)
{
    const SwitchBlockWeights& block = m_weights.blocks[index];
    choose(block, options);
    m_routing.sortPairs(block.router.outputs());
    // First of all: copies that are still missing can start while the rows are gathered.
    source.beginLayer(block.moeLayer, m_routing.active);
    gatherRows();
    handOut(source);
    source.endLayer();
    addExperts(index);
}

void SwitchForward::choose(const SwitchBlockWeights& block, const ForwardOptions& options)
{
    if (options.routing != nullptr) {
        const experts::LayerTable& table = options.routing->layers[static_cast<std::size_t>(block.moeLayer)];
        m_routing.expertOfPair = table.experts;
        m_routing.weightOfPair = table.alpha;
        return;
    }
    if (options.hooks == nullptr)
        return;
    const ForwardHooks& hooks = *options.hooks;
    const std::size_t experts = block.router.outputs();
    if (hooks.routed)
        hooks.routed(block.moeLayer, m_routing.expertOfPair);
    if (hooks.routerLogits)
        hooks.routerLogits(
            block.moeLayer, {at(m_plan.logits), m_shape.tokens * experts}, static_cast<int>(experts));
}

void SwitchForward::gatherRows()
{
    m_team->share(m_shape.tokens, kLeastRows, [this](std::size_t begin, std::size_t end, int) {
        for (std::size_t pair = begin * m_routing.k; pair < end * m_routing.k; ++pair)
            std::memcpy(
                at(m_plan.expertRows) + m_routing.rowOfPair[pair] * m_dModel,
                at(m_plan.normed) + pair / m_routing.k * m_dModel, m_dModel * sizeof(float));
    });
}

void SwitchForward::handOut(ExpertSource& source)
{
    m_firstRowOfActive.clear();
    std::size_t row = 0;
    for (const ActiveExpert& active : m_routing.active) {
        m_firstRowOfActive.push_back(row);
        row += active.rows;
    }
    const ExpertWave::Shape shape{
        m_dModel, static_cast<std::size_t>(m_weights.config.dFf), m_weights.experts.woOffset(),
        m_weights.config.activation};
    const auto hold = [this](const ExpertSource::Ready& ready) {
        m_heldIndices.push_back(ready.index);
        m_handedOut.push_back(
            {ready.block, m_firstRowOfActive[ready.index], m_routing.active[ready.index].rows});
    };
    for (std::size_t done = 0; done < m_routing.active.size(); done += m_heldIndices.size()) {
        m_heldIndices.clear();
        m_handedOut.clear();
        hold(source.next());
        while (done + m_heldIndices.size() < m_routing.active.size()) {
            const auto ready = source.nextIfReady();
            if (!ready)
                break;
            hold(*ready);
        }
        m_wave.run(m_kernels, *m_team, shape, m_handedOut, at(m_plan.expertRows), at(m_plan.expertHidden));
        for (const std::size_t index : m_heldIndices)
            source.release(index);
    }
}

/// hidden += weight * expert output, choice by choice in the table's order, and the start of the next block.
void SwitchForward::addExperts(std::size_t block)
{
    m_team->share(m_shape.tokens, kLeastRows / 4, [this, block](std::size_t begin, std::size_t end, int) {
        for (std::size_t pair = begin * m_routing.k; pair < end * m_routing.k; ++pair)
            m_kernels.addScaled(
                at(m_plan.expertRows) + m_routing.rowOfPair[pair] * m_dModel, m_routing.weightOfPair[pair],
                m_dModel, at(m_plan.hidden) + pair / m_routing.k * m_dModel);
        startBlock(block + 1, begin, end);
    });
}

} // namespace sida::model
