// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/sha256.h"
#include "engine/model/model.h"
#include "tests/unit/model/model_folder.h"

#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace sida;
using test::ModelFolder;
using test::TinyModel;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

namespace
{

const std::string kBlock1 = "encoder.block.1.layer.1.mlp.";

std::string loadError(const ModelFolder& folder)
{
    const auto model = model::loadModel(folder.path(), {}, {});
    const auto info = model::inspectModel(folder.path());
    EXPECT_EQ(model.has_value(), info.has_value()) << "loading and inspecting disagree";
    return model ? "no error" : model.error().message;
}

TEST(SwitchLoading, DescribesWhatIsInTheFolder)
{
    const ModelFolder folder;
    const auto info = model::inspectModel(folder.path()).value();
    EXPECT_EQ(info.path, folder.path());
    EXPECT_EQ(info.name, folder.path().filename().string());
    EXPECT_EQ(info.architecture, "switch_transformers encoder classifier");
    EXPECT_EQ(info.layers, 4);
    EXPECT_EQ(info.dModel, 16);
    EXPECT_EQ(info.dFf, 24);
    EXPECT_EQ(info.labels, 3);
    ASSERT_EQ(info.moeLayers.size(), 2u);
    EXPECT_EQ(info.moeLayers[0].name, "encoder.block.1.layer.1.mlp");
    EXPECT_EQ(info.moeLayers[1].experts, 8);
    EXPECT_EQ(info.expertCount, 16);
    EXPECT_EQ(info.expertBytes, 2u * 24 * 16 * 4);
    EXPECT_EQ(info.parameters * 4, info.denseBytes + 16 * info.expertBytes);
    EXPECT_THAT(info.ignoredTensors, testing::IsEmpty());
    EXPECT_FALSE(info.hasTokenizer);
}

TEST(SwitchLoading, TheIdentityIsTheDigestOfSizesAndRouters)
{
    ModelFolder folder;
    Sha256 digest;
    digest.update("sida-model-1\n16 24 8 2 4 8\n");
    for (const std::string block : {"1", "3"}) {
        const std::string name = "encoder.block." + block + ".layer.1.mlp.router.classifier.weight";
        digest.update(name + "\n");
        digest.update(folder.tensors().at(name).data);
    }
    EXPECT_EQ(model::inspectModel(folder.path()).value().identity, digest.hex());

    folder.tensors().at(kBlock1 + "router.classifier.weight").data[3] ^= std::byte{1};
    folder.save();
    EXPECT_NE(model::inspectModel(folder.path()).value().identity, digest.hex());
}

TEST(SwitchLoading, ExpertsLieInTheHostStoreAsTheFileHasThem)
{
    ModelFolder folder;
    const auto model
        = model::loadModel(folder.path(), {}, {}, {.experts = model::ExpertLayout::rows}).value();
    const auto& store = model->experts();
    for (const std::uint16_t layer : {0, 1}) {
        for (std::uint16_t expert = 0; expert < 8; ++expert) {
            const std::string name = "encoder.block." + std::to_string(2 * layer + 1)
                + ".layer.1.mlp.experts.expert_" + std::to_string(expert);
            const auto& wi = folder.tensors().at(name + ".wi.weight").data;
            const auto& wo = folder.tensors().at(name + ".wo.weight").data;
            const std::byte* block = store.block({layer, expert});
            EXPECT_EQ(std::memcmp(block, wi.data(), wi.size()), 0) << name;
            EXPECT_EQ(std::memcmp(block + store.woOffset(), wo.data(), wo.size()), 0) << name;
        }
    }
    EXPECT_EQ(model->embeddings().size(), 50u * 16);
    EXPECT_EQ(
        std::memcmp(
            model->embeddings().data(), folder.tensors().at("shared.weight").data.data(), 50 * 16 * 4),
        0);
}

TEST(SwitchLoading, AMissingTensorIsNamed)
{
    for (const std::string name :
         {"shared.weight", "encoder.final_layer_norm.weight",
          "encoder.block.0.layer.0.SelfAttention.q.weight",
          "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
          "encoder.block.2.layer.1.mlp.wo.weight", "encoder.block.3.layer.1.mlp.experts.expert_5.wi.weight",
          "classifier.out_proj.bias"}) {
        ModelFolder folder;
        ASSERT_EQ(folder.tensors().erase(name), 1u) << name;
        folder.save();
        EXPECT_THAT(loadError(folder), AllOf(HasSubstr(name), HasSubstr(folder.path().string())));
    }
}

TEST(SwitchLoading, AWrongShapeIsNamedWithTheFileAndBothShapes)
{
    ModelFolder folder;
    folder.tensors().at("encoder.block.0.layer.0.SelfAttention.k.weight").shape = {8, 32};
    folder.save();
    EXPECT_THAT(
        loadError(folder),
        AllOf(
            HasSubstr("model.safetensors"), HasSubstr("encoder.block.0.layer.0.SelfAttention.k.weight"),
            HasSubstr("[16, 16]"), HasSubstr("[8, 32]")));

    ModelFolder router;
    router.tensors().at(kBlock1 + "router.classifier.weight").shape = {16, 8};
    router.save();
    EXPECT_THAT(loadError(router), AllOf(HasSubstr("router.classifier.weight"), HasSubstr("[16, 8]")));
}

TEST(SwitchLoading, ConfigAndWeightsThatDoNotBelongTogetherAreRefused)
{
    for (const std::string key : {"d_model", "d_ff", "num_heads", "d_kv", "vocab_size"}) {
        ModelFolder folder;
        folder.setConfig(key, "12");
        folder.save();
        EXPECT_THAT(loadError(folder), HasSubstr("config.json")) << key;
    }
    for (const std::string layers : {"2", "3", "5"}) {
        ModelFolder folder;
        folder.setConfig("num_layers", layers);
        folder.save();
        EXPECT_THAT(loadError(folder), HasSubstr("encoder.block.")) << layers;
    }
}

TEST(SwitchLoading, ATensorThatIsNotANumberIsRefused)
{
    ModelFolder folder;
    folder.tensors().at("encoder.final_layer_norm.weight").type = checkpoint::StorageType::i32;
    folder.save();
    EXPECT_THAT(loadError(folder), AllOf(HasSubstr("encoder.final_layer_norm.weight"), HasSubstr("I32")));
}

TEST(SwitchLoading, APartOfTheEncoderThatNothingDescribesIsRefusedAndOtherTensorsAreListed)
{
    ModelFolder extra;
    extra.tensors()[kBlock1 + "experts.expert_8.wi.weight"]
        = extra.tensors().at(kBlock1 + "experts.expert_7.wi.weight");
    extra.save();
    EXPECT_THAT(loadError(extra), HasSubstr("expert_8.wi.weight"));

    ModelFolder decoder;
    const auto matrix = decoder.tensors().at("shared.weight");
    decoder.tensors()["decoder.block.0.layer.0.SelfAttention.q.weight"] = matrix;
    decoder.tensors()["lm_head.weight"] = matrix;
    decoder.tensors()["encoder.embed_tokens.weight"] = matrix;
    decoder.save();
    const auto info = model::inspectModel(decoder.path()).value();
    EXPECT_THAT(
        info.ignoredTensors,
        ElementsAre(
            "decoder.block.0.layer.0.SelfAttention.q.weight", "encoder.embed_tokens.weight",
            "lm_head.weight"));
    EXPECT_EQ(info.parameters, model::inspectModel(ModelFolder().path()).value().parameters);
}

TEST(SwitchLoading, AnUntiedEncoderUsesItsOwnEmbedding)
{
    ModelFolder folder;
    auto own = folder.tensors().at("shared.weight");
    own.data[2] ^= std::byte{0x10};
    folder.tensors()["encoder.embed_tokens.weight"] = own;
    for (const bool tied : {true, false}) {
        folder.setConfig("tie_word_embeddings", tied ? "true" : "false");
        folder.save();
        const auto model = model::loadModel(folder.path(), {}, {}).value();
        const auto& expected
            = folder.tensors().at(tied ? "shared.weight" : "encoder.embed_tokens.weight").data;
        EXPECT_EQ(std::memcmp(model->embeddings().data(), expected.data(), expected.size()), 0);
    }
}

TEST(SwitchLoading, TheRoutersInTheFileOverruleTheSparseStep)
{
    ModelFolder folder;
    folder.setConfig("encoder_sparse_step", "0");
    folder.save();
    EXPECT_EQ(model::inspectModel(folder.path()).value().moeLayers.size(), 2u);
}

TEST(SwitchLoading, WhatIsLoadedIsToldApartFromTheWholeCheckpoint)
{
    const std::string name = "synthetic:switch-base-8,layers=2,experts=3";
    const api::ModelInfo whole = model::inspectModel(name).value();
    EXPECT_EQ(whole.loaded.experts, 0);
    for (const bool decoder : {false, true}) {
        for (const api::DType type : {api::DType::f32, api::DType::bf16}) {
            const auto model = model::loadModel(name, {}, {}, {.compute = type, .decoder = decoder}).value();
            const api::ModelInfo& info = model->info();
            EXPECT_EQ(info.parameters, whole.parameters);
            EXPECT_EQ(info.expertCount, whole.expertCount);
            EXPECT_EQ(info.layers, whole.layers);
            EXPECT_EQ(info.loaded.experts, decoder ? whole.expertCount : whole.expertCount / 2);
            EXPECT_EQ(info.loaded.layers, decoder ? whole.layers : whole.layers / 2);
            EXPECT_EQ(info.loaded.experts, model->experts().expertCount());
            EXPECT_EQ(info.loaded.denseBytes, model->denseBytes(type));
            if (decoder)
                EXPECT_EQ(info.loaded.denseBytes, info.denseBytes);
            else
                EXPECT_LT(info.loaded.denseBytes, info.denseBytes);
        }
    }
}

TEST(SwitchLoading, ProgressGoesForwardInBytesToTheEnd)
{
    ModelFolder folder(TinyModel{.experts = 64});
    std::vector<Progress> seen;
    const auto model = model::loadModel(folder.path(), [&](const Progress& p) { seen.push_back(p); }, {});
    ASSERT_TRUE(model) << model.error().message;
    ASSERT_FALSE(seen.empty());
    // Embedding and matrices are part of it; norms, biases and routers are read before it begins.
    std::uint64_t matrices = 0;
    for (const auto& [name, tensor] : folder.tensors()) {
        const bool before = name.find("router") != std::string::npos
            || name.find("relative_attention_bias") != std::string::npos;
        if (tensor.shape.size() == 2 && !before)
            matrices += tensor.data.size();
    }
    const std::uint64_t total = seen.front().total;
    EXPECT_EQ(total, matrices);
    for (std::size_t i = 1; i < seen.size(); ++i) {
        EXPECT_GE(seen[i].done, seen[i - 1].done);
        EXPECT_EQ(seen[i].total, total);
    }
    EXPECT_EQ(seen.back().done, total);
    EXPECT_EQ(seen.back().secondsLeft, 0);
}

TEST(SwitchLoading, StopsWhenItIsToldTo)
{
    const ModelFolder folder;
    std::stop_source stop;
    stop.request_stop();
    const auto model = model::loadModel(folder.path(), {}, stop.get_token());
    ASSERT_FALSE(model);
    EXPECT_EQ(model.error().kind, ErrorKind::cancelled);
}

TEST(SwitchLoading, AFileThatIsCutIsAnErrorThatNamesIt)
{
    const ModelFolder folder;
    const auto path = folder.path() / "model.safetensors";
    std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);
    EXPECT_THAT(loadError(folder), HasSubstr("model.safetensors"));
}

} // namespace
