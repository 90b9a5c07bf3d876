// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/dataset/dataset_fixture.h"

#include <gmock/gmock.h>

namespace sida::dataset
{

namespace
{

using testing::HasSubstr;

TEST_F(DatasetTest, WithAClassifierHeadClassifies)
{
    EXPECT_EQ(load("d.jsonl", "{\"text\":\"a film\",\"label\":1}\n")->info.task, api::Task::classify);
    EXPECT_EQ(load("d.csv", "text,label\na film,1\n")->info.task, api::Task::classify);
    EXPECT_EQ(load("d.txt", "a film\n")->info.task, api::Task::classify);
}

TEST_F(DatasetTest, WithTwoLabelsAndSst2sColumnsIsSst2)
{
    EXPECT_EQ(load("d.tsv", "sentence\tlabel\na film\t1\n")->info.task, api::Task::sst2);
    EXPECT_EQ(load("t.tsv", "index\tsentence\n0\ta film\n")->info.task, api::Task::sst2);
    EXPECT_EQ(load("o.tsv", "text\tlabel\na film\t1\n")->info.task, api::Task::classify);
    m_traits.labels = 3;
    EXPECT_EQ(load("d.tsv", "sentence\tlabel\na film\t1\n")->info.task, api::Task::classify);
}

TEST_F(DatasetTest, WithoutAClassifierHeadIsText)
{
    m_traits.labels = 0;
    const auto dataset = load("d.tsv", "sentence\tlabel\na film\t77\n");
    ASSERT_TRUE(dataset) << dataset.error().message;
    EXPECT_EQ(dataset->info.task, api::Task::text);
}

TEST_F(DatasetTest, IsWhatTheUserSays)
{
    m_options.task = api::Task::text;
    EXPECT_EQ(load("d.tsv", "sentence\tlabel\na film\t1\n")->info.task, api::Task::text);
    m_options.task = api::Task::classify;
    EXPECT_EQ(load("d.tsv", "sentence\tlabel\na film\t1\n")->info.task, api::Task::classify);
}

TEST_F(DatasetTest, RefusesATaskThatNeedsAHeadTheModelLacks)
{
    m_traits.labels = 0;
    for (const api::Task task : {api::Task::classify, api::Task::sst2}) {
        m_options.task = task;
        EXPECT_THAT(refusal("d.txt", "a film\n"), HasSubstr("needs a model with a classifier head"));
    }
}

TEST_F(DatasetTest, RefusesSst2ForAHeadOfOtherSize)
{
    m_traits.labels = 3;
    m_options.task = api::Task::sst2;
    EXPECT_THAT(refusal("d.txt", "a film\n"), HasSubstr("2 labels, found one with 3"));
}

TEST_F(DatasetTest, LooksLikeOneByItsNameAndFirstLine)
{
    const auto looks = [&](const std::string& name, std::string_view content) {
        return looksLikeDataset(m_folder.file(name, content));
    };
    EXPECT_TRUE(looks("a.tsv", "sentence\tlabel\nx\t1\n"));
    EXPECT_TRUE(looks("a.csv", "label,\"text\"\r\n"));
    EXPECT_TRUE(looks("a.jsonl", "{\"input_ids\":[1]}\n"));
    EXPECT_TRUE(looks("a.txt", "any text"));
    EXPECT_TRUE(looks("no_ending", "\xef\xbb\xbfindex\tsentence\n"));
    EXPECT_FALSE(looks("b.tsv", "id\tvalue\n"));
    EXPECT_FALSE(looks("config.json", "{\n  \"model_type\": \"switch_transformers\"\n}\n"));
    EXPECT_FALSE(looks("spiece.model", "any text"));
    EXPECT_FALSE(looks("b.txt", std::string_view("a\0b", 3)));
    EXPECT_FALSE(looks("empty.txt", ""));
    EXPECT_FALSE(looksLikeDataset(m_folder.path()));
    EXPECT_FALSE(looksLikeDataset(m_folder / "absent.tsv"));
}

} // namespace

} // namespace sida::dataset
