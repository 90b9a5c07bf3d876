// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/types.h"
#include "engine/device/cuda/encoder.h"

#include <cstdint>
#include <vector>

namespace sida::cuda::test
{

/// A small Switch encoder with random weights, and its forward pass in plain loops of double precision: the
/// numbers that any implementation must come near. Weights are numbers that `type` holds exactly.
class ReferenceEncoder
{
public:
    ReferenceEncoder(EncoderShape shape, api::DType type, unsigned seed);

    const EncoderShape& shape() const { return m_shape; }
    /// In the number type, for the encoder under test; valid as long as this is.
    const HostWeights& weights() const { return m_weights; }
    const void* expert(int moeLayer, int expert) const;

    struct Outputs {
        std::vector<double> hidden; ///< [tokens, dModel]
        std::vector<std::vector<int>> routed; ///< by layer and expert
        double narrowestChoice = 1; ///< least distance between the best and second best probability
    };
    Outputs run(const std::vector<std::int32_t>& ids, const std::vector<std::int32_t>& offsets) const;

private:
    struct Matrix {
        std::vector<double> numbers;
        std::vector<std::byte> stored;
    };
    struct Block {
        Matrix attentionNorm, queryKeyValue, output, feedForwardNorm, router;
        std::vector<Matrix> experts; ///< one for a dense block; wi, then wo
    };
    Matrix random(std::size_t count, double scale, double middle = 0);
    const Matrix& keep(Matrix matrix);
    void
    attend(const Block& block, std::vector<double>& hidden, const std::vector<std::int32_t>& offsets) const;

    EncoderShape m_shape;
    api::DType m_type;
    unsigned m_state;
    Matrix m_embedding, m_bias, m_finalNorm;
    std::vector<Block> m_blocks;
    HostWeights m_weights;
};

} // namespace sida::cuda::test
