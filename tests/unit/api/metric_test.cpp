// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/figures.h"
#include "engine/api/metric.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

namespace sida::api
{

namespace
{

struct Answer {
    std::int32_t label;
    std::int32_t prediction;
};

std::optional<double> metricOf(std::string_view name, const std::vector<Answer>& answers)
{
    MetricAccumulator metric(name);
    for (const Answer& answer : answers)
        metric.addAnswer(answer.label, answer.prediction);
    return metric.value();
}

TEST(Metric, OfEachTaskIsTheOneItIsJudgedByUpstream)
{
    EXPECT_EQ(metricName(Task::sst2), "accuracy");
    EXPECT_EQ(metricName(Task::rte), "accuracy");
    EXPECT_EQ(metricName(Task::classify), "accuracy");
    EXPECT_EQ(metricName(Task::mrpc), "f1");
    EXPECT_EQ(metricName(Task::multirc), "f1a");
    EXPECT_EQ(metricName(Task::seq2seq), "exact_match");
    EXPECT_EQ(metricName(Task::score), "perplexity");
    EXPECT_EQ(metricName(Task::text), "");
}

TEST(Metric, AccuracyAndExactMatchAreTheShareOfRightAnswers)
{
    EXPECT_EQ(metricOf("accuracy", {{0, 0}, {2, 2}, {1, 0}, {0, 1}}), 0.5);
    EXPECT_EQ(metricOf("exact_match", {{1, 1}, {1, 0}, {1, 0}, {1, 0}}), 0.25);
}

TEST(Metric, F1IsTheHarmonicMeanOfPrecisionAndRecallOfLabelOne)
{
    // 2 of 3 predicted are right, 2 of 4 were found: precision 2/3, recall 1/2.
    const std::vector<Answer> answers = {{1, 1}, {1, 1}, {1, 0}, {1, 0}, {0, 1}, {0, 0}, {0, 0}};
    EXPECT_DOUBLE_EQ(*metricOf("f1", answers), 2 * (2.0 / 3) * 0.5 / (2.0 / 3 + 0.5));
    EXPECT_EQ(metricOf("f1a", answers), metricOf("f1", answers)) << "over all answers of all questions";
    EXPECT_EQ(metricOf("f1", {{0, 0}, {0, 0}}), 0) << "as upstream has it when there is no label 1";
    EXPECT_EQ(metricOf("f1", {{1, 1}}), 1);
}

TEST(Metric, PerplexityIsOfAllTokensTogether)
{
    MetricAccumulator metric("perplexity");
    metric.addLoss(6, 2);
    metric.addLoss(1, 5);
    metric.addLoss(100, 0);
    EXPECT_DOUBLE_EQ(*metric.value(), std::exp(1.0));
    EXPECT_EQ(metric.counted(), 7u);
}

TEST(Metric, IsNoneWithoutAnythingToJudge)
{
    for (const char* name : {"accuracy", "f1", "f1a", "perplexity", "exact_match"}) {
        EXPECT_EQ(metricOf(name, {}), std::nullopt);
        EXPECT_EQ(metricOf(name, {{-1, 1}, {1, -1}}), std::nullopt) << "a test split";
    }
}

TEST(Metric, OfARunIsTheOneOfItsTask)
{
    Recording recording;
    recording.rows.samples = {{0, 0, 3, 1, 1, 1}, {1, 0, 3, 1, 0, 1}, {2, 1, 3, 0, 0, 0}, {3, 1, 3, 0, 0, 1}};
    recording.header.metricName = "accuracy";
    EXPECT_EQ(computeFigures(recording).metric, 0.75);
    recording.header.metricName = "f1";
    const Figures figures = computeFigures(recording);
    EXPECT_DOUBLE_EQ(*figures.metric, 2.0 / 3);
    EXPECT_DOUBLE_EQ(*figures.referenceMetric, 0.8);
    EXPECT_DOUBLE_EQ(*figures.fidelity, 2.0 / 3 / 0.8);
    EXPECT_DOUBLE_EQ(*figures.equalOutputs, 0.5);

    recording.rows.samples = {{0, 0, 3, -1, -1, -1, 2, 6}, {1, 0, 3, -1, -1, -1, 5, 1}};
    recording.header.metricName = "perplexity";
    EXPECT_DOUBLE_EQ(*computeFigures(recording).metric, std::exp(1.0));
}

} // namespace

} // namespace sida::api
