// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/safetensors.h"
#include "engine/checkpoint/safetensors_header.h"
#include "tests/unit/checkpoint/raw_safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace sida::checkpoint
{

namespace
{

using test::rawSafetensors;
using test::TempFolder;
using testing::HasSubstr;

/// The message with which a file of these bytes is refused.
std::string refusal(const std::string& bytes)
{
    TempFolder folder;
    const auto path = folder.file("m.safetensors", bytes);
    const auto file = SafetensorsFile::open(path);
    if (file)
        return "accepted";
    EXPECT_EQ(file.error().kind, ErrorKind::badInput);
    EXPECT_THAT(file.error().message, HasSubstr(path.string()));
    EXPECT_THAT(file.error().message, testing::Not(HasSubstr("\n")));
    return file.error().message;
}

std::string withHeader(const std::string& header, std::size_t dataBytes = 0)
{
    return refusal(rawSafetensors(header, std::string(dataBytes, '\0')));
}

TEST(Safetensors, RefusesAFileWithoutRoomForALength)
{
    EXPECT_THAT(refusal(""), HasSubstr("at least 8"));
    EXPECT_THAT(refusal("1234567"), HasSubstr("at least 8"));
}

TEST(Safetensors, RefusesAHeaderThatIsLongerThanTheFile)
{
    std::string bytes = rawSafetensors("{}");
    bytes[0] = 3;
    EXPECT_THAT(refusal(bytes), HasSubstr("claims 3 bytes, found 2"));
}

TEST(Safetensors, RefusesAHeaderBeyondTheReferencesLimitBeforeItAllocates)
{
    EXPECT_THAT(refusal(std::string(8, '\xff') + "{}"), HasSubstr("at most 100000000"));
    EXPECT_THAT(refusal(std::string("\x01\xe1\xf5\x05\0\0\0\0{}", 10)), HasSubstr("100000001"));
}

TEST(Safetensors, RefusesWhatIsNoJson)
{
    EXPECT_THAT(withHeader(""), HasSubstr("does not begin with '{'"));
    EXPECT_THAT(withHeader(" {}"), HasSubstr("does not begin with '{'"));
    EXPECT_THAT(withHeader("\xef\xbb\xbf{}"), HasSubstr("does not begin with '{'"));
    EXPECT_THAT(withHeader("{"), HasSubstr("not valid JSON"));
    EXPECT_THAT(withHeader("{}x"), HasSubstr("not valid JSON"));
    EXPECT_THAT(withHeader("{}{}"), HasSubstr("not valid JSON"));
    EXPECT_THAT(withHeader(std::string("{}\0\0", 4)), HasSubstr("NUL"));
    EXPECT_THAT(withHeader("{\"\xff\":{}}"), HasSubstr("not valid JSON"));
    EXPECT_THAT(withHeader("{\"a\":{\"dtype\":\"U8\",}}"), HasSubstr("not valid JSON"));
}

TEST(Safetensors, RefusesTheSameTensorTwice)
{
    EXPECT_THAT(
        withHeader(
            R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
            2),
        HasSubstr("'a' twice"));
}

TEST(Safetensors, RefusesTheSameFieldTwice)
{
    EXPECT_THAT(
        withHeader(R"({"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}})", 1),
        HasSubstr("dtype of tensor 'a' twice"));
    EXPECT_THAT(withHeader(R"({"__metadata__":{"a":"1","a":"2"}})"), HasSubstr("'a' of __metadata__ twice"));
    EXPECT_THAT(withHeader(R"({"__metadata__":{},"__metadata__":{}})"), HasSubstr("__metadata__ twice"));
}

TEST(Safetensors, RefusesAnEntryThatLacksAField)
{
    EXPECT_THAT(withHeader(R"({"a":{"shape":[1],"data_offsets":[0,1]}})", 1), HasSubstr("no dtype"));
    EXPECT_THAT(withHeader(R"({"a":{"dtype":"U8","data_offsets":[0,1]}})", 1), HasSubstr("no shape"));
    EXPECT_THAT(withHeader(R"({"a":{"dtype":"U8","shape":[1]}})", 1), HasSubstr("no data_offsets"));
    EXPECT_THAT(withHeader(R"({"a":{}})"), HasSubstr("no dtype"));
}

TEST(Safetensors, RefusesFieldsOfTheWrongKind)
{
    const auto entry = [](const std::string& fields) { return withHeader("{\"a\":{" + fields + "}}", 1); };
    EXPECT_THAT(withHeader(R"({"a":5})"), HasSubstr("the number 5, expected an object"));
    EXPECT_THAT(withHeader(R"({"a":[]})"), HasSubstr("an array, expected an object"));
    EXPECT_THAT(withHeader(R"({"a":null})"), HasSubstr("null, expected an object"));
    EXPECT_THAT(entry(R"("dtype":7)"), HasSubstr("expected the name of a type"));
    EXPECT_THAT(entry(R"("dtype":"F33")"), HasSubstr("unknown type 'F33'"));
    EXPECT_THAT(entry(R"("shape":"1")"), HasSubstr("expected an array"));
    EXPECT_THAT(entry(R"("shape":{})"), HasSubstr("expected an array"));
    EXPECT_THAT(entry(R"("shape":[-1])"), HasSubstr("the number -1, expected a number of zero or more"));
    EXPECT_THAT(entry(R"("shape":[1.0])"), HasSubstr("expected a number of zero or more"));
    EXPECT_THAT(entry(R"("shape":[[1]])"), HasSubstr("an array"));
    EXPECT_THAT(entry(R"("shape":[true])"), HasSubstr("true or false"));
    EXPECT_THAT(entry(R"("shape":["1"])"), HasSubstr("the string '1'"));
    EXPECT_THAT(entry(R"("shape":[99999999999999999999])"), HasSubstr("expected a number of zero or more"));
    EXPECT_THAT(withHeader(R"({"__metadata__":{"a":1}})"), HasSubstr("expected a string"));
    EXPECT_THAT(withHeader(R"({"__metadata__":[]})"), HasSubstr("__metadata__"));
}

