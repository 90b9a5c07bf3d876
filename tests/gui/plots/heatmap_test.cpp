// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/plots/views.h"
#include "ui/heatmap/heatmap_canvas.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/theme/theme_manager.h"

#include <QClipboard>
#include <QSignalSpy>
#include <QToolButton>

#include <gtest/gtest.h>

using namespace sida;

namespace
{

/// Two layers of four experts, three batches, every figure known.
std::shared_ptr<const api::Recording> smallRecording()
{
    auto recording = std::make_shared<api::Recording>();
    recording->header.moeLayers = {"encoder.block.1.layer.1.mlp", "encoder.block.3.layer.1.mlp"};
    recording->header.expertsPerLayer = {4, 4};
    auto& rows = recording->rows;
    for (std::uint32_t batch = 0; batch < 3; ++batch) {
        const Nanoseconds begin = 1'000'000 + batch * 1'000'000;
        rows.batches.push_back({batch, begin, begin + 1'000'000, 1, 10, -1});
    }
    using api::Outcome;
    rows.uses = {{0, {0, 1}, 8, 8, Outcome::hit, 0, 1'100'000},
                 {0, {0, 2}, 2, 0, Outcome::unpredicted, 1, 1'200'000},
                 {0, {1, 3}, 10, 10, Outcome::late, 2, 1'300'000},
                 {1, {0, 1}, 6, 6, Outcome::late, 0, 2'100'000},
                 {1, {0, 2}, 4, 4, Outcome::hit, 1, 2'200'000},
                 {1, {0, 3}, 0, 3, Outcome::hit, -1, 0},
                 {1, {1, 3}, 10, 10, Outcome::hit, 2, 2'300'000},
                 {2, {0, 1}, 10, 10, Outcome::hit, 0, 3'100'000},
                 {2, {1, 0}, 10, 0, Outcome::evictedEarly, 3, 3'200'000}};
    return recording;
}

struct HeatmapStage {
    HeatmapStage()
        : view(&model, &axis)
    {
        ui::ThemeManager::instance().setChoice(ui::ThemeChoice::dark);
        model.setRecording(smallRecording());
        view.resize(1296, 264);
        view.show(); // children are laid out once shown
        test::settle(view);
    }
    QColor colourOf(int row, int column)
    {
        ui::HeatmapCanvas& canvas = *view.canvas();
        return test::pictureOf(canvas).pixelColor(canvas.grid().cell(row, column).center());
    }
    ui::RecordingModel model;
    ui::TimeAxis axis;
    ui::HeatmapView view;
};

} // namespace

TEST(HeatmapView, theTextOfACellIsExact)
{
    HeatmapStage stage;
    const ui::HeatmapData& data = stage.view.canvas()->data();
    EXPECT_EQ(data.title({0, 1}), QStringLiteral("Layer 0, expert 1"));
    EXPECT_EQ(data.moduleName(0), QStringLiteral("encoder.block.1.layer.1.mlp"));
    EXPECT_EQ(
        data.lines({0, 1}),
        (QStringList{
            QStringLiteral("24 tokens routed, 80.0 % of the layer, rank 1 of 4"),
            QStringLiteral("24 predicted, 0 unused, 0 unpredicted"),
            QStringLiteral("used in 3 of 3 batches: 2 hits, 1 late, 0 unpredicted, 0 evicted early")}));
    EXPECT_EQ(
        data.lines({0, 2}),
        (QStringList{
            QStringLiteral("6 tokens routed, 20.0 % of the layer, rank 2 of 4"),
            QStringLiteral("4 predicted, 0 unused, 2 unpredicted"),
            QStringLiteral("used in 2 of 3 batches: 1 hit, 0 late, 1 unpredicted, 0 evicted early")}));
    EXPECT_EQ(
        data.lines({0, 3}),
        (QStringList{
            QStringLiteral("0 tokens routed: never used in this range"),
            QStringLiteral("3 predicted, 3 unused, 0 unpredicted")}));
}

