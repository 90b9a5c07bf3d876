// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/predictor/kernels.h"
#include "engine/predictor/predictor_file.h"

#include <array>
#include <cstdint>
#include <vector>

namespace sida::predictor
{

/// The weights of a network laid out for the kernels. Hidden units are padded with units whose weights are
/// zero: they stay zero through every layer.
struct PackedNetwork {
    struct LstmLayer {
        PackedMatrix input; ///< [4 * units, units], rows in the kernels' order
        std::vector<float> bias; ///< [4 * units], both biases
        PackedMatrix recurrent;
    };
    NetworkShape shape;
    int units = 0;
    PackedMatrix compression; ///< [units, embeddingDim]
    std::vector<float> compressionBias;
    std::array<LstmLayer, kLstmLayers> lstm;
    PackedMatrix residual; ///< [units, units]
    PackedMatrix heads; ///< [all experts, units]
    std::vector<float> headBias; ///< with what the residual's bias becomes behind the heads

    PackedNetwork(const NetworkShape& networkShape, const NetworkWeights& weights);
    std::uint64_t bytes() const;

private:
    void loadLstm(const NetworkWeights::Lstm& from, LstmLayer& to) const;
    void loadHeads(const NetworkWeights& weights);
};

/// out = in * weights^T + bias; without a bias it is added to what is in `out`.
Product productOf(
    const PackedMatrix& weights, std::int64_t rows, const float* in, float* out, const float* bias,
    bool rectify);
void runProduct(
    const PackedMatrix& weights, std::int64_t rows, const float* in, float* out, const float* bias,
    bool rectify = false);

} // namespace sida::predictor
