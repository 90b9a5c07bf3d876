// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/forward_plan.h"

#include "engine/model/attention.h"

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

ForwardPlan ForwardPlan::make(const SwitchWeights& weights, const ForwardShape& shape)
{
    const auto dModel = static_cast<std::size_t>(weights.config.dModel);
    const auto dFf = static_cast<std::size_t>(weights.config.dFf);
    const auto dKv = static_cast<std::size_t>(weights.config.dKv);
    const auto heads = static_cast<std::size_t>(weights.config.heads);
    const auto inner = heads * dKv;
    const auto experts = static_cast<std::size_t>(weights.mostExperts);
    const bool sparse = experts > 0;
    const std::size_t pairs = sparse ? shape.tokens * shape.topK : 0;

    ForwardPlan plan;
    const auto take = [&plan](std::size_t count) {
        const std::size_t at = plan.floats;
        plan.floats += roundUp(count);
        return at;
    };
    plan.hidden = take(shape.tokens * dModel);
    plan.normed = take(shape.tokens * dModel);
    plan.queryKeyValue = take(shape.tokens * 3 * inner);
    plan.mixed = take(std::max(shape.tokens * inner, pairs * dModel));
    plan.expertRows = plan.mixed;
    plan.expertHidden = take(std::min(pairs, kExpertWaveRows) * dFf);
    plan.logits = take(shape.tokens * experts);
    plan.bias = take(heads * (2 * shape.longest - 1));
    plan.pooled = take(weights.head ? shape.rows * dModel : 0);
    plan.pooledDense = take(weights.head ? shape.rows * dModel : 0);

    const std::size_t attention = attentionFloats(shape.longest, dKv);
    const std::size_t feedForward = std::min(shape.tokens, kFeedForwardRows) * dFf;
    plan.scratchStride = roundUp(std::max({attention, feedForward, experts + dModel}));
    plan.scratch = take(shape.threads * plan.scratchStride);
    return plan;
}

} // namespace sida::model