TEST(HeatmapView, anUnusedExpertHasAColourThatNoCountHas)
{
    HeatmapStage stage;
    const ui::Theme theme = ui::Theme::dark();
    EXPECT_EQ(stage.colourOf(0, 0), theme.color(ui::Role::neverUsed));
    EXPECT_EQ(stage.colourOf(0, 1), theme.magnitude(1)) << "the most used of all";
    EXPECT_EQ(stage.colourOf(0, 2), theme.magnitude(0)) << "the least used is not unused";
    EXPECT_EQ(stage.view.canvas()->data().without(), 4U);
}

TEST(HeatmapView, everyModeColoursByItsOwnFigure)
{
    HeatmapStage stage;
    const ui::Theme theme = ui::Theme::dark();
    stage.view.setMode(ui::HeatmapMode::predictedUnused);
    EXPECT_EQ(stage.colourOf(0, 3), theme.magnitude(1));
    EXPECT_EQ(stage.colourOf(0, 1), theme.color(ui::Role::neverUsed));
    stage.view.setMode(ui::HeatmapMode::usedUnpredicted);
    stage.view.setScale(ui::HeatmapScale::linear);
    EXPECT_EQ(stage.colourOf(1, 0), theme.magnitude(1));
    EXPECT_EQ(stage.colourOf(0, 2), theme.magnitude(0.2));
    stage.view.setScale(ui::HeatmapScale::perLayer);
    EXPECT_EQ(stage.colourOf(0, 2), theme.magnitude(1)) << "the largest of its layer";
    stage.view.setMode(ui::HeatmapMode::hitShare);
    EXPECT_EQ(stage.colourOf(0, 2), theme.magnitude(0.5));
    EXPECT_EQ(stage.colourOf(1, 0), theme.magnitude(0)) << "used and never hit";
    EXPECT_EQ(stage.colourOf(0, 3), theme.color(ui::Role::neverUsed));
}

TEST(HeatmapView, aScaleThatDoesNotApplySaysWhy)
{
    HeatmapStage stage;
    stage.view.setMode(ui::HeatmapMode::hitShare);
    const auto buttons = stage.view.findChildren<QToolButton*>();
    const auto log = std::find_if(buttons.begin(), buttons.end(), [](const QToolButton* button) {
        return button->text() == QStringLiteral("Log");
    });
    ASSERT_NE(log, buttons.end());
    EXPECT_FALSE((*log)->isEnabled());
    EXPECT_EQ((*log)->toolTip(), QStringLiteral("A share is always drawn from 0 to 100 %"));
    stage.view.setMode(ui::HeatmapMode::routed);
    EXPECT_TRUE((*log)->isEnabled());
}

TEST(HeatmapView, followsTheVisibleRangeAndPrefersTheSelection)
{
    HeatmapStage stage;
    stage.axis.setVisible({2'000'000, 3'000'000});
    test::settle(stage.view);
    EXPECT_EQ(stage.view.canvas()->data().counts().at(0, 1).routed, 6U);
    EXPECT_TRUE(stage.view.titleAccessory()->summary().startsWith(QStringLiteral("Visible range")));
    EXPECT_TRUE(
        stage.view.titleAccessory()->summary().endsWith(QStringLiteral("batches: 1, tokens a layer: 10")))
        << stage.view.titleAccessory()->summary().toStdString();
    stage.axis.setSelection({3'000'000, 4'000'000});
    test::settle(stage.view);
    EXPECT_EQ(stage.view.canvas()->data().counts().at(0, 1).routed, 10U);
    EXPECT_TRUE(stage.view.titleAccessory()->summary().startsWith(QStringLiteral("Selection")));
}

