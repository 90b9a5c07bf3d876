// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/dataset/batch.h"
#include "engine/experts/hash_table.h"
#include "engine/predictor/predictor_file.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

namespace sida::predictor
{

/// The predictor's network, laid out for inference: compression, two LSTM layers, sparse attention over their
/// outputs, a residual connection and one head per MoE layer (SiDA-MoE section 3.4, and the authors' code
/// where the paper leaves it open).
///
/// Sentences do not see each other and padding is never computed. Everything libtorch allocates during a
/// pass is one block of `workspaceBytes`.
class Network
{
public:
    Network(const NetworkShape& shape, const NetworkWeights& weights);
    ~Network();
    Network(Network&&) noexcept;
    Network& operator=(Network&&) noexcept;

    const NetworkShape& shape() const;
    std::uint64_t weightBytes() const;
    std::uint64_t workspaceBytes(int rows, int length) const;

    /// Called with consecutive parts of the result: logits [tokens.size(), all experts] and where each of
    /// these tokens stands in packed order.
    using LogitsSink
        = std::function<void(std::span<const std::uint32_t> tokens, std::span<const float> logits)>;

    /// The batch is well formed and its ids lie inside `embeddings` [vocabulary, embeddingDim]. Throws what
    /// libtorch throws.
    void forward(
        const dataset::TokenBatch& batch, std::span<const float> embeddings, const LogitsSink& sink) const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace sida::predictor
