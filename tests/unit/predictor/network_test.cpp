// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/network.h"

#include "engine/predictor/network_torch.h"
#include "tests/unit/predictor/predictor_samples.h"

#include <gtest/gtest.h>

namespace sida::predictor
{
namespace
{

struct Case {
    int embeddingDim;
    int hiddenDim;
    std::vector<int> experts;
    std::vector<int> lengths;
    Sparsemax sparsemax;
};

/// Logits [tokens, experts] in packed order from the network for inference.
at::Tensor
inferred(const Network& network, const dataset::TokenBatch& batch, const std::vector<float>& embeddings)
{
    const std::int64_t experts = network.shape().allExperts();
    std::int64_t tokens = 0;
    for (const int length : batch.lengths)
        tokens += length;
    at::Tensor result = at::full({tokens, experts}, std::nanf(""));
    network.forward(batch, embeddings, [&](auto places, auto logits) {
        for (std::size_t i = 0; i < places.size(); ++i)
            std::copy_n(
                logits.data() + static_cast<std::int64_t>(i) * experts, experts,
                result.data_ptr<float>() + std::int64_t{places[i]} * experts);
    });
    return result;
}

class NetworkTest : public testing::TestWithParam<Case>
{
};

TEST_P(NetworkTest, trainingAndInferenceComputeTheSame)
{
    const Case& c = GetParam();
    constexpr int kVocabulary = 60;
    PredictorFile file = test::randomPredictor(c.embeddingDim, c.hiddenDim, c.experts);
    file.shape.sparsemax = c.sparsemax;
    const auto batch = test::randomBatch(c.lengths, kVocabulary);
    auto embeddings = test::randomValues(
        static_cast<std::size_t>(kVocabulary) * static_cast<std::size_t>(c.embeddingDim), 4);
    const at::Tensor table = at::from_blob(embeddings.data(), {kVocabulary, c.embeddingDim}, at::kFloat);
    const at::Tensor ids = at::tensor(batch.ids, at::kInt).view({batch.rows, batch.length});
    const at::Tensor inputs = table.index_select(0, ids.view(-1)).view({batch.rows, batch.length, -1});
    const at::Tensor trained
        = forwardLogits(toParameters(file.shape, file.weights), file.shape.sparsemax, inputs, batch.lengths);
    Network network(file.shape, file.weights);
    const at::Tensor fast = inferred(network, batch, embeddings);
    network.useThreads(3);
    EXPECT_TRUE(inferred(network, batch, embeddings).equal(fast)) << "whatever the number of threads";
    ASSERT_EQ(trained.sizes(), fast.sizes());
    EXPECT_LE((trained - fast).abs().max().item<double>(), 1e-5);
    EXPECT_GT(trained.abs().max().item<double>(), 0.1) << "a comparison of zeros would say nothing";
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, NetworkTest,
    testing::Values(
        Case{16, 32, {8, 8}, {9}, Sparsemax::textbook},
        Case{24, 20, {5, 7}, {9, 1, 30, 2}, Sparsemax::textbook},
        Case{24, 20, {5, 7}, {9, 1, 30, 2}, Sparsemax::paper}, Case{8, 7, {3}, {1}, Sparsemax::paper},
        Case{64, 128, {64, 64, 64}, std::vector<int>(40, 23), Sparsemax::textbook},
        Case{32, 48, {16}, {300, 280, 4}, Sparsemax::textbook}));

TEST(TorchSparsemaxTest, equalsTheOneForInference)
{
    for (const Sparsemax variant : {Sparsemax::textbook, Sparsemax::paper}) {
        const at::Tensor logits = at::randn({40, 9}) * 2;
        const at::Tensor weights = sparsemax(logits, variant);
        for (std::int64_t row = 0; row < 40; ++row) {
            const float* begin = logits[row].data_ptr<float>();
            std::vector<float> values(begin, begin + 9);
            std::vector<float> scratch(9);
            sparsemaxRow(values, scratch, variant);
            for (std::size_t i = 0; i < 9; ++i)
                EXPECT_NEAR(weights[row][static_cast<std::int64_t>(i)].item<float>(), values[i], 1e-6);
        }
    }
}

TEST(TorchSparsemaxTest, itsGradientIsThatOfFiniteDifferences)
{
    for (const Sparsemax variant : {Sparsemax::textbook, Sparsemax::paper}) {
        const at::Tensor direction = at::arange(6, at::kFloat).sin();
        at::Tensor logits = at::tensor({0.9, 0.1, 0.8, -0.3, 0.5, -2.0}, at::kFloat).requires_grad_(true);
        (sparsemax(logits, variant) * direction).sum().backward();
        for (std::int64_t i = 0; i < 6; ++i) {
            constexpr double kStep = 1e-3;
            const auto value = [&](double offset) {
                at::Tensor moved = logits.detach().clone();
                moved[i] += offset;
                return (sparsemax(moved, variant) * direction).sum().item<double>();
            };
            EXPECT_NEAR(logits.grad()[i].item<double>(), (value(kStep) - value(-kStep)) / (2 * kStep), 1e-3);
        }
    }
}

TEST(ParametersTest, weightsSurviveTheWayThroughTensorsUnchanged)
{
    PredictorFile file = test::randomPredictor(6, 5, {4, 3});
    NetworkWeights back = toWeights(file.shape, toParameters(file.shape, file.weights));
    const auto before = tensorSlots(file.shape, file.info.moeLayers, file.weights);
    const auto after = tensorSlots(file.shape, file.info.moeLayers, back);
    for (std::size_t i = 0; i < before.size(); ++i)
        EXPECT_EQ(*before[i].values, *after[i].values) << before[i].name;
}

} // namespace
} // namespace sida::predictor