TEST(Safetensors, RefusesOffsetsThatAreNoRange)
{
    const auto offsets = [](const std::string& range, std::size_t bytes = 4) {
        return withHeader(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":)" + range + "}}", bytes);
    };
    EXPECT_THAT(offsets("[]"), HasSubstr("0 data_offsets"));
    EXPECT_THAT(offsets("[0]"), HasSubstr("1 data_offsets"));
    EXPECT_THAT(offsets("[0,4,8]"), HasSubstr("the number 8"));
    EXPECT_THAT(offsets("[4,0]"), HasSubstr("no range of bytes"));
    EXPECT_THAT(offsets("[18446744073709551615,18446744073709551615]"), HasSubstr("no range of bytes"));
    EXPECT_THAT(offsets("[0,3]"), HasSubstr("3 bytes, expected 4"));
    EXPECT_THAT(offsets("[0,4]", 3), HasSubstr("cut off"));
    EXPECT_THAT(offsets("[0,4]", 5), HasSubstr("something was added"));
}

TEST(Safetensors, RefusesGapsAndOverlaps)
{
    const auto two = [](const std::string& a, const std::string& b, std::size_t bytes) {
        return withHeader(
            R"({"a":{"dtype":"U8","shape":[2],"data_offsets":)" + a
                + R"(},"b":{"dtype":"U8","shape":[2],"data_offsets":)" + b + "}}",
            bytes);
    };
    EXPECT_THAT(two("[0,2]", "[3,5]", 5), HasSubstr("no gap and no overlap"));
    EXPECT_THAT(two("[0,2]", "[1,3]", 3), HasSubstr("no gap and no overlap"));
    EXPECT_THAT(two("[0,2]", "[0,2]", 2), HasSubstr("no gap and no overlap"));
    EXPECT_THAT(two("[1,3]", "[3,5]", 5), HasSubstr("no gap and no overlap"));
    EXPECT_EQ(two("[2,4]", "[0,2]", 4), "accepted");
}

TEST(Safetensors, RefusesShapesThatOverflow)
{
    const auto shape = [](const std::string& extents) {
        return withHeader(R"({"a":{"dtype":"F32","shape":)" + extents + R"(,"data_offsets":[0,0]}})");
    };
    EXPECT_THAT(shape("[4294967296,4294967296]"), HasSubstr("overflows"));
    EXPECT_THAT(shape("[9223372036854775807]"), HasSubstr("overflows"));
    EXPECT_THAT(shape("[9223372036854775808]"), HasSubstr("no tensor can have"));
    EXPECT_THAT(shape("[2305843009213693952,2]"), HasSubstr("overflows"));
    EXPECT_EQ(shape("[0,4294967296]"), "accepted");
    std::string many = "[1";
    for (int i = 0; i < 100; ++i)
        many += ",1";
    EXPECT_THAT(shape(many + "]"), HasSubstr("64 dimensions"));
}

TEST(Safetensors, RefusesTypesBelowAByteThatDoNotFillWholeBytes)
{
    EXPECT_THAT(
        withHeader(R"({"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}})", 2), HasSubstr("whole bytes"));
    EXPECT_EQ(withHeader(R"({"a":{"dtype":"F4","shape":[4],"data_offsets":[0,2]}})", 2), "accepted");
    EXPECT_EQ(withHeader(R"({"a":{"dtype":"F6_E2M3","shape":[4],"data_offsets":[0,3]}})", 3), "accepted");
}

TEST(Safetensors, RefusesDeepNesting)
{
    const std::string deep(100'000, '[');
    EXPECT_THAT(withHeader(R"({"a":{"extra":)" + deep), HasSubstr("deeper than 64"));
    EXPECT_THAT(withHeader(R"({"a":{"shape":)" + deep), HasSubstr("an array"));
}

TEST(Safetensors, AcceptsFieldsItDoesNotKnowAsTheReferenceDoes)
{
    EXPECT_EQ(
        withHeader(
            R"({"a":{"dtype":"U8","note":{"x":[1,"y",null,true,-2.5]},"shape":[1],"data_offsets":[0,1]}})",
            1),
        "accepted");
    EXPECT_EQ(withHeader(R"({"__metadata__":null})"), "accepted");
}

TEST(Safetensors, ShowsNamesFromTheFileWithoutTheirControlCharacters)
{
    EXPECT_THAT(withHeader(R"({"a\nb":{}})"), HasSubstr(R"('a\x0ab')"));
    EXPECT_THAT(withHeader("{\"" + std::string(5000, 'n') + "\":{}}"), HasSubstr("nnn...'"));
}

TEST(Safetensors, RefusesWhatIsNoRegularFileWithoutWaiting)
{
    TempFolder folder;
    const auto pipe = folder / "pipe.safetensors";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    EXPECT_FALSE(SafetensorsFile::open(pipe));
    EXPECT_FALSE(SafetensorsFile::open(folder.path()));
    const auto absent = SafetensorsFile::open(folder / "absent.safetensors");
    ASSERT_FALSE(absent);
    EXPECT_THAT(absent.error().message, HasSubstr("no such file"));
}

} // namespace

} // namespace sida::checkpoint
