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

using Json = nlohmann::json;
using Ids = std::vector<std::int32_t>;
using testing::ElementsAre;

const std::filesystem::path kFixture = std::filesystem::path(SIDA_SOURCE_DIR) / "tests/fixtures/tokenizer";

class TokenizerTest : public testing::Test
{
protected:
    static void SetUpTestSuite()
    {
        s_goldens = Json::parse(test::contentOf(kFixture / "goldens.json"));
        auto opened = Tokenizer::open(kFixture);
        ASSERT_TRUE(opened) << opened.error().message;
        s_tokenizer = std::make_unique<Tokenizer>(std::move(*opened));
    }
    static void TearDownTestSuite() { s_tokenizer.reset(); }
    static Ids ids(std::string_view text) { return s_tokenizer->encode(text, std::nullopt, 512).ids; }

    static inline Json s_goldens;
    static inline std::unique_ptr<Tokenizer> s_tokenizer;
};

TEST_F(TokenizerTest, GivesHuggingFacesIds)
{
    ASSERT_GE(s_goldens["text"].size(), 200u);
    for (const Json& golden : s_goldens["text"]) {
        const auto text = golden["text"].get<std::string>();
        const Tokenizer::Encoding encoding = s_tokenizer->encode(text, std::nullopt, 1'000'000);
        EXPECT_EQ(encoding.ids, golden["ids"].get<Ids>()) << golden["text"];
        EXPECT_FALSE(encoding.truncated);
    }
}

TEST_F(TokenizerTest, CutsATextAndKeepsItsEnd)
{
    for (const Json& golden : s_goldens["single"]) {
        const int length = golden["max_length"];
        const auto encoding = s_tokenizer->encode(golden["text"].get<std::string>(), std::nullopt, length);
        EXPECT_EQ(encoding.ids, golden["ids"].get<Ids>()) << length;
        EXPECT_EQ(encoding.truncated, length < 512) << length;
    }
}

TEST_F(TokenizerTest, CutsAPairLongestFirst)
{
    ASSERT_GE(s_goldens["pair"].size(), 100u);
    for (const Json& golden : s_goldens["pair"]) {
        const auto encoding = s_tokenizer->encode(
            golden["text"].get<std::string>(), golden["second"].get<std::string>(), golden["max_length"]);
        EXPECT_EQ(encoding.ids, golden["ids"].get<Ids>()) << golden.dump();
    }
}

TEST_F(TokenizerTest, NeverGivesMoreIdsThanAsked)
{
    for (const int length : {-3, 0, 1}) {
        EXPECT_THAT(s_tokenizer->encode("The film", std::nullopt, length).ids, ElementsAre(1));
        EXPECT_THAT(s_tokenizer->encode("The film", "a", length).ids, ElementsAre(1));
    }
}

TEST_F(TokenizerTest, PutsSentinelsAboveThePieces)
{
    const int pieces = s_goldens["pieces"];
    EXPECT_EQ(s_tokenizer->vocabulary(), pieces + 100);
    EXPECT_THAT(ids("<extra_id_0>"), ElementsAre(pieces + 99, 1));
    EXPECT_THAT(ids("<extra_id_99>"), ElementsAre(pieces, 1));
    EXPECT_GT(ids("<extra_id_100>").size(), 2u) << "there is no such sentinel";
}

TEST_F(TokenizerTest, GivesTheSameIdsInLongTextsAsInShortOnes)
{
    const std::string sentence = "The plot is thin, the acting is wooden. ";
    Ids once = ids(sentence);
    once.pop_back();
    std::string text;
    Ids expected;
    for (int i = 0; i < 1000; ++i) {
        text += sentence;
        expected.insert(expected.end(), once.begin(), once.end());
    }
    expected.push_back(1);
    EXPECT_EQ(s_tokenizer->encode(text, std::nullopt, 1'000'000).ids, expected);
}

TEST_F(TokenizerTest, TakesARunOfUnknownCharactersForOneHoweverLongItIs)
{
    std::string run;
    for (int i = 0; i < 20'000; ++i)
        run += "\u65e5";
    EXPECT_EQ(s_tokenizer->encode(run, std::nullopt, 1'000'000).ids, ids("\u65e5"));
    EXPECT_EQ(
        s_tokenizer->encode("film " + run + " film", std::nullopt, 1'000'000).ids, ids("film \u65e5 film"));
}

TEST_F(TokenizerTest, SurvivesTextThatIsNoText)
{
    for (const std::string& text :
         {std::string("\xff\xfe broken \xc3"), std::string("a\0b", 3), std::string(100'000, '<'),
          std::string(300'000, 'x'), std::string("</s")}) {
        const Ids result = s_tokenizer->encode(text, std::nullopt, 16).ids;
        ASSERT_FALSE(result.empty());
        EXPECT_LE(result.size(), 16u);
        EXPECT_EQ(result.back(), 1);
        for (const std::int32_t id : result)
            EXPECT_TRUE(id >= 0 && id < s_tokenizer->vocabulary()) << id;
    }
}

TEST_F(TokenizerTest, TurnsIdsBackIntoText)
{
    EXPECT_EQ(s_tokenizer->decode(ids("The film is a quiet delight.")), "The film is a quiet delight.");
    EXPECT_EQ(
        s_tokenizer->decode(ids("<extra_id_0> the end <extra_id_1>")), "<extra_id_0> the end <extra_id_1>");
    EXPECT_EQ(s_tokenizer->decode({0, 1, 0}), "");
    EXPECT_EQ(s_tokenizer->decode({-5, 1'000'000}), "");
    EXPECT_EQ(s_tokenizer->decode({}), "");
}

TEST_F(TokenizerTest, DescribesItself)
{
    EXPECT_EQ(
        s_tokenizer->description(),
        "SentencePiece unigram, " + std::to_string(int{s_goldens["pieces"]}) + " pieces");
}

} // namespace

} // namespace sida::tokenizer
