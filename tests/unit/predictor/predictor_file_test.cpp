// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/predictor_file.h"

#include "engine/checkpoint/safetensors.h"
#include "engine/predictor/predictor.h"
#include "tests/unit/predictor/predictor_samples.h"

#include <cmath>
#include <fstream>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sida::predictor
{
namespace
{

using testing::AllOf;
using testing::HasSubstr;

using Metadata = std::map<std::string, std::string>;
using Tensors = std::vector<checkpoint::TensorToWrite>;

class PredictorFileTest : public testing::Test
{
protected:
    PredictorFileTest() { EXPECT_TRUE(writePredictorFile(m_path, m_file, {{"held_out_top1", "0.75"}})); }

    /// Writes the sample's tensors and metadata again after a change, and says how reading that fails.
    std::string errorAfter(const std::function<void(Metadata&, Tensors&)>& change)
    {
        Metadata metadata;
        {
            auto good = checkpoint::SafetensorsFile::open(m_path);
            EXPECT_TRUE(good);
            metadata = good->metadata();
        }
        Tensors tensors;
        for (const TensorSlot& slot : tensorSlots(m_file.shape, m_file.info.moeLayers, m_file.weights))
            tensors.push_back(
                {slot.name, checkpoint::StorageType::f32, slot.shape,
                 std::as_bytes(std::span(*slot.values))});
        change(metadata, tensors);
        const auto path = m_folder / "changed.safetensors";
        EXPECT_TRUE(checkpoint::writeSafetensors(path, tensors, metadata));
        const auto read = loadPredictor(path);
        EXPECT_FALSE(read);
        if (read)
            return {};
        EXPECT_EQ(read.error().kind, ErrorKind::badInput);
        EXPECT_THAT(read.error().message, AllOf(HasSubstr(path.string()), testing::Not(HasSubstr("\n"))));
        return read.error().message;
    }

    std::string errorWithField(const std::string& field, const std::string& value)
    {
        return errorAfter([&](Metadata& metadata, Tensors&) { metadata[field] = value; });
    }

    static checkpoint::TensorToWrite& tensor(Tensors& tensors, const std::string& name)
    {
        return *std::find_if(
            tensors.begin(), tensors.end(), [&](const auto& candidate) { return candidate.name == name; });
    }

    test::TemporaryFolder m_folder;
    std::filesystem::path m_path = m_folder / "predictor.safetensors";
    PredictorFile m_file = test::randomPredictor(6, 4, {5, 3});
};

TEST_F(PredictorFileTest, whatIsWrittenIsReadBackExactly)
{
    auto read = readPredictorFile(m_path);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->shape.experts, m_file.shape.experts);
    EXPECT_EQ(read->shape.embeddingDim, 6);
    EXPECT_EQ(read->shape.hiddenDim, 4);
    const auto written = tensorSlots(m_file.shape, m_file.info.moeLayers, m_file.weights);
    const auto found = tensorSlots(read->shape, read->info.moeLayers, read->weights);
    ASSERT_EQ(written.size(), found.size());
    for (std::size_t i = 0; i < written.size(); ++i)
        EXPECT_EQ(*written[i].values, *found[i].values) << written[i].name;
}

TEST_F(PredictorFileTest, inspectingTellsWhatTheFileSaysWithoutLoadingIt)
{
    const auto info = inspectPredictor(m_path);
    ASSERT_TRUE(info) << info.error().message;
    EXPECT_EQ(info->kind, "lstm");
    EXPECT_EQ(info->modelIdentity, std::string(64, 'a'));
    ASSERT_EQ(info->moeLayers.size(), 2U);
    EXPECT_EQ(info->moeLayers[1].name, "encoder.block.3.layer.1.mlp");
    EXPECT_EQ(info->moeLayers[1].experts, 3);
    EXPECT_EQ(info->sparsemax, "textbook");
    EXPECT_DOUBLE_EQ(info->heldOutTop1, 0.75);
    EXPECT_LT(info->heldOutTop3, 0) << "the file does not say";
    // compression 6x4+4, two LSTM layers of 2 x (16x4 + 16), residual 4x4+4, heads 5x4+5 and 3x4+3
    EXPECT_EQ(info->parameters, 28U + 320U + 20U + 25U + 15U);
    EXPECT_EQ(info->bytes, std::filesystem::file_size(m_path));
}

TEST_F(PredictorFileTest, aNewerVersionIsRefusedByNameAndVersion)
{
    EXPECT_THAT(errorWithField("version", "2"), AllOf(HasSubstr("version 2"), HasSubstr("version 1")));
}

TEST_F(PredictorFileTest, aFileOfAnotherKindIsRefused)
{
    EXPECT_THAT(errorWithField("format", "pt"), AllOf(HasSubstr("format"), HasSubstr("'pt'")));
    EXPECT_THAT(errorWithField("kind", "oracle"), AllOf(HasSubstr("kind"), HasSubstr("oracle")));
}

TEST_F(PredictorFileTest, everyFieldThatDescribesTheNetworkMustBeThere)
{
    for (const char* field :
         {"format", "version", "kind", "model_identity", "moe_layers", "experts", "embedding_dim",
          "hidden_dim", "sparsemax", "loss", "top_t"})
        EXPECT_THAT(
            errorAfter([&](Metadata& metadata, Tensors&) { metadata.erase(field); }),
            AllOf(HasSubstr(field), HasSubstr("missing")));
}

TEST_F(PredictorFileTest, malformedFieldsAreNamedWithWhatWasFound)
{
    const std::vector<std::pair<std::string, std::string>> wrong{
        {"version", "one"},       {"version", "0"},
        {"version", "1 "},        {"embedding_dim", "-6"},
        {"embedding_dim", ""},    {"embedding_dim", "99999999999999999999"},
        {"hidden_dim", "4.0"},    {"sparsemax", "soft"},
        {"experts", "5,"},        {"experts", "5,x"},
        {"experts", "5,0"},       {"experts", "5,65536"},
        {"moe_layers", "a b,c"},  {"moe_layers", "a,a"},
        {"top_t", "0"},           {"held_out_top1", "1.5"},
        {"held_out_top3", "nan"}, {"seed", "-1"},
        {"trained_rows", "many"}, {"loss", ""},
        {"model_identity", ""},
    };
    for (const auto& [field, value] : wrong)
        EXPECT_THAT(errorWithField(field, value), AllOf(HasSubstr(field), HasSubstr("expected")))
            << field << " = " << value;
}

TEST_F(PredictorFileTest, layersAndExpertCountsMustBeAsMany)
{
    EXPECT_THAT(errorWithField("experts", "5"), AllOf(HasSubstr("expected 2"), HasSubstr("found 1")));
}

TEST_F(PredictorFileTest, metadataThatContradictsTheTensorsIsFoundBeforeAnythingIsAllocated)
{
    EXPECT_THAT(
        errorWithField("hidden_dim", "65536"),
        AllOf(HasSubstr("compression_fc.weight"), HasSubstr("[65536, 6]"), HasSubstr("[4, 6]")));
    EXPECT_THAT(
        errorWithField("experts", "5,4"), HasSubstr("fc.encoder-block-3-layer-1-mlp-router-classifier"));
}

TEST_F(PredictorFileTest, aMissingTensorIsNamed)
{
    for (const char* name :
         {"residual_fc.bias", "lstm.weight_hh_l1", "fc.encoder-block-1-layer-1-mlp-router-classifier.weight"})
        EXPECT_THAT(
            errorAfter([&](Metadata&, Tensors& tensors) {
                std::erase_if(tensors, [&](const auto& candidate) { return candidate.name == name; });
            }),
            AllOf(HasSubstr(name), HasSubstr("missing")));
}

TEST_F(PredictorFileTest, aTensorThatDoesNotBelongThereIsNamed)
{
    const std::vector<float> value{1};
    EXPECT_THAT(
        errorAfter([&](Metadata&, Tensors& tensors) {
            tensors.push_back(
                {"lstm.weight_ih_l2", checkpoint::StorageType::f32, {1}, std::as_bytes(std::span(value))});
        }),
        HasSubstr("lstm.weight_ih_l2"));
}

TEST_F(PredictorFileTest, tensorsOfAnotherTypeAreRefused)
{
    const std::vector<std::uint16_t> halves(4);
    EXPECT_THAT(
        errorAfter([&](Metadata&, Tensors& tensors) {
            auto& bias = tensor(tensors, "residual_fc.bias");
            bias.type = checkpoint::StorageType::bf16;
            bias.data = std::as_bytes(std::span(halves));
        }),
        AllOf(HasSubstr("residual_fc.bias"), HasSubstr("F32"), HasSubstr("BF16")));
}

TEST_F(PredictorFileTest, weightsThatAreNotNumbersAreRefused)
{
    for (const float bad : {NAN, INFINITY}) {
        const std::vector<float> values{0, 0, bad, 0};
        EXPECT_THAT(
            errorAfter([&](Metadata&, Tensors& tensors) {
                tensor(tensors, "compression_fc.bias").data = std::as_bytes(std::span(values));
            }),
            AllOf(HasSubstr("compression_fc.bias"), HasSubstr("finite")));
    }
}

TEST_F(PredictorFileTest, aFileThatIsCutShortOrNoSafetensorsIsRefused)
{
    const auto path = m_folder / "cut.safetensors";
    for (const std::uintmax_t size :
         {std::uintmax_t{0}, std::uintmax_t{7}, std::uintmax_t{300},
          std::filesystem::file_size(m_path) - 1}) {
        std::filesystem::copy_file(m_path, path, std::filesystem::copy_options::overwrite_existing);
        std::filesystem::resize_file(path, size);
        const auto info = inspectPredictor(path);
        ASSERT_FALSE(info) << size;
        EXPECT_THAT(info.error().message, HasSubstr(path.string()));
    }
    EXPECT_FALSE(inspectPredictor(m_folder / "absent.safetensors"));
}

} // namespace
} // namespace sida::predictor
