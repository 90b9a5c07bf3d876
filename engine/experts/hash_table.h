// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

namespace sida::experts
{

/// The predictor's answer for one MoE layer of one batch. Tokens are in packed order (dataset/batch.h).
struct LayerTable {
    std::vector<std::uint16_t> experts; ///< [tokens * k], most probable first
    std::vector<float> alpha; ///< [tokens * k], softmax over all experts of the layer

    struct Count {
        std::uint16_t expert = 0;
        std::uint32_t tokens = 0; ///< real tokens that have it among their top-k
    };
    std::vector<Count> predicted; ///< the predicted set, by expert number
};

/// The predictor's answer for one batch (the paper's hash table).
struct HashTable {
    std::uint32_t batch = 0;
    int k = 1;
    int tokens = 0;
    /// One per MoE layer of the encoder, and behind them of a decoder whose inputs are known beforehand; a
    /// table of one step of a generating decoder has the decoder's only. `tokens` counts those of the first.
    std::vector<LayerTable> layers;
};

/// Fills `predicted` from `experts`; `expertCount` is the number of experts of the layer.
void countPredicted(LayerTable& layer, int expertCount);

} // namespace sida::experts
