// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/dataset/batch.h"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace sida::predictor
{

/// What is behind a predictor of either kind: token ids to router logits. Sentences do not see each other,
/// padding is never computed, and everything libtorch allocates during a pass is one block of
/// `workspaceBytes`.
class HashNetwork
{
public:
    virtual ~HashNetwork() = default;
    virtual const std::vector<int>& experts() const = 0; ///< per MoE layer
    /// The calling thread of `forward` and so many more that help it. One at first.
    virtual void useThreads(int threads) = 0;
    virtual std::uint64_t weightBytes() const = 0; ///< its own, not what it shares with the model
    virtual std::uint64_t workspaceBytes(int rows, int length) const = 0;

    /// Called with consecutive parts of the result: logits [tokens.size(), all experts] and where each of
    /// these tokens stands in packed order.
    using LogitsSink
        = std::function<void(std::span<const std::uint32_t> tokens, std::span<const float> logits)>;

    /// The batch is well formed and its ids lie inside `embeddings` [vocabulary, embeddingDim]. Throws what
    /// libtorch throws.
    virtual void forward(
        const dataset::TokenBatch& batch, std::span<const float> embeddings,
        const LogitsSink& sink) const = 0;
};

} // namespace sida::predictor
