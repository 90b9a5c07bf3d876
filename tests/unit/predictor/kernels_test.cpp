// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/kernels.h"

#include "tests/unit/predictor/predictor_samples.h"

#include <cmath>
#include <gtest/gtest.h>

namespace sida::predictor
{
namespace
{

struct Size {
    int rows;
    int inputs;
    int outputs;
};

class ProductTest : public testing::TestWithParam<Size>
{
};

TEST_P(ProductTest, equalsTheSumWrittenOut)
{
    const auto [rows, inputs, outputs] = GetParam();
    const auto count = [](int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); };
    const auto weights = test::randomValues(count(outputs, inputs), 1);
    const auto in = test::randomValues(count(rows, inputs), 2);
    const auto bias = test::randomValues(count(outputs, 1), 3);
    const PackedMatrix packed = packMatrix(weights, outputs, inputs, inputs, outputs);
    std::vector<float> out(count(rows, outputs), 0.5F);
    Product product;
    product.rows = rows;
    product.inputs = inputs;
    product.outputs = outputs;
    product.weights = packed.values.data();
    product.in = in.data();
    product.out = out.data();
    for (const int mode : {0, 1, 2}) { // onto what is there, with a bias, and with negatives cut off
        product.accumulate = mode == 0;
        product.bias = mode == 0 ? nullptr : bias.data();
        product.rectify = mode == 2;
        multiply(product);
        for (int r = 0; r < rows; ++r)
            for (int o = 0; o < outputs; ++o) {
                double expected = mode == 0 ? 0.5 : bias[static_cast<std::size_t>(o)];
                for (int k = 0; k < inputs; ++k)
                    expected += double{in[count(r, inputs) + static_cast<std::size_t>(k)]}
                        * weights[count(o, inputs) + static_cast<std::size_t>(k)];
                if (mode == 2)
                    expected = std::max(0.0, expected);
                EXPECT_NEAR(
                    out[count(r, outputs) + static_cast<std::size_t>(o)], expected, 1e-6 * (10 + inputs))
                    << "row " << r << ", output " << o << ", mode " << mode;
            }
    }
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, ProductTest,
    testing::Values(
        Size{1, 1, 1}, Size{1, 7, 64}, Size{2, 16, 63}, Size{3, 5, 65}, Size{4, 33, 128}, Size{7, 20, 200}));

double logistic(double x)
{
    return 1 / (1 + std::exp(-x));
}

TEST(LstmStepTest, followsTheDefinitionInPyTorchsGateOrderFromEitherEnd)
{
    constexpr int kUnits = 32;
    constexpr std::size_t kWidth = kUnits;
    for (const int rows : {1, 2, 3, 4, 6}) {
        const auto height = static_cast<std::size_t>(rows);
        const auto weights = test::randomValues(4 * kWidth * kWidth, 1, 0.4F);
        const auto gates = test::randomValues(height * 4 * kWidth, 2); // in PyTorch's order
        const auto previous = test::randomValues(height * kWidth, 3, 0.5F);
        const auto cell = test::randomValues(height * kWidth, 4);
        const auto place = [](int row) { return gateColumn(row, kUnits); };
        const PackedMatrix packed = packMatrix(weights, 4 * kUnits, kUnits, kUnits, 4 * kUnits, place);
        std::vector<float> ordered(gates.size());
        for (std::size_t r = 0; r < height; ++r)
            for (int g = 0; g < 4 * kUnits; ++g)
                ordered[r * 4 * kWidth + static_cast<std::size_t>(place(g))]
                    = gates[r * 4 * kWidth + static_cast<std::size_t>(g)];
        std::vector<float> newCell = cell;
        std::vector<float> output(cell.size());
        lstmStep(
            {rows, kUnits, packed.values.data(), ordered.data(), previous.data(), newCell.data(),
             output.data(), false});
        std::vector<float> otherCell = cell;
        std::vector<float> otherOutput(cell.size());
        lstmStep(
            {rows, kUnits, packed.values.data(), ordered.data(), previous.data(), otherCell.data(),
             otherOutput.data(), true});
        EXPECT_EQ(output, otherOutput);
        EXPECT_EQ(newCell, otherCell);
        for (std::size_t r = 0; r < height; ++r)
            for (std::size_t u = 0; u < kWidth; ++u) {
                double gate[4];
                for (std::size_t g = 0; g < 4; ++g) {
                    gate[g] = gates[r * 4 * kWidth + g * kWidth + u];
                    for (std::size_t k = 0; k < kWidth; ++k)
                        gate[g] += double{weights[(g * kWidth + u) * kWidth + k]} * previous[r * kWidth + k];
                }
                const double state
                    = logistic(gate[1]) * cell[r * kWidth + u] + logistic(gate[0]) * std::tanh(gate[2]);
                EXPECT_NEAR(newCell[r * kWidth + u], state, 3e-6);
                EXPECT_NEAR(output[r * kWidth + u], logistic(gate[3]) * std::tanh(state), 3e-6);
            }
    }
}

TEST(LstmStepTest, theFirstStepReadsNeitherStateNorCell)
{
    constexpr std::size_t kWidth = kUnitBlock;
    const std::vector<float> gates = test::randomValues(4 * kWidth, 2);
    std::vector<float> cell(kWidth, NAN);
    std::vector<float> output(kWidth, NAN);
    lstmStep({1, kUnitBlock, nullptr, gates.data(), nullptr, cell.data(), output.data(), false});
    for (std::size_t u = 0; u < kWidth; ++u)
        EXPECT_NEAR(cell[u], logistic(gates[u]) * std::tanh(gates[2 * kWidth + u]), 1e-6);
}

TEST(LstmStepTest, saturatedGatesStayFinite)
{
    constexpr std::size_t kWidth = kUnitBlock;
    for (const float extreme : {-1e30F, -200.0F, 200.0F, 1e30F}) {
        const std::vector<float> gates(4 * kWidth, extreme);
        std::vector<float> cell(kWidth);
        std::vector<float> output(kWidth);
        lstmStep({1, kUnitBlock, nullptr, gates.data(), nullptr, cell.data(), output.data(), false});
        EXPECT_NEAR(output[0], extreme > 0 ? std::tanh(1.0) : 0.0, 1e-6);
    }
}

TEST(SumOfExponentialsTest, isExactToFloatPrecisionForAnyLength)
{
    for (const std::size_t count : {1U, 6U, 16U, 17U, 128U, 300U}) {
        const auto values = test::randomValues(count, count, 8);
        double expected = 0;
        for (const float value : values)
            expected += std::exp(double{value} - 20);
        EXPECT_NEAR(sumOfExponentials(values, 20) / expected, 1, 2e-6);
    }
}

} // namespace
} // namespace sida::predictor
