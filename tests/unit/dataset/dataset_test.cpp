// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/sha256.h"
#include "engine/dataset/line_reader.h"
#include "tests/unit/dataset/dataset_fixture.h"

#include <gmock/gmock.h>

namespace sida::dataset
{

namespace
{

using testing::ElementsAre;

TEST_F(DatasetTest, ReadsSst2sTrainingSplit)
{
    const auto dataset = load("dev.tsv", "sentence\tlabel\nthe film is warm \t1\nit is \"too long\t0\n");
    ASSERT_TRUE(dataset) << dataset.error().message;
    ASSERT_EQ(dataset->samples.size(), 2u);
    EXPECT_EQ(dataset->samples[0].ids, ids("the film is warm "));
    EXPECT_EQ(dataset->samples[0].label, 1);
    EXPECT_EQ(dataset->samples[1].ids, ids("it is \"too long")) << "quotes mean nothing in TSV";
    EXPECT_EQ(dataset->samples[1].label, 0);
    EXPECT_TRUE(dataset->info.labelled);
    EXPECT_EQ(dataset->info.name, "dev.tsv");
    EXPECT_EQ(dataset->info.samples, 2u);
    EXPECT_EQ(dataset->info.tokens, dataset->samples[0].ids.size() + dataset->samples[1].ids.size());
    EXPECT_EQ(dataset->info.truncated, 0u);
}

TEST_F(DatasetTest, ReadsSst2sTestSplitWithoutLabels)
{
    const auto dataset = load("test.tsv", "index\tsentence\n0\tuneasy mishmash\n1\tthe film\n");
    ASSERT_TRUE(dataset) << dataset.error().message;
    EXPECT_EQ(dataset->samples[1].ids, ids("the film"));
    EXPECT_EQ(dataset->samples[1].label, -1);
    EXPECT_FALSE(dataset->info.labelled);
}

TEST_F(DatasetTest, FindsColumnsInAnyOrderAndIgnoresOthers)
{
    const auto dataset = load("d.tsv", "idx\tlabel\tnote\ttext\n7\t1\tignored\tthe film\n");
    ASSERT_TRUE(dataset) << dataset.error().message;
    EXPECT_EQ(dataset->samples[0].ids, ids("the film"));
    EXPECT_EQ(dataset->samples[0].label, 1);
}

TEST_F(DatasetTest, ReadsPairs)
{
    const auto dataset = load("d.tsv", "sentence1\tsentence2\tlabel\nthe film\tthe plot\t1\n");
    ASSERT_TRUE(dataset) << dataset.error().message;
    EXPECT_EQ(dataset->samples[0].ids, s_tokenizer->encode("the film", "the plot", 512).ids);
    const auto json = load("d.jsonl", R"({"sentence1":"the film","sentence2":"the plot"})");
    ASSERT_TRUE(json) << json.error().message;
    EXPECT_EQ(json->samples[0].ids, dataset->samples[0].ids);
}

TEST_F(DatasetTest, ReadsQuotedCsv)
{
    const auto dataset = load(
        "d.csv",
        "label,text\r\n1,\"warm, funny\"\r\n0,\"say \"\"no\"\"\nand stop\"\r\n1,plain "
        "\"inside\"\r\n0,\"\"\r\n");
    ASSERT_TRUE(dataset) << dataset.error().message;
    ASSERT_EQ(dataset->samples.size(), 4u);
    EXPECT_EQ(dataset->samples[0].ids, ids("warm, funny"));
    EXPECT_EQ(dataset->samples[1].ids, ids("say \"no\"\nand stop"));
    EXPECT_EQ(dataset->samples[2].ids, ids("plain \"inside\""));
    EXPECT_THAT(dataset->samples[3].ids, ElementsAre(1));
}

TEST_F(DatasetTest, ReadsJsonLines)
{
    const auto dataset = load(
        "d.jsonl",
        "{\"sentence\":\"the "
        "film\",\"label\":1,\"idx\":{\"a\":[1]}}\n{\"label\":null,\"text\":\"caf\\u00e9\"}\n"
        "\n{\"input_ids\":[5,6,1],\"text\":\"not used\",\"label\":-1}\n");
    ASSERT_TRUE(dataset) << dataset.error().message;
    ASSERT_EQ(dataset->samples.size(), 3u);
    EXPECT_EQ(dataset->samples[0].label, 1);
    EXPECT_EQ(dataset->samples[1].ids, ids("caf\u00e9"));
    EXPECT_THAT(dataset->samples[2].ids, ElementsAre(5, 6, 1));
    EXPECT_EQ(dataset->samples[2].label, -1);
    EXPECT_FALSE(dataset->info.labelled) << "not every sample has a label";
}

TEST_F(DatasetTest, SplitsJsonLinesAtLineFeedsOnly)
{
    const auto dataset = load("d.jsonl", "{\"text\":\"one\u2028two\u0085three\"}\n{\"text\":\"b\"}");
    ASSERT_TRUE(dataset) << dataset.error().message;
    EXPECT_EQ(dataset->samples.size(), 2u);
}

TEST_F(DatasetTest, ReadsPlainTextAndPassesOverBlankLines)
{
    const auto dataset = load("d.txt", "the film\n\n  \t\nthe plot\r\nno line feed");
    ASSERT_TRUE(dataset) << dataset.error().message;
    ASSERT_EQ(dataset->samples.size(), 3u);
    EXPECT_EQ(dataset->samples[1].ids, ids("the plot"));
    EXPECT_EQ(dataset->samples[2].ids, ids("no line feed"));
}

TEST_F(DatasetTest, KnowsTheFormatByTheFirstLineWhenTheNameDoesNotTell)
{
    EXPECT_EQ(load("tabs", "sentence\tlabel\nthe film\t1\n")->samples[0].label, 1);
    EXPECT_EQ(load("lines.data", "{\"input_ids\":[3]}\n")->samples[0].ids.size(), 1u);
    EXPECT_EQ(load("words", "sentence and\ttab\n")->samples.size(), 1u);
}

TEST_F(DatasetTest, TakesAnEmptyTextForASampleOfOnlyItsEnd)
{
    for (const auto& [name, content] : std::vector<std::pair<std::string, std::string>>{
             {"d.tsv", "sentence\tlabel\n\t1\n"},
             {"d.jsonl", "{\"text\":\"\"}"},
             {"d.csv", "text,label\n,1\n"}}) {
        const auto dataset = load(name, content);
        ASSERT_TRUE(dataset) << dataset.error().message;
        ASSERT_EQ(dataset->samples.size(), 1u);
        EXPECT_THAT(dataset->samples[0].ids, ElementsAre(1)) << name;
    }
}

TEST_F(DatasetTest, DoesNotMindWindowsLineEndsAndAByteOrderMark)
{
    const std::string plain = "sentence\tlabel\nthe film\t1\nthe plot\t0\n";
    const std::string windows = "\xef\xbb\xbfsentence\tlabel\r\nthe film\t1\r\nthe plot\t0\r\n";
    const auto a = load("a.tsv", plain);
    const auto b = load("b.tsv", windows);
    ASSERT_TRUE(b) << b.error().message;
    ASSERT_EQ(b->samples.size(), 2u);
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_EQ(a->samples[i].ids, b->samples[i].ids);
        EXPECT_EQ(a->samples[i].label, b->samples[i].label);
    }
}

TEST_F(DatasetTest, CutsSamplesAtTheMaximalLength)
{
    m_options.maxLength = 3;
    const auto dataset = load(
        "d.jsonl",
        "{\"text\":\"the film is far too long\"}\n{\"input_ids\":[5,6,7,8,1]}\n{\"input_ids\":[5,6,7,8]}\n"
        "{\"input_ids\":[5,6,1]}\n");
    ASSERT_TRUE(dataset) << dataset.error().message;
    EXPECT_EQ(dataset->samples[0].ids.size(), 3u);
    EXPECT_EQ(dataset->samples[0].ids.back(), 1);
    EXPECT_THAT(dataset->samples[1].ids, ElementsAre(5, 6, 1)) << "the end is kept";
    EXPECT_THAT(dataset->samples[2].ids, ElementsAre(5, 6, 7));
    EXPECT_THAT(dataset->samples[3].ids, ElementsAre(5, 6, 1));
    EXPECT_EQ(dataset->info.truncated, 3u);
    EXPECT_EQ(dataset->info.longest, 3);
}

TEST_F(DatasetTest, IsIdentifiedByTheDigestOfTheWholeFile)
{
    const std::string content = "\xef\xbb\xbf{\"input_ids\":[3]}\r\n{\"input_ids\":[4]}\n";
    Sha256 hash;
    hash.update(content);
    const std::string expected = hash.hex();
    EXPECT_EQ(load("d.jsonl", content)->info.identity, expected);
    m_options.limit = 1;
    const auto limited = load("d.jsonl", content);
    EXPECT_EQ(limited->samples.size(), 1u);
    EXPECT_EQ(limited->info.identity, expected) << "a limit changes the samples, not the file";
}

TEST_F(DatasetTest, StopsAtTheLimitBeforeALaterWrongRow)
{
    m_options.limit = 2;
    const auto dataset = load("d.jsonl", "{\"input_ids\":[3]}\n{\"input_ids\":[4]}\nbroken\n");
    ASSERT_TRUE(dataset) << dataset.error().message;
    EXPECT_EQ(dataset->samples.size(), 2u);
}

TEST_F(DatasetTest, NeedsNoTokenizerForIds)
{
    m_traits.tokenizer = nullptr;
    EXPECT_TRUE(load("d.jsonl", "{\"input_ids\":[3]}\n"));
}

TEST_F(DatasetTest, ReadsLinesThatSpanManyBlocks)
{
    std::string content = "{\"text\":\"short\"}\n{\"text\":\"" + std::string(1'000'000, 'x') + "\"}\n";
    for (int i = 0; i < 20'000; ++i)
        content += "{\"input_ids\":[" + std::to_string(i % 100) + "]}\n";
    const auto dataset = load("d.jsonl", content);
    ASSERT_TRUE(dataset) << dataset.error().message;
    ASSERT_EQ(dataset->samples.size(), 20'002u);
    for (std::size_t i = 0; i < 20'000; ++i)
        ASSERT_EQ(dataset->samples[i + 2].ids[0], static_cast<int>(i % 100));
}

TEST_F(DatasetTest, ReportsProgressUpToTheSizeOfTheFile)
{
    std::vector<Progress> reports;
    m_progress = [&](const Progress& progress) { reports.push_back(progress); };
    const std::string content = "the film\n";
    ASSERT_TRUE(load("d.txt", content));
    ASSERT_FALSE(reports.empty());
    EXPECT_EQ(reports.back().done, content.size());
    EXPECT_EQ(reports.back().total, content.size());
    EXPECT_FALSE(reports.back().stage.empty());
}

TEST_F(DatasetTest, CanBeStopped)
{
    m_stop.request_stop();
    const auto dataset = load("d.txt", "the film\n");
    ASSERT_FALSE(dataset);
    EXPECT_EQ(dataset.error().kind, ErrorKind::cancelled);
}

} // namespace

} // namespace sida::dataset
