// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/switch_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using sida::model::Activation;
using sida::model::parseSwitchConfig;
using testing::AllOf;
using testing::HasSubstr;

namespace
{

std::string config(const std::string& more)
{
    return R"({"model_type": "switch_transformers")" + (more.empty() ? "" : ", " + more) + "}";
}

std::string messageFor(const std::string& text)
{
    const auto parsed = parseSwitchConfig(text, "some/config.json");
    return parsed ? "no error" : parsed.error().message;
}

TEST(SwitchConfig, WhatIsNotWrittenHasTheUpstreamDefault)
{
    const auto parsed = parseSwitchConfig(config(""), "config.json").value();
    EXPECT_EQ(parsed.dModel, 768);
    EXPECT_EQ(parsed.dKv, 64);
    EXPECT_EQ(parsed.dFf, 2048);
    EXPECT_EQ(parsed.heads, 12);
    EXPECT_EQ(parsed.layers, 12);
    EXPECT_EQ(parsed.experts, 8);
    EXPECT_EQ(parsed.vocabulary, 32128);
    EXPECT_EQ(parsed.buckets, 32);
    EXPECT_EQ(parsed.maxDistance, 128);
    EXPECT_FLOAT_EQ(parsed.epsilon, 1e-6F);
    EXPECT_EQ(parsed.activation, Activation::relu);
    EXPECT_TRUE(parsed.tiedEmbeddings);
}

TEST(SwitchConfig, KeysOfOldAndNewVersionsAndUnknownOnesAreAccepted)
{
    const auto parsed = parseSwitchConfig(
        config(R"("torch_dtype": "bfloat16", "dtype": "bfloat16", "d_model": 24, "num_labels": null,
                  "encoder_sparse_step": null, "task_specific_params": {"a": [1, 2]})"),
        "config.json");
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(parsed->dModel, 24);
    EXPECT_FALSE(parsed->encoderSparsity.step.has_value());
}

TEST(SwitchConfig, WhatAHeadWasTrainedWithIsReadAndChecked)
{
    using sida::api::Pooling;
    EXPECT_EQ(parseSwitchConfig(config(""), "c").value().headPooling.pooling, Pooling::unknown);
    const auto padded = parseSwitchConfig(
        config(R"("sida_studio": {"head_pooling": "padded", "head_padded_length": 128, "other": 1})"), "c");
    ASSERT_TRUE(padded) << padded.error().message;
    EXPECT_EQ(padded->headPooling, (sida::api::HeadPooling{Pooling::padded, 128, "config.json"}));
    const auto real = parseSwitchConfig(config(R"("sida_studio": {"head_pooling": "real_tokens"})"), "c");
    ASSERT_TRUE(real) << real.error().message;
    EXPECT_EQ(real->headPooling, (sida::api::HeadPooling{Pooling::realTokens, 0, "config.json"}));
    EXPECT_THAT(messageFor(config(R"("sida_studio": 1)")), HasSubstr("must be an object"));
    EXPECT_THAT(
        messageFor(config(R"("sida_studio": {"head_pooling": 3})")),
        AllOf(HasSubstr("some/config.json"), HasSubstr("head_pooling"), HasSubstr("real_tokens")));
    EXPECT_THAT(
        messageFor(config(R"("sida_studio": {"head_pooling": "padded", "head_padded_length": 0})")),
        HasSubstr("head_padded_length"));
}

TEST(SwitchConfig, SparseBlocksFollowTheStepOrTheNumberOfSparseLayers)
{
    const auto sparse = [](const std::string& keys) {
        const auto parsed = parseSwitchConfig(config(keys), "config.json").value();
        std::string blocks;
        for (int block = 0; block < 6; ++block)
            blocks += parsed.encoderSparsity.wantsExperts(block, parsed.layers) ? 'x' : '.';
        return blocks;
    };
    EXPECT_EQ(sparse(R"("encoder_sparse_step": 2)"), ".x.x.x");
    EXPECT_EQ(sparse(R"("encoder_sparse_step": 1)"), "xxxxxx");
    EXPECT_EQ(sparse(R"("encoder_sparse_step": 0)"), "......");
    EXPECT_EQ(sparse(R"("num_layers": 6, "num_sparse_encoder_layers": 2)"), ".x..x.");
    EXPECT_EQ(sparse(R"("num_layers": 6, "num_sparse_encoder_layers": 0)"), "......");
}

TEST(SwitchConfig, TheDecoderHasSparseBlocksOfItsOwnAndAsManyBlocksAsTheEncoderUnlessToldOtherwise)
{
    const auto parsed
        = parseSwitchConfig(
              config(R"("num_layers": 6, "encoder_sparse_step": 0, "decoder_sparse_step": 3)"), "config.json")
              .value();
    EXPECT_EQ(parsed.decoderLayers, 6);
    EXPECT_FALSE(parsed.encoderSparsity.wantsExperts(1, 6));
    EXPECT_TRUE(parsed.decoderSparsity.wantsExperts(1, 6));
    EXPECT_FALSE(parsed.decoderSparsity.wantsExperts(2, 6));
    EXPECT_EQ(parseSwitchConfig(config(R"("num_decoder_layers": 4)"), "c").value().decoderLayers, 4);
}

TEST(SwitchConfig, DecodingStartsWithThePaddingTokenUnlessTheFileNamesAnother)
{
    const auto start = [](const std::string& keys) {
        return parseSwitchConfig(config(keys), "config.json").value().decoderStartToken;
    };
    EXPECT_EQ(start(""), 0);
    EXPECT_EQ(start(R"("pad_token_id": 3)"), 3);
    EXPECT_EQ(start(R"("pad_token_id": 3, "decoder_start_token_id": null)"), 3);
    EXPECT_EQ(start(R"("pad_token_id": 3, "decoder_start_token_id": 5)"), 5);
    EXPECT_THAT(
        messageFor(config(R"("decoder_start_token_id": 32128)")),
        AllOf(HasSubstr("decoder_start_token_id"), HasSubstr("32127")));
}

TEST(SwitchConfig, NamesOfLabelsAreTakenWhenEachLabelHasOne)
{
    const auto names = [](const std::string& keys) {
        return parseSwitchConfig(config(keys), "config.json").value().labelNames;
    };
    EXPECT_EQ(
        names(R"("id2label": {"1": "entailment", "0": "neutral"})"),
        (std::vector<std::string>{"neutral", "entailment"}));
    EXPECT_TRUE(names("").empty());
    EXPECT_TRUE(names(R"("id2label": {"0": "a", "2": "b"})").empty());
    EXPECT_TRUE(names(R"("id2label": ["a", "b"])").empty());
    EXPECT_TRUE(names(R"("id2label": {"0": 5})").empty());
}

TEST(SwitchConfig, TheRoutersTypeIsRead)
{
    EXPECT_EQ(parseSwitchConfig(config(""), "c").value().routerDtype, sida::api::DType::f32);
    EXPECT_EQ(
        parseSwitchConfig(config(R"("router_dtype": "bfloat16")"), "c").value().routerDtype,
        sida::api::DType::bf16);
    EXPECT_THAT(messageFor(config(R"("router_dtype": "int8")")), HasSubstr("router_dtype"));
}

TEST(SwitchConfig, AnImpossibleNumberIsNamedWithItsBoundsAndTheFile)
{
    for (const std::string key :
         {"d_model", "d_kv", "d_ff", "num_heads", "num_layers", "num_experts", "vocab_size"}) {
        for (const std::string value :
             {"0", "-1", "1.5", "1e9", "\"12\"", "[]", "true", "99999999999", "18446744073709551615",
              "-9223372036854775808"}) {
            EXPECT_THAT(
                messageFor(config("\"" + key + "\": " + value)),
                AllOf(
                    HasSubstr("some/config.json"), HasSubstr("\"" + key + "\""),
                    HasSubstr("whole number from"), HasSubstr("found")))
                << key << " " << value;
        }
    }
    EXPECT_THAT(
        messageFor(config(R"("relative_attention_num_buckets": 3)")),
        HasSubstr("relative_attention_num_buckets"));
    EXPECT_THAT(
        messageFor(config(R"("relative_attention_max_distance": 8)")),
        HasSubstr("relative_attention_max_distance"));
    for (const std::string value : {"0", "-1e-6", "2", "\"small\""})
        EXPECT_THAT(messageFor(config("\"layer_norm_epsilon\": " + value)), HasSubstr("layer_norm_epsilon"));
    EXPECT_THAT(messageFor(config(R"("tie_word_embeddings": 1)")), HasSubstr("true or false"));
}

TEST(SwitchConfig, AnUnknownActivationOrFamilyIsRefusedWithWhatIsKnown)
{
    EXPECT_THAT(
        messageFor(config(R"("dense_act_fn": "selu")")), AllOf(HasSubstr("selu"), HasSubstr("gelu_new")));
    EXPECT_THAT(messageFor(config(R"("dense_act_fn": 7)")), HasSubstr("dense_act_fn"));
    EXPECT_THAT(
        messageFor(R"({"model_type": "t5"})"), AllOf(HasSubstr("switch_transformers"), HasSubstr("t5")));
    EXPECT_THAT(messageFor("{}"), HasSubstr("model_type"));
    EXPECT_THAT(messageFor("[]"), HasSubstr("JSON object"));
    EXPECT_THAT(messageFor("{"), HasSubstr("some/config.json"));
    EXPECT_EQ(
        parseSwitchConfig(config(R"("dense_act_fn": "gelu_new")"), "c").value().activation,
        Activation::geluTanh);
}

} // namespace
