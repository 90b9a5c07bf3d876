// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/shell/window_under_test.h"
#include "ui/predictor/guess_model.h"
#include "ui/predictor/predictor_view.h"
#include "ui/run/option_box.h"
#include "ui/run/run_panel.h"
#include "ui/shell/banner.h"
#include "ui/shell/export_dialog.h"
#include "ui/shell/main_actions.h"
#include "ui/shell/settings_dialog.h"
#include "ui/shell/summary_view.h"
#include "ui/shell/training_dialog.h"
#include "ui/shell/verdict.h"
#include "ui/shell/workbench.h"
#include "ui/theme/theme_manager.h"
#include "ui/timeline/timeline_view.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QFile>
#include <QImage>
#include <QLineEdit>
#include <QPushButton>
#include <QTest>
#include <gtest/gtest.h>

namespace sida::gui_test
{

namespace
{

void openSession(WindowUnderTest& test)
{
    test.studio().openSession(test.file(QStringLiteral("old.sida"), api::PathKind::session));
    test.until([&] { return test.studio().recording().hasRun(); });
    test.untilIdle();
}

template <typename Dialog>
Dialog* shown(WindowUnderTest& test)
{
    return test.window().findChild<Dialog*>();
}

QByteArray contentOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

api::Figures figuresWith(double stallMs, api::StallCause cause)
{
    api::Figures figures;
    figures.batches = 10;
    figures.latencyMeanMs = 10;
    figures.seconds = 0.1;
    figures.stallMs = stallMs;
    figures.stallMsByCause[static_cast<std::size_t>(cause)] = stallMs;
    return figures;
}

} // namespace

TEST(Export, writesAViewAsPixelsOrAsLines)
{
    WindowUnderTest test;
    openSession(test);
    for (const QString& ending : {QStringLiteral("png"), QStringLiteral("svg")}) {
        test.window().actions().exportPicture->trigger();
        auto* dialog = shown<ui::ExportDialog>(test);
        ASSERT_TRUE(dialog);
        EXPECT_TRUE(dialog->file()->text().endsWith(QStringLiteral("old-timeline.png")))
            << dialog->file()->text().toStdString();
        const QString path = test.folder() + QStringLiteral("/timeline.") + ending;
        dialog->file()->setText(path);
        dialog->accept();
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        EXPECT_TRUE(test.window().banner().message().contains(path));
        if (ending == QStringLiteral("png")) {
            EXPECT_EQ(QImage(path).size(), test.window().workbench().timeline()->size());
            continue;
        }
        const QByteArray svg = contentOf(path);
        EXPECT_TRUE(svg.contains("<svg"));
        EXPECT_FALSE(svg.contains("<image x")) << "lines, not a picture in a picture";
        EXPECT_TRUE(svg.contains("Hash building"));
    }
}

TEST(Export, aPlaceThatCannotBeWrittenIsSaidAndTheDialogStays)
{
    WindowUnderTest test;
    openSession(test);
    test.window().actions().exportPicture->trigger();
    auto* dialog = shown<ui::ExportDialog>(test);
    ASSERT_TRUE(dialog);
    dialog->file()->setText(QStringLiteral("/proc/nowhere/picture.png"));
    dialog->accept();
    EXPECT_TRUE(dialog->isVisible());
    EXPECT_TRUE(test.window().banner().message().contains(QStringLiteral("/proc/nowhere/picture.png")));
}

TEST(Settings, areAppliedAndRemembered)
{
    WindowUnderTest test;
    test.window().actions().settings->trigger();
    auto* dialog = shown<ui::SettingsDialog>(test);
    ASSERT_TRUE(dialog);
    dialog->theme()->setCurrentIndex(static_cast<int>(ui::ThemeChoice::dark));
    dialog->sessions()->setText(test.folder() + QStringLiteral("/elsewhere"));
    dialog->hints()->setChecked(true);
    dialog->accept();
    EXPECT_TRUE(ui::ThemeManager::instance().theme().isDark());
    EXPECT_EQ(
        test.settings().value(QLatin1String(ui::SettingsDialog::kSessions)).toString(),
        test.folder() + QStringLiteral("/elsewhere"));
    openSession(test);
    EXPECT_TRUE(test.window().banner().message().contains(QStringLiteral("Why was a batch slow?")));
    ui::ThemeManager::instance().setChoice(ui::ThemeChoice::light);
}

TEST(Settings, hintsThatAreOffStayAway)
{
    WindowUnderTest test; // they are off in it
    openSession(test);
    EXPECT_FALSE(test.window().banner().isVisible());
}

TEST(Evaluation, isAskedForShownAndExplainedWhenItFails)
{
    WindowUnderTest test;
    ui::PredictorView& view = *test.window().workbench().predictor();
    view.showPage(ui::PredictorView::Page::baselines);
    EXPECT_FALSE(view.evaluateButton()->isEnabled());
    EXPECT_EQ(view.evaluateButton()->toolTip(), QStringLiteral("Open a model"));
    test.loadAll();
    ASSERT_TRUE(test.untilIdle());
    EXPECT_TRUE(view.evaluateButton()->isEnabled());
    test.script().evaluateGate.close();
    view.evaluateButton()->click();
    EXPECT_TRUE(test.until([&] { return test.studio().activity() == ui::Activity::evaluating; }));
    EXPECT_FALSE(view.evaluateButton()->isEnabled());
    test.script().evaluateGate.open();
    ASSERT_TRUE(test.until([&] { return view.guesses()->rowCount() == 5; }));
    EXPECT_EQ(view.guesses()->index(3, 0).data().toString(), QStringLiteral("shadow"));
    ASSERT_TRUE(test.untilIdle());
    test.script().evaluateError = Error{ErrorKind::io, "train.tsv: cannot be read"};
    view.guesses()->setResult(nullptr);
    view.evaluateButton()->click();
    EXPECT_TRUE(test.until([&] { return view.message() == QStringLiteral("train.tsv: cannot be read"); }));
}

TEST(Evaluation, canBeStopped)
{
    WindowUnderTest test;
    test.loadAll();
    ASSERT_TRUE(test.untilIdle());
    test.script().evaluateGate.close();
    ui::PredictorView& view = *test.window().workbench().predictor();
    view.showPage(ui::PredictorView::Page::baselines);
    view.evaluateButton()->click();
    ASSERT_TRUE(test.until([&] { return test.studio().activity() == ui::Activity::evaluating; }));
    test.window().actions().stop->trigger();
    ASSERT_TRUE(test.untilIdle());
    EXPECT_EQ(view.message(), QStringLiteral("The evaluation was stopped."));
    EXPECT_TRUE(view.evaluateButton()->isEnabled());
}

TEST(RunPanel, anotherTaskReadsTheDatasetAnewAndWhatTheModelCannotDoIsGreyed)
{
    WindowUnderTest test;
    test.loadAll();
    ASSERT_TRUE(test.untilIdle());
    test.window().showStartPage(false);
    ui::OptionBox* task = nullptr;
    for (auto* box : test.window().workbench().runPanel()->findChildren<ui::OptionBox*>())
        if (box->accessibleName() == QStringLiteral("Task"))
            task = box;
    ASSERT_TRUE(task);
    const int loads = test.script().datasetLoads;
    task->setValue(static_cast<int>(api::Task::text));
    Q_EMIT task->chosen();
    ASSERT_TRUE(test.until([&] { return test.script().datasetLoads == loads + 1; }));
    ASSERT_TRUE(test.untilIdle());
    EXPECT_EQ(test.script().lastDataset().task, api::Task::text);
    const int seq2seq = task->findData(static_cast<int>(api::Task::seq2seq));
    EXPECT_FALSE(task->model()->flags(task->model()->index(seq2seq, 0)) & Qt::ItemIsEnabled)
        << "this model has no decoder";
}

TEST(Training, takesTheKindThatWasChosenAndShowsItsCurveInTheWindow)
{
    WindowUnderTest test;
    test.loadAll();
    ASSERT_TRUE(test.untilIdle());
    test.window().actions().train->trigger();
    ui::TrainingDialog* dialog = test.window().trainingDialog();
    ASSERT_TRUE(dialog);
    dialog->kind()->setValue(api::PredictorKind::shadow);
    dialog->startButton()->click();
    ASSERT_TRUE(test.until([&] { return test.script().trainings == 1; }));
    ASSERT_TRUE(test.untilIdle());
    EXPECT_EQ(test.script().lastTraining().kind, api::PredictorKind::shadow);
    EXPECT_EQ(test.window().workbench().predictor()->page(), ui::PredictorView::Page::training);
}

TEST(Verdict, namesWhatLimitedTheRunByItsRules)
{
    api::RunHeader header;
    header.policy = api::Policy::sida;
    EXPECT_TRUE(ui::verdictText(header, {}).contains(QStringLiteral("nothing to judge")));
    EXPECT_TRUE(ui::verdictText(header, figuresWith(1, api::StallCause::late))
                    .startsWith(QStringLiteral("Computation was the limit")));
    const QString late = ui::verdictText(header, figuresWith(40, api::StallCause::late));
    EXPECT_TRUE(late.startsWith(QStringLiteral("It waited for experts 40.0 % of the time, 100 % of that")))
        << late.toStdString();
    EXPECT_TRUE(late.contains(QStringLiteral("lookahead")));
    api::Figures full = figuresWith(61, api::StallCause::busSaturated);
    full.transferSeconds = 0.095;
    full.prefetchedBytes = 100;
    full.wastedBytes = 20;
    const QString bus = ui::verdictText(header, full);
    EXPECT_TRUE(bus.contains(QStringLiteral("larger budget")));
    EXPECT_TRUE(bus.contains(QStringLiteral("The bus copied 95.0 % of the time")));
    EXPECT_TRUE(bus.contains(QStringLiteral("20.0 % of what was copied ahead")));
}

TEST(Summary, leadsWithTheVerdict)
{
    WindowUnderTest test;
    openSession(test);
    EXPECT_FALSE(test.window().workbench().summary()->verdict().isEmpty());
    EXPECT_TRUE(test.window().workbench().summary()->asText().startsWith(
        test.window().workbench().summary()->verdict()));
}

} // namespace sida::gui_test
