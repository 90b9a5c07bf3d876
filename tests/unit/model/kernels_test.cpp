// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/kernels/kernels.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <numeric>
#include <random>
#include <span>
#include <tuple>
#include <vector>

namespace kernels = sida::model::kernels;
using kernels::Element;
using kernels::Product;
using kernels::Store;

namespace
{

std::span<const kernels::Kernels* const> sets()
{
    const kernels::Kernels* const* first = nullptr;
    const std::size_t count = kernels::availableKernels(first);
    return {first, count};
}

std::vector<float> randomFloats(std::size_t count, unsigned seed)
{
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::vector<float> values(count);
    for (float& value : values)
        value = normal(random);
    return values;
}

struct Case {
    std::size_t rows, inputs, outputs;
    std::vector<float> in = randomFloats(rows * (inputs + 3), 1);
    std::vector<float> weight = randomFloats(outputs * inputs, 2);
    std::vector<float> packed = std::vector<float>(kernels::packedFloats(outputs, inputs));
    std::vector<float> before = randomFloats(rows * (outputs + 5), 3);
    std::vector<float> out = before;

    Case(std::size_t r, std::size_t i, std::size_t o)
        : rows(r)
        , inputs(i)
        , outputs(o)
    {
        kernels::packRows(weight.data(), inputs, outputs, inputs, packed.data());
    }

    Product product(Store store)
    {
        out = before;
        return {in.data(), inputs + 3, rows, inputs, nullptr, outputs, out.data(), outputs + 5, store};
    }

    double expected(std::size_t row, std::size_t output, Store store) const
    {
        double sum = 0;
        for (std::size_t i = 0; i < inputs; ++i)
            sum += double(in[row * (inputs + 3) + i]) * double(weight[output * inputs + i]);
        if (store == Store::add)
            sum += double(before[row * (outputs + 5) + output]);
        return store == Store::relu ? std::max(sum, 0.0) : sum;
    }

