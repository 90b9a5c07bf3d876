// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/tokenizer/tokenizer.h"
#include "tests/support/temp_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace sida::tokenizer
{

namespace
{

namespace fs = std::filesystem;
using Json = nlohmann::json;
using Ids = std::vector<std::int32_t>;
using test::TempFolder;
using testing::ElementsAre;
using testing::HasSubstr;

const fs::path kFixture = fs::path(SIDA_SOURCE_DIR) / "tests/fixtures/tokenizer";
constexpr int kEnough = 1'000'000;

struct Form {
    std::string file;
    std::string goldens;
};

/// The forms of tokenizer.json that are about, with ids that Hugging Face's tokenizers library gives.
class TokenizerJson : public testing::TestWithParam<Form>
{
protected:
    TokenizerJson()
        : m_goldens(Json::parse(test::contentOf(kFixture / "json" / (GetParam().goldens + "-goldens.json"))))
    {
        fs::copy_file(kFixture / "json" / (GetParam().file + ".json"), m_folder / "tokenizer.json");
    }
    Tokenizer open() const
    {
        auto opened = Tokenizer::open(m_folder.path());
        EXPECT_TRUE(opened) << opened.error().message;
        return std::move(*opened);
    }

    TempFolder m_folder;
    Json m_goldens;
};

TEST_P(TokenizerJson, GivesHuggingFacesIdsForEveryText)
{
    const Tokenizer tokenizer = open();
    ASSERT_GE(m_goldens["single"].size(), 200u);
    for (const Json& golden : m_goldens["single"]) {
        const auto text = golden["text"].get<std::string>();
        EXPECT_EQ(tokenizer.encode(text, std::nullopt, kEnough).ids, golden["ids"].get<Ids>())
            << golden["text"].dump().substr(0, 200);
    }
}

TEST_P(TokenizerJson, CutsPairsAsHuggingFaceDoes)
{
    const Tokenizer tokenizer = open();
    ASSERT_GE(m_goldens["pair"].size(), 150u);
    for (const Json& golden : m_goldens["pair"])
        EXPECT_EQ(
            tokenizer
                .encode(
                    golden["text"].get<std::string>(), golden["second"].get<std::string>(),
                    golden["max_length"])
                .ids,
            golden["ids"].get<Ids>())
            << golden.dump().substr(0, 200);
}

TEST_P(TokenizerJson, GivesTheFirstIdsOfALongTextWhenItIsCut)
{
    const Tokenizer tokenizer = open();
    for (const Json& golden : m_goldens["single"]) {
        auto expected = golden["ids"].get<Ids>();
        const bool isCut = expected.size() > 16;
        if (isCut) {
            expected.resize(15);
            expected.push_back(1);
        }
        const auto encoding = tokenizer.encode(golden["text"].get<std::string>(), std::nullopt, 16);
        EXPECT_EQ(encoding.ids, expected) << golden["text"].dump().substr(0, 200);
        EXPECT_EQ(encoding.truncated, isCut);
    }
}

TEST_P(TokenizerJson, WinsOverSpieceModel)
{
    Json other = Json::parse(test::contentOf(m_folder / "tokenizer.json"));
    const Ids before = open().encode("The film", std::nullopt, 9).ids;
    ASSERT_GT(before.size(), 2u);
    std::swap(other["model"]["vocab"][before[0]], other["model"]["vocab"][200]);
    m_folder.file("tokenizer.json", other.dump());
    fs::copy_file(kFixture / "spiece.model", m_folder / "spiece.model");
    Ids expected = before;
    expected[0] = 200;
    EXPECT_EQ(open().encode("The film", std::nullopt, 9).ids, expected);
}

TEST_P(TokenizerJson, TurnsIdsBackIntoText)
{
    const Tokenizer tokenizer = open();
    for (const char* text : {"The film is a quiet delight.", "", "<extra_id_0> the end <extra_id_1>"})
        EXPECT_EQ(tokenizer.decode(tokenizer.encode(text, std::nullopt, kEnough).ids), text);
}

INSTANTIATE_TEST_SUITE_P(
    Forms, TokenizerJson,
    testing::Values(
        Form{"saved-by-5", "saved-by-5"}, Form{"saved-by-4", "saved-by-4"}, Form{"repository", "saved-by-5"}),
    [](const auto& form) {
        std::string name = form.param.file;
        std::replace(name.begin(), name.end(), '-', '_');
        return name;
    });

/// A tokenizer.json with some of its parts replaced.
class TokenizerJsonFile : public testing::Test
{
protected:
    std::string refusal(const Json& json) { return refusalOf(json.dump()); }
    std::string refusalOf(const std::string& content)
    {
        m_folder.file("tokenizer.json", content);
        const auto opened = Tokenizer::open(m_folder.path());
        if (opened)
            return "accepted";
        EXPECT_THAT(opened.error().message, HasSubstr((m_folder / "tokenizer.json").string()));
        EXPECT_EQ(opened.error().message.find('\n'), std::string::npos);
        return opened.error().message;
    }
    Ids ids(const Json& json, const std::string& text)
    {
        m_folder.file("tokenizer.json", json.dump());
        const auto opened = Tokenizer::open(m_folder.path());
        EXPECT_TRUE(opened) << opened.error().message;
        return opened ? opened->encode(text, std::nullopt, kEnough).ids : Ids();
    }
    Json with(const char* pointer, const char* value) const
    {
        Json json = m_small;
        json[Json::json_pointer(pointer)] = Json::parse(value);
        return json;
    }

    TempFolder m_folder;
    Json m_small = Json::parse(R"({
        "added_tokens": [
            {"id": 0, "content": "<pad>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true},
            {"id": 1, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}],
        "normalizer": null,
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
        "post_processor": {"type": "TemplateProcessing",
            "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}},
                     {"Sequence": {"id": "B", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}],
            "special_tokens": {"</s>": {"id": "</s>", "ids": [1], "tokens": ["</s>"]}}},
        "decoder": null,
        "model": {"type": "Unigram", "unk_id": 2, "byte_fallback": false,
            "vocab": [["<pad>", 0], ["</s>", 0], ["<unk>", 0], ["▁", -2], ["a", -3], ["b", -3], ["ab", -5], ["▁a", -4.5], ["ba", -5.5]]}
    })");
};

TEST_F(TokenizerJsonFile, TakesTheMostProbableWayToWriteAWord)
{
    EXPECT_THAT(ids(m_small, "a"), ElementsAre(7, 1));
    EXPECT_THAT(ids(m_small, "ab"), ElementsAre(3, 6, 1)) << "-2-5 is more than -4.5-3";
    EXPECT_THAT(ids(m_small, "aba"), ElementsAre(7, 8, 1)) << "as probable as another way that comes later";
    EXPECT_THAT(ids(m_small, "xyz a"), ElementsAre(3, 2, 7, 1)) << "unknown characters are one id";
}

TEST_F(TokenizerJsonFile, FollowsTheSchemeOfMetaspace)
{
    EXPECT_THAT(ids(with("/pre_tokenizer/prepend_scheme", "\"never\""), "a a"), ElementsAre(4, 7, 1));
    EXPECT_THAT(ids(with("/pre_tokenizer/prepend_scheme", "\"always\""), "a</s>a"), ElementsAre(7, 1, 7, 1));
    EXPECT_THAT(ids(with("/pre_tokenizer/prepend_scheme", "\"first\""), "a</s>a"), ElementsAre(7, 1, 4, 1));
    Json older = m_small;
    older["pre_tokenizer"]
        = Json::parse(R"({"type":"Metaspace","replacement":"▁","add_prefix_space":false})");
    EXPECT_THAT(ids(older, "a a"), ElementsAre(4, 7, 1));
    EXPECT_THAT(ids(with("/pre_tokenizer", "null"), "a a"), ElementsAre(4, 2, 4, 1));
}

TEST_F(TokenizerJsonFile, LetsAddedTokensTakeTheSpacesAroundThem)
{
    const char* const token = "/added_tokens/2";
    EXPECT_THAT(
        ids(with(token, R"({"id":9,"content":"[X]","lstrip":true,"rstrip":true})"), "a \t [X]  a"),
        ElementsAre(7, 9, 7, 1));
    EXPECT_THAT(ids(with(token, R"({"id":9,"content":"[X]"})"), "a [X] a"), ElementsAre(7, 3, 9, 7, 1));
    EXPECT_THAT(
        ids(with(token, R"({"id":9,"content":"bb","single_word":true})"), "abb bb"),
        ElementsAre(3, 6, 5, 3, 9, 1));
}

TEST_F(TokenizerJsonFile, FindsNormalizedTokensInTheNormalizedText)
{
    Json json = with("/added_tokens/2", R"({"id":9,"content":"c","normalized":true})");
    json["normalizer"] = Json::parse(R"({"type":"Replace","pattern":{"String":"d"},"content":"c"})");
    EXPECT_THAT(ids(json, "ada"), ElementsAre(7, 9, 7, 1));
}

TEST_F(TokenizerJsonFile, DoesWithoutATemplateOrMarksOfItsOwn)
{
    EXPECT_THAT(ids(with("/post_processor", "null"), "a"), ElementsAre(7));
    EXPECT_THAT(ids(with("/added_tokens", "[]"), "a"), ElementsAre(7, 1));
}

TEST_F(TokenizerJsonFile, RefusesWhatT5DoesNotHave)
{
    EXPECT_THAT(
        refusal(with("/model/type", "\"BPE\"")),
        HasSubstr("model.type: expected 'Unigram', as T5 and Switch models have, found 'BPE'"));
    EXPECT_THAT(refusal(with("/model/byte_fallback", "true")), HasSubstr("byte_fallback: expected false"));
    EXPECT_THAT(refusal(with("/normalizer", R"({"type":"Lowercase"})")), HasSubstr("found 'Lowercase'"));
    EXPECT_THAT(
        refusal(with("/normalizer", R"({"type":"Replace","pattern":{"Regex":"(a*)*"},"content":"b"})")),
        HasSubstr("normalizer.pattern.Regex: expected ' {2,}'"));
    EXPECT_THAT(refusal(with("/pre_tokenizer/type", "\"ByteLevel\"")), HasSubstr("found 'ByteLevel'"));
    EXPECT_THAT(refusal(with("/post_processor/type", "\"BertProcessing\"")), HasSubstr("TemplateProcessing"));
    EXPECT_THAT(refusal(with("/model/vocab/1/0", "\"<eos>\"")), HasSubstr("expected the piece </s> at id 1"));
}

TEST_F(TokenizerJsonFile, RefusesAMalformedFile)
{
    EXPECT_THAT(refusalOf(""), HasSubstr("not valid JSON"));
    EXPECT_THAT(refusalOf("[]"), HasSubstr("expected an object, found an array"));
    EXPECT_THAT(refusalOf("{}"), HasSubstr("model.type: expected 'Unigram'"));
    EXPECT_THAT(refusalOf(std::string(1000, '[')), HasSubstr("deeper than 64"));
    EXPECT_THAT(refusal(with("/model/vocab", "{}")), HasSubstr("model.vocab: expected an array"));
    EXPECT_THAT(refusal(with("/model/vocab", "[]")), HasSubstr("expected 1 to 1000000 pieces, found 0"));
    EXPECT_THAT(
        refusal(with("/model/vocab/3", "[\"a\"]")),
        HasSubstr("model.vocab[3]: expected a piece and its score"));
    EXPECT_THAT(refusal(with("/model/vocab/3/1", "\"1\"")), HasSubstr("a piece and its score"));
    EXPECT_THAT(refusal(with("/model/unk_id", "null")), HasSubstr("model.unk_id: expected an id"));
    EXPECT_THAT(refusal(with("/model/unk_id", "100")), HasSubstr("among the 9 pieces, found 100"));
    EXPECT_THAT(refusal(with("/model/unk_id", "-1")), HasSubstr("found -1"));
    EXPECT_THAT(refusal(with("/added_tokens/1/id", "5")), HasSubstr("expected id 1 for '</s>'"));
    EXPECT_THAT(refusal(with("/added_tokens/1/id", "4294967296")), HasSubstr("expected an id from 0"));
    EXPECT_THAT(refusal(with("/added_tokens/1/content", "\"\"")), HasSubstr("expected 1 to 1000 bytes"));
    EXPECT_THAT(
        refusal(with("/added_tokens/1/lstrip", "1")), HasSubstr("lstrip: expected true or false, found 1"));
    for (const char* charsmap : {"\"%%%%\"", "\"AAAA\"", "\"////////\"", "\"A\"", "5"})
        EXPECT_THAT(
            refusal(with(
                "/normalizer",
                (std::string(R"({"type":"Precompiled","precompiled_charsmap":)") + charsmap + "}").c_str())),
            HasSubstr("normalizer.precompiled_charsmap: expected"));
    EXPECT_THAT(
        refusal(with("/normalizer", R"({"type":"Replace","pattern":{"String":""},"content":"a"})")),
        HasSubstr("not empty"));
    EXPECT_THAT(
        refusal(with(
            "/normalizer", R"({"type":"Replace","pattern":{"String":"a"},"content":"12345678901234567"})")),
        HasSubstr("at most 16 bytes"));
    EXPECT_THAT(refusal(with("/pre_tokenizer/replacement", "\"\"")), HasSubstr("one character"));
    EXPECT_THAT(
        refusal(with("/pre_tokenizer/prepend_scheme", "\"last\"")), HasSubstr("always, first or never"));
    EXPECT_THAT(refusal(with("/post_processor/single/0/Sequence/id", "\"C\"")), HasSubstr("expected A or B"));
    EXPECT_THAT(
        refusal(with("/post_processor/special_tokens", "{}")), HasSubstr("expected an array, found null"));
}

TEST_F(TokenizerJsonFile, TakesALineWithoutSpacesOfAnyLength)
{
    const std::string line(3'000'000, 'a');
    m_folder.file("tokenizer.json", m_small.dump());
    const auto tokenizer = Tokenizer::open(m_folder.path());
    ASSERT_TRUE(tokenizer);
    const Ids all = tokenizer->encode(line, std::nullopt, 10'000'000).ids;
    EXPECT_EQ(all.size(), 3'000'001u);
    EXPECT_EQ(tokenizer->encode(line, std::nullopt, 8).ids.size(), 8u);
}

} // namespace

} // namespace sida::tokenizer
