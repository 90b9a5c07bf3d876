// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/plots/views.h"
#include "ui/batch/batch_panel.h"
#include "ui/batch/life_view.h"
#include "ui/theme/theme_manager.h"
#include "ui/timeline/timeline_text.h"
#include "ui/timeline/timeline_view.h"

#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTableWidget>
#include <gtest/gtest.h>

using namespace sida;

namespace
{

struct BatchStage : test::Stage {
    BatchStage()
        : focus(&model, &axis)
        , panel(&focus)
        , life(&focus)
        , timeline(&model, &axis)
    {
        ui::ThemeManager::instance().setChoice(ui::ThemeChoice::dark);
        panel.resize(304, 700);
        panel.show();
        life.resize(1296, 240);
        life.show();
        timeline.resize(1296, 256);
    }
    void look(std::uint32_t batch)
    {
        panel.goTo(batch);
        test::settle(life);
    }
    ui::BatchFocus focus;
    ui::BatchPanel panel;
    ui::LifeView life;
    ui::TimelineView timeline;
};

} // namespace

TEST(BatchPanel, goesToTheBatchWhoseNumberIsTyped)
{
    BatchStage stage;
    EXPECT_TRUE(stage.panel.headline().isEmpty());
    QSpinBox& number = *stage.panel.number();
    number.setFocus();
    number.selectAll();
    QTest::keyClicks(&number, QStringLiteral("17"));
    QTest::keyClick(&number, Qt::Key_Return);
    EXPECT_EQ(stage.axis.batch(), 17U);
    const api::BatchRow& row = stage.recording->rows.batches[17];
    EXPECT_LE(stage.axis.visible().begin, row.begin);
    EXPECT_GE(stage.axis.visible().end, row.end);
    EXPECT_LT(stage.axis.visible().width(), 2 * (row.end - row.begin)) << "it fills the views";
    EXPECT_FALSE(stage.panel.headline().isEmpty());
    EXPECT_TRUE(stage.panel.reason().contains(QStringLiteral("25 tokens needed")))
        << stage.panel.reason().toStdString();
}

TEST(BatchPanel, findsTheSlowestBatchInView)
{
    BatchStage stage;
    const auto& batches = stage.recording->rows.batches;
    const auto slowest = std::max_element(batches.begin(), batches.end(), [](const auto& a, const auto& b) {
        return a.end - a.begin < b.end - b.begin;
    });
    stage.panel.goToSlowest();
    EXPECT_EQ(stage.axis.batch(), slowest->batch);
}

TEST(BatchPanel, aRowOfItsTableIsTheExpertThatTheChartFollows)
{
    BatchStage stage;
    stage.look(17);
    QTableWidget& table = *stage.panel.table();
    ASSERT_EQ(table.rowCount(), static_cast<int>(stage.focus.lives().size()));
    table.setCurrentCell(3, 0);
    EXPECT_EQ(stage.focus.expert(), stage.focus.lives()[3].key.expert);
    QTest::keyClick(&stage.life, Qt::Key_Down);
    EXPECT_EQ(stage.focus.expert(), stage.focus.lives()[4].key.expert);
    EXPECT_EQ(table.currentRow(), 4) << "and the other way round";
    EXPECT_TRUE(stage.life.readout().first().contains(
        QStringLiteral("expert %1").arg(stage.focus.lives()[4].key.expert)));
}

TEST(BatchPanel, anotherLayerChangesTableAndChart)
{
    BatchStage stage;
    stage.look(17);
    QComboBox& layers = *stage.panel.layers();
    ASSERT_EQ(layers.count(), 3);
    const int other = (layers.currentIndex() + 1) % 3;
    layers.setCurrentIndex(other);
    Q_EMIT layers.activated(other);
    EXPECT_EQ(stage.focus.layer(), other);
    EXPECT_EQ(stage.panel.table()->rowCount(), static_cast<int>(stage.focus.lives().size()));
}

TEST(BatchPanel, copiesAllOfItAsText)
{
    BatchStage stage;
    stage.look(17);
    stage.panel.copyAsText();
    const QString text = QApplication::clipboard()->text();
    EXPECT_TRUE(text.startsWith(QStringLiteral("Batch 17: "))) << text.toStdString();
    EXPECT_TRUE(text.contains(QStringLiteral("unpredicted\t")));
    EXPECT_GT(text.split(QLatin1Char('\n')).size(), 10);
}

TEST(LifeView, standsOnTheSameAxisAsTheTimeline)
{
    BatchStage stage;
    stage.look(17);
    test::pointAt(stage.timeline, QPoint(600, 150));
    const QColor line = ui::Theme::dark().color(ui::Role::text);
    EXPECT_EQ(test::pictureOf(stage.life).pixelColor(600, 238), line);
    const ui::TimeRange before = stage.axis.visible();
    test::turnWheel(stage.life, QPoint(600, 100), 2);
    EXPECT_LT(stage.axis.visible().width(), before.width()) << "its wheel zooms all of them";
}

