// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/plots/views.h"
#include "ui/memory/memory_view.h"
#include "ui/theme/theme_manager.h"
#include "ui/timeline/lane_marks.h"
#include "ui/timeline/timeline_view.h"

#include <gtest/gtest.h>

using namespace sida;
using ui::Lane;

namespace
{

struct TimelineStage : test::Stage {
    explicit TimelineStage(const test::RecordingScript& script = {})
        : Stage(script)
        , view(&model, &axis)
    {
        ui::ThemeManager::instance().setChoice(ui::ThemeChoice::dark);
        view.resize(1296, 256);
        test::settle(view);
    }
    QPoint at(Lane lane, Nanoseconds time) const
    {
        return {ui::TimeScale{axis.visible(), 112, 992}.pixel(time), view.layout().of(lane).center().y()};
    }
    ui::TimelineView view;
};

int categoryOf(const api::StallRow& row)
{
    return static_cast<int>(row.cause);
}

} // namespace

TEST(TimelineView, theWheelZoomsAtThePointer)
{
    TimelineStage stage;
    const QPoint point(700, 150);
    const Nanoseconds before = ui::TimeScale{stage.axis.visible(), 112, 992}.time(point.x());
    const Nanoseconds width = stage.axis.visible().width();
    test::turnWheel(stage.view, point, 3);
    EXPECT_LT(stage.axis.visible().width(), width);
    const Nanoseconds after = ui::TimeScale{stage.axis.visible(), 112, 992}.time(point.x());
    EXPECT_NEAR(static_cast<double>(after), static_cast<double>(before), static_cast<double>(width) / 992);
}

TEST(TimelineView, draggingPansAndControlDraggingSelects)
{
    TimelineStage stage;
    stage.axis.zoomAt(stage.axis.extent().begin + stage.axis.extent().width() / 2, 0.25);
    const ui::TimeScale scale{stage.axis.visible(), 112, 992};
    const QPoint from(600, 150);
    const QPoint to(500, 150);
    QTest::mousePress(&stage.view, Qt::LeftButton, Qt::NoModifier, from);
    test::pointAt(stage.view, to, Qt::LeftButton);
    QTest::mouseRelease(&stage.view, Qt::LeftButton, Qt::NoModifier, to);
    const ui::TimeScale moved{stage.axis.visible(), 112, 992};
    EXPECT_NEAR(
        static_cast<double>(moved.time(to.x())), static_cast<double>(scale.time(from.x())),
        static_cast<double>(scale.perPixel()));
    QTest::mousePress(&stage.view, Qt::LeftButton, Qt::ControlModifier, from);
    test::pointAt(stage.view, to, Qt::LeftButton);
    QTest::mouseRelease(&stage.view, Qt::LeftButton, Qt::ControlModifier, to);
    ASSERT_TRUE(stage.axis.selection());
    EXPECT_EQ(*stage.axis.selection(), (ui::TimeRange{moved.time(to.x()), moved.time(from.x())}));
    EXPECT_EQ(stage.axis.visible(), moved.range) << "selecting does not move";
}

TEST(TimelineView, theKeyboardReachesEverythingThePointerDoes)
{
    TimelineStage stage;
    const ui::TimeRange all = stage.axis.visible();
    QTest::keyClick(&stage.view, Qt::Key_Plus);
    EXPECT_LT(stage.axis.visible().width(), all.width());
    const ui::TimeRange zoomed = stage.axis.visible();
    QTest::keyClick(&stage.view, Qt::Key_Right);
    EXPECT_GT(stage.axis.visible().begin, zoomed.begin);
    QTest::keyClick(&stage.view, Qt::Key_Left);
    EXPECT_EQ(stage.axis.visible(), zoomed);
    QTest::keyClick(&stage.view, Qt::Key_Home);
    EXPECT_EQ(stage.axis.visible(), all);
    QTest::keyClick(&stage.view, Qt::Key_Z, Qt::ControlModifier);
    EXPECT_EQ(stage.axis.visible(), zoomed);
    stage.axis.setSelection({all.begin + 1'000'000, all.begin + 2'000'000});
    QTest::keyClick(&stage.view, Qt::Key_F);
    EXPECT_EQ(stage.axis.visible(), *stage.axis.selection());
    QTest::keyClick(&stage.view, Qt::Key_Escape);
    EXPECT_FALSE(stage.axis.selection());
    stage.axis.fitAll();
    QTest::keyClick(&stage.view, Qt::Key_Period);
    ASSERT_TRUE(stage.axis.hover());
    EXPECT_EQ(*stage.axis.hover(), stage.recording->rows.stalls.front().begin);
    QTest::keyClick(&stage.view, Qt::Key_Period);
    EXPECT_EQ(*stage.axis.hover(), stage.recording->rows.stalls[1].begin);
    QTest::keyClick(&stage.view, Qt::Key_Comma);
    EXPECT_EQ(*stage.axis.hover(), stage.recording->rows.stalls.front().begin);
}

