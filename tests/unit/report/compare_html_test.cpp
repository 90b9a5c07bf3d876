// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/compare_html.h"

#include "engine/report/chart_scale.h"
#include "tests/gui/support/scripted_recording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sida::report
{
namespace
{

using ::testing::HasSubstr;
using ::testing::Not;

std::shared_ptr<const api::Recording> recording(int slots, std::uint64_t seed = 7)
{
    test::RecordingScript script;
    script.cacheSlots = slots;
    script.budgetChangeAt = -1;
    script.seed = seed;
    return test::scriptedRecording(script);
}

std::string pageOf(const std::vector<api::NamedRecording>& runs)
{
    return compareHtml(runs).value();
}

TEST(ComparisonPage, SaysSettingsThatDifferBeforeTheFigures)
{
    const auto a = recording(24);
    api::Recording b = *recording(96);
    b.header.provenance.emplace_back("budget", "70%");
    const std::string html = pageOf({{"folder/a.sida", a.get()}, {"folder/b.sida", &b}});
    EXPECT_THAT(html, HasSubstr("a.sida and b.sida compared"));
    EXPECT_THAT(html, HasSubstr("<th scope=\"row\">budget</th>"));
    EXPECT_LT(html.find("Settings that differ"), html.find("<h2>Figures"));
    EXPECT_THAT(html, HasSubstr("samples per second"));
}

TEST(ComparisonPage, TellsBetterAndWorseInWordsWithASign)
{
    const auto a = recording(24);
    const auto b = recording(96);
    const std::string html = pageOf({{"a.sida", a.get()}, {"b.sida", b.get()}});
    EXPECT_THAT(html, testing::ContainsRegex("\\+[0-9.]+ %, better"));
    EXPECT_THAT(html, HasSubstr("% faster than A"));
    const std::string turned = pageOf({{"b.sida", b.get()}, {"a.sida", a.get()}});
    EXPECT_THAT(turned, testing::ContainsRegex("-[0-9.]+ %, worse"));
    EXPECT_THAT(turned, HasSubstr("% slower than A"));
}

TEST(ComparisonPage, ShowsWhichExpertsGotMoreWithADivergingScale)
{
    const auto a = recording(48, 7);
    const auto b = recording(48, 8);
    const std::string html = pageOf({{"a.sida", a.get()}, {"b.sida", b.get()}});
    EXPECT_THAT(html, HasSubstr("Experts, B less A"));
    EXPECT_THAT(html, HasSubstr(diverging(1)));
    const std::string same = pageOf({{"a.sida", a.get()}, {"a.sida", a.get()}});
    EXPECT_THAT(same, HasSubstr("Every expert got the same share of the tokens."));
}

TEST(ComparisonPage, TakesMoreThanTwoRuns)
{
    const auto a = recording(24);
    const auto b = recording(48);
    const auto c = recording(96);
    const std::string html = pageOf({{"a.sida", a.get()}, {"b.sida", b.get()}, {"c.sida", c.get()}});
    EXPECT_THAT(html, HasSubstr("C against A"));
    EXPECT_THAT(html, HasSubstr("class=\"run-c\""));
}

TEST(ComparisonPage, TextFromOutsideCannotBecomeMarkup)
{
    api::Recording a = *recording(24);
    a.header.provenance.emplace_back("budget", "<script>1</script>");
    const auto b = recording(24);
    const std::string html = pageOf({{"<img>.sida", &a}, {"b.sida", b.get()}});
    EXPECT_THAT(html, Not(HasSubstr("<script")));
    EXPECT_THAT(html, Not(HasSubstr("<img")));
}

TEST(ComparisonPage, ARunByItselfIsRefused)
{
    const auto a = recording(24);
    const api::NamedRecording runs[] = {{"a.sida", a.get()}};
    EXPECT_FALSE(compareHtml(runs));
}

TEST(DivergingScale, IsPaleInTheMiddleAndDarkAtItsEnds)
{
    EXPECT_EQ(diverging(0), "#f4f4f4");
    EXPECT_EQ(diverging(-2), diverging(-1));
    EXPECT_NE(diverging(1), diverging(-1));
}

} // namespace
} // namespace sida::report
