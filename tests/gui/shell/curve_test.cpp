// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/shell/window_under_test.h"
#include "ui/budget/budget_curve.h"
#include "ui/budget/budget_panel.h"
#include "ui/budget/budget_slider.h"
#include "ui/shell/workbench.h"
#include "ui/theme/theme_manager.h"

#include <QImage>
#include <QTest>
#include <gmock/gmock.h>

namespace sida::gui_test
{

namespace
{

class CurveTest : public testing::Test
{
protected:
    void openSession(const QString& name = QStringLiteral("a.sida"))
    {
        m_test.studio().openSession(m_test.file(name, api::PathKind::session));
        m_test.until([&] { return m_test.studio().sessionPath().endsWith(name); });
    }
    ui::BudgetPanel& panel() { return *m_test.window().workbench().budgetPanel(); }
    const ui::BudgetCurve& curve() { return panel().curve(); }
    bool untilDrawn()
    {
        return m_test.until([this] { return curve().hasCurve(); });
    }
    const std::vector<api::ReplayPoint>& points() { return m_test.script().replay.curves.front().points; }

    WindowUnderTest m_test;
};

} // namespace

TEST_F(CurveTest, AnOpenedSessionIsReplayedAndItsCurveStandsUnderTheSlider)
{
    openSession();
    ASSERT_TRUE(untilDrawn());
    EXPECT_TRUE(curve().isVisible());
    for (const api::ReplayPoint& point : points())
        EXPECT_EQ(
            curve().positionOf(point.budgetBytes),
            panel().findChild<ui::BudgetSlider*>()->positionOf(point.budgetBytes));
    EXPECT_EQ(
        curve().textAt(points()[5].budgetBytes),
        QStringLiteral("hit rate 85.0 %, ")
            + curve().textAt(points()[5].budgetBytes).section(QStringLiteral(", "), 1));
}

TEST_F(CurveTest, BetweenTwoReplayedBudgetsTheFiguresAreInProportion)
{
    openSession();
    ASSERT_TRUE(untilDrawn());
    const std::uint64_t between = (points()[2].budgetBytes + points()[3].budgetBytes) / 2;
    const auto point = curve().at(between);
    ASSERT_TRUE(point);
    EXPECT_NEAR(point->hitRate(), (points()[2].hitRate() + points()[3].hitRate()) / 2, 1e-3);
    EXPECT_NEAR(
        point->samplesPerSecond, (points()[2].samplesPerSecond + points()[3].samplesPerSecond) / 2, 1e-6);
    EXPECT_FALSE(curve().at(points().front().budgetBytes - 1));
}

TEST_F(CurveTest, TheRunsOwnPointIsMarkedAsARing)
{
    openSession();
    ASSERT_TRUE(untilDrawn());
    ui::BudgetCurve large;
    auto result = std::make_shared<api::ReplayResult>(m_test.script().replay);
    result->recorded.budgetBytes = points()[5].budgetBytes;
    result->recorded.uses = 100;
    result->recorded.hits = 30;
    large.setResult(result);
    large.resize(600, large.sizeHint().height());
    const QImage picture = large.grab().toImage();
    const QColor line = ui::ThemeManager::instance().theme().color(ui::Role::hitRateLine);
    const int bottom = picture.height() - 2;
    const int y = bottom - qRound(0.3 * (52 - 6));
    const int x = large.positionOf(result->recorded.budgetBytes);
    // The middle of the ring is empty, its edge has the line's colour; the curve itself runs far above.
    EXPECT_EQ(picture.pixelColor(x, y), ui::ThemeManager::instance().theme().color(ui::Role::base));
    EXPECT_EQ(picture.pixelColor(x - 3, y), line);
}

TEST_F(CurveTest, WithAModelTheTextFollowsTheSlider)
{
    m_test.loadAll();
    openSession();
    ASSERT_TRUE(untilDrawn());
    auto& slider = *panel().findChild<ui::BudgetSlider*>();
    slider.setFocus();
    QTest::keyClick(&slider, Qt::Key_End);
    EXPECT_THAT(panel().curveText().toStdString(), testing::HasSubstr("hit rate 100 %"));
    m_test.studio().nextRun().setBudget(units::Budget::ofBytes(points()[3].budgetBytes));
    ASSERT_TRUE(m_test.until([&] { return panel().shownBytes() == points()[3].budgetBytes; }));
    EXPECT_THAT(panel().curveText().toStdString(), testing::HasSubstr("hit rate 70.6 %"));
}

TEST_F(CurveTest, TheReplayGivesWayToWhatIsAskedAndBeginsAgain)
{
    m_test.script().replayGate.close();
    openSession();
    ASSERT_TRUE(m_test.until([this] { return m_test.script().replays == 1; }));
    EXPECT_THAT(panel().curveText().toStdString(), testing::HasSubstr("Replaying this session"));
    EXPECT_EQ(m_test.studio().activity(), ui::Activity::idle);
    m_test.studio().openModel(m_test.file(QStringLiteral("model"), api::PathKind::model));
    ASSERT_TRUE(m_test.until([this] { return m_test.studio().nextRun().model() != nullptr; }));
    EXPECT_GE(m_test.script().stopsSeen, 1);
    m_test.script().replayGate.open();
    ASSERT_TRUE(untilDrawn());
    EXPECT_GE(m_test.script().replays, 2);
}

TEST_F(CurveTest, ASessionThatWasReplayedIsNotReplayedAgain)
{
    openSession();
    ASSERT_TRUE(untilDrawn());
    openSession(QStringLiteral("b.sida"));
    ASSERT_TRUE(m_test.until([this] { return m_test.script().replays == 2 && curve().hasCurve(); }));
    openSession();
    ASSERT_TRUE(untilDrawn());
    ASSERT_TRUE(m_test.untilIdle());
    EXPECT_EQ(m_test.script().replays, 2);
}

TEST_F(CurveTest, ARunTakesTheCurveAwayAndBringsItsOwn)
{
    m_test.loadAll();
    openSession();
    ASSERT_TRUE(untilDrawn());
    m_test.script().runGate.close();
    m_test.script().runGate.admit(2);
    m_test.studio().start();
    ASSERT_TRUE(m_test.until([this] { return m_test.studio().activity() == ui::Activity::running; }));
    EXPECT_FALSE(curve().hasCurve());
    m_test.script().runGate.open();
    ASSERT_TRUE(untilDrawn());
    EXPECT_EQ(m_test.script().replays, 2);
}

TEST_F(CurveTest, WhatCannotBeReplayedSaysWhy)
{
    m_test.script().replayError = Error{ErrorKind::usage, "no batches were recorded"};
    openSession();
    ASSERT_TRUE(m_test.until([this] {
        return panel().curveText() == QStringLiteral("No curve over budgets: no batches were recorded");
    }));
    EXPECT_FALSE(curve().hasCurve());
    ASSERT_TRUE(m_test.untilIdle());
    EXPECT_EQ(m_test.script().replays, 1);
}

} // namespace sida::gui_test
