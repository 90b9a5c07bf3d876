// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/switch_layout.h"
#include "engine/model/switch_weights.h"
#include "tests/unit/model/model_folder.h"

#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace sida;
using model::SwitchLayout;
using test::ModelFolder;
using test::TinyModel;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace
{

const TinyModel kSeq2Seq{.layers = 2, .labels = 0, .decoderLayers = 4};
const TinyModel kUntied{.layers = 2, .labels = 0, .decoderLayers = 4, .tied = false};

/// A folder's layout with the open files that it points into.
class LaidOut
{
public:
    explicit LaidOut(const ModelFolder& folder)
        : m_checkpoint(checkpoint::Checkpoint::open(folder.path()).value())
        , m_layout(model::layOutSwitch(m_checkpoint))
    {
    }
    const SwitchLayout& operator*() const { return m_layout.value(); }
    const SwitchLayout* operator->() const { return &m_layout.value(); }
    std::string error() const { return m_layout ? "no error" : m_layout.error().message; }

private:
    checkpoint::Checkpoint m_checkpoint;
    Result<SwitchLayout> m_layout;
};

bool equal(std::span<const float> loaded, const ModelFolder::Tensor& stored)
{
    return loaded.size_bytes() == stored.data.size()
        && std::memcmp(loaded.data(), stored.data.data(), stored.data.size()) == 0;
}

TEST(SwitchLayout, ATiedModelUsesOneEmbeddingForBothStacksAndTheHead)
{
    const ModelFolder folder(kSeq2Seq);
    const LaidOut layout(folder);
    ASSERT_TRUE(layout->decoder) << layout.error();
    EXPECT_EQ(layout->decoder->blocks.size(), 4u);
    EXPECT_TRUE(layout->decoder->blocks[1].sparse());
    EXPECT_EQ(layout->decoder->blocks[3].feedForwardName, "decoder.block.3.layer.2.mlp");
    EXPECT_TRUE(layout->tiedHead);
    EXPECT_FALSE(layout->languageHead);
    EXPECT_TRUE(layout->canGenerate());
    EXPECT_EQ(layout->decoder->embedding.entry, layout->encoder.embedding.entry);
    EXPECT_THAT(layout->ignored, IsEmpty());
    EXPECT_THAT(layout->warnings, IsEmpty());
}

TEST(SwitchLayout, AnyOneOfTheTiedCopiesWillDo)
{
    for (const std::string name :
         {"encoder.embed_tokens.weight", "decoder.embed_tokens.weight", "lm_head.weight"}) {
        ModelFolder folder(kSeq2Seq);
        auto embedding = folder.tensors().extract("shared.weight");
        embedding.key() = name;
        folder.tensors().insert(std::move(embedding));
        folder.save();
        const LaidOut layout(folder);
        EXPECT_EQ(layout->encoder.embedding.entry->name, name);
        EXPECT_EQ(layout->decoder->embedding.entry->name, name);
        EXPECT_TRUE(layout->canGenerate());
    }
}

TEST(SwitchLayout, AnUntiedModelUsesItsOwnTensorsAndLacksAHeadThatIsNotThere)
{
    ModelFolder folder(kUntied);
    {
        const LaidOut layout(folder);
        EXPECT_EQ(layout->encoder.embedding.entry->name, "shared.weight");
        EXPECT_EQ(layout->decoder->embedding.entry->name, "decoder.embed_tokens.weight");
        EXPECT_EQ(layout->languageHead->entry->name, "lm_head.weight");
        EXPECT_TRUE(layout->canGenerate());
        EXPECT_FALSE(layout->tiedHead);
        EXPECT_THAT(layout->ignored, IsEmpty());
    }
    folder.tensors().erase("lm_head.weight");
    folder.save();
    const LaidOut headless(folder);
    ASSERT_TRUE(headless->decoder);
    EXPECT_FALSE(headless->canGenerate());
}

TEST(SwitchLayout, AConfigurationLikeThatOfC2048IsOverruledByTheFile)
{
    ModelFolder folder(kUntied);
    auto head = folder.tensors().extract("lm_head.weight");
    head.key() = "decoder.lm_head.weight";
    folder.tensors().insert(std::move(head));
    folder.setConfig("tie_word_embeddings", "null");
    folder.setConfig("num_decoder_layers", "3");
    folder.setConfig("decoder_sparse_step", "0");
    folder.save();
    const LaidOut layout(folder);
    EXPECT_EQ(layout->decoder->blocks.size(), 4u);
    EXPECT_TRUE(layout->decoder->blocks[3].sparse());
    EXPECT_EQ(layout->languageHead->entry->name, "decoder.lm_head.weight");
    EXPECT_FALSE(layout->config.tiedEmbeddings);
    EXPECT_THAT(
        layout->warnings,
        ElementsAre(
            HasSubstr("4"), HasSubstr("decoder block 1"), HasSubstr("decoder block 3"),
            HasSubstr("decoder.lm_head.weight")));
}

TEST(SwitchLayout, AMissingOrForeignPartOfTheDecoderIsNamed)
{
    for (const std::string name :
         {"decoder.block.0.layer.1.EncDecAttention.q.weight", "decoder.block.2.layer.1.layer_norm.weight",
          "decoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
          "decoder.block.1.layer.2.mlp.experts.expert_3.wo.weight", "decoder.final_layer_norm.weight"}) {
        ModelFolder folder(kSeq2Seq);
        ASSERT_EQ(folder.tensors().erase(name), 1u) << name;
        folder.save();
        EXPECT_THAT(LaidOut(folder).error(), AllOf(HasSubstr(name), HasSubstr(folder.path().string())));
    }
    ModelFolder shorter(kSeq2Seq);
    shorter.tensors().erase("decoder.block.3.layer.0.layer_norm.weight");
    shorter.setConfig("num_decoder_layers", "3");
    shorter.save();
    EXPECT_THAT(
        LaidOut(shorter).error(), AllOf(HasSubstr("decoder.block.3."), HasSubstr("num_decoder_layers")));
}

TEST(SwitchLayout, TheDecoderIsLoadedWhereItIsWantedAndItsLayersFollowTheEncoders)
{
    ModelFolder folder(kUntied);
    const LaidOut layout(folder);
    const auto encoder = model::loadSwitch(*layout, {}, {}, {}).value();
    EXPECT_FALSE(encoder.decoder);
    EXPECT_EQ(encoder.experts.layers(), 1);

    const auto weights = model::loadSwitch(*layout, {.decoder = true}, {}, {}).value();
    ASSERT_TRUE(weights.decoder);
    EXPECT_EQ(weights.experts.layers(), 3);
    EXPECT_EQ(weights.decoder->blocks[1].moeLayer, 1);
    EXPECT_EQ(weights.decoder->blocks[3].moeLayer, 2);
    EXPECT_EQ(weights.decoder->blocks[0].moeLayer, -1);
    EXPECT_EQ(weights.decoder->blocks[0].crossKeyValue.outputs(), 32u);
    EXPECT_EQ(weights.decoder->languageHead.outputs(), 50u);
    EXPECT_TRUE(equal(weights.decoder->embedding.span(), folder.tensors().at("decoder.embed_tokens.weight")));
    EXPECT_TRUE(equal(
        weights.decoder->blocks[2].crossNorm.span(),
        folder.tensors().at("decoder.block.2.layer.1.layer_norm.weight")));
    const auto& wo = folder.tensors().at("decoder.block.3.layer.2.mlp.experts.expert_7.wo.weight").data;
    EXPECT_EQ(
        std::memcmp(weights.experts.block({2, 7}) + weights.experts.woOffset(), wo.data(), wo.size()), 0);

    const ModelFolder tied(kSeq2Seq);
    const auto shared = model::loadSwitch(*LaidOut(tied), {.decoder = true}, {}, {}).value();
    EXPECT_TRUE(shared.decoder->tiedHead);
    EXPECT_EQ(shared.decoder->embedding.size(), 0u) << "the encoder's embedding would be there twice";
}

} // namespace
