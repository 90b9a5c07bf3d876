// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/lstm_kernel.h"

#include "engine/predictor/fast_math.h"

// The inner loops have constant trip counts over small arrays, so that the compiler keeps the arrays in
// vector registers of whatever width the enclosing function is compiled for.

namespace sida::predictor
{

namespace
{

constexpr int kColumns = 4 * kLstmBlock;

SIDA_INLINE void updateUnits(const float* gates, float* cell, float* output, bool first)
{
    float state[kLstmBlock];
    for (int u = 0; u < kLstmBlock; ++u)
        state[u] = sigmoid(gates[u]) * hyperbolicTangent(gates[2 * kLstmBlock + u]);
    if (!first)
        for (int u = 0; u < kLstmBlock; ++u)
            state[u] += sigmoid(gates[kLstmBlock + u]) * cell[u];
    for (int u = 0; u < kLstmBlock; ++u) {
        cell[u] = state[u];
        output[u] = sigmoid(gates[3 * kLstmBlock + u]) * hyperbolicTangent(state[u]);
    }
}

/// Rows that share one pass over the block's weights.
template <int kRows>
SIDA_INLINE void stepRows(const LstmStep& step, int block, int row)
{
    const auto units = static_cast<std::size_t>(step.units);
    const auto first = static_cast<std::size_t>(row);
    const std::size_t unit = static_cast<std::size_t>(block) * kLstmBlock;
    float sums[kRows][kColumns];
    for (int r = 0; r < kRows; ++r) {
        const float* gates = step.gates + (first + r) * 4 * units + 4 * unit;
        for (int c = 0; c < kColumns; ++c)
            sums[r][c] = gates[c];
    }
    if (step.previous) {
        const float* weights = step.weights + 4 * unit * units;
        const float* previous = step.previous + first * units;
        for (std::size_t k = 0; k < units; ++k, weights += kColumns)
            for (int r = 0; r < kRows; ++r) {
                const float value = previous[static_cast<std::size_t>(r) * units + k];
                for (int c = 0; c < kColumns; ++c)
                    sums[r][c] += value * weights[c];
            }
    }
    for (int r = 0; r < kRows; ++r) {
        const std::size_t at = (first + r) * units + unit;
        updateUnits(sums[r], step.cell + at, step.output + at, !step.previous);
    }
}

template <int kRows>
SIDA_INLINE void stepAll(const LstmStep& step)
{
    for (int block = 0; block < step.units / kLstmBlock; ++block) {
        int row = 0;
        for (; row + kRows <= step.rows; row += kRows)
            stepRows<kRows>(step, block, row);
        for (; row < step.rows; ++row)
            stepRows<1>(step, block, row);
    }
}

void stepPortable(const LstmStep& step)
{
    stepAll<1>(step);
}

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) void stepAvx2(const LstmStep& step)
{
    stepAll<1>(step);
}

__attribute__((target("avx512f,avx2,fma"))) void stepAvx512(const LstmStep& step)
{
    stepAll<4>(step);
}
#endif

using StepFunction = void (*)(const LstmStep&);

StepFunction chooseStep()
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f"))
        return stepAvx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return stepAvx2;
#endif
    return stepPortable;
}

} // namespace

std::vector<float> packRecurrent(std::span<const float> weights, int units)
{
    const auto padded = static_cast<std::size_t>(paddedUnits(units));
    std::vector<float> packed(4 * padded * padded, 0.0F);
    for (int row = 0; row < 4 * units; ++row) {
        const std::size_t column = gateColumn(row, units);
        float* block = packed.data() + column / kColumns * kColumns * padded + column % kColumns;
        for (int k = 0; k < units; ++k)
            block[static_cast<std::size_t>(k) * kColumns] = weights
                [static_cast<std::size_t>(row) * static_cast<std::size_t>(units)
                 + static_cast<std::size_t>(k)];
    }
    return packed;
}

void lstmStep(const LstmStep& step)
{
    static const StepFunction kStep = chooseStep();
    kStep(step);
}

} // namespace sida::predictor
