// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/shell/window_under_test.h"
#include "ui/budget/budget_panel.h"
#include "ui/budget/budget_slider.h"
#include "ui/budget/bytes_spin_box.h"
#include "ui/budget/purpose_bar.h"
#include "ui/shell/workbench.h"
#include "ui/theme/theme_manager.h"

#include <QImage>
#include <QTest>
#include <gmock/gmock.h>

namespace sida::gui_test
{

namespace
{

using units::kMiB;

template <typename Widget>
Widget& child(QWidget& parent)
{
    return *parent.findChild<Widget*>();
}

/// A double spin box that is not the one of bytes.
QDoubleSpinBox& shareBox(ui::BudgetPanel& panel)
{
    for (QDoubleSpinBox* box : panel.findChildren<QDoubleSpinBox*>())
        if (!qobject_cast<ui::BytesSpinBox*>(box))
            return *box;
    throw std::logic_error("the panel has no box for the share");
}

void enter(QAbstractSpinBox& box, const QString& text)
{
    box.selectAll();
    QTest::keyClicks(&box, text);
    QTest::keyClick(&box, Qt::Key_Return);
}

class BudgetTest : public testing::Test
{
protected:
    void SetUp() override
    {
        m_test.loadAll();
        m_test.window().showStartPage(false);
    }
    void startRun()
    {
        m_test.script().runGate.close();
        m_test.script().runGate.admit(5);
        m_test.startAndWait();
        m_test.until([this] { return m_test.studio().recording().rows().batches.size() == 5; });
    }
    ui::BudgetPanel& panel() { return *m_test.window().workbench().budgetPanel(); }
    ui::BytesSpinBox& bytesBox() { return child<ui::BytesSpinBox>(panel()); }
    ui::BudgetSlider& slider() { return child<ui::BudgetSlider>(panel()); }
    api::BudgetPlan planFor(std::uint64_t bytes)
    {
        return plannedBudget(m_test.script().model, units::Budget::ofBytes(bytes));
    }