TEST(TimelineView, theCrosshairStandsAtTheSamePixelInEveryView)
{
    TimelineStage stage;
    ui::MemoryView memory(&stage.model, &stage.axis);
    memory.resize(1296, 144);
    test::settle(memory);
    test::pointAt(stage.view, QPoint(777, 150));
    const QColor line = ui::Theme::dark().color(ui::Role::text);
    EXPECT_EQ(test::pictureOf(stage.view).pixelColor(777, stage.view.layout().body.bottom() - 1), line);
    EXPECT_EQ(test::pictureOf(memory).pixelColor(777, 100), line);
    EXPECT_NE(test::pictureOf(memory).pixelColor(780, 100), line);
}

TEST(TimelineView, aTooltipGivesTheExactFiguresOfWhatIsUnderIt)
{
    TimelineStage stage;
    api::TransferRow copy = stage.recording->rows.transfers[10];
    stage.axis.setVisible({copy.begin - 500'000, copy.end + 500'000});
    const QString text = stage.view.textAt(stage.at(Lane::transfers, (copy.begin + copy.end) / 2));
    EXPECT_TRUE(text.contains(QStringLiteral("Layer %1, expert %2 into slot %3")
                                  .arg(copy.key.layer)
                                  .arg(copy.key.expert)
                                  .arg(copy.slot)))
        << text.toStdString();
    EXPECT_TRUE(text.contains(QStringLiteral("9.00 MiB in 176 \u00b5s, 53.6 GB/s"))) << text.toStdString();
    const api::StallRow stall = stage.recording->rows.stalls[5];
    stage.axis.setVisible({stall.begin - 500'000, stall.end + 500'000});
    EXPECT_TRUE(stage.view.textAt(stage.at(Lane::stalls, (stall.begin + stall.end) / 2))
                    .startsWith(QStringLiteral("Stall, %1").arg(ui::stallText(stall.cause))));
    EXPECT_TRUE(stage.view.textAt(QPoint(20, 150)).isEmpty()) << "labels have none";
}

TEST(TimelineView, aBudgetChangeIsNamedWhereItHappened)
{
    TimelineStage stage;
    const api::BudgetRow& change = stage.recording->rows.budgets.front();
    const QString text = stage.view.textAt(stage.at(Lane::events, change.time) + QPoint(3, 0));
    EXPECT_EQ(text, QStringLiteral("budget 762 MiB \u2192 978 MiB, +24 slots"));
    const QImage picture = test::pictureOf(stage.view);
    const QRect nearby(stage.at(Lane::events, change.time) - QPoint(2, 6), QSize(8, 12));
    EXPECT_TRUE(
        test::coloursIn(picture, nearby).contains(ui::Theme::dark().color(ui::Role::budgetLine).rgb()));
}

TEST(TimelineView, theOverviewsBoxShowsAndMovesWhatIsVisible)
{
    TimelineStage stage;
    stage.axis.zoomAt(stage.axis.extent().begin, 0.2);
    const QRect box = stage.view.overview().window();
    EXPECT_NEAR(box.width(), 992 / 5, 2);
    const QPoint from = box.center();
    QTest::mousePress(&stage.view, Qt::LeftButton, Qt::NoModifier, from);
    test::pointAt(stage.view, from + QPoint(300, 0), Qt::LeftButton);
    QTest::mouseRelease(&stage.view, Qt::LeftButton, Qt::NoModifier, from + QPoint(300, 0));
    EXPECT_NEAR(stage.view.overview().window().left(), box.left() + 300, 2);
    EXPECT_NEAR(stage.view.overview().window().width(), box.width(), 1);
}

