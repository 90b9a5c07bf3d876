// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/packed_network.h"

namespace sida::predictor
{

namespace
{

std::uint64_t bytesOf(const std::vector<float>& values)
{
    return values.size() * sizeof(float);
}

} // namespace

Product productOf(
    const PackedMatrix& weights, std::int64_t rows, const float* in, float* out, const float* bias,
    bool rectify)
{
    Product product;
    product.rows = static_cast<int>(rows);
    product.inputs = weights.inputs;
    product.outputs = weights.outputs;
    product.weights = weights.values.data();
    product.in = in;
    product.out = out;
    product.bias = bias;
    product.accumulate = bias == nullptr;
    product.rectify = rectify;
    return product;
}

void runProduct(
    const PackedMatrix& weights, std::int64_t rows, const float* in, float* out, const float* bias,
    bool rectify)
{
    multiply(productOf(weights, rows, in, out, bias, rectify));
}

PackedNetwork::PackedNetwork(const NetworkShape& networkShape, const NetworkWeights& weights)
    : shape(networkShape)
    , units(paddedUnits(networkShape.hiddenDim))
{
    const int hidden = shape.hiddenDim;
    compression
        = packMatrix(weights.compression.weight, hidden, shape.embeddingDim, shape.embeddingDim, units);
    compressionBias = weights.compression.bias;
    compressionBias.resize(static_cast<std::size_t>(units), 0.0F);
    for (std::size_t i = 0; i < lstm.size(); ++i)
        loadLstm(weights.lstm[i], lstm[i]);
    residual = packMatrix(weights.residual.weight, hidden, hidden, units, units);
    loadHeads(weights);
}

void PackedNetwork::loadLstm(const NetworkWeights::Lstm& from, LstmLayer& to) const
{
    const int hidden = shape.hiddenDim;
    const auto place = [hidden](int row) { return gateColumn(row, hidden); };
    to.input = packMatrix(from.inputWeight, 4 * hidden, hidden, units, 4 * units, place);
    to.recurrent = packMatrix(from.recurrentWeight, 4 * hidden, hidden, units, 4 * units, place);
    to.bias.assign(static_cast<std::size_t>(4 * units), 0.0F);
    for (int row = 0; row < 4 * hidden; ++row)
        to.bias[static_cast<std::size_t>(place(row))] = from.inputBias[static_cast<std::size_t>(row)]
            + from.recurrentBias[static_cast<std::size_t>(row)];
}

void PackedNetwork::loadHeads(const NetworkWeights& weights)
{
    const auto hidden = static_cast<std::size_t>(shape.hiddenDim);
    heads = PackedMatrix(units, shape.allExperts());
    for (const NetworkWeights::Linear& head : weights.heads)
        for (std::size_t expert = 0; expert < head.bias.size(); ++expert) {
            const int row = static_cast<int>(headBias.size());
            double bias = head.bias[expert];
            for (std::size_t k = 0; k < hidden; ++k) {
                const float weight = head.weight[expert * hidden + k];
                heads.at(row, static_cast<int>(k)) = weight;
                bias += double{weight} * weights.residual.bias[k];
            }
            headBias.push_back(static_cast<float>(bias));
        }
}

std::uint64_t PackedNetwork::bytes() const
{
    std::uint64_t bytes = bytesOf(compression.values) + bytesOf(compressionBias) + bytesOf(residual.values)
        + bytesOf(heads.values) + bytesOf(headBias);
    for (const LstmLayer& layer : lstm)
        bytes += bytesOf(layer.input.values) + bytesOf(layer.bias) + bytesOf(layer.recurrent.values);
    return bytes;
}

} // namespace sida::predictor
