// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/network.h"
#include "engine/predictor/predictor.h"
#include "tests/parity/predictor/golden_files.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

namespace sida::predictor
{
namespace
{

const std::filesystem::path kFixtures = std::filesystem::path(SIDA_SOURCE_DIR) / "tests/fixtures/predictor";
constexpr float kTolerance = 1e-5F;

/// Packed logits [tokens, all experts] of a batch.
std::vector<float>
packedLogits(const Network& network, const dataset::TokenBatch& batch, std::span<const float> embeddings)
{
    const auto experts = static_cast<std::size_t>(network.shape().allExperts());
    std::size_t tokens = 0;
    for (const int length : batch.lengths)
        tokens += static_cast<std::size_t>(length);
    std::vector<float> result(tokens * experts, NAN);
    network.forward(
        batch, embeddings, [&](std::span<const std::uint32_t> places, std::span<const float> logits) {
            for (std::size_t i = 0; i < places.size(); ++i)
                std::copy_n(
                    logits.begin() + static_cast<std::ptrdiff_t>(i * experts), experts,
                    result.begin() + static_cast<std::ptrdiff_t>(places[i] * experts));
        });
    return result;
}

/// Largest difference between a batch's logits and those of the reference.
float largestDifference(
    const std::vector<float>& packed, const NetworkShape& shape, const test::Golden& golden,
    const std::vector<std::size_t>& indices)
{
    float largest = 0;
    std::size_t at = 0;
    for (const std::size_t sentence : indices)
        for (std::size_t token = 0; token < golden.sentences[sentence].size(); ++token)
            for (std::size_t layer = 0; layer < shape.experts.size(); ++layer) {
                const auto experts = static_cast<std::size_t>(shape.experts[layer]);
                for (std::size_t e = 0; e < experts; ++e, ++at) {
                    const float difference
                        = std::abs(packed[at] - golden.logits[sentence][layer][token * experts + e]);
                    if (!(difference <= largest))
                        largest = difference;
                }
            }
    EXPECT_EQ(at, packed.size());
    return largest;
}

class PredictorParity : public testing::TestWithParam<std::string>
{
protected:
    void SetUp() override
    {
        auto read = readPredictorFile(kFixtures / (GetParam() + ".safetensors"));
        ASSERT_TRUE(read) << read.error().message;
        m_file = std::move(*read);
        const auto golden = kFixtures / (GetParam() + "_golden.safetensors");
        m_golden = test::readGolden(golden, "logits", m_file.shape.experts.size());
        m_embeddings = test::readTensor(golden, "embeddings");
        ASSERT_EQ(m_golden.sentences.size(), 4U);
    }

    PredictorFile m_file;
    test::Golden m_golden;
    std::vector<float> m_embeddings;
};

TEST_P(PredictorParity, logitsOfSingleSentencesEqualPyTorch)
{
    const Network network(m_file.shape, m_file.weights);
    for (std::size_t i = 0; i < m_golden.sentences.size(); ++i) {
        const auto packed = packedLogits(network, test::batchOf(m_golden, {i}), m_embeddings);
        EXPECT_LE(largestDifference(packed, m_file.shape, m_golden, {i}), kTolerance)
            << "sentence of " << m_golden.sentences[i].size() << " tokens";
    }
}

TEST_P(PredictorParity, aPaddedBatchGivesWhatItsSentencesGiveAlone)
{
    const Network network(m_file.shape, m_file.weights);
    for (const std::vector<std::size_t>& order :
         {std::vector<std::size_t>{0, 1, 2, 3}, {1, 2}, {3, 3, 0, 2, 1, 0, 2}}) {
        const auto packed = packedLogits(network, test::batchOf(m_golden, order), m_embeddings);
        EXPECT_LE(largestDifference(packed, m_file.shape, m_golden, order), kTolerance);
    }
}

TEST_P(PredictorParity, aBatchOfThousandsOfTokensIsComputedInPartsWithTheSameResult)
{
    const Network network(m_file.shape, m_file.weights);
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < 150; ++i)
        order.push_back(i * 7 % 4);
    const auto packed = packedLogits(network, test::batchOf(m_golden, order), m_embeddings);
    EXPECT_LE(largestDifference(packed, m_file.shape, m_golden, order), kTolerance);
}

TEST_P(PredictorParity, theHashTableHoldsTheMostProbableExpertsAndTheirSoftmax)
{
    auto predictor = loadPredictor(kFixtures / (GetParam() + ".safetensors"));
    ASSERT_TRUE(predictor) << predictor.error().message;
    const auto table = (*predictor)->predict(test::batchOf(m_golden, {2}), m_embeddings, 3);
    ASSERT_TRUE(table) << table.error().message;
    EXPECT_EQ(table->tokens, 40);
    ASSERT_EQ(table->layers.size(), 2U);
    for (std::size_t l = 0; l < 2; ++l) {
        const auto experts = static_cast<std::size_t>(m_file.shape.experts[l]);
        for (std::size_t token = 0; token < 40; ++token) {
            const float* row = m_golden.logits[2][l].data() + token * experts;
            const auto best = static_cast<std::size_t>(std::max_element(row, row + experts) - row);
            double total = 0;
            for (std::size_t e = 0; e < experts; ++e)
                total += std::exp(double{row[e]} - row[best]);
            EXPECT_EQ(table->layers[l].experts[3 * token], best);
            EXPECT_NEAR(table->layers[l].alpha[3 * token], 1 / total, kTolerance);
            for (std::size_t i = 1; i < 3; ++i) {
                const float* alpha = table->layers[l].alpha.data() + 3 * token;
                EXPECT_NEAR(
                    alpha[i],
                    std::exp(double{row[table->layers[l].experts[3 * token + i]]} - row[best]) / total,
                    kTolerance);
                EXPECT_LE(alpha[i], alpha[i - 1]);
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(
    Variants, PredictorParity, testing::Values("textbook", "paper"),
    [](const auto& variant) { return variant.param; });

} // namespace
} // namespace sida::predictor
