// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/causal_network.h"

#include "engine/predictor/network_torch.h"
#include "tests/unit/predictor/predictor_samples.h"

#include <ATen/ATen.h>
#include <algorithm>
#include <gtest/gtest.h>
#include <numeric>

namespace sida::predictor
{
namespace
{

constexpr int kVocabulary = 40;
constexpr int kWidth = 24;

using Inputs = std::vector<std::vector<std::int32_t>>;

/// A causal network with random weights over random embeddings, and a batch of sources.
struct Sample {
    CausalWeights weights;
    NetworkShape shape;
    std::vector<float> embeddings = test::randomValues(std::size_t{kVocabulary} * kWidth, 4);
    dataset::TokenBatch sources = test::randomBatch({5, 2, 9, 1}, kVocabulary);

    explicit Sample(bool source, int hidden = 20, Sparsemax sparsemax = Sparsemax::textbook)
    {
        const PredictorFile file = test::randomPredictor(kWidth, hidden, {8, 5});
        shape = file.shape;
        shape.sparsemax = sparsemax;
        weights.network = file.weights;
        if (source)
            weights.source = test::randomValues(static_cast<std::size_t>(hidden) * kWidth, 9, 0.5F);
    }
};

std::size_t longest(const Inputs& inputs)
{
    std::size_t most = 0;
    for (const auto& row : inputs)
        most = std::max(most, row.size());
    return most;
}

/// By row, then by position: logits of all experts. Some rows of the batch may be left out.
std::vector<std::vector<std::vector<float>>>
readStepByStep(const Sample& sample, const Inputs& inputs, const std::vector<std::size_t>& only)
{
    const CausalNetwork network(sample.shape, sample.weights);
    CausalReader reader(network, sample.sources.rows, static_cast<int>(longest(inputs)) + 3);
    reader.begin(sample.sources, sample.embeddings);
    std::vector<std::vector<std::vector<float>>> result(inputs.size());
    for (std::size_t position = 0; position < longest(inputs); ++position) {
        std::vector<std::size_t> rows;
        std::vector<std::int32_t> ids;
        for (const std::size_t row : only)
            if (position < inputs[row].size()) {
                rows.push_back(row);
                ids.push_back(inputs[row][position]);
            }
        const auto logits = reader.step(rows, ids, sample.embeddings);
        const std::size_t experts = logits.size() / std::max<std::size_t>(rows.size(), 1);
        for (std::size_t i = 0; i < rows.size(); ++i)
            result[rows[i]].emplace_back(
                logits.begin() + static_cast<std::ptrdiff_t>(i * experts),
                logits.begin() + static_cast<std::ptrdiff_t>((i + 1) * experts));
    }
    return result;
}

const Inputs kInputs{{0, 7, 9, 30, 2, 8}, {0, 3}, {0, 11, 12, 13, 14, 15, 16, 17, 18}, {0}};

class CausalNetworkTest : public testing::TestWithParam<bool>
{
};

TEST_P(CausalNetworkTest, whatComesLaterChangesNothingBefore)
{
    const Sample sample(GetParam());
    Inputs other = kInputs;
    other[0][4] = 33;
    other[2].resize(5);
    other[2].push_back(39);
    const std::vector<std::size_t> all{0, 1, 2, 3};
    const auto before = readStepByStep(sample, kInputs, all);
    const auto after = readStepByStep(sample, other, all);
    for (std::size_t position = 0; position < 4; ++position)
        EXPECT_EQ(before[0][position], after[0][position]);
    EXPECT_NE(before[0][4], after[0][4]) << "what is read now must tell";
    EXPECT_NE(before[0][5], after[0][5]) << "and what was read is remembered";
    for (std::size_t position = 0; position < 5; ++position)
        EXPECT_EQ(before[2][position], after[2][position]);
}

TEST_P(CausalNetworkTest, aRowGivesToTheBitWhatItGivesAlone)
{
    const Sample sample(GetParam());
    const auto together = readStepByStep(sample, kInputs, {0, 1, 2, 3});
    for (std::size_t row = 0; row < kInputs.size(); ++row)
        EXPECT_EQ(readStepByStep(sample, kInputs, {row})[row], together[row]);
}

TEST_P(CausalNetworkTest, stepByStepEqualsTheWholeSequenceInTraining)
{
    for (const int hidden : {20, 32, 7})
        for (const Sparsemax variant : {Sparsemax::textbook, Sparsemax::paper}) {
            const Sample sample(GetParam(), hidden, variant);
            const auto steps = readStepByStep(sample, kInputs, {0, 1, 2, 3});
            const Parameters parameters = toParameters(sample.shape, sample.weights.network);
            const auto length = static_cast<std::int64_t>(longest(kInputs));
            at::Tensor embedded = at::zeros({4, length, kWidth});
            std::vector<int> lengths;
            for (std::size_t row = 0; row < kInputs.size(); ++row) {
                lengths.push_back(static_cast<int>(kInputs[row].size()));
                for (std::size_t i = 0; i < kInputs[row].size(); ++i)
                    std::copy_n(
                        sample.embeddings.data() + static_cast<std::size_t>(kInputs[row][i]) * kWidth, kWidth,
                        embedded[static_cast<std::int64_t>(row)][static_cast<std::int64_t>(i)]
                            .data_ptr<float>());
            }
            at::Tensor source;
            if (GetParam()) {
                source = at::zeros({4, kWidth});
                for (int row = 0; row < 4; ++row)
                    for (int i = 0; i < sample.sources.lengths[static_cast<std::size_t>(row)]; ++i)
                        for (int k = 0; k < kWidth; ++k)
                            source[row][k]
                                += sample.embeddings
                                       [static_cast<std::size_t>(sample.sources.ids[static_cast<std::size_t>(
                                            row * sample.sources.length + i)])
                                            * kWidth
                                        + static_cast<std::size_t>(k)]
                                / static_cast<float>(sample.sources.lengths[static_cast<std::size_t>(row)]);
                auto weights = sample.weights.source;
                source = at::linear(source, at::from_blob(weights.data(), {hidden, kWidth}, at::kFloat));
            }
            const at::Tensor whole
                = forwardCausalLogits(parameters, variant, embedded, lengths, source).detach().contiguous();
            std::int64_t packed = 0;
            double most = 0;
            for (const auto& row : steps)
                for (const auto& logits : row) {
                    for (std::size_t e = 0; e < logits.size(); ++e)
                        ASSERT_NEAR(
                            logits[e], whole[packed][static_cast<std::int64_t>(e)].item<float>(), 2e-5);
                    most = std::max(most, double{*std::max_element(logits.begin(), logits.end())});
                    ++packed;
                }
            EXPECT_EQ(packed, whole.size(0));
            EXPECT_GT(most, 0.1) << "a comparison of zeros would say nothing";
        }
}

TEST_P(CausalNetworkTest, aTableOfAWholeBatchHoldsWhatTheStepsSay)
{
    const Sample sample(GetParam());
    const CausalNetwork network(sample.shape, sample.weights);
    CausalReader reader(network, 4, 9);
    const auto layers = reader.foretellAll(sample.sources, kInputs, sample.embeddings, sample.embeddings, 2);
    ASSERT_EQ(layers.size(), 2U);
    reader.begin(sample.sources, sample.embeddings);
    std::vector<std::size_t> first(4);
    for (std::size_t row = 1; row < 4; ++row)
        first[row] = first[row - 1] + kInputs[row - 1].size();
    experts::HashTable table;
    for (std::size_t position = 0; position < 9; ++position) {
        std::vector<std::size_t> rows;
        std::vector<std::int32_t> ids;
        for (std::size_t row = 0; row < 4; ++row)
            if (position < kInputs[row].size()) {
                rows.push_back(row);
                ids.push_back(kInputs[row][position]);
            }
        reader.foretellStep(rows, ids, sample.embeddings, 2, table);
        ASSERT_EQ(table.tokens, static_cast<int>(rows.size()));
        for (std::size_t l = 0; l < 2; ++l) {
            std::uint32_t counted = 0;
            for (const auto& count : table.layers[l].predicted)
                counted += count.tokens;
            EXPECT_EQ(counted, 2 * rows.size());
            for (std::size_t i = 0; i < rows.size(); ++i)
                for (std::size_t choice = 0; choice < 2; ++choice) {
                    const std::size_t packed = 2 * (first[rows[i]] + position) + choice;
                    EXPECT_EQ(layers[l].experts[packed], table.layers[l].experts[2 * i + choice]);
                    EXPECT_EQ(layers[l].alpha[packed], table.layers[l].alpha[2 * i + choice]);
                }
        }
    }
}

TEST_P(CausalNetworkTest, aNewBatchRemembersNothingOfTheOneBefore)
{
    const Sample sample(GetParam());
    const CausalNetwork network(sample.shape, sample.weights);
    CausalReader reader(network, 4, 9);
    const auto read = [&] {
        return reader.foretellAll(sample.sources, kInputs, sample.embeddings, sample.embeddings, 1);
    };
    const auto fresh = read();
    const auto again = read();
    for (std::size_t l = 0; l < fresh.size(); ++l)
        EXPECT_EQ(fresh[l].alpha, again[l].alpha);
}

TEST(CausalSourceTest, theSourceTellsAndItsOrderDoesNot)
{
    Sample sample(true);
    const auto before = readStepByStep(sample, kInputs, {0});
    std::swap(sample.sources.ids[0], sample.sources.ids[4]);
    const auto moved = readStepByStep(sample, kInputs, {0});
    for (std::size_t e = 0; e < before[0][0].size(); ++e)
        EXPECT_NEAR(before[0][0][e], moved[0][0][e], 1e-5);
    sample.sources.ids[0] = (sample.sources.ids[0] + 1) % kVocabulary;
    EXPECT_NE(before[0][0], readStepByStep(sample, kInputs, {0})[0][0]);
}

INSTANTIATE_TEST_SUITE_P(Sources, CausalNetworkTest, testing::Bool(), [](const auto& reads) {
    return reads.param ? "source" : "none";
});

} // namespace
} // namespace sida::predictor
