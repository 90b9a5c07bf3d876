// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/json.h"
#include "engine/checkpoint/quote.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sida::checkpoint
{

namespace
{

using testing::HasSubstr;

std::string refusal(std::string_view text)
{
    const auto value = parseJson(text, "config.json");
    if (value)
        return "accepted " + value->dump();
    EXPECT_THAT(value.error().message, testing::StartsWith("config.json: "));
    return value.error().message;
}

TEST(Json, BuildsTheSameValueAsTheLibrary)
{
    const std::string text
        = R"({"a":[1,-2,3.5,true,false,null,"\u00e9"],"b":{"c":{},"d":[]},"big":18446744073709551615,"":[[[]]]})";
    EXPECT_EQ(*parseJson(text, "f"), nlohmann::json::parse(text));
    EXPECT_EQ(*parseJson(" 5 ", "f"), 5);
}

TEST(Json, RefusesAKeyThatStandsTwiceAtAnyDepth)
{
    EXPECT_THAT(refusal(R"({"a":1,"b":2,"a":3})"), HasSubstr("'a' stands twice"));
    EXPECT_THAT(refusal(R"([{"x":{"y":1,"y":1}}])"), HasSubstr("'y' stands twice"));
    EXPECT_EQ(refusal(R"({"a":{"a":1}})"), R"(accepted {"a":{"a":1}})");
}

TEST(Json, RefusesNestingThatWouldExhaustAStack)
{
    EXPECT_THAT(refusal(std::string(1'000'000, '[')), HasSubstr("deeper than 64"));
    EXPECT_THAT(refusal(std::string(64, '[') + std::string(64, ']')), HasSubstr("accepted"));
    EXPECT_THAT(refusal(std::string(65, '[') + std::string(65, ']')), HasSubstr("deeper than 64"));
}

TEST(Json, RefusesWhatIsNotStrict)
{
    for (const char* text :
         {"", "{", "{}x", "{'a':1}", "[1,]", "// c\n1", "NaN", "01", "\"\xff\"", "\"\xed\xa0\x80\"", "1e999",
          "[1 2]"})
        EXPECT_THAT(refusal(text), HasSubstr("not valid JSON")) << text;
    EXPECT_THAT(refusal(std::string_view("{}\0", 3)), HasSubstr("NUL"));
}

TEST(Quote, KeepsMessagesOnOneLine)
{
    EXPECT_EQ(quote("a\tb\n\x7f"), R"('a\x09b\x0a\x7f')");
    EXPECT_EQ(quote("gr\u00fc\u00dfe"), "'gr\u00fc\u00dfe'");
    EXPECT_EQ(quote("\xc3"), R"('\xc3')");
    EXPECT_EQ(quote("abcdef", 3), "'abc...'");
}

TEST(FindInvalidUtf8, FindsTheFirstWrongByte)
{
    constexpr auto kNone = std::string_view::npos;
    EXPECT_EQ(findInvalidUtf8(""), kNone);
    EXPECT_EQ(findInvalidUtf8("plain text that is longer than a word"), kNone);
    EXPECT_EQ(findInvalidUtf8("\u00e9 \u20ac \U0001f600 \U0010ffff"), kNone);
    EXPECT_EQ(findInvalidUtf8("0123456789\xff"), 10u);
    EXPECT_EQ(findInvalidUtf8("ab\xc3"), 2u);
    EXPECT_EQ(findInvalidUtf8("\x80"), 0u);
    EXPECT_EQ(findInvalidUtf8("a\xc0\x80"), 1u) << "overlong";
    EXPECT_EQ(findInvalidUtf8("\xe0\x9f\xbf"), 0u) << "overlong";
    EXPECT_EQ(findInvalidUtf8("\xed\xa0\x80"), 0u) << "a surrogate";
    EXPECT_EQ(findInvalidUtf8("\xf4\x90\x80\x80"), 0u) << "beyond U+10FFFF";
}

} // namespace

} // namespace sida::checkpoint
