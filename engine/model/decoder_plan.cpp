// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/decoder_plan.h"

#include "engine/model/attention.h"
#include "engine/model/forward_plan.h"

#include <algorithm>

namespace sida::model
{

namespace
{

constexpr std::size_t kLine = 16; // floats of a cache line

constexpr std::size_t roundUp(std::size_t count)
{
    return (count + kLine - 1) / kLine * kLine;
}

} // namespace

DecoderPlan DecoderPlan::make(const SwitchWeights& weights, const DecoderShape& shape)
{
    const auto dModel = static_cast<std::size_t>(weights.config.dModel);
    const auto dFf = static_cast<std::size_t>(weights.config.dFf);
    const auto dKv = static_cast<std::size_t>(weights.config.dKv);
    const auto heads = static_cast<std::size_t>(weights.config.heads);
    const auto experts = static_cast<std::size_t>(weights.mostExperts);
    const auto words = static_cast<std::size_t>(weights.config.vocabulary);
    const std::size_t blocks = weights.decoder ? weights.decoder->blocks.size() : 0;
    const std::size_t inner = heads * dKv;

    DecoderPlan plan;
    const auto take = [&plan](std::size_t count) {
        const std::size_t at = plan.floats;
        plan.floats += roundUp(count);
        return at;
    };
    plan.crossKeyValue = take(blocks * shape.sourceTokens * 2 * inner);
    plan.cache = take(blocks * shape.rows * shape.positions * 2 * inner);
    plan.hidden = take(shape.tokens * dModel);
    plan.normed = take(shape.tokens * dModel);
    plan.queryKeyValue = take(shape.tokens * 3 * inner);
    plan.mixed = take(shape.tokens * std::max(inner, dModel));
    plan.expertRows = plan.mixed;
    plan.inner = take(std::min(shape.tokens, kExpertWaveRows) * dFf);
    plan.logits = take(shape.tokens * experts);
    plan.bias = take(heads * (2 * shape.longest - 1));
    plan.vocabulary = take((shape.positions > 0 ? shape.rows : std::min(shape.tokens, kScoredRows)) * words);

    const std::size_t attention = attentionFloats(std::max(shape.longest, shape.longestSource), dKv);
    plan.scratchStride = roundUp(std::max(attention, experts + dModel));
    plan.scratch = take(shape.threads * plan.scratchStride);
    return plan;
}

} // namespace sida::model
