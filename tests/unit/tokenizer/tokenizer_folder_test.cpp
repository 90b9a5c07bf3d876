// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/tokenizer/charsmap.h"
#include "engine/tokenizer/tokenizer.h"
#include "tests/support/temp_folder.h"

#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sida::tokenizer
{

namespace
{

namespace fs = std::filesystem;
using test::TempFolder;
using testing::ElementsAre;
using testing::HasSubstr;

const fs::path kModel = fs::path(SIDA_SOURCE_DIR) / "tests/fixtures/tokenizer/spiece.model";
constexpr int kPieces = 296;

std::string refusal(const TempFolder& folder)
{
    const auto tokenizer = Tokenizer::open(folder.path());
    if (tokenizer)
        return "accepted";
    EXPECT_THAT(tokenizer.error().message, HasSubstr(folder.path().string()));
    return tokenizer.error().message;
}

std::string withConfig(const std::string& config)
{
    TempFolder folder;
    fs::copy_file(kModel, folder / "spiece.model");
    folder.file("tokenizer_config.json", config);
    return refusal(folder);
}

int vocabularyWith(const std::string& config)
{
    TempFolder folder;
    fs::copy_file(kModel, folder / "spiece.model");
    folder.file("tokenizer_config.json", config);
    const auto tokenizer = Tokenizer::open(folder.path());
    EXPECT_TRUE(tokenizer) << tokenizer.error().message;
    return tokenizer ? tokenizer->vocabulary() : -1;
}

std::string field(int number, const std::string& bytes)
{
    std::string result(1, static_cast<char>(number << 3 | 2));
    for (std::size_t rest = bytes.size();; rest >>= 7) {
        result += static_cast<char>((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
        if (rest <= 0x7f)
            return result + bytes;
    }
}

TEST(TokenizerFolder, NeedsOnlySpieceModel)
{
    TempFolder folder;
    fs::copy_file(kModel, folder / "spiece.model");
    const auto tokenizer = Tokenizer::open(folder.path());
    ASSERT_TRUE(tokenizer) << tokenizer.error().message;
    EXPECT_EQ(tokenizer->vocabulary(), kPieces + 100);
}

TEST(TokenizerFolder, SaysWhatIsMissing)
{
    TempFolder folder;
    EXPECT_THAT(
        refusal(folder), HasSubstr("expected the tokenizer's tokenizer.json or spiece.model, found neither"));
}

TEST(TokenizerFolder, RefusesAFileThatIsNoModel)
{
    for (const std::string& content :
         {std::string(), std::string("not a model"), std::string(1000, '\xff')}) {
        TempFolder folder;
        folder.file("spiece.model", content);
        EXPECT_THAT(refusal(folder), HasSubstr("SentencePiece model"));
    }
}

TEST(TokenizerFolder, RefusesATruncatedModel)
{
    const std::string model = test::contentOf(kModel);
    for (const std::size_t bytes : {std::size_t{1}, std::size_t{100}, model.size() / 2, model.size() - 1}) {
        TempFolder folder;
        folder.file("spiece.model", model.substr(0, bytes));
        EXPECT_NE(refusal(folder), "accepted") << bytes;
    }
}

TEST(TokenizerFolder, RefusesAModelWhoseIdsAreNotThoseOfT5)
{
    std::string model = test::contentOf(kModel);
    const std::size_t pad = model.find("<pad>");
    ASSERT_NE(pad, std::string::npos);
    model.replace(pad, 5, "<mad>");
    TempFolder folder;
    folder.file("spiece.model", model);
    EXPECT_THAT(refusal(folder), HasSubstr("expected the piece <pad> at id 0"));
}

TEST(TokenizerFolder, TakesTheNumberOfSentinelsFromTheConfig)
{
    EXPECT_EQ(vocabularyWith("{}"), kPieces + 100);
    EXPECT_EQ(vocabularyWith(R"({"extra_ids":7})"), kPieces + 7);
    EXPECT_EQ(vocabularyWith(R"({"extra_ids":0})"), kPieces);
    EXPECT_EQ(
        vocabularyWith(
            R"({"additional_special_tokens":["<extra_id_0>","<extra_id_1>",{"content":"<extra_id_2>"}]})"),
        kPieces + 3);
    EXPECT_EQ(vocabularyWith(R"({"additional_special_tokens":[]})"), kPieces + 100);
    EXPECT_EQ(
        vocabularyWith(
            R"({"added_tokens_decoder":{"0":{"content":"<pad>"},"297":{"content":"<extra_id_0>"},"296":{"content":"<extra_id_1>"}}})"),
        kPieces + 2);
}

TEST(TokenizerFolder, KnowsTokensThatTheConfigAdds)
{
    TempFolder folder;
    fs::copy_file(kModel, folder / "spiece.model");
    folder.file(
        "tokenizer_config.json",
        R"({"extra_ids":2,"added_tokens_decoder":{"300":{"content":"[SEP]","special":true}}})");
    const auto tokenizer = Tokenizer::open(folder.path());
    ASSERT_TRUE(tokenizer) << tokenizer.error().message;
    EXPECT_EQ(tokenizer->vocabulary(), 301);
    EXPECT_THAT(
        tokenizer->encode("[SEP]<extra_id_0>", std::nullopt, 9).ids, ElementsAre(300, kPieces + 1, 1));
}

TEST(TokenizerFolder, RefusesAConfigThatContradictsTheModel)
{
    EXPECT_THAT(
        withConfig(R"({"added_tokens_decoder":{"32099":{"content":"<extra_id_0>"}},"extra_ids":100})"),
        HasSubstr("expected id 395 for '<extra_id_0>'"));
    EXPECT_THAT(
        withConfig(R"({"added_tokens_decoder":{"5":{"content":"</s>"}}})"),
        HasSubstr("expected id 1 for '</s>'"));
}

TEST(TokenizerFolder, RefusesAMalformedConfig)
{
    EXPECT_THAT(withConfig("{"), HasSubstr("not valid JSON"));
    EXPECT_THAT(withConfig("[]"), HasSubstr("expected an object, found an array"));
    EXPECT_THAT(withConfig(R"({"extra_ids":-1})"), HasSubstr("found -1"));
    EXPECT_THAT(withConfig(R"({"extra_ids":"100"})"), HasSubstr("found a string"));
    EXPECT_THAT(withConfig(R"({"extra_ids":1000000000})"), HasSubstr("0 to 10000"));
    EXPECT_THAT(withConfig(R"({"extra_ids":1,"extra_ids":2})"), HasSubstr("twice"));
    for (const char* entry :
         {R"("x":{"content":"a"})", R"("-1":{"content":"a"})", R"("9999999999":{"content":"a"})", R"("7":{})",
          R"("7":5)", R"("7":{"content":""})"})
        EXPECT_THAT(
            withConfig(std::string(R"({"added_tokens_decoder":{)") + entry + "}}"),
            HasSubstr("expected an id with the token's content"))
            << entry;
}

/// A table of 256 units, of which the first are given.
bool isAccepted(std::vector<std::uint32_t> units, const std::string& replacements)
{
    units.resize(256, 0x80000000u);
    std::string blob(4 + units.size() * 4, '\0');
    const auto bytes = static_cast<std::uint32_t>(units.size() * 4);
    std::memcpy(blob.data(), &bytes, 4);
    std::memcpy(blob.data() + 4, units.data(), bytes);
    return Charsmap::parse(blob + replacements).has_value();
}

constexpr std::uint32_t unit(std::uint32_t offset, bool leaf, char label)
{
    return offset << 10 | (leaf ? 1u << 8 : 0u) | static_cast<unsigned char>(label);
}

TEST(NormaliserTable, IsAcceptedWhenItIsATree)
{
    std::vector<std::uint32_t> units(256, 0x80000000u);
    units[0] = unit(1, false, '\0');
    units[1 ^ 'a'] = unit((1 ^ 'a') ^ 2, true, 'a');
    units[2] = 0x80000000u | 1;
    EXPECT_TRUE(isAccepted(units, std::string("\0b\0", 3)));
    EXPECT_FALSE(isAccepted(units, std::string("\0\xff\0", 3))) << "the replacement is not UTF-8";
    EXPECT_FALSE(isAccepted(units, '\0' + std::string(1000, 'b') + '\0')) << "the replacement is endless";
    units[2] = 0x80000000u | 3;
    EXPECT_FALSE(isAccepted(units, std::string("\0b\0", 3))) << "the replacement lies behind the end";
}

TEST(NormaliserTable, IsRefusedWhenItLeadsOutOfItsArray)
{
    std::vector<std::uint32_t> units(256, 0x80000000u);
    units[0] = unit(256, false, '\0');
    EXPECT_FALSE(isAccepted(units, std::string(1, '\0')));
}

TEST(NormaliserTable, IsRefusedWhenItGoesInACircle)
{
    std::vector<std::uint32_t> units(256, 0x80000000u);
    units[0] = unit(1, false, '\0');
    units[1 ^ 'a'] = unit((1 ^ 'a') ^ 1, false, 'a');
    EXPECT_FALSE(isAccepted(units, std::string(1, '\0')));
}

TEST(NormaliserTable, IsRefusedWithoutAnEnd)
{
    EXPECT_FALSE(Charsmap::parse("abc"));
    EXPECT_FALSE(Charsmap::parse(std::string("\xff\xff\xff\xff", 4) + "abcd"));
    EXPECT_FALSE(isAccepted({}, "no end"));
}

TEST(TokenizerFolder, RefusesAModelOfAnotherKindThanUnigram)
{
    TempFolder folder;
    folder.file("spiece.model", test::contentOf(kModel) + field(2, std::string("\x18\x02", 2)));
    const auto tokenizer = Tokenizer::open(folder.path());
    ASSERT_FALSE(tokenizer);
    EXPECT_EQ(tokenizer.error().kind, ErrorKind::unsupported);
    EXPECT_THAT(tokenizer.error().message, HasSubstr("found one of kind bpe"));
    folder.file("spiece.model", test::contentOf(kModel) + field(2, std::string("\x18\x09", 2)));
    EXPECT_THAT(refusal(folder), HasSubstr("expected a SentencePiece model"));
}

} // namespace

} // namespace sida::tokenizer
