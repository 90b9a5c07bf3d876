// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/predictor.h"

#include "tests/unit/predictor/predictor_samples.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sida::predictor
{
namespace
{

using testing::AllOf;
using testing::HasSubstr;

constexpr int kWidth = 12;
constexpr int kVocabulary = 40;

class PredictTest : public testing::Test
{
protected:
    PredictTest()
    {
        const auto path = m_folder / "predictor.safetensors";
        EXPECT_TRUE(writePredictorFile(path, test::randomPredictor(kWidth, 20, {8, 4}), {}));
        auto loaded = loadPredictor(path);
        EXPECT_TRUE(loaded);
        m_predictor = std::move(*loaded);
    }

    std::string errorOf(const dataset::TokenBatch& batch, int topK = 1)
    {
        const auto table = m_predictor->predict(batch, m_embeddings, topK);
        EXPECT_FALSE(table);
        return table ? std::string() : table.error().message;
    }

    test::TemporaryFolder m_folder;
    std::vector<float> m_embeddings = test::randomValues(kWidth * kVocabulary, 9);
    std::unique_ptr<Predictor> m_predictor;
};

TEST_F(PredictTest, theTableHasAPlaceForEveryRealTokenAndNoneForPadding)
{
    auto batch = test::randomBatch({3, 7, 1}, kVocabulary);
    batch.number = 17;
    const auto table = m_predictor->predict(batch, m_embeddings, 2);
    ASSERT_TRUE(table) << table.error().message;
    EXPECT_EQ(table->batch, 17U);
    EXPECT_EQ(table->k, 2);
    EXPECT_EQ(table->tokens, 11);
    ASSERT_EQ(table->layers.size(), 2U);
    for (const auto& layer : table->layers) {
        EXPECT_EQ(layer.experts.size(), 22U);
        EXPECT_EQ(layer.alpha.size(), 22U);
        std::uint32_t counted = 0;
        for (const auto& count : layer.predicted)
            counted += count.tokens;
        EXPECT_EQ(counted, 22U) << "every token has two experts";
    }
}

TEST_F(PredictTest, whatStandsInThePaddingChangesNothing)
{
    auto batch = test::randomBatch({3, 7, 1}, kVocabulary);
    const auto before = m_predictor->predict(batch, m_embeddings, 3);
    for (int i = 3; i < 7; ++i)
        batch.ids[static_cast<std::size_t>(i)] = 39;
    const auto after = m_predictor->predict(batch, m_embeddings, 3);
    ASSERT_TRUE(before && after);
    for (std::size_t layer = 0; layer < 2; ++layer) {
        EXPECT_EQ(before->layers[layer].experts, after->layers[layer].experts);
        EXPECT_EQ(before->layers[layer].alpha, after->layers[layer].alpha);
    }
}

TEST_F(PredictTest, theOrderOfTheSentencesChangesNothing)
{
    const auto longFirst = test::randomBatch({9, 4}, kVocabulary);
    dataset::TokenBatch shortFirst = longFirst;
    shortFirst.lengths = {4, 9};
    std::rotate(shortFirst.ids.begin(), shortFirst.ids.begin() + 9, shortFirst.ids.end());
    const auto one = m_predictor->predict(longFirst, m_embeddings, 1);
    const auto other = m_predictor->predict(shortFirst, m_embeddings, 1);
    ASSERT_TRUE(one && other);
    auto rotated = other->layers[0].alpha;
    std::rotate(rotated.begin(), rotated.begin() + 4, rotated.end());
    EXPECT_EQ(one->layers[0].alpha, rotated);
}

TEST_F(PredictTest, moreExpertsThanTheSmallestLayerHasAreRefused)
{
    const auto batch = test::randomBatch({3}, kVocabulary);
    EXPECT_TRUE(m_predictor->predict(batch, m_embeddings, 4));
    EXPECT_THAT(errorOf(batch, 5), AllOf(HasSubstr("1 to 4"), HasSubstr("5")));
    EXPECT_THAT(errorOf(batch, 0), HasSubstr("1 to 4"));
}

TEST_F(PredictTest, idsOutsideTheVocabularyAreRefused)
{
    auto batch = test::randomBatch({3, 2}, kVocabulary);
    batch.ids[1] = kVocabulary;
    EXPECT_THAT(errorOf(batch), AllOf(HasSubstr("40"), HasSubstr("vocabulary")));
    batch.ids[1] = -1;
    EXPECT_THAT(errorOf(batch), HasSubstr("-1"));
}

TEST_F(PredictTest, batchesThatContradictThemselvesAreRefused)
{
    auto batch = test::randomBatch({3, 2}, kVocabulary);
    batch.lengths[1] = 4;
    EXPECT_THAT(errorOf(batch), HasSubstr("row 1"));
    batch.lengths[1] = 0;
    EXPECT_THAT(errorOf(batch), HasSubstr("row 1"));
    batch.lengths.pop_back();
    EXPECT_THAT(errorOf(batch), HasSubstr("contradict"));
}

class FitTest : public testing::Test
{
protected:
    FitTest()
    {
        m_predictor.path = "some/predictor.safetensors";
        m_predictor.modelIdentity = std::string(64, 'a');
        m_predictor.moeLayers = {{"encoder.block.1.layer.1.mlp", 8}, {"encoder.block.3.layer.1.mlp", 8}};
        m_predictor.embeddingDim = 64;
        m_model.path = "models/tiny";
        m_model.identity = m_predictor.modelIdentity;
        m_model.moeLayers = m_predictor.moeLayers;
        m_model.dModel = 64;
    }

    std::string misfit() const
    {
        const Status status = checkFits(m_predictor, m_model);
        EXPECT_FALSE(status);
        return status ? std::string() : status.error().message;
    }

    api::PredictorInfo m_predictor;
    api::ModelInfo m_model;
};

TEST_F(FitTest, thePredictorOfThisModelFits)
{
    EXPECT_TRUE(checkFits(m_predictor, m_model));
}

TEST_F(FitTest, aPredictorOfAnotherModelIsRefusedAndBothModelsAreNamed)
{
    m_model.identity = std::string(64, 'b');
    EXPECT_THAT(
        misfit(),
        AllOf(
            HasSubstr("some/predictor.safetensors"), HasSubstr("aaaaaaaaaaaa"), HasSubstr("models/tiny"),
            HasSubstr("bbbbbbbbbbbb"), HasSubstr("sida train")));
}

TEST_F(FitTest, everyDifferenceInShapeIsSpelledOut)
{
    m_model.moeLayers[1].experts = 16;
    EXPECT_THAT(misfit(), AllOf(HasSubstr("encoder.block.3.layer.1.mlp"), HasSubstr("8"), HasSubstr("16")));
    m_model.moeLayers[1] = {"encoder.block.5.layer.1.mlp", 8};
    EXPECT_THAT(misfit(), HasSubstr("encoder.block.5.layer.1.mlp"));
    m_model.moeLayers.pop_back();
    EXPECT_THAT(misfit(), AllOf(HasSubstr("2 MoE layers"), HasSubstr("has 1")));
    m_model.moeLayers = m_predictor.moeLayers;
    m_model.dModel = 128;
    EXPECT_THAT(misfit(), AllOf(HasSubstr("64"), HasSubstr("128")));
}

} // namespace
} // namespace sida::predictor