    void check(Store store) const
    {
        const double tolerance = 1e-6 * double(inputs + 10);
        for (std::size_t row = 0; row < rows; ++row) {
            for (std::size_t output = 0; output < outputs; ++output)
                ASSERT_NEAR(out[row * (outputs + 5) + output], expected(row, output, store), tolerance)
                    << row << ", " << output << " of " << rows << " x " << inputs << " x " << outputs;
            for (std::size_t beyond = outputs; beyond < outputs + 5; ++beyond)
                ASSERT_EQ(out[row * (outputs + 5) + beyond], before[row * (outputs + 5) + beyond]);
        }
    }
};

TEST(Kernels, ProductsOfAnyShapeAreRightAndWriteNothingBesideTheirOutputs)
{
    for (const kernels::Kernels* set : sets()) {
        SCOPED_TRACE(set->name);
        for (const std::size_t rows : {1, 2, 3, 4, 5, 7, 8, 9, 25}) {
            for (const std::size_t inputs : {1, 8, 24, 33, 128}) {
                for (const std::size_t outputs : {1, 5, 16, 31, 48, 100}) {
                    Case test(rows, inputs, outputs);
                    for (const Store store : {Store::plain, Store::add, Store::relu}) {
                        Product product = test.product(store);
                        product.weight = test.packed.data();
                        set->packed(product);
                        test.check(store);
                        product = test.product(store);
                        product.weight = test.weight.data();
                        set->rowMajor(product);
                        test.check(store);
                    }
                }
            }
        }
    }
}

TEST(Kernels, UnpackingGivesBackEveryValueThatWasPacked)
{
    for (const std::size_t outputs : {16, 48}) {
        for (const std::size_t inputs : {1, 6, 16, 33}) {
            const std::vector<float> weight = randomFloats(outputs * inputs, 7);
            std::vector<float> packed(outputs * inputs);
            std::vector<float> back(outputs * inputs);
            kernels::packRows(weight.data(), inputs, outputs, inputs, packed.data());
            kernels::unpackRows(packed.data(), outputs, inputs, back.data());
            EXPECT_EQ(back, weight) << outputs << " x " << inputs;

            std::vector<std::uint16_t> halves(outputs * inputs);
            std::iota(halves.begin(), halves.end(), std::uint16_t{1});
            std::vector<std::uint16_t> packedHalves(halves.size());
            std::vector<std::uint16_t> backHalves(halves.size());
            kernels::packRows(halves.data(), inputs, outputs, inputs, packedHalves.data());
            kernels::unpackRows(packedHalves.data(), outputs, inputs, backHalves.data());
            EXPECT_EQ(backHalves, halves) << outputs << " x " << inputs;
        }
    }
}

TEST(Kernels, ARowGivesTheSameBitsWhateverIsComputedBesideIt)
{
    for (const kernels::Kernels* set : sets()) {
        SCOPED_TRACE(set->name);
        Case all(23, 72, 80);
        for (const bool isPacked : {true, false}) {
            const auto run = isPacked ? set->packed : set->rowMajor;
            const float* weight = isPacked ? all.packed.data() : all.weight.data();
            Product whole = all.product(Store::plain);
            whole.weight = weight;
            run(whole);
            for (std::size_t row = 0; row < all.rows; ++row) {
                std::vector<float> alone(48);
                Product one = whole;
                one.in += row * one.inStride;
                one.rows = 1;
                one.weight = weight + 32 * all.inputs; // outputs 32 .. 79 only
                one.outputs = 48;
                one.out = alone.data();
                run(one);
                for (std::size_t o = 0; o < alone.size(); ++o)
                    ASSERT_EQ(alone[o], all.out[row * (all.outputs + 5) + 32 + o]);
            }
        }
    }
}

TEST(Kernels, NormDividesByTheRootOfTheMeanSquare)
{
    for (const kernels::Kernels* set : sets()) {
        for (const std::size_t width : {1, 15, 16, 100, 768}) {
            const auto in = randomFloats(width, 4);
            const auto weight = randomFloats(width, 5);
            std::vector<float> out(width);
            set->norm(in.data(), weight.data(), 1e-6F, width, out.data(), Element::f32);
            double squares = 0;
            for (float value : in)
                squares += double(value) * value;
            for (std::size_t i = 0; i < width; ++i)
                ASSERT_NEAR(out[i], weight[i] * in[i] / std::sqrt(squares / double(width) + 1e-6), 1e-5);
        }
    }
}

TEST(Kernels, ExponentialsFollowTheLibraryToTheLastPlaces)
{
    for (const kernels::Kernels* set : sets()) {
        for (const std::size_t count : {1, 3, 16, 29, 300}) {
            auto values = randomFloats(count, 6);
            const auto bias = randomFloats(count, 7);
            for (float& value : values)
                value *= 20;
            std::vector<float> shifted(count);
            for (std::size_t i = 0; i < count; ++i)
                shifted[i] = values[i] + bias[i];
            const float highest = *std::max_element(shifted.begin(), shifted.end());
            const float sum = set->exponentials(values.data(), bias.data(), count, Element::f32);
            double expectedSum = 0;
            for (std::size_t i = 0; i < count; ++i) {
                const double expected = std::exp(double(shifted[i] - highest)); // subtracted in float32
                expectedSum += expected;
                ASSERT_NEAR(values[i], expected, 3e-7 * expected + 1e-37);
            }
            ASSERT_NEAR(sum, expectedSum, 1e-6 * expectedSum);
        }
    }
}

TEST(Kernels, ColumnsArePackedLikeTheRowsOfTheirTranspose)
{
    const std::size_t inputs = 9;
    const std::size_t outputs = 21;
    const auto matrix = randomFloats(inputs * outputs, 8);
    std::vector<float> transposed(matrix.size());
    for (std::size_t i = 0; i < inputs; ++i) {
        for (std::size_t o = 0; o < outputs; ++o)
            transposed[o * inputs + i] = matrix[i * outputs + o];
    }
    std::vector<float> byColumns(kernels::packedFloats(outputs, inputs), 1.0F);
    std::vector<float> byRows(byColumns.size(), 2.0F);
    kernels::packColumns(matrix.data(), outputs, inputs, outputs, byColumns.data());
    kernels::packRows(transposed.data(), inputs, outputs, inputs, byRows.data());
    EXPECT_EQ(byColumns, byRows);
}

TEST(Kernels, HalfPrecisionNumbersAreReadExactlyAndRoundedToTheNearestEven)
{
    for (const Element half : {Element::bf16, Element::f16}) {
        for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
            const float value = kernels::fromHalf(static_cast<std::uint16_t>(bits), half);
            if (!std::isnan(value))
                ASSERT_EQ(kernels::toHalf(value, half), bits);
            else
                ASSERT_TRUE(std::isnan(kernels::fromHalf(kernels::toHalf(value, half), half)));
        }
    }
    EXPECT_EQ(kernels::toHalf(1.0F + 0x1p-8F, Element::bf16), 0x3F80); // a tie: to the even one below
    EXPECT_EQ(kernels::toHalf(1.0F + 3 * 0x1p-8F, Element::bf16), 0x3F82); // and above
    EXPECT_EQ(kernels::toHalf(1.0F + 0x1p-11F, Element::f16), 0x3C00);
    EXPECT_EQ(kernels::toHalf(65519.0F, Element::f16), 0x7BFF);
    EXPECT_EQ(kernels::toHalf(65520.0F, Element::f16), 0x7C00); // infinite
    EXPECT_EQ(kernels::toHalf(0x1p-25F, Element::f16), 0); // a tie with zero
    EXPECT_EQ(kernels::toHalf(0x1.8p-25F, Element::f16), 1);
}