    WindowUnderTest m_test;
};

} // namespace

TEST_F(BudgetTest, BytesShareAndSliderShowOneValue)
{
    enter(bytesBox(), QStringLiteral("1 GiB"));
    const double share = 100.0 * units::kGiB / static_cast<double>(planFor(0).residentBytes);
    EXPECT_NEAR(shareBox(panel()).value(), share, 0.06);
    EXPECT_EQ(panel().shownBytes(), units::kGiB);
    enter(shareBox(panel()), QStringLiteral("50"));
    EXPECT_NEAR(
        static_cast<double>(bytesBox().bytes()), 0.5 * static_cast<double>(planFor(0).residentBytes), 1);
    slider().setFocus();
    QTest::keyClick(&slider(), Qt::Key_End);
    EXPECT_EQ(bytesBox().bytes(), planFor(0).residentBytes);
    EXPECT_DOUBLE_EQ(shareBox(panel()).value(), 100);
}

TEST_F(BudgetTest, AnAmountMayBeWrittenInAnyUnit)
{
    enter(bytesBox(), QStringLiteral("800 MiB"));
    EXPECT_EQ(bytesBox().bytes(), 800 * kMiB);
    enter(bytesBox(), QStringLiteral("700"));
    EXPECT_EQ(bytesBox().bytes(), 700 * kMiB);
    enter(bytesBox(), QStringLiteral("1GB"));
    EXPECT_EQ(bytesBox().bytes(), 1000000000u);
}

TEST_F(BudgetTest, OneStepOfTheSliderIsOneExpertAndOnePageOneInEachLayer)
{
    const std::uint64_t expert = m_test.script().model.expertBytes;
    slider().setFocus();
    QTest::keyClick(&slider(), Qt::Key_Home);
    const std::uint64_t from = panel().shownBytes();
    QTest::keyClick(&slider(), Qt::Key_Right);
    EXPECT_EQ(panel().shownBytes() - from, expert);
    QTest::keyClick(&slider(), Qt::Key_PageUp);
    EXPECT_EQ(panel().shownBytes() - from, 4 * expert);
}

TEST_F(BudgetTest, TheEstimateAgreesWithTheEnginesPlan)
{
    for (const std::uint64_t size : {400, 605, 1024, 1500}) {
        enter(bytesBox(), QStringLiteral("%1 MiB").arg(size));
        const std::uint64_t slots = static_cast<std::uint64_t>(planFor(size * kMiB).slots);
        EXPECT_THAT(
            slider().accessibleDescription().toStdString(),
            testing::HasSubstr("Holds " + units::formatCount(slots) + " of 192 experts"));
    }
}

TEST_F(BudgetTest, ABudgetTooSmallIsSaidToBeSoAndNotChanged)
{
    enter(bytesBox(), QStringLiteral("100 MiB"));
    ASSERT_TRUE(m_test.untilIdle());
    EXPECT_EQ(bytesBox().bytes(), 100 * kMiB);
    EXPECT_THAT(
        panel().message().toStdString(),
        testing::HasSubstr("the smallest that works is " + units::formatBytes(planFor(0).smallestBytes)));
    EXPECT_FALSE(m_test.studio().nextRun().canStart());
    enter(bytesBox(), QStringLiteral("600 MiB"));
    ASSERT_TRUE(m_test.untilIdle());
    EXPECT_TRUE(panel().message().isEmpty());
    EXPECT_TRUE(m_test.studio().nextRun().canStart());
}

TEST_F(BudgetTest, TheRunBeginsWithTheBudgetThatIsShown)
{
    enter(bytesBox(), QStringLiteral("900 MiB"));
    ASSERT_TRUE(m_test.untilIdle());
    m_test.startAndWait();
    ASSERT_TRUE(m_test.untilIdle());
    EXPECT_EQ(m_test.script().lastRun().budget, units::Budget::ofBytes(900 * kMiB));
}

TEST_F(BudgetTest, WhileRunningADraggedBudgetReachesTheEngineAsItsLastValue)
{
    startRun();
    m_test.script().budgetGate.close();
    slider().setFocus();
    QTest::keyClick(&slider(), Qt::Key_Home);
    ASSERT_TRUE(m_test.until([&] { return m_test.script().budgetsAsked().size() == 1; }));
    const int right = slider().width() - 20;
    QTest::mousePress(&slider(), Qt::LeftButton, {}, QPoint(40, 12));
    for (int x = 41; x <= right; ++x)
        QTest::mouseMove(&slider(), QPoint(x, 12));
    QTest::mouseRelease(&slider(), Qt::LeftButton, {}, QPoint(right, 12));
    const std::uint64_t wanted = panel().shownBytes();
    m_test.script().budgetGate.open();
    ASSERT_TRUE(m_test.until([&] { return m_test.script().budgetsAsked().size() == 2; }));
    EXPECT_EQ(m_test.script().budgetsAsked().back(), units::Budget::ofBytes(wanted));
    m_test.script().runGate.open();
    ASSERT_TRUE(m_test.untilIdle());
    EXPECT_EQ(m_test.script().budgetsAsked().size(), 2u);
}

TEST_F(BudgetTest, WhileRunningAShareIsAskedForAsAShare)
{
    startRun();
    enter(shareBox(panel()), QStringLiteral("60"));
    ASSERT_TRUE(m_test.until([&] { return !m_test.script().budgetsAsked().empty(); }));
    EXPECT_EQ(m_test.script().budgetsAsked().front(), units::Budget::ofShare(0.6));
}

TEST_F(BudgetTest, ARefusedBudgetSaysWhyAndTheOldOneReturns)
{
    m_test.script().budgetReason = "layer 2 needs 40 slots at once; ask for 700 MiB";
    startRun();
    const std::uint64_t before = m_test.studio().recording().rows().memory.back().budget;
    enter(bytesBox(), QStringLiteral("350 MiB"));
    ASSERT_TRUE(m_test.until([&] { return !panel().message().isEmpty(); }));
    EXPECT_EQ(
        panel().message().toStdString(),
        "Kept " + units::formatBytes(before) + ": layer 2 needs 40 slots at once; ask for 700 MiB");
    EXPECT_EQ(bytesBox().bytes(), before);
}

TEST_F(BudgetTest, WhatARunEndedWithIsWhatTheNextBeginsWith)
{
    startRun();
    enter(bytesBox(), QStringLiteral("1200 MiB"));
    ASSERT_TRUE(m_test.until([&] { return m_test.script().budgetsAsked().size() == 1; }));
    m_test.script().runGate.open();
    ASSERT_TRUE(m_test.untilIdle());
    EXPECT_EQ(m_test.studio().nextRun().options().budget, units::Budget::ofBytes(1200 * kMiB));
    EXPECT_EQ(bytesBox().bytes(), 1200 * kMiB);
}

TEST_F(BudgetTest, PolicyResidentHasNoBudgetToSet)
{
    m_test.studio().nextRun().setPolicyByUser(api::Policy::resident);
    ASSERT_TRUE(m_test.untilIdle());
    EXPECT_FALSE(slider().isEnabled());
    EXPECT_FALSE(bytesBox().isEnabled());
    m_test.startAndWait();
    ASSERT_TRUE(m_test.untilIdle());
    EXPECT_EQ(m_test.script().lastRun().budget.kind, units::Budget::Kind::unlimited);
}

TEST(PurposeBar, PiecesAreAsWideAsTheirBytes)
{
    ui::PurposeBar bar;
    bar.resize(402, 16);
    api::PurposeBytes bytes{};
    bytes[static_cast<std::size_t>(api::Purpose::denseWeights)] = 100;
    bytes[static_cast<std::size_t>(api::Purpose::expertSlots)] = 200;
    bar.setBytes(bytes, 400);
    const QImage picture = bar.grab().toImage();
    const ui::Theme& theme = ui::ThemeManager::instance().theme();
    EXPECT_EQ(picture.pixelColor(50, 2), theme.color(api::Purpose::denseWeights));
    EXPECT_EQ(picture.pixelColor(99, 2), theme.color(api::Purpose::denseWeights));
    EXPECT_EQ(picture.pixelColor(103, 2), theme.color(api::Purpose::expertSlots));
    EXPECT_EQ(picture.pixelColor(298, 2), theme.color(api::Purpose::expertSlots));
    EXPECT_EQ(picture.pixelColor(350, 2), theme.color(ui::Role::base));
}

} // namespace sida::gui_test
