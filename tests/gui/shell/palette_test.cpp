// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/shell/window_under_test.h"
#include "ui/batch/batch_panel.h"
#include "ui/batch/life_view.h"
#include "ui/heatmap/heatmap_canvas.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/shell/banner.h"
#include "ui/shell/command_palette.h"
#include "ui/shell/main_actions.h"
#include "ui/shell/samples_model.h"
#include "ui/shell/samples_view.h"
#include "ui/shell/workbench.h"

#include <QAction>
#include <QCheckBox>
#include <QDockWidget>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QSpinBox>
#include <QTabWidget>
#include <QTableView>
#include <QTest>
#include <gtest/gtest.h>

namespace sida::gui_test
{

namespace
{

/// A window with a recorded session in it.
struct Opened : WindowUnderTest {
    Opened()
    {
        studio().openSession(file(QStringLiteral("old.sida"), api::PathKind::session));
        until([this] { return studio().recording().hasRun(); });
        untilIdle();
    }
    ui::Workbench& bench() { return window().workbench(); }
};

/// Types into the palette and takes the first answer.
void command(WindowUnderTest& test, const QString& text)
{
    test.window().actions().palette->trigger();
    auto* palette = test.window().findChild<ui::CommandPalette*>();
    ASSERT_TRUE(palette);
    QTest::keyClicks(palette->edit(), text);
    QTest::keyClick(palette->edit(), Qt::Key_Return);
    QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
}

QString visibleTab(Opened& test)
{
    return test.bench().tabs()->tabText(test.bench().tabs()->currentIndex());
}

} // namespace

TEST(Palette, aBatchsNumberIsAllItTakesToSeeWhyItWasSlow)
{
    Opened test;
    command(test, QStringLiteral("17"));
    EXPECT_EQ(test.studio().axis().batch(), 17U);
    EXPECT_FALSE(test.window().showsStartPage());
    EXPECT_FALSE(test.bench().batchPanel()->headline().isEmpty());
    EXPECT_TRUE(test.bench().batchPanel()->isVisible()) << "it came to the front";
    EXPECT_FALSE(test.bench().batchPanel()->visibleRegion().isEmpty());
    EXPECT_EQ(visibleTab(test), QStringLiteral("Life of Experts"));
    const api::BatchRow* row = test.studio().recording().batch(17);
    EXPECT_TRUE(test.studio().axis().visible().contains(row->begin));
}

TEST(Palette, aBatchThatIsNotThereIsSaid)
{
    Opened test;
    command(test, QStringLiteral("batch 4711"));
    EXPECT_FALSE(test.studio().axis().batch());
    EXPECT_TRUE(test.window().banner().message().contains(QStringLiteral("no batch 4711")));
}

TEST(Palette, layerAndExpertFilterTheTimeline)
{
    Opened test;
    command(test, QStringLiteral("2/34"));
    EXPECT_EQ(test.studio().axis().expert(), (ExpertKey{2, 34}));
    command(test, QStringLiteral("2/34000"));
    EXPECT_EQ(test.studio().axis().expert(), (ExpertKey{2, 34}));
    EXPECT_FALSE(test.window().banner().message().isEmpty());
}

TEST(Palette, partsOfWordsFindAnAction)
{
    Opened test;
    command(test, QStringLiteral("start pag"));
    EXPECT_TRUE(test.window().showsStartPage());
}

TEST(Palette, aDisabledActionIsShownButNotRun)
{
    Opened test;
    test.window().actions().palette->trigger();
    auto* palette = test.window().findChild<ui::CommandPalette*>();
    ASSERT_TRUE(palette);
    QTest::keyClicks(palette->edit(), QStringLiteral("follow live"));
    ASSERT_EQ(palette->list()->count(), 1);
    EXPECT_FALSE(palette->list()->item(0)->flags() & Qt::ItemIsEnabled);
    QTest::keyClick(palette->edit(), Qt::Key_Return);
    EXPECT_TRUE(palette->isVisible());
}

TEST(Sheet, namesEveryShortcutOfTheActionsAndTheKeysOfTheViews)
{
    Opened test;
    const QString sheet = test.window().actions().shortcutSheet();
    for (const QAction* action : test.window().actions().everything())
        if (!action->shortcut().isEmpty() && !test.window().actions().recent->actions().contains(action)) {
            EXPECT_TRUE(sheet.contains(action->text().toHtmlEscaped())) << action->text().toStdString();
        }
    EXPECT_TRUE(sheet.contains(QStringLiteral("Wheel")));
}

TEST(Focus, aCellOfTheHeatmapFiltersTheTimelineAndEscapeEndsIt)
{
    Opened test;
    test.window().showStartPage(false);
    ui::HeatmapCanvas& canvas = *test.bench().heatmap()->canvas();
    test.bench().bringUp(test.bench().heatmap());
    test.bench().heatmap()->flush();
    const QPoint cell = canvas.grid().cell(1, 5).center();
    QTest::mouseClick(&canvas, Qt::LeftButton, Qt::NoModifier, cell);
    EXPECT_EQ(test.studio().axis().expert(), (ExpertKey{1, 5}));
    QTest::mouseClick(&canvas, Qt::LeftButton, Qt::NoModifier, cell);
    EXPECT_FALSE(test.studio().axis().expert()) << "a second click ends it";
    QTest::mouseClick(&canvas, Qt::LeftButton, Qt::NoModifier, cell);
    EXPECT_TRUE(test.window().actions().clearFocus->isEnabled());
    test.window().actions().clearFocus->trigger();
    EXPECT_FALSE(test.studio().axis().expert());
    test.window().actions().undoZoom->trigger();
    EXPECT_EQ(test.studio().axis().expert(), (ExpertKey{1, 5}));
}

TEST(Focus, aSampleSelectsItsBatchInEveryViewAndTheOtherWayRound)
{
    Opened test;
    test.window().showStartPage(false);
    ui::SamplesView& samples = *test.bench().samples();
    test.bench().bringUp(&samples);
    samples.table()->setCurrentIndex(samples.table()->model()->index(9, 0));
    EXPECT_EQ(test.studio().axis().batch(), 9U);
    EXPECT_EQ(test.bench().batchPanel()->number()->value(), 9);
    EXPECT_EQ(visibleTab(test), QStringLiteral("Samples")) << "the table one works in stays";
    test.studio().axis().selectBatch(23);
    EXPECT_EQ(
        samples.table()->currentIndex().siblingAtColumn(ui::SamplesModel::batch).data().toString(),
        QStringLiteral("23"));
}

TEST(Focus, stallsAreGoneToByKeyAndSelectTheirBatch)
{
    Opened test;
    test.window().showStartPage(false);
    test.window().activateWindow();
    test.window().actions().nextStall->trigger();
    ASSERT_TRUE(test.studio().axis().batch());
    const auto first = *test.studio().axis().hover();
    test.window().actions().nextStall->trigger();
    EXPECT_GT(*test.studio().axis().hover(), first);
    EXPECT_EQ(
        test.window().actions().nextStall->shortcuts(),
        (QList<QKeySequence>{QKeySequence(QStringLiteral(".")), QKeySequence(QStringLiteral("N"))}));
}

TEST(Samples, areSortedFilteredAndSearched)
{
    Opened test;
    ui::SamplesView& samples = *test.bench().samples();
    QAbstractItemModel& rows = *samples.table()->model();
    const int all = rows.rowCount();
    samples.table()->sortByColumn(ui::SamplesModel::latency, Qt::DescendingOrder);
    const auto latency = [&](int row) {
        return rows.index(row, ui::SamplesModel::latency).data(ui::SamplesModel::kSortRole).toDouble();
    };
    for (int row = 1; row < all; ++row)
        EXPECT_GE(latency(row - 1), latency(row));
    samples.wrongOnly()->setChecked(true);
    EXPECT_LT(rows.rowCount(), all);
    for (int row = 0; row < rows.rowCount(); ++row)
        EXPECT_EQ(rows.index(row, ui::SamplesModel::verdict).data().toString(), QStringLiteral("wrong"));
    samples.wrongOnly()->setChecked(false);
    QTest::keyClicks(samples.search(), QStringLiteral("17"));
    ASSERT_EQ(rows.rowCount(), 1);
    EXPECT_EQ(rows.index(0, ui::SamplesModel::batch).data().toString(), QStringLiteral("17"));
    samples.search()->clear();
    EXPECT_EQ(rows.rowCount(), all);
}

TEST(Samples, showTheFiguresOfTheirBatch)
{
    Opened test;
    QAbstractItemModel& rows = *test.bench().samples()->table()->model();
    const auto value
        = [&](int column) { return rows.index(17, column).data(ui::SamplesModel::kSortRole).toDouble(); };
    const api::BatchRow& batch = test.studio().recording().rows().batches[17];
    Nanoseconds stalled = 0;
    int experts = 0;
    for (const api::StallRow& row : test.studio().recording().rows().stalls)
        stalled += row.batch == 17 ? row.end - row.begin : 0;
    for (const api::UseRow& row : test.studio().recording().rows().uses)
        experts += row.batch == 17 && row.routed > 0;
    EXPECT_DOUBLE_EQ(value(ui::SamplesModel::latency), static_cast<double>(batch.end - batch.begin) / 1e6);
    EXPECT_DOUBLE_EQ(value(ui::SamplesModel::stall), static_cast<double>(stalled) / 1e6);
    EXPECT_DOUBLE_EQ(value(ui::SamplesModel::experts), experts);
}

} // namespace sida::gui_test
