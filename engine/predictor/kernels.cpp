// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/kernels.h"

#include "engine/predictor/fast_math.h"

namespace sida::predictor
{

// Note [Vector code]: the inner loops have constant trip counts over small arrays, so that the compiler keeps
// the arrays in registers. Everything they call is inlined into the functions at the end, one set for each
// kind of processor, because a function compiled for an older one would not be vectorised as wide.

namespace
{

constexpr int kLanes = 16;

/// sums[r] += in[r] * one block of weights, for rows that share one pass over the weights.
template <int kRows>
SIDA_INLINE void
addBlock(float (&sums)[kRows][kColumnBlock], const float* weights, const float* in, std::size_t inputs)
{
    for (std::size_t k = 0; k < inputs; ++k, weights += kColumnBlock)
        for (int r = 0; r < kRows; ++r) {
            const float value = in[static_cast<std::size_t>(r) * inputs + k];
            for (int c = 0; c < kColumnBlock; ++c)
                sums[r][c] += value * weights[c];
        }
}

/// A block's part of a row, by way of memory when the row ends inside the block: were the accumulators
/// themselves indexed by a variable, they could not stay in registers.
SIDA_INLINE void load(float (&block)[kColumnBlock], const float* row, int columns)
{
    float part[kColumnBlock] = {};
    if (columns < kColumnBlock) {
        for (int c = 0; c < columns; ++c)
            part[c] = row[c];
        row = part;
    }
    for (int c = 0; c < kColumnBlock; ++c)
        block[c] = row[c];
}

SIDA_INLINE void store(const float (&block)[kColumnBlock], float* row, int columns)
{
    float part[kColumnBlock];
    float* target = columns < kColumnBlock ? part : row;
    for (int c = 0; c < kColumnBlock; ++c)
        target[c] = block[c];
    if (columns < kColumnBlock)
        for (int c = 0; c < columns; ++c)
            row[c] = part[c];
}

template <int kRows>
SIDA_INLINE void multiplyRows(const Product& p, int block, int firstRow)
{
    const auto inputs = static_cast<std::size_t>(p.inputs);
    const auto outputs = static_cast<std::size_t>(p.outputs);
    const auto first = static_cast<std::size_t>(firstRow);
    const int begin = block * kColumnBlock;
    const int columns = p.outputs - begin < kColumnBlock ? p.outputs - begin : kColumnBlock;
    float* out = p.out + first * outputs + begin;
    float sums[kRows][kColumnBlock] = {};
    for (int r = 0; r < kRows; ++r)
        if (p.bias)
            load(sums[r], p.bias + begin, columns);
        else if (p.accumulate)
            load(sums[r], out + static_cast<std::size_t>(r) * outputs, columns);
    addBlock<kRows>(
        sums, p.weights + static_cast<std::size_t>(begin) * inputs, p.in + first * inputs, inputs);
    for (int r = 0; r < kRows; ++r) {
        if (p.rectify)
            for (int c = 0; c < kColumnBlock; ++c)
                sums[r][c] = sums[r][c] > 0.0F ? sums[r][c] : 0.0F;
        store(sums[r], out + static_cast<std::size_t>(r) * outputs, columns);
    }
}

SIDA_INLINE void updateUnits(const float* gates, float* cell, float* output, bool first)
{
    float state[kUnitBlock];
    for (int u = 0; u < kUnitBlock; ++u)
        state[u] = sigmoid(gates[u]) * hyperbolicTangent(gates[2 * kUnitBlock + u]);
    if (!first)
        for (int u = 0; u < kUnitBlock; ++u)
            state[u] += sigmoid(gates[kUnitBlock + u]) * cell[u];
    for (int u = 0; u < kUnitBlock; ++u) {
        cell[u] = state[u];
        output[u] = sigmoid(gates[3 * kUnitBlock + u]) * hyperbolicTangent(state[u]);
    }
}

template <int kRows>
SIDA_INLINE void stepRows(const LstmStep& step, int block, int firstRow)
{
    const auto units = static_cast<std::size_t>(step.units);
    const auto first = static_cast<std::size_t>(firstRow);
    const std::size_t unit = static_cast<std::size_t>(block) * kUnitBlock;
    float sums[kRows][kColumnBlock];
    for (int r = 0; r < kRows; ++r) {
        const float* gates = step.gates + (first + static_cast<std::size_t>(r)) * 4 * units + 4 * unit;
        for (int c = 0; c < kColumnBlock; ++c)
            sums[r][c] = gates[c];
    }
    if (step.previous)
        addBlock<kRows>(sums, step.weights + 4 * unit * units, step.previous + first * units, units);
    for (int r = 0; r < kRows; ++r) {
        const std::size_t at = (first + static_cast<std::size_t>(r)) * units + unit;
        updateUnits(sums[r], step.cell + at, step.output + at, !step.previous);
    }
}

/// Hands out the rows in groups of four, two and one; `kMost` is what fits the registers.
template <int kMost, typename Function>
SIDA_INLINE void forRows(int rows, Function function)
{
    int row = 0;
    if constexpr (kMost >= 4)
        for (; row + 4 <= rows; row += 4)
            function.template operator()<4>(row);
    if constexpr (kMost >= 2)
        for (; row + 2 <= rows; row += 2)
            function.template operator()<2>(row);
    for (; row < rows; ++row)
        function.template operator()<1>(row);
}

template <int kMost>
SIDA_INLINE void multiplyAll(const Product& product)
{
    const int blocks = (product.outputs + kColumnBlock - 1) / kColumnBlock;
    const int end = product.endBlock < blocks ? product.endBlock : blocks;
    for (int block = product.firstBlock; block < end; ++block)
        forRows<kMost>(product.rows, [&]<int kRows>(int row) SIDA_INLINE_LAMBDA {
            multiplyRows<kRows>(product, block, row);
        });
}

template <int kMost>
SIDA_INLINE void stepAll(const LstmStep& step)
{
    const int blocks = step.units / kUnitBlock;
    const int end = step.endBlock < blocks ? step.endBlock : blocks;
    for (int i = step.firstBlock; i < end; ++i) {
        const int block = step.backwards ? step.firstBlock + end - 1 - i : i;
        forRows<kMost>(
            step.rows, [&]<int kRows>(int row) SIDA_INLINE_LAMBDA { stepRows<kRows>(step, block, row); });
    }
}

SIDA_INLINE float sumAll(const float* values, std::size_t count, float shift)
{
    float lanes[kLanes] = {};
    std::size_t i = 0;
    for (; i + kLanes <= count; i += kLanes)
        for (int lane = 0; lane < kLanes; ++lane)
            lanes[lane] += exponential(values[i + static_cast<std::size_t>(lane)] - shift);
    float sum = 0;
    for (; i < count; ++i)
        sum += exponential(values[i] - shift);
    for (const float lane : lanes)
        sum += lane;
    return sum;
}

struct Kernels {
    void (*multiply)(const Product&);
    void (*step)(const LstmStep&);
    float (*sum)(const float*, std::size_t, float);
};

void plainMultiply(const Product& product)
{
    multiplyAll<1>(product);
}
void plainStep(const LstmStep& step)
{
    stepAll<1>(step);
}
float plainSum(const float* values, std::size_t count, float shift)
{
    return sumAll(values, count, shift);
}
constexpr Kernels kPlainKernels{plainMultiply, plainStep, plainSum};

#if defined(__x86_64__)
#define SIDA_AVX2 __attribute__((target("avx2,fma")))
#define SIDA_AVX512 __attribute__((target("avx512f,avx2,fma")))

SIDA_AVX2
void avx2Multiply(const Product& product)
{
    multiplyAll<2>(product);
}
SIDA_AVX2
void avx2Step(const LstmStep& step)
{
    stepAll<2>(step);
}
SIDA_AVX2
float avx2Sum(const float* values, std::size_t count, float shift)
{
    return sumAll(values, count, shift);
}
constexpr Kernels kAvx2Kernels{avx2Multiply, avx2Step, avx2Sum};

SIDA_AVX512
void avx512Multiply(const Product& product)
{
    multiplyAll<4>(product);
}
SIDA_AVX512
void avx512Step(const LstmStep& step)
{
    stepAll<4>(step);
}
SIDA_AVX512
float avx512Sum(const float* values, std::size_t count, float shift)
{
    return sumAll(values, count, shift);
}
constexpr Kernels kAvx512Kernels{avx512Multiply, avx512Step, avx512Sum};

#endif

const Kernels& kernels()
{
    static const Kernels kChosen = [] {
#if defined(__x86_64__)
        if (__builtin_cpu_supports("avx512f"))
            return kAvx512Kernels;
        if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
            return kAvx2Kernels;
#endif
        return kPlainKernels;
    }();
    return kChosen;
}

} // namespace

void multiply(const Product& product)
{
    kernels().multiply(product);
}

void lstmStep(const LstmStep& step)
{
    kernels().step(step);
}

float sumOfExponentials(std::span<const float> values, float shift)
{
    return kernels().sum(values.data(), values.size(), shift);
}

} // namespace sida::predictor
