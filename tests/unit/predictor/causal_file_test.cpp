// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/causal_file.h"

#include "engine/checkpoint/safetensors.h"
#include "engine/predictor/causal_network.h"
#include "engine/predictor/predictor.h"
#include "tests/unit/predictor/predictor_samples.h"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iterator>

namespace sida::predictor
{
namespace
{

using testing::HasSubstr;

CausalPart randomPart(bool source)
{
    CausalPart part;
    const PredictorFile random = test::randomPredictor(16, 12, {8, 8}, 50);
    part.info.kind = "causal";
    part.info.moeLayers = {{"decoder.block.1.layer.2.mlp", 8}, {"decoder.block.3.layer.2.mlp", 8}};
    part.info.hiddenDim = 12;
    part.info.sparsemax = "paper";
    part.info.readsSource = source;
    part.shape = random.shape;
    part.shape.sparsemax = Sparsemax::paper;
    part.weights.network = random.weights;
    if (source)
        part.weights.source = test::randomValues(std::size_t{12} * 16, 3);
    return part;
}

class CausalFileTest : public testing::Test
{
protected:
    void SetUp() override
    {
        ASSERT_TRUE(writePredictorFile(m_file, test::randomPredictor(16, 20, {8, 6}), {{"seed", "1"}}));
    }

    test::TemporaryFolder m_folder;
    std::filesystem::path m_file = m_folder / "predictor.safetensors";
};

TEST_F(CausalFileTest, bothPartsAreReadBackAsTheyWereWritten)
{
    for (const bool source : {true, false}) {
        const CausalPart part = randomPart(source);
        const Status added = addCausalPart(
            m_file, part, {{"decoder_held_out_top1", "0.25"}, {"decoder_held_out_top3", "0.5"}});
        ASSERT_TRUE(added) << added.error().message;
        const auto info = inspectPredictor(m_file);
        ASSERT_TRUE(info) << info.error().message;
        ASSERT_TRUE(info->decoder);
        EXPECT_EQ(info->decoder->kind, "causal");
        EXPECT_EQ(info->decoder->moeLayers.size(), 2U);
        EXPECT_EQ(info->decoder->readsSource, source);
        EXPECT_EQ(info->decoder->heldOutTop1, 0.25);
        EXPECT_GT(info->decoder->parameters, 0U);
        EXPECT_LT(info->decoder->parameters, info->parameters);
        EXPECT_EQ(info->hiddenDim, 20);
        const auto read = readCausalPart(m_file);
        ASSERT_TRUE(read) << read.error().message;
        EXPECT_EQ(read->weights.source, part.weights.source);
        EXPECT_EQ(read->weights.network.heads[1].weight, part.weights.network.heads[1].weight);
        EXPECT_EQ(read->shape.sparsemax, Sparsemax::paper);
        const auto first = readPredictorFile(m_file);
        ASSERT_TRUE(first) << first.error().message;
        EXPECT_EQ(
            first->weights.residual.weight, test::randomPredictor(16, 20, {8, 6}).weights.residual.weight);
        const auto loaded = loadPredictor(m_file);
        ASSERT_TRUE(loaded) << loaded.error().message;
        EXPECT_NE((*loaded)->decoder(), nullptr);
    }
}

TEST_F(CausalFileTest, aFileOfTheEncodersPartAloneHasNoneForTheDecoder)
{
    const auto loaded = loadPredictor(m_file);
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ((*loaded)->decoder(), nullptr);
    EXPECT_FALSE((*loaded)->info().decoder);
    EXPECT_THAT(readCausalPart(m_file).error().message, HasSubstr("no part for a decoder"));
}

/// The file with some of its tensors and metadata changed.
void rewrite(
    const std::filesystem::path& file, const std::string& without,
    const std::map<std::string, std::string>& metadata)
{
    auto opened = checkpoint::SafetensorsFile::open(file);
    ASSERT_TRUE(opened);
    std::vector<std::vector<float>> values;
    std::vector<checkpoint::TensorToWrite> tensors;
    values.reserve(opened->tensors().size());
    for (const auto& entry : opened->tensors()) {
        if (entry.name == without)
            continue;
        values.emplace_back(entry.elements());
        ASSERT_TRUE(opened->readF32(entry, values.back()));
        tensors.push_back(
            {entry.name, checkpoint::StorageType::f32, entry.shape, std::as_bytes(std::span(values.back()))});
    }
    auto all = opened->metadata();
    for (const auto& [key, value] : metadata)
        all[key] = value;
    ASSERT_TRUE(checkpoint::writeSafetensors(file, std::move(tensors), all));
}

TEST_F(CausalFileTest, whatIsMissingOrWrongInTheSecondPartIsNamed)
{
    struct Case {
        std::string without;
        std::map<std::string, std::string> metadata;
        std::string complaint;
    };
    const std::vector<Case> cases{
        {"decoder.lstm.weight_hh_l1", {}, "decoder.lstm.weight_hh_l1"},
        {"decoder.source_fc.weight", {}, "decoder.source_fc.weight"},
        {"", {{"decoder", "oracle"}}, "metadata field decoder"},
        {"", {{"decoder_source", "all"}}, "decoder_source"},
        {"", {{"decoder_hidden_dim", "13"}}, "expected shape"},
        {"", {{"decoder_hidden_dim", "99999999"}}, "decoder_hidden_dim"},
        {"", {{"decoder_experts", "8"}}, "decoder_experts"},
        {"", {{"decoder_moe_layers", "a,b c"}}, "decoder_moe_layers"},
        {"", {{"decoder_held_out_top1", "7"}}, "decoder_held_out_top1"},
        {"", {{"decoder_sparsemax", "soft"}}, "decoder_sparsemax"}};
    for (const Case& c : cases) {
        ASSERT_TRUE(writePredictorFile(m_file, test::randomPredictor(16, 20, {8, 6}), {}));
        ASSERT_TRUE(addCausalPart(m_file, randomPart(true), {}));
        rewrite(m_file, c.without, c.metadata);
        const auto loaded = loadPredictor(m_file);
        ASSERT_FALSE(loaded) << c.complaint;
        EXPECT_THAT(loaded.error().message, HasSubstr(c.complaint));
        EXPECT_THAT(loaded.error().message, HasSubstr("predictor.safetensors"));
    }
}

TEST_F(CausalFileTest, aPartForAnotherDecoderIsRefused)
{
    ASSERT_TRUE(addCausalPart(m_file, randomPart(false), {}));
    const auto info = inspectPredictor(m_file).value();
    api::ModelInfo model;
    model.moeLayers = info.moeLayers;
    model.dModel = 16;
    model.identity = info.modelIdentity;
    EXPECT_TRUE(checkFits(info, model)) << "the decoder of this model is not loaded";
    model.decoderLoaded = true;
    const Status none = checkFits(info, model);
    ASSERT_FALSE(none);
    EXPECT_THAT(none.error().message, HasSubstr("the model's decoder has 0"));
    model.moeLayers.insert(
        model.moeLayers.end(), info.decoder->moeLayers.begin(), info.decoder->moeLayers.end());
    EXPECT_TRUE(checkFits(info, model));
    model.moeLayers.back().experts = 9;
    EXPECT_THAT(checkFits(info, model).error().message, HasSubstr("8 experts in the predictor and 9"));
}

} // namespace
} // namespace sida::predictor
