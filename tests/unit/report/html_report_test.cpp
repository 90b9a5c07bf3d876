// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/report.h"

#include "engine/api/figures.h"
#include "engine/base/units.h"
#include "tests/gui/support/scripted_recording.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <regex>

namespace sida::report
{

namespace
{

using ::testing::HasSubstr;
using ::testing::Not;

std::string page(const api::Recording& recording, const std::string& name = "run.sida")
{
    return toHtml(recording, name);
}

/// Checks that tags are closed in the order in which they were opened, as strict readers want it.
std::string firstUnbalancedTag(const std::string& html)
{
    static const std::regex tag("<(/?)([a-zA-Z][a-zA-Z0-9]*)[^>]*?(/?)>");
    std::vector<std::string> open;
    for (std::sregex_iterator at(html.begin(), html.end(), tag), end; at != end; ++at) {
        const std::string name = (*at)[2];
        if ((*at)[3].length() > 0 || name == "meta")
            continue;
        if ((*at)[1].length() == 0)
            open.push_back(name);
        else if (open.empty() || open.back() != name)
            return "</" + name + "> at " + std::to_string(at->position());
        else
            open.pop_back();
    }
    return open.empty() ? "" : "<" + open.back() + ">";
}

TEST(HtmlReport, IsOneWholeFileThatNeedsNothingElse)
{
    const std::string html = page(*test::scriptedRecording());
    EXPECT_EQ(firstUnbalancedTag(html), "");
    for (const char* outside : {"http://", "https://", "<script", "<link", "<img", "@import", "src="})
        EXPECT_THAT(html, Not(HasSubstr(outside)));
    EXPECT_THAT(html, HasSubstr("prefers-color-scheme: dark"));
    EXPECT_THAT(html, HasSubstr("@media print"));
}

TEST(HtmlReport, ShowsTheBudgetCurveWhereTheRunWasReplayedAndSaysThatItIsSimulated)
{
    const auto recording = test::scriptedRecording();
    api::ReplayResult replay;
    replay.residentBytes = 1000;
    replay.recorded.budgetBytes = 500;
    replay.recorded.samplesPerSecond = 90;
    api::ReplayCurve curve;
    curve.configuration = {api::Policy::sida, api::Eviction::lookahead, false};
    for (const double share : {0.1, 0.5, 1.0}) {
        api::ReplayPoint point;
        point.budgetBytes = static_cast<std::uint64_t>(1000 * share);
        point.samplesPerSecond = share < 0.5 ? 40 : 100;
        curve.points.push_back(point);
    }
    curve.knee = 1;
    replay.curves.push_back(curve);
    const std::string html = toHtml(*recording, "run.sida", &replay);
    EXPECT_EQ(firstUnbalancedTag(html), "");
    EXPECT_THAT(html, HasSubstr("What other budgets would give"));
    EXPECT_THAT(html, HasSubstr("simulated from this run&#39;s uses"));
    EXPECT_THAT(html, HasSubstr("With sida lookahead the bend is at 500 B: 100 % of the throughput"));
    EXPECT_THAT(page(*recording), Not(HasSubstr("What other budgets would give")));
}

TEST(HtmlReport, TextFromOutsideCannotBecomeMarkup)
{
    const std::string evil = "<script>alert('x')</script>\"><img src=x onerror=y>&";
    api::Recording recording = *test::scriptedRecording();
    api::RunHeader& header = recording.header;
    header.modelName = header.datasetName = header.predictorName = header.metricName = evil;
    header.moeLayers.assign(header.moeLayers.size(), evil);
    header.provenance = {{evil, evil}};
    recording.state = api::RecordingState::failed;
    recording.failure = evil;
    recording.notes = {{recording.rows.batches.front().begin, evil}};
    const std::string html = page(recording, evil);
    EXPECT_THAT(html, Not(HasSubstr("<script")));
    EXPECT_THAT(html, Not(HasSubstr("<img")));
    EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"));
    EXPECT_EQ(firstUnbalancedTag(html), "");
}

TEST(HtmlReport, NotesStandWithTheirMomentAndItsBatch)
{
    api::Recording recording = *test::scriptedRecording();
    EXPECT_THAT(page(recording), Not(HasSubstr("<h2>Notes")));
    const api::BatchRow& batch = recording.rows.batches[17];
    recording.notes = {{batch.begin, "the budget was too small here"}, {batch.begin + 1, ""}};
    const double seconds = static_cast<double>(batch.begin - recording.rows.batches.front().begin) / 1e9;
    std::string html = page(recording);
    EXPECT_THAT(
        html,
        HasSubstr(fmt::format("<dt>{:.3f} s, batch 17</dt><dd>the budget was too small here</dd>", seconds)));
    EXPECT_THAT(html, HasSubstr("<dd>bookmark</dd>"));
    EXPECT_EQ(firstUnbalancedTag(html), "");
    std::string longest(1999, 'x');
    recording.notes.assign(250, {batch.begin, longest + "\u00e4\u00e4"});
    html = page(recording);
    EXPECT_THAT(html, HasSubstr("<dt>50 more</dt>"));
    EXPECT_THAT(html, HasSubstr(longest + " [...]"));
}

TEST(HtmlReport, BytesThatAreNoTextAreReplaced)
{
    api::Recording recording = *test::scriptedRecording();
    recording.header.modelName = std::string("a\xFF\xC3(\x01\xED\xA0\x80 b");
    const std::string html = page(recording);
    EXPECT_EQ(html.find('\xFF'), std::string::npos);
    EXPECT_EQ(html.find('\x01'), std::string::npos);
    EXPECT_THAT(html, HasSubstr("<h1>a\xEF\xBF\xBD\xEF\xBF\xBD(\xEF\xBF\xBD"));
}

TEST(HtmlReport, TheVerdictIsFormedFromTheFigures)
{
    const auto recording = test::scriptedRecording();
    const api::Figures figures = api::computeFigures(*recording);
    const std::string html = page(*recording);
    EXPECT_THAT(
        html,
        HasSubstr("The run kept " + units::formatNumber(figures.samplesPerSecond) + " samples/s with "));
    EXPECT_THAT(html, HasSubstr("It waited for experts "));

    api::Recording calm = *recording;
    calm.rows.stalls.clear();
    EXPECT_THAT(page(calm), HasSubstr("It never waited for experts."));
    calm.header.routing = api::Routing::predicted;
    EXPECT_THAT(page(calm), HasSubstr("its outputs may differ"));
}

TEST(HtmlReport, ABudgetThatWasBrokenIsSaid)
{
    api::Recording recording = *test::scriptedRecording();
    EXPECT_THAT(page(recording), HasSubstr(", never above"));
    api::MemoryRow& last = recording.rows.memory.back();
    last.bytes[static_cast<std::size_t>(api::Purpose::staging)] += last.budget + 3 * units::kMiB;
    EXPECT_THAT(page(recording), Not(HasSubstr(", never above")));
}

TEST(HtmlReport, BudgetChangesAreMarkedInTheChartsOverTime)
{
    test::RecordingScript script;
    script.refusedChange = true;
    const std::string html = page(*test::scriptedRecording(script));
    EXPECT_THAT(html, HasSubstr(" refused</text>"));
    EXPECT_THAT(html, HasSubstr("under a changing budget</h1>"));
    script.budgetChangeAt = -1;
    script.refusedChange = false;
    EXPECT_THAT(page(*test::scriptedRecording(script)), Not(HasSubstr(" refused</text>")));
}

TEST(HtmlReport, WhatMakesTheFiguresDoubtfulIsSaidFirst)
{
    api::Recording recording = *test::scriptedRecording();
    EXPECT_THAT(page(recording), Not(HasSubstr("class=\"caution\"")));
    recording.state = api::RecordingState::recovered;
    recording.rows.droppedEvents = 12;
    EXPECT_THAT(page(recording), HasSubstr("Recovered: the program ended before it closed the session"));
    EXPECT_THAT(page(recording), HasSubstr("12 events were lost while recording"));
    recording.state = api::RecordingState::stopped;
    EXPECT_THAT(page(recording), HasSubstr("Stopped by the user after 40 of 40 batches"));
}

TEST(HtmlReport, AFigureMeasuredOnTheCpuIsLabelledSo)
{
    api::Recording recording = *test::scriptedRecording();
    EXPECT_THAT(page(recording), HasSubstr("Measured on the CPU"));
    recording.header.device = api::DeviceKind::cuda;
    EXPECT_THAT(page(recording), Not(HasSubstr("Measured on the CPU")));
}

TEST(HtmlReport, AnExpertThatWasNeverUsedHasAColourOfItsOwn)
{
    api::Recording recording = *test::scriptedRecording();
    recording.header.expertsPerLayer = {2, 2, 2};
    recording.rows.uses.clear();
    api::UseRow use;
    use.key = {1, 1};
    use.routed = 5;
    recording.rows.uses.push_back(use);
    const std::string html = page(recording);
    EXPECT_THAT(html, HasSubstr("encoder block 3, expert 1: 5 tokens"));
    EXPECT_THAT(html, HasSubstr("5 of 6 experts (83.3 %) got no token."));
}

TEST(HtmlReport, ARecordingWithoutABatchStillMakesAPage)
{
    const std::string html = page(api::Recording());
    EXPECT_EQ(firstUnbalancedTag(html), "");
    EXPECT_THAT(html, HasSubstr("no finished batch"));
    EXPECT_FALSE(std::regex_search(html, std::regex("[^a-z]-?nan[^a-z]")));
}

TEST(HtmlReport, ALongRunOfALargeModelStaysBelowTwoMegabytes)
{
    test::RecordingScript script;
    script.layers = 24;
    script.experts = 256;
    script.batches = 1500;
    script.budgetChangeAt = -1;
    EXPECT_LT(page(*test::scriptedRecording(script)).size(), 2'000'000U);
}

} // namespace

} // namespace sida::report
