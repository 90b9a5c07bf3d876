// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/predictor/hash_network.h"
#include "engine/predictor/predictor_file.h"

#include <cstdint>
#include <memory>
#include <span>

namespace sida::predictor
{

/// The predictor's network, laid out for inference: compression, two LSTM layers, sparse attention over their
/// outputs, a residual connection and one head per MoE layer (SiDA-MoE section 3.4, and the authors' code
/// where the paper leaves it open).
class Network final : public HashNetwork
{
public:
    Network(const NetworkShape& shape, const NetworkWeights& weights);
    ~Network() override;
    Network(Network&&) noexcept;
    Network& operator=(Network&&) noexcept;

    const NetworkShape& shape() const;
    const std::vector<int>& experts() const override { return shape().experts; }
    void useThreads(int threads) override;
    std::uint64_t weightBytes() const override;
    std::uint64_t workspaceBytes(int rows, int length) const override;
    void forward(const dataset::TokenBatch& batch, std::span<const float> embeddings, const LogitsSink& sink)
        const override;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace sida::predictor
