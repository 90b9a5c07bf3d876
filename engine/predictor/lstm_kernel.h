// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace sida::predictor
{

/// Units that one block of the recurrent kernel updates: their four gates fill 64 accumulators.
constexpr int kLstmBlock = 16;

constexpr int paddedUnits(int units)
{
    return (units + kLstmBlock - 1) / kLstmBlock * kLstmBlock;
}

/// Gate columns in the order of the kernel: for every block of 16 units first its 16 input gates, then
/// forget, candidate and output gates. `row` counts as PyTorch stacks them (gate * units + unit).
constexpr std::size_t gateColumn(int row, int units)
{
    const int gate = row / units;
    const int unit = row % units;
    return static_cast<std::size_t>(
        unit / kLstmBlock * 4 * kLstmBlock + gate * kLstmBlock + unit % kLstmBlock);
}

/// Recurrent weights [4 * units, units] in PyTorch's gate order, laid out so that a step reads them once,
/// front to back: per block of units and per input unit 64 contiguous values.
std::vector<float> packRecurrent(std::span<const float> weights, int units);

/// One time step of an LSTM layer for several sequences. `units` is padded to a multiple of kLstmBlock.
struct LstmStep {
    int rows = 0;
    int units = 0;
    const float* weights = nullptr; ///< from packRecurrent
    const float* gates = nullptr; ///< [rows, 4 * units], input part and biases, kernel order
    const float* previous = nullptr; ///< [rows, units], null for the first step
    float* cell = nullptr; ///< [rows, units]; written without being read in the first step
    float* output = nullptr; ///< [rows, units]
};

/// The fastest version for this processor; exact to a few units in the last place.
void lstmStep(const LstmStep& step);

} // namespace sida::predictor
