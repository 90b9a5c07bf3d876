// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/predictor/predictor_file.h"

#include <ATen/ATen.h>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

/// Internal to the predictor's training, which shares libtorch's types.
namespace sida::predictor
{

/// The network's weights as leaves of automatic differentiation. All heads are one matrix.
struct Parameters {
    at::Tensor compressionWeight;
    at::Tensor compressionBias;
    std::array<at::Tensor, 4 * kLstmLayers> lstm; ///< in the order of at::lstm
    at::Tensor residualWeight;
    at::Tensor residualBias;
    at::Tensor headWeight; ///< [all experts, hiddenDim]
    at::Tensor headBias;

    std::vector<at::Tensor> all() const;
    Parameters detachedCopy() const;
};

/// PyTorch's own initialisation: uniform within one over the root of a layer's inputs.
Parameters randomParameters(const NetworkShape& shape, std::uint64_t seed);
Parameters toParameters(const NetworkShape& shape, const NetworkWeights& weights);
NetworkWeights toWeights(const NetworkShape& shape, const Parameters& parameters);

/// [..., keys] to weights of the same shape that sum to 1. Minus infinity masks a key.
at::Tensor sparsemax(const at::Tensor& logits, Sparsemax variant);

/// The same network as network.h in a form that can be differentiated.
/// `embeddings` [rows, length, embeddingDim], padded behind each row's `lengths`; the result is
/// [real tokens, all experts] in packed order.
at::Tensor forwardLogits(
    const Parameters& parameters, Sparsemax variant, const at::Tensor& embeddings,
    std::span<const int> lengths);

/// The causal network (causal_network.h): attention to what came before only. `source` [rows, hiddenDim] is
/// added before the compression's rectifier; undefined = nothing is.
at::Tensor forwardCausalLogits(
    const Parameters& parameters, Sparsemax variant, const at::Tensor& embeddings,
    std::span<const int> lengths, const at::Tensor& source);

} // namespace sida::predictor
