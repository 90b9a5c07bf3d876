// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/plots/views.h"
#include "ui/memory/memory_view.h"
#include "ui/theme/theme_manager.h"

#include <gtest/gtest.h>

using namespace sida;

TEST(MemoryView, theStackReachesExactlyToTheTotalAndTheBudgetLiesAbove)
{
    ui::ThemeManager::instance().setChoice(ui::ThemeChoice::dark);
    test::Stage stage;
    ui::MemoryView view(&stage.model, &stage.axis);
    view.resize(1296, 200);
    const QImage picture = test::pictureOf(view);
    const ui::Theme theme = ui::Theme::dark();
    const ui::TimeScale scale{stage.axis.visible(), 112, 992};
    // A quarter in: the slots are full and the budget not yet changed.
    const int x = 112 + 250;
    const api::MemoryRow* row = stage.model.memoryAt(scale.time(x + 0.5));
    ASSERT_NE(row, nullptr);
    const int top = view.pixelOf(ui::totalBytes(*row));
    EXPECT_EQ(picture.pixelColor(x, top + 1), theme.color(api::Purpose::expertSlots));
    EXPECT_NE(picture.pixelColor(x, top - 1), theme.color(api::Purpose::expertSlots));
    EXPECT_LE(view.pixelOf(row->budget), top);
    EXPECT_EQ(picture.pixelColor(x, view.pixelOf(0) - 1), theme.color(api::Purpose::runtimeContext));
}

TEST(MemoryView, thePurposesAreStackedInOneOrder)
{
    ui::ThemeManager::instance().setChoice(ui::ThemeChoice::dark);
    test::Stage stage;
    ui::MemoryView view(&stage.model, &stage.axis);
    view.resize(1296, 400);
    const QImage picture = test::pictureOf(view);
    const int x = 400;
    const api::MemoryRow* row = stage.model.memoryAt(ui::TimeScale{stage.axis.visible(), 112, 992}.time(x));
    std::uint64_t below = 0;
    for (const api::Purpose purpose : ui::kStackOrder) {
        const std::uint64_t bytes = row->bytes[static_cast<std::size_t>(purpose)];
        const int middle = view.pixelOf(below + bytes / 2);
        EXPECT_EQ(picture.pixelColor(x, middle), ui::Theme::dark().color(purpose)) << api::name(purpose);
        below += bytes;
    }
}

TEST(MemoryView, zoomedOutAPeakOfOneRowIsStillSeen)
{
    api::Recording recording;
    recording.rows.batches = {{0, 0, 1'000'000'000, 1, 1, -1}};
    for (int i = 0; i < 5000; ++i) {
        api::MemoryRow row;
        row.time = i * 200'000;
        row.bytes[static_cast<std::size_t>(api::Purpose::activations)] = i == 2501 ? 900 : 100;
        row.budget = 1000;
        recording.rows.memory.push_back(row);
    }
    ui::RecordingModel model;
    model.setRecording(std::make_shared<api::Recording>(recording));
    const auto runs = ui::stackRuns(model, {model.extent(), 0, 300});
    EXPECT_TRUE(
        std::any_of(runs.begin(), runs.end(), [](const ui::StackRun& run) { return run.row == 2501; }));
    EXPECT_LE(runs.size(), 300U);
}

TEST(MemoryView, theReadoutGivesTheValuesUnderTheCrosshairInTheUnitOfTheAxis)
{
    test::RecordingScript script;
    script.cacheSlots = 8;
    script.cacheSlotsAfterChange = 8;
    script.budgetChangeAt = -1;
    script.expertBytes = 1 << 20;
    test::Stage stage(script);
    ui::MemoryView view(&stage.model, &stage.axis);
    view.resize(1296, 144);
    stage.axis.setHover(stage.axis.extent().end);
    const QStringList lines = view.readout();
    EXPECT_TRUE(lines.contains(QStringLiteral("Expert slots 8.0 MiB"))) << lines.join(u'|').toStdString();
    EXPECT_TRUE(lines.contains(QStringLiteral("Dense weights 157.0 MiB")));
    EXPECT_TRUE(lines.contains(QStringLiteral("Budget 338.0 MiB")));
    EXPECT_EQ(lines.size(), 8);
}

TEST(MemoryView, saysWhatToDoWhileThereIsNothing)
{
    ui::RecordingModel model;
    ui::TimeAxis axis;
    ui::MemoryView view(&model, &axis);
    view.resize(976, 144);
    const QImage picture = test::pictureOf(view);
    EXPECT_GT(test::coloursIn(picture, QRect(300, 50, 380, 44)).size(), 4U) << "words in the middle";
    EXPECT_TRUE(view.readout().isEmpty());
}
