// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/kernels.h"

namespace sida::predictor
{

PackedMatrix::PackedMatrix(int inputCount, int outputCount)
    : inputs(inputCount)
    , outputs(outputCount)
    , values(packedFloats(inputCount, outputCount), 0.0F)
{
}

float& PackedMatrix::at(int output, int input)
{
    return values[packedPlace(output, input, inputs)];
}

PackedMatrix packMatrix(
    std::span<const float> weights, int rows, int columns, int paddedInputs, int paddedOutputs,
    const std::function<int(int)>& place)
{
    PackedMatrix packed(paddedInputs, paddedOutputs);
    std::size_t next = 0;
    for (int row = 0; row < rows; ++row)
        for (int column = 0; column < columns; ++column)
            packed.at(place ? place(row) : row, column) = weights[next++];
    return packed;
}

} // namespace sida::predictor
