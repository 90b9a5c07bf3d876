// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/sparse_layer.h"

#include "engine/model/elements.h"

#include <algorithm>
#include <cstring>

namespace sida::model
{

namespace
{

constexpr std::size_t kLeastRows = 16; ///< copying rows is so quick that threads pay only for many

} // namespace

SparseLayer::SparseLayer(const SwitchWeights& weights)
    : m_weights(weights)
    , m_kernels(kernels::kernels())
    , m_element(elementOf(weights.compute))
    , m_routerElement(elementOf(weights.config.routerDtype))
    , m_dModel(static_cast<std::size_t>(weights.config.dModel))
    , m_mostExperts(static_cast<std::size_t>(weights.mostExperts))
{
}

void SparseLayer::begin(std::size_t tokens, std::size_t topK, const Buffers& buffers)
{
    m_tokens = tokens;
    m_buffers = buffers;
    m_routing.resize(tokens, topK);
}

bool SparseLayer::needsRouter(const SwitchBlockWeights& block, const ForwardOptions& options)
{
    return options.routing == nullptr
        || static_cast<std::size_t>(block.moeLayer) >= options.routing->layers.size();
}

/// What upstream rounds on the way: the input to the router's type, the logits, the probabilities, and these
/// to the type of the rest. The best is looked for last: in half precision different logits can be equally
/// probable.
void SparseLayer::route(const SwitchBlockWeights& block, std::size_t begin, std::size_t end, float* scratch)
{
    const std::size_t experts = block.router.outputs();
    const bool narrow = m_routerElement != kernels::Element::f32;
    const bool plain = !narrow && m_element == kernels::Element::f32;
    float* shares = scratch;
    float* input = scratch + m_mostExperts;
    float* logits = m_buffers.logits + begin * experts;
    if (!narrow)
        block.router.apply(
            m_kernels, m_buffers.normed + begin * m_dModel, m_dModel, end - begin, logits, experts,
            kernels::Store::plain, kernels::Element::f32);
    for (std::size_t token = begin; token < end; ++token, logits += experts) {
        if (narrow) {
            std::copy_n(m_buffers.normed + token * m_dModel, m_dModel, input);
            m_kernels.round(input, m_dModel, m_routerElement);
            block.router.apply(
                m_kernels, input, m_dModel, 1, logits, experts, kernels::Store::plain, kernels::Element::f32);
        }
        if (block.routerBias.size() > 0)
            m_kernels.addScaled(block.routerBias.data(), 1.0F, experts, logits, kernels::Element::f32);
        m_kernels.round(logits, experts, m_routerElement);
        std::copy_n(logits, experts, shares);
        const float sum = m_kernels.exponentials(shares, nullptr, experts, kernels::Element::f32);
        if (!plain) {
            m_kernels.scale(shares, 1.0F / sum, experts, m_routerElement);
            m_kernels.round(shares, experts, m_element);
        }
        const auto best = static_cast<std::size_t>(std::max_element(shares, shares + experts) - shares);
        m_routing.expertOfPair[token] = static_cast<std::uint16_t>(best);
        m_routing.weightOfPair[token] = plain ? shares[best] / sum : shares[best];
    }
}

void SparseLayer::run(
    const SwitchBlockWeights& block, ThreadTeam& team, ExpertSource& source, const ForwardOptions& options,
    std::span<const std::size_t> sequences)
{
    choose(block, options);
    m_passDropped = options.capacity == api::ExpertCapacity::passthrough;
    if (options.capacity != api::ExpertCapacity::off && needsRouter(block, options))
        limit(block.router.outputs(), sequences);
    m_routing.sortPairs(block.router.outputs());
    // First of all: copies that are still missing can start while the rows are gathered.
    source.beginLayer(block.moeLayer, m_routing.active);
    gather(team);
    handOut(team, source);
    source.endLayer();
}

void SparseLayer::choose(const SwitchBlockWeights& block, const ForwardOptions& options)
{
    if (!needsRouter(block, options)) {
        const experts::LayerTable& table = options.routing->layers[static_cast<std::size_t>(block.moeLayer)];
        m_routing.expertOfPair = table.experts;
        m_routing.weightOfPair = table.alpha;
        m_kernels.round(m_routing.weightOfPair.data(), m_routing.weightOfPair.size(), m_element);
        return;
    }
    if (options.hooks == nullptr)
        return;
    const ForwardHooks& hooks = *options.hooks;
    const std::size_t experts = block.router.outputs();
    if (hooks.routed)
        hooks.routed(block.moeLayer, m_routing.expertOfPair);
    if (hooks.routerLogits)
        hooks.routerLogits(block.moeLayer, {m_buffers.logits, m_tokens * experts}, static_cast<int>(experts));
}

/// A sequence's tokens come to an expert one after the other; those beyond its capacity go to none.
void SparseLayer::limit(std::size_t experts, std::span<const std::size_t> sequences)
{
    const auto capacity = static_cast<std::uint32_t>(m_weights.config.expertCapacity);
    for (std::size_t i = 0; i < sequences.size(); ++i) {
        m_taken.assign(experts, 0);
        const std::size_t end = i + 1 < sequences.size() ? sequences[i + 1] : m_tokens;
        for (std::size_t token = sequences[i]; token < end; ++token) {
            std::uint16_t& expert = m_routing.expertOfPair[token];
            if (++m_taken[expert] > capacity)
                expert = ExpertRouting::kNoExpert;
        }
    }
}

void SparseLayer::gather(ThreadTeam& team)
{
    team.share(m_tokens, kLeastRows, [this](std::size_t begin, std::size_t end, int) {
        for (std::size_t pair = begin * m_routing.k; pair < end * m_routing.k; ++pair) {
            if (m_routing.expertOfPair[pair] != ExpertRouting::kNoExpert)
                std::memcpy(
                    m_buffers.rows + m_routing.rowOfPair[pair] * m_dModel,
                    m_buffers.normed + pair / m_routing.k * m_dModel, m_dModel * sizeof(float));
        }
    });
}

void SparseLayer::handOut(ThreadTeam& team, ExpertSource& source)
{
    m_firstRowOfActive.clear();
    std::size_t row = 0;
    for (const ActiveExpert& active : m_routing.active) {
        m_firstRowOfActive.push_back(row);
        row += active.rows;
    }
    const ExpertWave::Shape shape{
        m_dModel,
        static_cast<std::size_t>(m_weights.config.dFf),
        m_weights.experts.woOffset(),
        m_weights.config.activation,
        m_element,
        m_weights.expertLayout};
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
        m_wave.run(m_kernels, team, shape, m_handedOut, m_buffers.rows, m_buffers.hidden);
        for (const std::size_t index : m_heldIndices)
            source.release(index);
    }
}

void SparseLayer::add(std::size_t begin, std::size_t end, float* hidden) const
{
    for (std::size_t pair = begin * m_routing.k; pair < end * m_routing.k; ++pair) {
        const std::size_t token = pair / m_routing.k;
        const bool dropped = m_routing.expertOfPair[pair] == ExpertRouting::kNoExpert;
        if (dropped && !m_passDropped)
            continue;
        const float* row = dropped ? m_buffers.normed + token * m_dModel
                                   : m_buffers.rows + m_routing.rowOfPair[pair] * m_dModel;
        m_kernels.addScaled(
            row, m_routing.weightOfPair[pair], m_dModel, hidden + token * m_dModel, m_element);
    }
}

} // namespace sida::model
