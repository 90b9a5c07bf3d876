// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Files as GLUE, SuperGLUE and the Hugging Face hub have them.
#include "engine/dataset/batch_stream.h"
#include "tests/unit/dataset/dataset_fixture.h"

#include <gmock/gmock.h>

namespace sida::dataset
{

namespace
{

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class BenchmarkFiles : public DatasetTest
{
protected:
    Dataset loaded(const std::string& name, std::string_view content)
    {
        auto dataset = load(name, content);
        EXPECT_TRUE(dataset) << dataset.error().message;
        return dataset ? std::move(*dataset) : Dataset();
    }
    static std::vector<std::int32_t> pair(std::string_view first, std::string_view second)
    {
        return s_tokenizer->encode(first, second, 512).ids;
    }
};

TEST_F(BenchmarkFiles, MrpcAsMicrosoftAndGlueShipIt)
{
    const std::string rows = "1\t702876\t702977\tThe \"film\" is long .\tIt is a long film .\r\n"
                             "0\t2108705\t2108831\tThe plot is thin .\tThe cast is old .\r\n";
    for (const char* name : {"msr_paraphrase_train.txt", "dev.tsv"}) {
        const Dataset data
            = loaded(name, "\xef\xbb\xbfQuality\t#1 ID\t#2 ID\t#1 String\t#2 String\r\n" + rows);
        EXPECT_EQ(data.info.task, api::Task::mrpc);
        ASSERT_EQ(data.samples.size(), 2u);
        EXPECT_TRUE(data.info.labelled);
        EXPECT_EQ(data.samples[0].ids, pair("The \"film\" is long .", "It is a long film ."));
        EXPECT_EQ(data.samples[0].label, 1);
        EXPECT_EQ(data.samples[1].label, 0);
    }
    const Dataset test
        = loaded("test.tsv", "index\t#1 ID\t#2 ID\t#1 String\t#2 String\n0\t1\t2\tThe film\tThe plot\n");
    EXPECT_EQ(test.info.task, api::Task::mrpc);
    EXPECT_FALSE(test.info.labelled);
    EXPECT_EQ(test.samples[0].label, -1);
}

TEST_F(BenchmarkFiles, RteAsGlueShipsIt)
{
    const std::string rows
        = "index\tsentence1\tsentence2\tlabel\n0\tThe film is long.\tIt is a film.\tentailment\n"
          "1\tThe plot is thin.\tThe cast is old.\tnot_entailment\n";
    for (const auto task : {std::optional<api::Task>(), std::optional(api::Task::rte)}) {
        m_options.task = task;
        const Dataset data = loaded("dev.tsv", rows);
        ASSERT_EQ(data.samples.size(), 2u);
        EXPECT_EQ(data.samples[0].ids, pair("The film is long.", "It is a film."));
        EXPECT_EQ(data.samples[0].label, 0);
        EXPECT_EQ(data.samples[1].label, 1);
    }
}

TEST_F(BenchmarkFiles, RteAsSuperGlueShipsIt)
{
    const Dataset data = loaded(
        "val.jsonl",
        R"({"premise": "The film is long.", "hypothesis": "It is a film.", "label": "entailment", "idx": 0})"
        "\n"
        R"({"premise": "The plot is thin.", "hypothesis": "The cast is old.", "label": "not_entailment", "idx": 1})"
        "\n");
    EXPECT_EQ(data.info.task, api::Task::rte);
    ASSERT_EQ(data.samples.size(), 2u);
    EXPECT_EQ(data.samples[1].ids, pair("The plot is thin.", "The cast is old."));
    EXPECT_EQ(data.samples[0].label, 0);
    EXPECT_EQ(data.samples[1].label, 1);
    EXPECT_FALSE(loaded("test.jsonl", R"({"premise": "a", "hypothesis": "b", "idx": 0})").info.labelled);
}

const std::string kPassages
    = R"({"idx": 0, "passage": {"text": "The film is long.", "questions": [{"idx": 0, "question": "What is long?", )"
      R"("answers": [{"idx": 0, "text": "The film", "label": 1}, {"idx": 1, "text": "The plot", "label": 0}]}, )"
      R"({"idx": 1, "question": "Why?", "answers": []}, )"
      R"({"idx": 2, "question": "Who?", "answers": [{"idx": 2, "text": "Nobody", "label": 0}]}]}})"
      "\n"
      R"({"idx": 1, "passage": {"text": "A bus.", "questions": [{"idx": 3, "question": "What?", )"
      R"("answers": [{"idx": 3, "text": "A bus", "label": 1}]}]}})"
      "\n";

TEST_F(BenchmarkFiles, MultircAsSuperGlueShipsItHasASampleForEachAnswer)
{
    const Dataset data = loaded("val.jsonl", kPassages);
    EXPECT_EQ(data.info.task, api::Task::multirc);
    ASSERT_EQ(data.samples.size(), 4u);
    EXPECT_EQ(data.samples[0].ids, pair("The film is long.", "What is long? The film"));
    EXPECT_EQ(data.samples[1].ids, pair("The film is long.", "What is long? The plot"));
    EXPECT_EQ(data.samples[2].ids, pair("The film is long.", "Who? Nobody"));
    EXPECT_EQ(data.samples[3].ids, pair("A bus.", "What? A bus"));
    std::vector<int> labels;
    for (const Sample& sample : data.samples)
        labels.push_back(sample.label);
    EXPECT_THAT(labels, ElementsAre(1, 0, 0, 1));
    m_options.limit = 2;
    EXPECT_EQ(loaded("val.jsonl", kPassages).samples.size(), 2u) << "a limit counts answers";
}

TEST_F(BenchmarkFiles, MultircAsTheHubHasIt)
{
    const Dataset rows
        = loaded("d.csv", "paragraph,question,answer,label\nThe film is long.,What is long?,The film,1\n");
    EXPECT_EQ(rows.info.task, api::Task::multirc);
    EXPECT_EQ(rows.samples[0].ids, pair("The film is long.", "What is long? The film"));
    const Dataset lines = loaded(
        "d.jsonl",
        R"({"paragraph":"The film is long.","question":"What is long?","answer":"The film","label":1,"idx":{"paragraph":0}})");
    EXPECT_EQ(lines.info.task, api::Task::multirc);
    EXPECT_EQ(lines.samples[0].ids, rows.samples[0].ids);
}

TEST_F(BenchmarkFiles, AWrongAnswerOfMultircIsNamedByItsPlace)
{
    const auto with = [&](const std::string& from, const std::string& to) {
        std::string content = kPassages;
        content.replace(content.find(from), from.size(), to);
        return refusal("val.jsonl", content);
    };
    EXPECT_THAT(
        with("\"label\": 0}]}, ", "\"label\": \"maybe\"}]}, "),
        HasSubstr(
            "line 1, passage.questions[0].answers[1].label: expected an integer or 'False' or 'True', found "
            "'maybe'"));
    EXPECT_THAT(
        with("\"label\": 0}]}]}", "\"label\": 7}]}]}"),
        HasSubstr("line 1, passage.questions[2].answers[0].label: expected a label from 0 to 1"));
    EXPECT_THAT(
        with("\"text\": \"A bus\"", "\"text\": 5"),
        HasSubstr("line 2, passage.questions[0].answers[0].text: expected a string, found 5"));
    EXPECT_THAT(
        with("\"answers\": []", "\"answer\": []"),
        HasSubstr("line 1, passage.questions[1].answers: expected an array, found nothing"));
    EXPECT_THAT(
        with("\"question\": \"What?\"", "\"question\": null"),
        HasSubstr("line 2, passage.questions[0].question: expected a string, found null"));
    EXPECT_THAT(
        with("\"text\": \"A bus.\", ", ""),
        HasSubstr("line 2, passage.text: expected a string, found nothing"));
    EXPECT_THAT(
        refusal("val.jsonl", R"({"passage": []})"),
        HasSubstr("line 1, passage: expected an object, found an array"));
}

TEST_F(BenchmarkFiles, ATaskOfPairsNeedsPairs)
{
    for (const api::Task task : {api::Task::mrpc, api::Task::rte, api::Task::multirc}) {
        m_options.task = task;
        EXPECT_THAT(
            refusal("d.tsv", "sentence\tlabel\nthe film\t1\n"),
            AllOf(HasSubstr("line 2"), HasSubstr("needs pairs of sentences")));
    }
    m_options.task = api::Task::mrpc;
    EXPECT_EQ(loaded("d.csv", "sentence1,sentence2,label\na,b,equivalent\n").samples[0].label, 1);
    EXPECT_EQ(loaded("d.jsonl", R"({"input_ids":[5,1],"label":1})").samples[0].label, 1);
}

TEST_F(BenchmarkFiles, LabelsMayBeTheNamesThatTheModelHas)
{
    m_traits.labels = 3;
    m_traits.labelNames = {"contradiction", "neutral", "entailment"};
    const Dataset data = loaded("d.csv", "text,label\na,neutral\nb,Entailment\nc,0\nd,-1\n");
    std::vector<int> labels;
    for (const Sample& sample : data.samples)
        labels.push_back(sample.label);
    EXPECT_THAT(labels, ElementsAre(1, 2, 0, -1));
    EXPECT_THAT(
        refusal("d.csv", "text,label\na,happy\n"),
        HasSubstr(
            "line 2, column label: expected an integer or 'contradiction' or 'neutral' or 'entailment', "
            "found 'happy'"));
    m_traits.labels = 2;
    m_traits.labelNames = {"not_entailment", "entailment"};
    EXPECT_EQ(loaded("d.csv", "text,label\na,entailment\n").samples[0].label, 1)
        << "the model's names win over the benchmark's";
}

class TargetFiles : public BenchmarkFiles
{
protected:
    TargetFiles()
    {
        m_traits.labels = 0;
        m_traits.generates = true;
    }
};

TEST_F(TargetFiles, SourceAndTargetAreForGeneration)
{
    for (const auto& [name, content] :
         {std::pair("d.csv", "source,target\nthe film,the plot\n"),
          std::pair("d.tsv", "target\tsource\nthe plot\tthe film\n"),
          std::pair("d.jsonl", "{\"source\":\"the film\",\"target\":\"the plot\"}\n"),
          std::pair("e.jsonl", "{\"text\":\"the film\",\"target\":\"the plot\"}\n")}) {
        const Dataset data = loaded(name, content);
        EXPECT_EQ(data.info.task, api::Task::seq2seq) << name;
        EXPECT_TRUE(data.info.labelled);
        EXPECT_EQ(data.samples[0].ids, ids("the film"));
        EXPECT_EQ(data.samples[0].target, ids("the plot"));
        EXPECT_EQ(data.info.longestTarget, static_cast<int>(ids("the plot").size()));
    }
}

TEST_F(TargetFiles, GenerationDoesWithoutTargetsAndScoringDoesNot)
{
    m_options.task = api::Task::seq2seq;
    const Dataset data = loaded("d.txt", "the film\n");
    EXPECT_FALSE(data.info.labelled);
    EXPECT_TRUE(data.samples[0].target.empty());
    m_options.task = api::Task::score;
    EXPECT_THAT(
        refusal("d.jsonl", "{\"source\":\"a\",\"target\":\"b\"}\n{\"source\":\"a\",\"target\":null}\n"),
        AllOf(HasSubstr("line 2: task score needs a target"), HasSubstr("labels in JSON Lines")));
}

TEST_F(TargetFiles, TargetsMayBeIds)
{
    m_options.task = api::Task::score;
    const Dataset data = loaded("d.jsonl", R"({"input_ids":[5,6,1],"labels":[7,-100,8,1]})");
    EXPECT_THAT(data.samples[0].target, ElementsAre(7, kNotScored, 8, 1));
    BatchStream stream(data, 2);
    const auto batch = stream.next();
    ASSERT_TRUE(batch && *batch);
    EXPECT_THAT((*batch)->targets, ElementsAre(ElementsAre(7, kNotScored, 8, 1)));
    EXPECT_THAT(
        refusal("d.jsonl", R"({"input_ids":[5],"labels":[-1]})"),
        HasSubstr("line 1, labels[0]: expected an id from 0 to 395, the model's vocabulary, or -100 for a "
                  "position that is not scored, found -1"));
    EXPECT_THAT(
        refusal("d.jsonl", R"({"input_ids":[5],"labels":[]})"),
        HasSubstr("labels: expected at least one id"));
    EXPECT_THAT(
        refusal("d.jsonl", R"({"input_ids":[5],"labels":1})"), HasSubstr("labels: expected an array"));
    EXPECT_THAT(
        refusal("d.jsonl", R"({"input_ids":[-100],"labels":[1]})"),
        HasSubstr("input_ids[0]: expected an id"));
}

TEST_F(TargetFiles, TasksNeedADecoder)
{
    m_traits.generates = false;
    EXPECT_EQ(loaded("d.csv", "source,target\na,b\n").info.task, api::Task::text);
    for (const api::Task task : {api::Task::seq2seq, api::Task::score}) {
        m_options.task = task;
        EXPECT_THAT(
            refusal("d.csv", "source,target\na,b\n"),
            HasSubstr("needs a model with a decoder and a language-model head"));
    }
}

TEST_F(BenchmarkFiles, ATsvWithAQuotedHeaderIsReadWithQuotes)
{
    const Dataset data = loaded("d.tsv", "\"text\"\t\"label\"\n\"a \"\"long\"\" film\"\t1\n");
    EXPECT_EQ(data.samples[0].ids, ids("a \"long\" film"));
    EXPECT_EQ(loaded("e.tsv", "text\tlabel\n\"a\" film\t1\n").samples[0].ids, ids("\"a\" film"))
        << "GLUE's files have no quoting";
}

} // namespace

} // namespace sida::dataset