TEST(HeatmapView, theArrowKeysMoveTheCursorAndTheStatusLineReadsTheCell)
{
    HeatmapStage stage;
    ui::HeatmapCanvas& canvas = *stage.view.canvas();
    EXPECT_TRUE(stage.view.statusText().isEmpty());
    QTest::keyClick(&canvas, Qt::Key_Right);
    EXPECT_EQ(canvas.current(), (ExpertKey{0, 0})) << "the first key only shows the cursor";
    QTest::keyClick(&canvas, Qt::Key_Right);
    QTest::keyClick(&canvas, Qt::Key_Right);
    QTest::keyClick(&canvas, Qt::Key_Down);
    EXPECT_EQ(canvas.current(), (ExpertKey{1, 2}));
    QTest::keyClick(&canvas, Qt::Key_End);
    EXPECT_EQ(canvas.current(), (ExpertKey{1, 3}));
    QTest::keyClick(&canvas, Qt::Key_Right);
    EXPECT_EQ(canvas.current(), (ExpertKey{1, 3})) << "stays at the edge";
    EXPECT_TRUE(stage.view.statusText().startsWith(QStringLiteral("Layer 1, expert 3: 20 tokens routed")));
    const QRect cell = canvas.grid().cell(1, 3);
    EXPECT_EQ(
        test::pictureOf(canvas).pixelColor(cell.left() - 1, cell.center().y()),
        ui::Theme::dark().color(ui::Role::text))
        << "a frame in the text's colour";
    QTest::keyClick(&canvas, Qt::Key_C, Qt::ControlModifier);
    EXPECT_TRUE(QApplication::clipboard()->text().startsWith(QStringLiteral("Layer 1, expert 3\n20 tokens")));
    QSignalSpy chosen(&stage.view, &ui::HeatmapView::expertChosen);
    QTest::keyClick(&canvas, Qt::Key_Return);
    EXPECT_EQ(chosen.size(), 1);
    QTest::keyClick(&canvas, Qt::Key_Escape);
    EXPECT_FALSE(canvas.current());
}

TEST(HeatmapView, sortedByLoadTheMostUsedComeFirstAndTheCursorStaysWithItsExpert)
{
    HeatmapStage stage;
    ui::HeatmapCanvas& canvas = *stage.view.canvas();
    canvas.setCursorCell({0, 2});
    stage.view.setSort(ui::HeatmapSort::byLoad);
    EXPECT_EQ(canvas.data().keyAt(0, 0), (ExpertKey{0, 1}));
    EXPECT_EQ(canvas.data().keyAt(0, 1), (ExpertKey{0, 2}));
    EXPECT_EQ(canvas.data().keyAt(1, 0), (ExpertKey{1, 3}));
    EXPECT_EQ(canvas.current(), (ExpertKey{0, 2}));
    EXPECT_EQ(stage.colourOf(0, 0), ui::Theme::dark().magnitude(1));
}

TEST(HeatmapView, pointingAtAPixelFindsTheCellThatWasPaintedThere)
{
    for (const int columns : {8, 64, 128, 256, 700}) {
        const ui::HeatmapGrid grid = ui::HeatmapGrid::fit(QRect(112, 8, 672, 150), 6, columns, 40);
        EXPECT_EQ(grid.merged(), columns > 672) << columns;
        EXPECT_LE(grid.contentWidth(), 672) << "all columns are in sight: " << columns;
        if (grid.merged())
            continue; // several columns in a pixel; the canvas finds the largest
        for (int column = 0; column < columns; column += 7) {
            const QRect cell = grid.cell(3, column);
            if (!grid.area.contains(cell))
                continue;
            EXPECT_EQ(grid.cellAt(cell.topLeft()), (ui::HeatmapGrid::Cell{3, column})) << columns;
            EXPECT_EQ(grid.cellAt(cell.bottomRight()), (ui::HeatmapGrid::Cell{3, column})) << columns;
        }
    }
}

TEST(HeatmapView, saysWhatToDoWhileThereIsNothing)
{
    ui::RecordingModel model;
    ui::TimeAxis axis;
    ui::HeatmapView view(&model, &axis);
    view.resize(976, 264);
    view.show();
    const QImage picture = test::pictureOf(*view.canvas());
    const QPoint middle(picture.width() / 2, picture.height() / 2);
    EXPECT_GT(test::coloursIn(picture, QRect(middle - QPoint(100, 10), QSize(200, 20))).size(), 4U);
}
