// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/model/expert_routing.h"
#include "engine/model/expert_wave.h"
#include "engine/model/model.h"
#include "engine/model/switch_weights.h"
#include "engine/model/thread_team.h"

#include <span>
#include <vector>

namespace sida::model
{

/// The sparse half of a block, of either stack: routers, and experts as they become ready.
class SparseLayer
{
public:
    explicit SparseLayer(const SwitchWeights& weights);

    struct Buffers {
        const float* normed = nullptr; ///< [tokens, dModel], what router and experts read
        float* logits = nullptr; ///< [tokens, most experts]
        float* rows = nullptr; ///< [tokens * topK, dModel]
        float* hidden = nullptr; ///< [min(tokens * topK, kExpertWaveRows), dFf]
    };
    /// Before the layers of a pass.
    void begin(std::size_t tokens, std::size_t topK, const Buffers& buffers);

    /// Whether a block's router has to be asked: not where the table says where its tokens go.
    static bool needsRouter(const SwitchBlockWeights& block, const ForwardOptions& options);

    /// Softmax over the experts and the best of them, the lowest number among equals, for some tokens.
    /// `scratch` holds scratchFloats().
    void route(const SwitchBlockWeights& block, std::size_t begin, std::size_t end, float* scratch);
    std::size_t scratchFloats() const { return m_mostExperts + m_dModel; }

    /// Experts over all tokens. `sequences` says where each sequence's tokens begin, in order, for the
    /// capacity that the options may ask for.
    void
    run(const SwitchBlockWeights& block, ThreadTeam& team, ExpertSource& source,
        const ForwardOptions& options, std::span<const std::size_t> sequences);

    /// hidden += weight * expert output for some tokens, choice by choice in the table's order.
    void add(std::size_t begin, std::size_t end, float* hidden) const;

private:
    void choose(const SwitchBlockWeights& block, const ForwardOptions& options);
    void limit(std::size_t experts, std::span<const std::size_t> sequences);
    void gather(ThreadTeam& team);
    void handOut(ThreadTeam& team, ExpertSource& source);

    const SwitchWeights& m_weights;
    const kernels::Kernels& m_kernels;
    const kernels::Element m_element;
    const kernels::Element m_routerElement;
    const std::size_t m_dModel;
    const std::size_t m_mostExperts;

    std::size_t m_tokens = 0;
    Buffers m_buffers;
    bool m_passDropped = false; ///< tokens that no expert takes go on as they are
    ExpertRouting m_routing;
    std::vector<std::uint32_t> m_taken; ///< by expert, of the sequence in turn
    std::vector<std::size_t> m_firstRowOfActive;
    std::vector<HandedOut> m_handedOut;
    std::vector<std::size_t> m_heldIndices;
    ExpertWave m_wave;
};

} // namespace sida::model
