// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/shell/window_under_test.h"
#include "ui/run/option_box.h"
#include "ui/run/run_panel.h"
#include "ui/shell/banner.h"
#include "ui/shell/main_actions.h"
#include "ui/shell/samples_model.h"
#include "ui/shell/status_panel.h"
#include "ui/shell/summary_model.h"
#include "ui/shell/summary_view.h"
#include "ui/shell/training_dialog.h"
#include "ui/shell/workbench.h"

#include <QAbstractItemModelTester>
#include <QAction>
#include <QFileInfo>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTableWidget>
#include <QTest>
#include <gmock/gmock.h>

namespace sida::gui_test
{

namespace
{

ui::OptionBox& optionBox(WindowUnderTest& test, const QString& name)
{
    for (ui::OptionBox* box : test.window().workbench().runPanel()->findChildren<ui::OptionBox*>())
        if (box->accessibleName() == name)
            return *box;
    throw std::logic_error("no such option: " + name.toStdString());
}

QPushButton& primaryButton(WindowUnderTest& test)
{
    for (QPushButton* button : test.window().workbench().runPanel()->findChildren<QPushButton*>())
        if (button->property("primary").toBool())
            return *button;
    throw std::logic_error("the run panel has no primary button");
}

void choose(ui::OptionBox& box, const QString& text)
{
    box.setFocus();
    QTest::keyClick(&box, Qt::Key_Home);
    for (int step = 0; step < box.count() && box.currentText() != text; ++step)
        QTest::keyClick(&box, Qt::Key_Down);
    EXPECT_EQ(box.currentText(), text);
}

std::string cell(const QAbstractItemModel& model, int row, int column)
{
    return model.index(row, column).data().toString().toStdString();
}

} // namespace

TEST(Run, F5StartsWhatTheStartPageShowsAndTheWorkbenchAppears)
{
    WindowUnderTest test;
    test.loadAll();
    test.script().runGate.close();
    QTest::keyClick(&test.window(), Qt::Key_F5);
    ASSERT_TRUE(test.until([&] { return test.studio().activity() == ui::Activity::running; }));
    EXPECT_FALSE(test.window().showsStartPage());
    EXPECT_EQ(test.window().statusPanel().stateText(), QStringLiteral("Running"));
    test.script().runGate.open();
    ASSERT_TRUE(test.untilIdle());
    EXPECT_EQ(test.window().statusPanel().stateText(), QStringLiteral("Complete"));
}

TEST(Run, OptionsChosenInThePanelReachTheEngine)
{
    WindowUnderTest test;
    test.loadAll();
    test.window().showStartPage(false);
    choose(optionBox(test, QStringLiteral("Policy")), QStringLiteral("on-demand"));
    choose(optionBox(test, QStringLiteral("Eviction")), QStringLiteral("fifo"));
    choose(optionBox(test, QStringLiteral("Precision")), QStringLiteral("bf16"));
    ASSERT_TRUE(test.untilIdle());
    test.startAndWait();
    ASSERT_TRUE(test.untilIdle());
    EXPECT_EQ(test.script().lastRun().policy, api::Policy::onDemand);
    EXPECT_EQ(test.script().lastRun().eviction, api::Eviction::fifo);
    EXPECT_EQ(test.script().lastRun().dtype, api::DType::bf16);
}

TEST(Run, WhatCannotBeChosenSaysWhy)
{
    WindowUnderTest test;
    test.loadAll();
    test.studio().nextRun().setPolicyByUser(api::Policy::onDemand);
    ui::OptionBox& eviction = optionBox(test, QStringLiteral("Eviction"));
    const int lookahead = eviction.findText(QStringLiteral("lookahead"));
    EXPECT_FALSE(eviction.model()->flags(eviction.model()->index(lookahead, 0)).testFlag(Qt::ItemIsEnabled));
    EXPECT_EQ(
        eviction.itemData(lookahead, Qt::ToolTipRole).toString(),
        QStringLiteral("Only policy sida knows what comes next"));
}

TEST(Run, EveryRunIsRecordedUnderANameOfItsOwn)
{
    WindowUnderTest test;
    test.loadAll();
    test.startAndWait();
    ASSERT_TRUE(test.untilIdle());
    const QString name = test.window().statusPanel().sessionText();
    EXPECT_TRUE(name.startsWith(QStringLiteral("switch-base-64-")));
    EXPECT_TRUE(name.endsWith(QStringLiteral("-1.sida")));
    EXPECT_EQ(test.studio().sessions().all().front().path, test.studio().sessionPath());
    QFile(test.studio().sessionPath()).open(QIODevice::WriteOnly);
    test.startAndWait();
    ASSERT_TRUE(test.untilIdle());
    EXPECT_TRUE(test.window().statusPanel().sessionText().endsWith(QStringLiteral("-2.sida")));
}

TEST(Run, StopAnswersAndKeepsWhatWasRecorded)
{
    WindowUnderTest test;
    test.loadAll();
    test.window().showStartPage(false);
    test.script().runGate.close();
    test.script().runGate.admit(7);
    test.startAndWait();
    ASSERT_TRUE(test.until([&] { return test.studio().recording().rows().batches.size() == 7; }));
    EXPECT_EQ(primaryButton(test).text(), QStringLiteral("Stop  Shift+F5"));
    EXPECT_EQ(test.window().statusPanel().progressText(), QStringLiteral("batch 7 of 40, 33 s left"));
    QTest::mouseClick(&primaryButton(test), Qt::LeftButton);
    EXPECT_EQ(primaryButton(test).text(), QStringLiteral("Stopping..."));
    ASSERT_TRUE(test.untilIdle());
    EXPECT_EQ(test.studio().recordingState(), api::RecordingState::stopped);
    EXPECT_EQ(test.studio().recording().rows().batches.size(), 7u);
    EXPECT_EQ(test.window().statusPanel().stateText(), QStringLiteral("Stopped"));
    EXPECT_EQ(test.studio().sessions().all().front().state, QStringLiteral("stopped"));
}

TEST(Run, NothingCanBeOpenedWhileItGoesOnAndTheReasonIsGiven)
{
    WindowUnderTest test;
    test.loadAll();
    test.script().runGate.close();
    test.studio().start();
    ASSERT_TRUE(test.until([&] { return test.studio().activity() == ui::Activity::running; }));
    EXPECT_FALSE(test.window().actions().openModel->isEnabled());
    test.studio().open({test.file(QStringLiteral("old.sida"), api::PathKind::session)});
    ASSERT_TRUE(test.window().banner().isVisible());
    EXPECT_THAT(test.window().banner().message().toStdString(), testing::HasSubstr("stop it first"));
}

TEST(Run, AFailureIsToldWithItsReasonAndTheRowsStay)
{
    auto script = makeScript();
    script->runError = Error{ErrorKind::io, "night.sida: the disk is full; free some space and start again"};
    WindowUnderTest test(script);
    test.loadAll();
    test.startAndWait();
    ASSERT_TRUE(test.untilIdle());
    EXPECT_EQ(test.window().banner().message().toStdString(), script->runError->message);
    EXPECT_EQ(test.window().banner().actionButton()->text(), QStringLiteral("Start again"));
    EXPECT_EQ(test.window().statusPanel().stateText(), QStringLiteral("Failed"));
    EXPECT_EQ(test.studio().recording().rows().batches.size(), script->recording->rows.batches.size());
}

TEST(Run, TheDemoLoadsWhatItNeedsAndRunsUnderThirtyPercent)
{
    WindowUnderTest test;
    test.window().actions().demo->trigger();
    ASSERT_TRUE(test.until([&] { return test.script().runs == 1; }));
    ASSERT_TRUE(test.untilIdle());
    EXPECT_EQ(test.script().lastRun().policy, api::Policy::sida);
    EXPECT_EQ(test.script().lastRun().budget, units::Budget::ofShare(0.3));
    EXPECT_EQ(test.studio().recordingState(), api::RecordingState::complete);
}

TEST(Samples, TheTableShowsTheRowsOfTheRecordingExactly)
{
    WindowUnderTest test;
    test.studio().openSession(test.file(QStringLiteral("old.sida"), api::PathKind::session));
    ASSERT_TRUE(test.until([&] { return test.studio().recording().hasRun(); }));
    ui::SamplesModel model(&test.studio().recording());
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    const auto& samples = test.script().recording->rows.samples;
    ASSERT_EQ(model.rowCount(), static_cast<int>(samples.size()));
    ASSERT_FALSE(samples.empty());
    int right = 0;
    for (int row = 0; row < model.rowCount(); ++row) {
        const api::SampleRow& sample = samples[static_cast<std::size_t>(row)];
        EXPECT_EQ(cell(model, row, ui::SamplesModel::sample), units::formatCount(sample.index));
        EXPECT_EQ(cell(model, row, ui::SamplesModel::batch), units::formatCount(sample.batch));
        EXPECT_EQ(cell(model, row, ui::SamplesModel::tokens), units::formatCount(sample.tokens));
        EXPECT_EQ(cell(model, row, ui::SamplesModel::label), std::to_string(sample.label));
        EXPECT_EQ(cell(model, row, ui::SamplesModel::prediction), std::to_string(sample.prediction));
        EXPECT_EQ(
            cell(model, row, ui::SamplesModel::verdict),
            sample.label == sample.prediction ? "right" : "wrong");
        right += sample.label == sample.prediction ? 1 : 0;
    }
    EXPECT_EQ(model.right(), right);
    EXPECT_EQ(model.judged(), static_cast<int>(samples.size()));
}

TEST(Samples, ALiveRunAddsRowsWithoutLosingAny)
{
    WindowUnderTest test;
    ui::SamplesModel model(&test.studio().recording());
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    test.loadAll();
    test.startAndWait();
    ASSERT_TRUE(test.untilIdle());
    EXPECT_EQ(model.rowCount(), static_cast<int>(test.script().recording->rows.samples.size()));
    test.startAndWait();
    ASSERT_TRUE(test.untilIdle());
    EXPECT_EQ(model.rowCount(), static_cast<int>(test.script().recording->rows.samples.size()));
}

TEST(Samples, WithoutLabelsThereIsNoVerdict)
{
    ui::RecordingModel recording;
    recording.reset({});
    auto chunk = std::make_shared<api::RecordingChunk>();
    chunk->samples.push_back({});
    recording.append(chunk);
    const ui::SamplesModel model(&recording);
    ASSERT_EQ(model.rowCount(), 1);
    EXPECT_EQ(cell(model, 0, ui::SamplesModel::label), "-");
    EXPECT_EQ(cell(model, 0, ui::SamplesModel::verdict), "-");
    EXPECT_EQ(model.judged(), 0);
}

TEST(Summary, ShowsTheContractsFiguresOfTheRecording)
{
    WindowUnderTest test;
    test.studio().openSession(test.file(QStringLiteral("old.sida"), api::PathKind::session));
    ASSERT_TRUE(test.until([&] { return test.studio().figures().has_value(); }));
    const api::Figures figures = api::computeFigures(*test.script().recording);
    const ui::SummaryModel& summary = *test.window().workbench().summary()->model();
    const auto shown
        = [&](const char* name) { return summary.valueOf(QString::fromLatin1(name)).toStdString(); };
    EXPECT_EQ(shown("Samples"), units::formatCount(figures.samples));
    EXPECT_EQ(shown("Samples/s"), units::formatNumber(figures.samplesPerSecond));
    EXPECT_EQ(shown("Tokens/s"), units::formatNumber(figures.tokensPerSecond));
    EXPECT_EQ(
        shown("Latency of a batch, p95"), units::formatDuration(std::llround(figures.latencyP95Ms * 1e6)));
    EXPECT_EQ(shown("Peak"), units::formatBytes(figures.peakBytes));
    EXPECT_EQ(shown("Saving"), units::formatPercent(figures.saving));
    EXPECT_EQ(shown("Uses"), units::formatCount(figures.uses));
    EXPECT_EQ(
        shown("Hits"),
        units::formatCount(figures.outcomes[0]) + " (" + units::formatPercent(api::hitRate(figures)) + ")");
    EXPECT_EQ(shown("Copied"), units::formatBytes(figures.transferBytes));
    EXPECT_EQ(shown("Wasted"), units::formatBytes(figures.wastedBytes));
    EXPECT_EQ(shown("All stalls"), units::formatDuration(std::llround(figures.stallMs * 1e6)));
    EXPECT_EQ(shown("Hash-hit rate"), units::formatNumber(figures.hashHitRate));
    EXPECT_THAT(
        test.window().workbench().summary()->asText().toStdString(),
        testing::HasSubstr("Uses\t" + units::formatCount(figures.uses)));
}

TEST(Training, EachEpochAppearsAndThePredictorIsLoadedAtTheEnd)
{
    WindowUnderTest test;
    test.loadAll();
    const int before = test.script().predictorLoads;
    test.window().actions().train->trigger();
    ui::TrainingDialog& dialog = *test.window().trainingDialog();
    dialog.epochs()->setValue(8);
    dialog.output()->setText(test.folder() + QStringLiteral("/made/here.safetensors"));
    QTest::mouseClick(dialog.startButton(), Qt::LeftButton);
    ASSERT_TRUE(test.until([&] { return test.script().predictorLoads == before + 1; }));
    ASSERT_TRUE(test.untilIdle());
    EXPECT_EQ(test.script().lastTraining().epochs, 8);
    EXPECT_EQ(test.script().lastTraining().output.filename(), "here.safetensors");
    ASSERT_EQ(dialog.table()->rowCount(), 8);
    EXPECT_EQ(
        dialog.table()->item(7, 1)->text().toStdString(), units::formatNumber(test.script().epochs[7].loss));
    EXPECT_EQ(
        dialog.table()->item(7, 3)->text().toStdString(),
        units::formatNumber(test.script().epochs[7].heldOutTop3));
    EXPECT_EQ(test.studio().nextRun().predictor()->path.filename(), "here.safetensors");
}

TEST(Training, CanBeCancelledAndSaysThatNothingWasWritten)
{
    WindowUnderTest test;
    test.loadAll();
    const int before = test.script().predictorLoads;
    test.script().trainGate.close();
    test.script().trainGate.admit(2);
    test.window().actions().train->trigger();
    ui::TrainingDialog& dialog = *test.window().trainingDialog();
    QTest::mouseClick(dialog.startButton(), Qt::LeftButton);
    ASSERT_TRUE(test.until([&] { return dialog.table()->rowCount() == 2; }));
    EXPECT_EQ(test.window().statusPanel().stateText(), QStringLiteral("Training"));
    EXPECT_FALSE(dialog.startButton()->isEnabled());
    QTest::mouseClick(dialog.cancelButton(), Qt::LeftButton);
    ASSERT_TRUE(test.untilIdle());
    EXPECT_EQ(dialog.stateText(), QStringLiteral("Cancelled. Nothing was written"));
    EXPECT_EQ(test.script().predictorLoads, before);
    EXPECT_TRUE(dialog.startButton()->isEnabled());
    EXPECT_FALSE(test.window().banner().isVisible());
}

} // namespace sida::gui_test
