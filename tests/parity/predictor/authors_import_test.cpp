// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/authors_checkpoint.h"

#include "engine/predictor/network.h"
#include "engine/predictor/predictor.h"
#include "tests/parity/predictor/golden_files.h"
#include "tests/support/temp_folder.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sida::predictor
{
namespace
{

using testing::AllOf;
using testing::HasSubstr;

const std::filesystem::path kFixtures = std::filesystem::path(SIDA_SOURCE_DIR) / "tests/fixtures/predictor";
const std::filesystem::path kCheckpoint = kFixtures / "authors.pt";

api::ModelInfo modelOfTheCheckpoint()
{
    api::ModelInfo model;
    model.path = "classifier";
    model.identity = std::string(64, 'a');
    model.dModel = 24;
    model.vocabulary = 50;
    model.moeLayers = {{"encoder.block.1.layer.1.mlp", 7}, {"encoder.block.3.layer.1.mlp", 7}};
    return model;
}

std::string errorFor(const api::ModelInfo& model, const std::filesystem::path& file = kCheckpoint)
{
    const auto read = readAuthorsCheckpoint(file, model, Sparsemax::paper);
    EXPECT_FALSE(read);
    return read ? std::string() : read.error().message;
}

/// By the names of the golden files.
class AuthorsImport : public testing::TestWithParam<std::string>
{
protected:
    Sparsemax attention() const { return GetParam() == "none" ? Sparsemax::none : Sparsemax::paper; }
};

TEST_P(AuthorsImport, anImportedNetworkEqualsPyTorch)
{
    const auto read = readAuthorsCheckpoint(kCheckpoint, modelOfTheCheckpoint(), attention());
    ASSERT_TRUE(read) << read.error().message;
    const auto path = kFixtures / ("authors_" + GetParam() + "_golden.safetensors");
    const test::Golden golden = test::readGolden(path, "logits", 2);
    const std::vector<float> embeddings = test::readTensor(path, "embeddings");
    ASSERT_EQ(golden.sentences.size(), 3U);
    const Network network(read->shape, read->weights);
    for (std::size_t sentence = 0; sentence < 3; ++sentence) {
        std::size_t tokens = 0;
        network.forward(
            test::batchOf(golden, {sentence}), embeddings,
            [&](std::span<const std::uint32_t> places, std::span<const float> logits) {
                for (std::size_t i = 0; i < places.size(); ++i, ++tokens)
                    for (std::size_t layer = 0; layer < 2; ++layer)
                        for (std::size_t e = 0; e < 7; ++e)
                            EXPECT_NEAR(
                                logits[i * 14 + layer * 7 + e],
                                golden.logits[sentence][layer][places[i] * 7 + e], 1e-5);
            });
        EXPECT_EQ(tokens, golden.sentences[sentence].size());
    }
}

TEST_P(AuthorsImport, whatWasImportedIsAPredictorOfThatModelAndRemembersItsAttention)
{
    const sida::test::TempFolder folder;
    const auto path = folder.path() / "predictor.safetensors";
    const auto read = readAuthorsCheckpoint(kCheckpoint, modelOfTheCheckpoint(), attention());
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_TRUE(writePredictorFile(path, *read, {}));
    const auto again = readPredictorFile(path);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->info.sparsemax, GetParam() == "none" ? "none" : "paper");
    EXPECT_EQ(again->weights.lstm[1].recurrentWeight, read->weights.lstm[1].recurrentWeight);
    const auto predictor = loadPredictor(path);
    ASSERT_TRUE(predictor) << predictor.error().message;
    EXPECT_TRUE(checkFits((*predictor)->info(), modelOfTheCheckpoint()));
}

INSTANTIATE_TEST_SUITE_P(
    Variants, AuthorsImport, testing::Values("sparsemax", "none"),
    [](const auto& variant) { return variant.param; });

TEST(AuthorsImportErrors, anotherModelIsRefusedWithTheTensorThatDoesNotFit)
{
    api::ModelInfo model = modelOfTheCheckpoint();
    model.dModel = 768;
    EXPECT_THAT(
        errorFor(model),
        AllOf(
            HasSubstr("authors.pt"), HasSubstr("compression_fc.weight"), HasSubstr("768"),
            HasSubstr("[20, 24]")));
    model = modelOfTheCheckpoint();
    model.moeLayers[1].experts = 8;
    EXPECT_THAT(errorFor(model), AllOf(HasSubstr("encoder-block-3"), HasSubstr("[8, 20]")));
    model = modelOfTheCheckpoint();
    model.moeLayers.push_back({"encoder.block.5.layer.1.mlp", 7});
    EXPECT_THAT(errorFor(model), AllOf(HasSubstr("encoder-block-5"), HasSubstr("missing")));
    model = modelOfTheCheckpoint();
    model.moeLayers.pop_back();
    EXPECT_THAT(errorFor(model), AllOf(HasSubstr("encoder-block-3"), HasSubstr("no place")));
    model.moeLayers.clear();
    EXPECT_THAT(errorFor(model), HasSubstr("no MoE layer"));
}

TEST(AuthorsImportErrors, aFileThatIsNoCheckpointIsRefused)
{
    EXPECT_THAT(
        errorFor(modelOfTheCheckpoint(), kFixtures / "paper.safetensors"), HasSubstr("paper.safetensors"));
    EXPECT_THAT(errorFor(modelOfTheCheckpoint(), kFixtures / "absent.pt"), HasSubstr("absent.pt"));
}

} // namespace
} // namespace sida::predictor
