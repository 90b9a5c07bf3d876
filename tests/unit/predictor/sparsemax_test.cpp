// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/sparsemax.h"

#include "tests/unit/predictor/predictor_samples.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>

namespace sida::predictor
{
namespace
{

std::vector<float> weightsOf(std::vector<float> row, Sparsemax variant)
{
    std::vector<float> scratch(row.size());
    sparsemaxRow(row, scratch, variant);
    return row;
}

/// The point of the simplex nearest to `z`, found by trying every set of coordinates that may be positive.
std::vector<double> nearestOnSimplex(const std::vector<float>& z)
{
    std::vector<double> best(z.size());
    double bestDistance = std::numeric_limits<double>::infinity();
    for (unsigned set = 1; set < 1U << z.size(); ++set) {
        double sum = 0;
        int count = 0;
        for (std::size_t i = 0; i < z.size(); ++i)
            if (set >> i & 1U) {
                sum += z[i];
                ++count;
            }
        std::vector<double> point(z.size(), 0.0);
        double distance = 0;
        bool inside = true;
        for (std::size_t i = 0; i < z.size(); ++i) {
            if (set >> i & 1U)
                point[i] = z[i] - (sum - 1) / count;
            inside = inside && point[i] >= 0;
            distance += (point[i] - z[i]) * (point[i] - z[i]);
        }
        if (inside && distance < bestDistance) {
            bestDistance = distance;
            best = point;
        }
    }
    return best;
}

TEST(SparsemaxTest, theTextbookVariantIsTheProjectionOntoTheSimplex)
{
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        const std::size_t size = 1 + seed % 9;
        const float scale = seed % 3 == 0 ? 0.1F : seed % 3 == 1 ? 1.0F : 20.0F;
        const auto z = test::randomValues(size, seed, scale);
        const auto expected = nearestOnSimplex(z);
        const auto actual = weightsOf(z, Sparsemax::textbook);
        for (std::size_t i = 0; i < size; ++i)
            EXPECT_NEAR(actual[i], expected[i], 2e-6) << "seed " << seed << ", entry " << i;
    }
}

TEST(SparsemaxTest, equalLogitsShareTheWeight)
{
    for (const Sparsemax variant : {Sparsemax::textbook, Sparsemax::paper}) {
        const auto weights = weightsOf({7, 7, 7, 7, 1}, variant);
        for (int i = 0; i < 4; ++i)
            EXPECT_FLOAT_EQ(weights[static_cast<std::size_t>(i)], 0.25F);
        EXPECT_EQ(weights[4], 0.0F);
    }
}

TEST(SparsemaxTest, thePaperVariantLetsMoreKeysTakePart)
{
    // Support {2, 1.5}: tau is (3.5 - 1) / 2 = 1.25 in the textbook and (3.5 - 2) / 2 = 0.75 in the paper's
    // code, where the third key then has 0.25 before all are divided by their sum, 2.25.
    const std::vector<float> z{2.0F, 1.5F, 1.0F, -3.0F};
    const auto textbook = weightsOf(z, Sparsemax::textbook);
    EXPECT_FLOAT_EQ(textbook[0], 0.75F);
    EXPECT_FLOAT_EQ(textbook[1], 0.25F);
    EXPECT_EQ(textbook[2], 0.0F);
    const auto paper = weightsOf(z, Sparsemax::paper);
    EXPECT_FLOAT_EQ(paper[0], 1.25F / 2.25F);
    EXPECT_FLOAT_EQ(paper[1], 0.75F / 2.25F);
    EXPECT_FLOAT_EQ(paper[2], 0.25F / 2.25F);
    EXPECT_EQ(paper[3], 0.0F);
}

TEST(SparsemaxTest, weightsAlwaysSumToOne)
{
    for (std::uint64_t seed = 0; seed < 50; ++seed)
        for (const Sparsemax variant : {Sparsemax::textbook, Sparsemax::paper}) {
            const auto weights = weightsOf(test::randomValues(500, seed, 100), variant);
            EXPECT_NEAR(std::accumulate(weights.begin(), weights.end(), 0.0), 1, 1e-5);
        }
}

} // namespace
} // namespace sida::predictor