TEST(LifeView, drawsCopiesUsesAndResidenceInTheirColours)
{
    BatchStage stage;
    stage.look(17);
    for (const ui::LayerStory& layer : stage.focus.story()->layers)
        if (layer.missed < layer.used && layer.missed > 0)
            stage.focus.selectLayer(layer.layer); // one that found some of its experts
    const QImage picture = test::pictureOf(stage.life);
    const auto colours = test::coloursIn(picture, QRect(112, 20, 970, 210));
    const ui::Theme theme = ui::Theme::dark();
    EXPECT_TRUE(colours.contains(theme.color(api::TransferKind::prefetch).rgb()));
    EXPECT_TRUE(colours.contains(theme.color(api::Purpose::expertSlots).rgb()));
    EXPECT_TRUE(colours.contains(theme.color(api::Outcome::hit).rgb()));
    EXPECT_TRUE(colours.contains(theme.color(api::Purpose::predictor).rgb()));
}

TEST(LifeView, aClickOnARowChoosesItsExpertAndATooltipIsExact)
{
    BatchStage stage;
    stage.look(17);
    const std::uint16_t expert = stage.focus.lives()[2].key.expert;
    const QRect row = stage.life.rowOf(expert);
    ASSERT_FALSE(row.isEmpty());
    QTest::mouseClick(&stage.life, Qt::LeftButton, Qt::NoModifier, row.center());
    EXPECT_EQ(stage.focus.expert(), expert);
    EXPECT_EQ(stage.axis.batch(), 17U) << "and the batch stays";
    EXPECT_TRUE(stage.life.textAt(row.center())
                    .startsWith(QStringLiteral("Layer %1, expert %2").arg(stage.focus.layer()).arg(expert)));
    const QColor chosen = ui::Theme::dark().color(ui::Role::selectionFill);
    EXPECT_EQ(test::pictureOf(stage.life).pixelColor(4, row.center().y()), chosen);
}

TEST(LifeView, saysWhatToDoWithoutABatch)
{
    BatchStage stage;
    const QImage empty = test::pictureOf(stage.life);
    stage.look(17);
    EXPECT_NE(empty, test::pictureOf(stage.life));
    EXPECT_TRUE(stage.life.readout().first().startsWith(QStringLiteral("layer")));
}

TEST(TimelineView, aClickSelectsTheBatchInEveryViewAndADoubleClickFits)
{
    BatchStage stage;
    test::settle(stage.timeline);
    const api::BatchRow& row = stage.recording->rows.batches[17];
    const ui::TimeScale scale{stage.axis.visible(), 112, 992};
    const QPoint at(
        scale.pixel((row.begin + row.end) / 2), stage.timeline.layout().of(ui::Lane::batches).center().y());
    QTest::mouseClick(&stage.timeline, Qt::LeftButton, Qt::NoModifier, at);
    EXPECT_EQ(stage.axis.batch(), 17U);
    EXPECT_EQ(stage.panel.number()->value(), 17);
    QTest::mouseDClick(&stage.timeline, Qt::LeftButton, Qt::NoModifier, at);
    EXPECT_EQ(stage.axis.visible(), (ui::TimeRange{row.begin, row.end}));
    QTest::keyClick(&stage.timeline, Qt::Key_Escape);
    EXPECT_FALSE(stage.axis.batch());
}

TEST(TimelineView, aStallThatIsGoneToSelectsItsBatch)
{
    BatchStage stage;
    test::settle(stage.timeline);
    stage.timeline.showNextStall();
    EXPECT_EQ(stage.axis.batch(), stage.recording->rows.stalls.front().batch);
}

TEST(TimelineView, filteredByAnExpertItPalesTheOthersAndStepsThroughItsStalls)
{
    BatchStage stage;
    test::settle(stage.timeline);
    const QImage before = test::pictureOf(stage.timeline);
    const api::StallRow& some = stage.recording->rows.stalls[stage.recording->rows.stalls.size() / 2];
    stage.axis.filterExpert(some.key);
    const QImage after = test::pictureOf(stage.timeline);
    EXPECT_NE(before, after);
    EXPECT_TRUE(stage.timeline.titleAccessory()->note().contains(
        QStringLiteral("Only layer %1, expert %2").arg(some.key.layer).arg(some.key.expert)));
    stage.timeline.showNextStall();
    const api::StallRow* found = stage.model.stallAt(*stage.axis.hover());
    ASSERT_TRUE(found);
    EXPECT_EQ(found->key, some.key);
    stage.axis.undo();
    while (stage.axis.canUndo())
        stage.axis.undo();
    EXPECT_FALSE(stage.axis.expert()) << "a filter is undone like a zoom";
}

TEST(TimelineView, copiesItsReadout)
{
    BatchStage stage;
    test::settle(stage.timeline);
    QTest::keyClick(&stage.timeline, Qt::Key_C, Qt::ControlModifier);
    EXPECT_EQ(QApplication::clipboard()->text(), stage.timeline.readout().join(QLatin1Char('\n')));
}
