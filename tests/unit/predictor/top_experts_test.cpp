// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/top_experts.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sida::predictor
{
namespace
{

using testing::ElementsAre;

TEST(TopExpertsTest, theMostProbableComesFirstAndTiesGoToTheLowerNumber)
{
    const std::vector<float> logits{1, 5, 3, 5, 3, -2};
    std::vector<std::uint16_t> best(4);
    topIndices(logits, best);
    EXPECT_THAT(best, ElementsAre(1, 3, 2, 4));
}

TEST(TopExpertsTest, allExpertsCanBeAskedFor)
{
    const std::vector<float> logits{-1, -1, 0};
    std::vector<std::uint16_t> best(3);
    topIndices(logits, best);
    EXPECT_THAT(best, ElementsAre(2, 0, 1));
}

TEST(TopExpertsTest, layersOfDifferentWidthAndTokensInAnyOrderFindTheirPlace)
{
    experts::HashTable table;
    table.k = 2;
    table.tokens = 2;
    table.layers.resize(2);
    for (auto& layer : table.layers) {
        layer.experts.resize(4, 99);
        layer.alpha.resize(4);
    }
    const std::vector<std::uint32_t> tokens{1, 0};
    // Token 1: layer of 3, layer of 2; then token 0.
    const std::vector<float> logits{0, 2, 1, 4, 3, 1, 0, 0, -1, 1};
    fillTable(tokens, logits, {3, 2}, table);
    EXPECT_THAT(table.layers[0].experts, ElementsAre(0, 1, 1, 2));
    EXPECT_THAT(table.layers[1].experts, ElementsAre(1, 0, 0, 1));
    EXPECT_NEAR(table.layers[0].alpha[2], std::exp(2.0) / (1 + std::exp(2.0) + std::exp(1.0)), 1e-6);
    EXPECT_NEAR(table.layers[0].alpha[1], 1 / (2 + std::exp(1.0)), 1e-6);
    EXPECT_NEAR(table.layers[1].alpha[0], 1 / (1 + std::exp(-2.0)), 1e-6);
}

} // namespace
} // namespace sida::predictor
