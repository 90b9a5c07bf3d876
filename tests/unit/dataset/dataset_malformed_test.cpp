// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dataset/line_reader.h"
#include "tests/unit/dataset/dataset_fixture.h"

#include <gmock/gmock.h>

namespace sida::dataset
{

namespace
{

using testing::AllOf;
using testing::HasSubstr;

TEST_F(DatasetTest, RefusesARowWithTooFewOrTooManyColumns)
{
    EXPECT_THAT(
        refusal("d.tsv", "sentence\tlabel\nthe film\t1\nno label\n"),
        AllOf(HasSubstr("line 3"), HasSubstr("expected 2 columns ('sentence', 'label'), found 1")));
    EXPECT_THAT(
        refusal("d.tsv", "sentence\tlabel\na\tb\t1\n"), AllOf(HasSubstr("line 2"), HasSubstr("found 3")));
    EXPECT_THAT(refusal("d.csv", "text,label\na,b,1\n"), HasSubstr("found 3"));
    EXPECT_THAT(
        refusal("d.tsv", "sentence\tlabel\n" + std::string(1'000'000, '\t')),
        HasSubstr("more than 1000 columns"));
    EXPECT_THAT(
        refusal("d.csv", "text,label\n" + std::string(1'000'000, ',')), HasSubstr("more than 1000 columns"));
}

TEST_F(DatasetTest, RefusesALabelThatIsNoIntegerOrNotTheModels)
{
    for (const char* label : {"", "x", "1.0", " 1", "1x", "99999999999999999999"})
        EXPECT_THAT(
            refusal("d.tsv", std::string("sentence\tlabel\nthe film\t") + label + "\n"),
            AllOf(
                HasSubstr("line 2, column label: expected an integer"),
                HasSubstr(std::string("'") + label + "'")));
    for (const char* label : {"2", "-2", "2147483648", "9223372036854775807"})
        EXPECT_THAT(
            refusal("d.tsv", std::string("sentence\tlabel\nthe film\t") + label + "\n"),
            AllOf(
                HasSubstr("line 2, column label: expected a label from 0 to 1"),
                HasSubstr(std::string("found ") + label)));
    for (const char* label : {"\"1\"", "1.5", "true", "[1]", "18446744073709551615"})
        EXPECT_THAT(
            refusal("d.jsonl", std::string("{\"text\":\"a\",\"label\":") + label + "}"),
            HasSubstr("line 1, label: expected an integer"));
}

TEST_F(DatasetTest, RefusesAHeaderWithoutText)
{
    EXPECT_THAT(
        refusal("d.tsv", "id\tvalue\n1\t2\n"),
        HasSubstr("line 1: expected a header with the column sentence or text, found 'id', 'value'"));
    EXPECT_THAT(refusal("d.tsv", "the film is fine\t1\n"), HasSubstr("expected a header"));
    EXPECT_THAT(refusal("d.tsv", "text\tlabel\ttext\n"), HasSubstr("column 'text' twice"));
    EXPECT_THAT(refusal("d.csv", ""), HasSubstr("found an empty file"));
}

TEST_F(DatasetTest, RefusesAFileWithoutSamples)
{
    EXPECT_THAT(refusal("d.txt", ""), HasSubstr("at least one sample"));
    EXPECT_THAT(refusal("d.txt", "\n \n"), HasSubstr("at least one sample"));
    EXPECT_THAT(refusal("d.jsonl", "\n"), HasSubstr("at least one sample"));
    EXPECT_THAT(refusal("d.tsv", "sentence\tlabel\n"), HasSubstr("at least one sample"));
    EXPECT_THAT(refusal("d.txt", "\xef\xbb\xbf"), HasSubstr("at least one sample"));
}

TEST_F(DatasetTest, RefusesBytesThatAreNotUtf8)
{
    EXPECT_THAT(
        refusal("d.txt", "fine\nbad \xe9 here\n"),
        HasSubstr("line 2, byte 5: expected UTF-8, found the byte 0xe9"));
    EXPECT_THAT(refusal("d.tsv", "sentence\tlabel\n\xc3\t1\n"), HasSubstr("line 2, byte 1"));
    EXPECT_THAT(refusal("d.txt", "\xff\xfe t"), HasSubstr("UTF-16"));
}

TEST_F(DatasetTest, RefusesALineWithoutEnd)
{
    EXPECT_THAT(refusal("d.txt", std::string(kMaxLineBytes + 1, 'a')), HasSubstr("line 1 is longer than"));
    EXPECT_THAT(
        refusal("d.jsonl", "\n" + std::string(kMaxLineBytes + 1, 'a') + "\n"), HasSubstr("line 2 is longer"));
}

TEST_F(DatasetTest, RefusesJsonThatIsNoSample)
{
    EXPECT_THAT(refusal("d.jsonl", "{\"text\":\"a\"}\n{\"text\":}\n"), HasSubstr("line 2: not valid JSON"));
    EXPECT_THAT(refusal("d.jsonl", "5\n"), HasSubstr("line 1: expected an object, found 5"));
    EXPECT_THAT(refusal("d.json", "[\n{\"text\":\"a\"}\n]\n"), HasSubstr("JSON Lines"));
    EXPECT_THAT(refusal("d.jsonl", "{}"), HasSubstr("found an empty object"));
    EXPECT_THAT(
        refusal("d.jsonl", "{\"txt\":\"a\"}"),
        HasSubstr("expected sentence, text or input_ids, found only 'txt'"));
    EXPECT_THAT(refusal("d.jsonl", "{\"text\":5}"), HasSubstr("line 1, text: expected a string, found 5"));
    EXPECT_THAT(refusal("d.jsonl", "{\"text\":null}"), HasSubstr("found null"));
    EXPECT_THAT(
        refusal("d.jsonl", "{\"sentence1\":\"a\",\"sentence2\":[]}"),
        HasSubstr("sentence2: expected a string"));
    EXPECT_THAT(refusal("d.jsonl", "{\"text\":\"a\",\"text\":\"b\"}"), HasSubstr("twice"));
    EXPECT_THAT(refusal("d.jsonl", "{\"text\":" + std::string(1000, '[')), HasSubstr("deeper than 64"));
}

TEST_F(DatasetTest, RefusesIdsOutsideTheVocabulary)
{
    m_traits.vocabulary = 100;
    EXPECT_THAT(
        refusal("d.jsonl", "{\"input_ids\":[1]}\n{\"input_ids\":[5,100]}\n"),
        HasSubstr("line 2, input_ids[1]: expected an id from 0 to 99, the model's vocabulary, found 100"));
    EXPECT_THAT(refusal("d.jsonl", "{\"input_ids\":[-1]}"), HasSubstr("found -1"));
    EXPECT_THAT(refusal("d.jsonl", "{\"input_ids\":[4294967297]}"), HasSubstr("found 4294967297"));
    EXPECT_THAT(refusal("d.txt", "\u03b2<extra_id_0>"), HasSubstr("the tokenizer gives id 395"));
    m_options.maxLength = 1;
    EXPECT_THAT(refusal("d.jsonl", "{\"input_ids\":[5,100]}"), HasSubstr("found 100"))
        << "cutting hides no error";
}

TEST_F(DatasetTest, RefusesInputIdsThatAreNoIds)
{
    EXPECT_THAT(refusal("d.jsonl", "{\"input_ids\":[]}"), HasSubstr("at least one id"));
    EXPECT_THAT(refusal("d.jsonl", "{\"input_ids\":5}"), HasSubstr("expected an array of integers, found 5"));
    EXPECT_THAT(
        refusal("d.jsonl", "{\"input_ids\":[1,\"2\"]}"), HasSubstr("input_ids[1]: expected an integer"));
    EXPECT_THAT(refusal("d.jsonl", "{\"input_ids\":[1.0]}"), HasSubstr("input_ids[0]: expected an integer"));
    EXPECT_THAT(refusal("d.jsonl", "{\"input_ids\":null}"), HasSubstr("found null"));
}

TEST_F(DatasetTest, RefusesQuotesThatDoNotMatch)
{
    EXPECT_THAT(
        refusal("d.csv", "text,label\n\"never closed,1\nmore\n"), HasSubstr("line 2: a quote is opened"));
    EXPECT_THAT(refusal("d.csv", "text,label\n\"closed\"early,1\n"), HasSubstr("found 'early,1'"));
}

TEST_F(DatasetTest, SaysThatTextNeedsATokenizer)
{
    m_traits.tokenizer = nullptr;
    EXPECT_THAT(refusal("d.txt", "the film\n"), HasSubstr("the model folder has no tokenizer"));
}

TEST_F(DatasetTest, RefusesAMaximalLengthBelowOne)
{
    m_options.maxLength = 0;
    const auto dataset = load("d.txt", "the film\n");
    ASSERT_FALSE(dataset);
    EXPECT_EQ(dataset.error().kind, ErrorKind::usage);
}

TEST_F(DatasetTest, RefusesWhatIsNoFile)
{
    const auto missing = loadDataset(m_folder / "absent.tsv", {}, m_traits, {}, {});
    ASSERT_FALSE(missing);
    EXPECT_THAT(missing.error().message, HasSubstr("no such file"));
    EXPECT_FALSE(loadDataset(m_folder.path(), {}, m_traits, {}, {}));
}

} // namespace

} // namespace sida::dataset
