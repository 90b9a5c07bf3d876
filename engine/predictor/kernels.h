// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

/// The predictor's arithmetic, for one thread or several that take blocks of outputs. It runs beside the
/// model, whose own threads a library's matrix product would contend with, and for one sentence a library
/// reads the recurrent weights too slowly. Chosen at run time for the processor: AVX-512, AVX2 or what the
/// compiler makes of plain loops.
namespace sida::predictor
{

/// Columns that one pass over a block of weights produces.
constexpr int kColumnBlock = 64;
/// Units of an LSTM whose four gates fill such a block.
constexpr int kUnitBlock = kColumnBlock / 4;

/// Blocks to the end.
constexpr int kAllBlocks = 1 << 30;

constexpr int paddedUnits(int units)
{
    return (units + kUnitBlock - 1) / kUnitBlock * kUnitBlock;
}

/// Place of a gate in the order of the kernels: for every 16 units first their input gates, then forget,
/// candidate and output gates. `row` counts as PyTorch stacks them (gate * units + unit).
constexpr int gateColumn(int row, int units)
{
    const int gate = row / units;
    const int unit = row % units;
    return unit / kUnitBlock * kColumnBlock + gate * kUnitBlock + unit % kUnitBlock;
}

/// Floats of a packed matrix, and where a value stands in it.
constexpr std::size_t packedFloats(std::int64_t inputs, std::int64_t outputs)
{
    return static_cast<std::size_t>((outputs + kColumnBlock - 1) / kColumnBlock * kColumnBlock * inputs);
}
constexpr std::size_t packedPlace(std::int64_t output, std::int64_t input, std::int64_t inputs)
{
    return static_cast<std::size_t>(
        (output / kColumnBlock * inputs + input) * kColumnBlock + output % kColumnBlock);
}

/// A weight matrix laid out so that a product reads it once, front to back: per block of 64 outputs and per
/// input 64 contiguous values. What pads it is zero.
struct PackedMatrix {
    int inputs = 0;
    int outputs = 0;
    std::vector<float> values; ///< [ceil(outputs / 64), inputs, 64]

    PackedMatrix() = default;
    PackedMatrix(int inputCount, int outputCount);
    float& at(int output, int input);
};

/// From [rows, columns] as a file holds it; row r becomes output `place(r)`, or r itself.
PackedMatrix packMatrix(
    std::span<const float> weights, int rows, int columns, int paddedInputs, int paddedOutputs,
    const std::function<int(int)>& place = {});

/// out = in * weights^T + bias.
struct Product {
    int rows = 0;
    int inputs = 0;
    int outputs = 0;
    const float* weights = nullptr; ///< laid out as in PackedMatrix
    const float* in = nullptr; ///< [rows, inputs]
    float* out = nullptr; ///< [rows, outputs]
    const float* bias = nullptr; ///< [outputs], or null
    bool accumulate = false; ///< onto what is in `out`; without a bias only
    bool rectify = false; ///< negative results become zero
    int firstBlock = 0; ///< only some blocks of kColumnBlock outputs: from here ...
    int endBlock = kAllBlocks; ///< ... to before here
};
void multiply(const Product& product);

/// One time step of an LSTM layer for several sequences. `units` is padded by paddedUnits.
struct LstmStep {
    int rows = 0;
    int units = 0;
    const float* weights = nullptr; ///< recurrent, [4 * units, units] packed with gateColumn
    const float* gates = nullptr; ///< [rows, 4 * units]: the input's part and the biases
    const float* previous = nullptr; ///< [rows, units], null for the first step
    float* cell = nullptr; ///< [rows, units]; written without being read in the first step
    float* output = nullptr; ///< [rows, units]
    /// Which end of the weights to begin at. The result is the same; alternating, a step finds what the one
    /// before it read last still in the cache.
    bool backwards = false;
    int firstBlock = 0; ///< only some blocks of kUnitBlock units, as in Product
    int endBlock = kAllBlocks;
};
void lstmStep(const LstmStep& step);

/// The sum of e^(x - shift).
float sumOfExponentials(std::span<const float> values, float shift);

} // namespace sida::predictor