TEST(TimelineView, appendedRowsAppear)
{
    const auto recording = test::scriptedRecording();
    const auto chunks = test::chunksOf(*recording, 20);
    ui::RecordingModel model;
    ui::TimeAxis axis;
    ui::TimelineView view(&model, &axis);
    view.resize(1296, 256);
    model.reset(recording->header);
    model.append(chunks[0]);
    test::settle(view);
    EXPECT_TRUE(view.titleAccessory()->summary().startsWith(QStringLiteral("20 batches")));
    const QImage before = test::pictureOf(view);
    model.append(chunks[1]);
    const QImage after = test::pictureOf(view);
    EXPECT_TRUE(view.titleAccessory()->summary().startsWith(QStringLiteral("40 batches")));
    EXPECT_NE(before, after);
    EXPECT_TRUE(view.readout().first().endsWith(QStringLiteral("following live")));
    model.finish();
    EXPECT_FALSE(view.readout().first().contains(QStringLiteral("live")));
}

TEST(LaneMarks, narrowRowsMergeAndTheCauseOfMostTimeGivesTheColour)
{
    std::vector<api::StallRow> rows;
    for (int i = 0; i < 100; ++i) { // a hundred in ten pixels, mostly late
        const Nanoseconds begin = i * 100;
        const bool late = i % 4 != 0;
        rows.push_back(
            {0, {}, begin, begin + 100, late ? api::StallCause::late : api::StallCause::unpredicted});
    }
    rows.push_back({0, {}, 50'000, 90'000, api::StallCause::busSaturated});
    ui::CoverageIndex index;
    index.reset(4);
    index.update(rows, categoryOf);
    const ui::TimeScale scale{{0, 100'000}, 0, 100};
    const auto marks = ui::laneMarks(rows, index, scale, categoryOf, {0, 0, 0, 0}, 1)[0];
    ASSERT_EQ(marks.size(), 2U);
    EXPECT_EQ(marks[0].row, ui::Mark::kMerged);
    EXPECT_EQ(marks[0].left, 0);
    EXPECT_EQ(marks[0].width, 10);
    EXPECT_EQ(marks[0].category, static_cast<int>(api::StallCause::late));
    EXPECT_EQ(marks[1].row, 100U);
    EXPECT_EQ(marks[1].left, 50);
    EXPECT_EQ(marks[1].width, 40);
}

TEST(LaneMarks, areBoundedByPixelsHoweverManyRowsThereAre)
{
    std::vector<api::StallRow> rows;
    for (int i = 0; i < 200'000; ++i)
        rows.push_back({0, {}, i * 10, i * 10 + 5, static_cast<api::StallCause>(i % 3 == 0)});
    ui::CoverageIndex index;
    index.reset(4);
    index.update(rows, categoryOf);
    const ui::TimeScale scale{{0, 2'000'000}, 0, 500};
    const auto marks = ui::laneMarks(rows, index, scale, categoryOf, {0, 0, 0, 0}, 1)[0];
    EXPECT_LE(marks.size(), 250U);
    ASSERT_FALSE(marks.empty());
    for (const ui::Mark& mark : marks) {
        EXPECT_EQ(mark.category, static_cast<int>(api::StallCause::late)) << "two of three";
        EXPECT_LT(mark.share, 0.8F) << "half of the time is free";
    }
}

TEST(LaneLayout, everyLaneStandsBelowTheOneBeforeItEvenWithManyLayers)
{
    for (const int layers : {1, 6, 24}) {
        const ui::LaneLayout layout = ui::LaneLayout::of(QRect(112, 0, 992, 256), layers);
        int bottom = layout.ruler.bottom();
        for (const QRect& lane : layout.lanes) {
            EXPECT_GT(lane.top(), bottom) << layers;
            bottom = lane.bottom();
        }
        EXPECT_LE(layout.layer(layers - 1).bottom(), layout.of(Lane::layers).bottom());
        EXPECT_LT(bottom, 256) << layers;
    }
}
