// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/compare.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

namespace sida::api
{

namespace
{

constexpr Nanoseconds kMs = 1'000'000;

/// `passes` of ten batches of one sample each; `milliseconds(pass)` is how long a batch takes.
Recording record(int passes, double (*milliseconds)(int pass), std::int32_t answer = 1)
{
    Recording recording;
    recording.header.metricName = "accuracy";
    recording.header.expertsPerLayer = {2};
    recording.header.moeLayers = {"only"};
    recording.header.residentBytes = 1000;
    recording.header.totalBatches = static_cast<std::uint64_t>(10 * passes);
    recording.header.provenance
        = {{"created", "now"}, {"policy", "sida"}, {"budget", "20 %"}, {"repeat", std::to_string(passes)}};
    Nanoseconds now = 0;
    for (std::uint32_t batch = 0; batch < static_cast<std::uint32_t>(10 * passes); ++batch) {
        const auto length = static_cast<Nanoseconds>(milliseconds(static_cast<int>(batch / 10)) * kMs);
        recording.rows.batches.push_back({batch, now, now + length, 1, 5, -1});
        SampleRow sample;
        sample.index = batch % 10;
        sample.batch = batch;
        sample.tokens = 5;
        sample.label = 1;
        sample.prediction = answer;
        recording.rows.samples.push_back(sample);
        UseRow use;
        use.batch = batch;
        use.key = {0, static_cast<std::uint16_t>(batch % 2)};
        use.routed = 5;
        recording.rows.uses.push_back(use);
        now += length;
    }
    return recording;
}

Comparison compared(const Recording& a, const Recording& b)
{
    const NamedRecording runs[] = {{"a", &a}, {"b", &b}};
    const auto comparison = compare(runs);
    EXPECT_TRUE(comparison);
    return *comparison;
}

const ComparedFigure& figure(const Comparison& comparison, const std::string& key)
{
    const auto found = std::find_if(
        comparison.figures.begin(), comparison.figures.end(),
        [&](const ComparedFigure& candidate) { return candidate.key == key; });
    if (found == comparison.figures.end())
        throw std::runtime_error("no figure " + key);
    return *found;
}

} // namespace

TEST(Compare, SaysWhatIsFasterBySignPercentAndWord)
{
    const Recording slow = record(1, [](int) { return 2.0; });
    const Recording fast = record(1, [](int) { return 1.0; });
    const Comparison comparison = compared(slow, fast);
    const ComparedFigure& rate = figure(comparison, "samples_per_s");
    EXPECT_DOUBLE_EQ(rate.runs[0].value, 500);
    EXPECT_DOUBLE_EQ(rate.runs[1].value, 1000);
    EXPECT_DOUBLE_EQ(rate.runs[1].delta, 500);
    EXPECT_DOUBLE_EQ(rate.runs[1].percent, 100);
    EXPECT_EQ(rate.runs[1].verdict, Verdict::better);
    EXPECT_EQ(figure(comparison, "latency_ms.p50").runs[1].verdict, Verdict::better);
    EXPECT_EQ(figure(compared(fast, slow), "latency_ms.p50").runs[1].verdict, Verdict::worse);
}

TEST(Compare, CallsADifferenceInsideTheSpreadOfThePassesSo)
{
    const Recording a = record(3, [](int pass) { return 1.0 + 0.1 * pass; });
    const Recording b = record(3, [](int pass) { return 1.05 + 0.1 * pass; });
    const Recording c = record(3, [](int pass) { return 2.0 + 0.1 * pass; });
    EXPECT_EQ(figure(compared(a, b), "latency_ms.mean").runs[1].verdict, Verdict::withinSpread);
    EXPECT_EQ(figure(compared(a, c), "latency_ms.mean").runs[1].verdict, Verdict::worse);
    const Comparison comparison = compared(a, b);
    const ComparedFigure& mean = figure(comparison, "latency_ms.mean");
    EXPECT_NEAR(mean.runs[0].least, 1.0, 1e-9);
    EXPECT_NEAR(mean.runs[0].most, 1.2, 1e-9);
}

TEST(Compare, ARunIsTheSameAsItself)
{
    const Recording run = record(2, [](int pass) { return 1.0 + pass; });
    const Comparison comparison = compared(run, run);
    for (const ComparedFigure& figure : comparison.figures)
        EXPECT_EQ(figure.runs[1].verdict, Verdict::same) << figure.key;
    EXPECT_TRUE(comparison.different.empty());
    EXPECT_EQ(comparison.answers[1].samples, 10U);
    EXPECT_EQ(comparison.answers[1].equal, 10U);
}

TEST(Compare, CountsPerSampleWhenTheRunsAreNotEquallyLong)
{
    const Recording one = record(1, [](int) { return 1.0; });
    const Recording three = record(3, [](int) { return 1.0; });
    const Comparison comparison = compared(one, three);
    EXPECT_TRUE(comparison.perSample);
    const ComparedFigure& uses = figure(comparison, "experts.uses");
    EXPECT_TRUE(uses.perSample);
    EXPECT_DOUBLE_EQ(uses.runs[0].value, 1);
    EXPECT_DOUBLE_EQ(uses.runs[1].value, 1);
    EXPECT_EQ(uses.runs[1].verdict, Verdict::same);
    EXPECT_FALSE(comparison.notes.empty());
}

TEST(Compare, ListsTheSettingsThatDifferAndNotTheMomentOfTheRun)
{
    const Recording a = record(1, [](int) { return 1.0; });
    Recording b = a;
    b.header.provenance
        = {{"created", "later"}, {"policy", "on-demand"}, {"budget", "20 %"}, {"repeat", "1"}};
    const Comparison comparison = compared(a, b);
    ASSERT_EQ(comparison.different.size(), 1U);
    EXPECT_EQ(comparison.different[0].key, "policy");
    EXPECT_EQ(comparison.different[0].values, (std::vector<std::string>{"sida", "on-demand"}));
    EXPECT_EQ(comparison.equal.size(), 2U);
}

TEST(Compare, CountsTheSamplesThatGotAnotherAnswer)
{
    const Recording a = record(
        1, [](int) { return 1.0; }, 1);
    const Recording b = record(
        1, [](int) { return 1.0; }, 0);
    const Comparison comparison = compared(a, b);
    EXPECT_EQ(comparison.answers[1].samples, 10U);
    EXPECT_EQ(comparison.answers[1].equal, 0U);
    EXPECT_EQ(figure(comparison, "metric").runs[1].verdict, Verdict::worse);
}

TEST(Compare, SharesOfTheExpertsDifferByWhatTheirLayersRoutedElsewhere)
{
    const Recording a = record(1, [](int) { return 1.0; });
    Recording b = a;
    for (UseRow& use : b.rows.uses)
        use.key.expert = 1;
    const Comparison comparison = compared(a, b);
    ASSERT_EQ(comparison.routedDifference[1].size(), 1U);
    EXPECT_DOUBLE_EQ(comparison.routedDifference[1][0].shares[0], -0.5);
    EXPECT_DOUBLE_EQ(comparison.routedDifference[1][0].shares[1], 0.5);
    Recording other = a;
    other.header.expertsPerLayer = {2, 2};
    EXPECT_TRUE(compared(a, other).routedDifference[1].empty());
}

TEST(Compare, OneRunIsNotEnough)
{
    const Recording run = record(1, [](int) { return 1.0; });
    const NamedRecording runs[] = {{"a", &run}};
    const auto comparison = compare(runs);
    ASSERT_FALSE(comparison);
    EXPECT_EQ(comparison.error().kind, ErrorKind::usage);
}

} // namespace sida::api