TEST(Kernels, RoundingInBulkIsThatOfSingleNumbers)
{
    auto values = randomFloats(1000, 9);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i]
            *= std::ldexp(1.0F, static_cast<int>(i % 60) - 40); // far below and above what float16 holds
    values.insert(values.end(), {0.0F, -0.0F, 1e30F, -1e30F, 65520.0F, -65519.0F, 0x1p-25F, -0x1.8p-25F});
    for (const kernels::Kernels* set : sets()) {
        for (const Element half : {Element::bf16, Element::f16}) {
            auto rounded = values;
            set->round(rounded.data(), rounded.size(), half);
            for (std::size_t i = 0; i < values.size(); ++i)
                ASSERT_EQ(rounded[i], kernels::fromHalf(kernels::toHalf(values[i], half), half)) << values[i];
        }
    }
}

TEST(Kernels, ProductsWithHalfPrecisionWeightsAreSumsInFloat32RoundedOnce)
{
    for (const kernels::Kernels* set : sets()) {
        SCOPED_TRACE(set->name);
        for (const Element half : {Element::bf16, Element::f16}) {
            for (const auto& [rows, inputs, outputs] :
                 {std::tuple{1, 33, 31}, std::tuple{3, 8, 16}, std::tuple{9, 128, 48}}) {
                Case test(
                    static_cast<std::size_t>(rows), static_cast<std::size_t>(inputs),
                    static_cast<std::size_t>(outputs));
                std::vector<std::uint16_t> weight, packed;
                for (float& value : test.weight) {
                    weight.push_back(kernels::toHalf(value, half));
                    value = kernels::fromHalf(weight.back(), half);
                }
                kernels::packRows(
                    test.weight.data(), test.inputs, test.outputs, test.inputs, test.packed.data());
                for (const float value : test.packed)
                    packed.push_back(kernels::toHalf(value, half));
                set->round(test.before.data(), test.before.size(), half);
                for (const bool isPacked : {true, false}) {
                    for (const Store store : {Store::plain, Store::add, Store::relu}) {
                        // The same sums from widened weights, rounded afterwards, step by step.
                        Product product = test.product(Store::plain);
                        product.weight = isPacked ? test.packed.data() : test.weight.data();
                        (isPacked ? set->packed : set->rowMajor)(product);
                        auto expected = test.out;
                        for (std::size_t i = 0; i < expected.size(); ++i) {
                            float& value = expected[i];
                            if (i % (test.outputs + 5) >= test.outputs)
                                continue;
                            set->round(&value, 1, half);
                            if (store == Store::add)
                                value += test.before[i];
                            set->round(&value, 1, half);
                            if (store == Store::relu)
                                value = std::max(value, 0.0F);
                        }
                        product = test.product(store);
                        product.weight = isPacked ? packed.data() : weight.data();
                        product.element = product.result = half;
                        (isPacked ? set->packed : set->rowMajor)(product);
                        ASSERT_EQ(test.out, expected);
                    }
                }
            }
        }
    }
}

TEST(Kernels, InfiniteFloat16SumsBecomeWhatUpstreamClampsThemTo)
{
    for (const kernels::Kernels* set : sets()) {
        std::vector<float> sum{60000, -60000, 60000};
        const std::vector<float> more{60000, -60000, 1};
        set->addScaled(more.data(), 1.0F, sum.size(), sum.data(), Element::f16);
        EXPECT_EQ(sum, (std::vector<float>{64512, -64512, 60000}));
    }
}

} // namespace
