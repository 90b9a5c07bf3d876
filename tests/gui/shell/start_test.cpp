// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/shell/window_under_test.h"
#include "ui/run/part_texts.h"
#include "ui/sessions/next_run_table.h"
#include "ui/sessions/recent_model.h"
#include "ui/sessions/start_page.h"
#include "ui/shell/banner.h"
#include "ui/shell/status_panel.h"
#include "ui/theme/theme_manager.h"

#include <QDropEvent>
#include <QImage>
#include <QMimeData>
#include <QPushButton>
#include <QTest>
#include <QUrl>
#include <gmock/gmock.h>

namespace sida::gui_test
{

namespace
{

using ui::Part;
using ui::Readiness;

std::vector<Readiness> readiness(WindowUnderTest& test)
{
    std::vector<Readiness> all;
    for (const Part part : {Part::model, Part::dataset, Part::predictor, Part::device, Part::budget})
        all.push_back(test.studio().nextRun().status(part).readiness);
    return all;
}

/// The enabled buttons of the start page that are painted in the accent colour.
std::vector<QString> accented(WindowUnderTest& test)
{
    std::vector<QString> texts;
    const QColor accent = ui::ThemeManager::instance().theme().color(ui::Role::accent);
    for (QPushButton* button : test.window().startPage().findChildren<QPushButton*>()) {
        const QImage picture = button->grab().toImage();
        if (button->isVisible() && picture.pixelColor(picture.width() / 2, 3) == accent)
            texts.push_back(button->accessibleName().isEmpty() ? button->text() : button->accessibleName());
    }
    return texts;
}

void drop(WindowUnderTest& test, const QStringList& paths)
{
    QMimeData data;
    QList<QUrl> urls;
    for (const QString& path : paths)
        urls << QUrl::fromLocalFile(path);
    data.setUrls(urls);
    QDragEnterEvent enter(QPoint(300, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&test.window(), &enter);
    EXPECT_TRUE(enter.isAccepted());
    QDropEvent event(QPointF(300, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&test.window(), &event);
    EXPECT_TRUE(event.isAccepted());
}

} // namespace

TEST(StartPage, AFirstStartSaysWhatIsMissingAndAccentsOnlyTheNextStep)
{
    WindowUnderTest test;
    ASSERT_TRUE(test.untilIdle());
    EXPECT_TRUE(test.window().showsStartPage());
    EXPECT_THAT(
        readiness(test),
        testing::ElementsAre(
            Readiness::missing, Readiness::missing, Readiness::optional, Readiness::ready,
            Readiness::optional));
    EXPECT_THAT(
        accented(test), testing::ElementsAre(QStringLiteral("Model: missing, None chosen. Choose...")));
    QPushButton* start = test.window().startPage().startButton();
    EXPECT_FALSE(start->isEnabled());
    EXPECT_EQ(start->toolTip(), QStringLiteral("Choose a model to start"));
}

TEST(StartPage, TheAccentGoesFromStepToStepUntilTheRunCanStart)
{
    WindowUnderTest test;
    test.studio().openModel(test.file(QStringLiteral("model"), api::PathKind::model));
    ASSERT_TRUE(test.untilIdle());
    EXPECT_THAT(accented(test), testing::ElementsAre(testing::Truly([](const QString& text) {
                    return text.startsWith(QStringLiteral("Dataset: missing"));
                })));
    test.studio().openDataset(test.file(QStringLiteral("dev.tsv"), api::PathKind::dataset));
    ASSERT_TRUE(test.untilIdle());
    EXPECT_THAT(accented(test), testing::ElementsAre(QStringLiteral("Start run  F5")));
}

TEST(StartPage, WithoutAPredictorARunIsOnDemandAndWithOneItIsSida)
{
    WindowUnderTest test;
    test.studio().openModel(test.file(QStringLiteral("model"), api::PathKind::model));
    ASSERT_TRUE(test.untilIdle());
    EXPECT_EQ(test.studio().nextRun().options().policy, api::Policy::onDemand);
    test.loadAll();
    EXPECT_EQ(test.studio().nextRun().options().policy, api::Policy::sida);
    EXPECT_EQ(test.studio().nextRun().options().eviction, api::Eviction::lookahead);
}

TEST(StartPage, PathsOfEveryKindAreToldApartAndLoadedModelFirst)
{
    WindowUnderTest test;
    test.studio().open(
        {test.file(QStringLiteral("p.safetensors"), api::PathKind::predictor),
         test.file(QStringLiteral("dev.tsv"), api::PathKind::dataset),
         test.file(QStringLiteral("model"), api::PathKind::model)});
    ASSERT_TRUE(
        test.until([&] { return test.studio().nextRun().predictor() && test.studio().nextRun().plan(); }));
    EXPECT_TRUE(test.studio().nextRun().model());
    EXPECT_TRUE(test.studio().nextRun().dataset());
    EXPECT_TRUE(test.studio().nextRun().canStart());
}

TEST(StartPage, ADatasetChosenBeforeTheModelWaitsForIt)
{
    WindowUnderTest test;
    ASSERT_TRUE(test.untilIdle());
    test.studio().open({test.file(QStringLiteral("dev.tsv"), api::PathKind::dataset)});
    ASSERT_TRUE(test.until(
        [&] { return test.studio().nextRun().status(Part::dataset).readiness == Readiness::waiting; }));
    EXPECT_EQ(test.script().datasetLoads, 0);
    EXPECT_EQ(test.studio().nextRun().nextStep(), Part::model);
    test.studio().openModel(test.file(QStringLiteral("model"), api::PathKind::model));
    ASSERT_TRUE(test.until([&] { return test.studio().nextRun().canStart(); }));
    EXPECT_EQ(test.script().datasetLoads, 1);
    EXPECT_EQ(test.studio().nextRun().dataset()->path.filename(), "dev.tsv");
}

TEST(StartPage, FilesDroppedAnywhereOnTheWindowAreOpened)
{
    WindowUnderTest test;
    drop(
        test,
        {test.file(QStringLiteral("model"), api::PathKind::model),
         test.file(QStringLiteral("dev.tsv"), api::PathKind::dataset)});
    ASSERT_TRUE(test.until([&] { return test.studio().nextRun().dataset() != nullptr; }));
    EXPECT_TRUE(test.studio().nextRun().model());
}

TEST(StartPage, ADroppedSessionIsShownAndListedWithItsFigures)
{
    WindowUnderTest test;
    const QString path = test.file(QStringLiteral("old.sida"), api::PathKind::session);
    drop(test, {path});
    ASSERT_TRUE(test.until([&] { return test.studio().recording().hasRun(); }));
    EXPECT_FALSE(test.window().showsStartPage());
    ASSERT_EQ(test.studio().sessions().all().size(), 1u);
    const ui::RecentSession& session = test.studio().sessions().all().front();
    const api::Figures figures = api::computeFigures(*test.script().recording);
    EXPECT_EQ(session.path, path);
    EXPECT_EQ(session.budgetBytes, figures.budgetBytes);
    EXPECT_DOUBLE_EQ(session.samplesPerSecond, figures.samplesPerSecond);
    EXPECT_DOUBLE_EQ(session.hitRate, api::hitRate(figures));
}

TEST(StartPage, ASessionThatWasNotClosedSaysSo)
{
    auto script = makeScript();
    auto recovered = std::make_shared<api::Recording>(*script->recording);
    recovered->state = api::RecordingState::recovered;
    script->recording = recovered;
    WindowUnderTest test(script);
    test.studio().openSession(test.file(QStringLiteral("night.sida"), api::PathKind::session));
    ASSERT_TRUE(test.until([&] { return test.window().banner().isVisible(); }));
    EXPECT_THAT(
        test.window().banner().message().toStdString(),
        testing::HasSubstr("night.sida was not closed properly: 40 batches were recovered"));
}

TEST(StartPage, ABadFileIsReportedAboveTheWorkAndNothingElseChanges)
{
    auto script = makeScript();
    script->modelError
        = Error{ErrorKind::badInput, "model/config.json: expected an object, found the end; copy it again"};
    WindowUnderTest test(script);
    test.studio().openModel(test.file(QStringLiteral("model"), api::PathKind::model));
    ASSERT_TRUE(test.until([&] { return test.window().banner().isVisible(); }));
    EXPECT_EQ(test.window().banner().message().toStdString(), script->modelError->message);
    EXPECT_EQ(test.window().banner().actionButton()->text(), QStringLiteral("Choose another model..."));
    EXPECT_EQ(test.studio().nextRun().status(Part::model).readiness, Readiness::failed);
    ASSERT_TRUE(test.untilIdle());
    test.window().banner().dismissButton()->click();
    EXPECT_FALSE(test.window().banner().isVisible());
}

TEST(StartPage, AFailedLoadKeepsTheModelThatWasThere)
{
    WindowUnderTest test;
    test.loadAll();
    test.script().modelError = Error{ErrorKind::badInput, "broken"};
    test.studio().openModel(test.file(QStringLiteral("other"), api::PathKind::model));
    ASSERT_TRUE(test.until([&] { return test.window().banner().isVisible(); }));
    ASSERT_TRUE(test.untilIdle());
    EXPECT_TRUE(test.studio().nextRun().canStart());
    EXPECT_EQ(test.studio().nextRun().model()->path.filename(), "model");
}

TEST(StartPage, WhatIsNoneOfTheKindsIsNamed)
{
    WindowUnderTest test;
    test.studio().open({test.folder() + QStringLiteral("/holiday.jpg")});
    ASSERT_TRUE(test.until([&] { return test.window().banner().isVisible(); }));
    EXPECT_THAT(test.window().banner().message().toStdString(), testing::HasSubstr("holiday.jpg"));
}

TEST(StartPage, LoadingSaysHowFarItIsAndCanBeStopped)
{
    WindowUnderTest test;
    test.script().modelGate.close();
    test.studio().openModel(test.file(QStringLiteral("model"), api::PathKind::model));
    ASSERT_TRUE(test.until([&] { return test.studio().progress().has_value(); }));
    EXPECT_EQ(test.window().statusPanel().stateText(), QStringLiteral("Loading"));
    EXPECT_EQ(test.window().statusPanel().progressText(), QStringLiteral("Loading experts 1 of 4, 3 s left"));
    EXPECT_EQ(test.studio().nextRun().status(Part::model).readiness, Readiness::loading);
    test.studio().stop();
    ASSERT_TRUE(test.untilIdle());
    EXPECT_EQ(test.studio().nextRun().status(Part::model).readiness, Readiness::missing);
    EXPECT_FALSE(test.window().banner().isVisible());
}

TEST(StartPage, APredictorOfAnotherModelIsNotUsed)
{
    auto script = makeScript();
    script->predictor.modelIdentity = "another";
    WindowUnderTest test(script);
    test.loadAll();
    EXPECT_EQ(test.studio().nextRun().options().policy, api::Policy::onDemand);
    EXPECT_THAT(
        test.studio().nextRun().status(Part::predictor).detail.toStdString(),
        testing::HasSubstr("trained for another model"));
}

TEST(StartPage, RecentSessionsAreStillThereAfterARestart)
{
    WindowUnderTest test;
    test.studio().openSession(test.file(QStringLiteral("old.sida"), api::PathKind::session));
    ASSERT_TRUE(test.until([&] { return !test.studio().sessions().all().empty(); }));
    const ui::RecentSession before = test.studio().sessions().all().front();
    test.reopen();
    ASSERT_EQ(test.studio().sessions().all().size(), 1u);
    EXPECT_EQ(test.studio().sessions().all().front().path, before.path);
    EXPECT_DOUBLE_EQ(test.studio().sessions().all().front().hitRate, before.hitRate);
}

TEST(RecentModel, TellsDaysTheWayPeopleDo)
{
    const QDateTime now(QDate(2026, 11, 22), QTime(18, 0));
    EXPECT_EQ(
        ui::whenText(QDateTime(QDate(2026, 11, 22), QTime(10, 42)), now), QStringLiteral("today 10:42"));
    EXPECT_EQ(ui::whenText(QDateTime(QDate(2026, 11, 21), QTime(23, 59)), now), QStringLiteral("yesterday"));
    EXPECT_EQ(ui::whenText(QDateTime(QDate(2026, 11, 20), QTime(1, 0)), now), QStringLiteral("20 Nov"));
    EXPECT_EQ(ui::whenText(QDateTime(QDate(2025, 11, 20), QTime(1, 0)), now), QStringLiteral("20 Nov 2025"));
}

} // namespace sida::gui_test
