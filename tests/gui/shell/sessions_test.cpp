// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/shell/window_under_test.h"
#include "ui/compare/compare_window.h"
#include "ui/replay/replay_plot.h"
#include "ui/replay/replay_window.h"
#include "ui/report/report_view.h"
#include "ui/report/report_window.h"
#include "ui/sessions/recent_model.h"
#include "ui/sessions/recent_table.h"
#include "ui/sessions/start_page.h"
#include "ui/shell/banner.h"
#include "ui/shell/main_actions.h"
#include "ui/shell/session_windows.h"

#include <QAction>
#include <QDir>
#include <QFile>
#include <QItemSelectionModel>
#include <QMenu>
#include <QPushButton>
#include <QTableView>
#include <QTest>
#include <gtest/gtest.h>

namespace sida::gui_test
{

namespace
{

/// A file that is there and that the engine takes for a session.
QString sessionFile(WindowUnderTest& test, const QString& name)
{
    const QString path = test.file(name, api::PathKind::session);
    QFile file(path);
    EXPECT_TRUE(file.open(QIODevice::WriteOnly));
    file.write("session");
    return path;
}

void open(WindowUnderTest& test, const QString& path)
{
    test.studio().openSession(path);
    ASSERT_TRUE(test.until([&] { return test.studio().sessionPath() == path; }));
    ASSERT_TRUE(test.untilIdle());
}

QString listed(WindowUnderTest& test, int row, int column)
{
    return test.window().startPage().recent()->table()->model()->index(row, column).data().toString();
}

void answer(WindowUnderTest& test, const QString& text)
{
    test.window().startPage().recent()->setQuestion(
        [text](QWidget*, const QString&, const QString&, const QString&) { return std::optional(text); });
}

} // namespace

TEST(SessionWindows, AreThereOnceARunIsShown)
{
    WindowUnderTest test;
    EXPECT_FALSE(test.window().actions().replay->isEnabled());
    EXPECT_FALSE(test.window().actions().report->isEnabled());
    EXPECT_TRUE(test.window().actions().compare->isEnabled());
    open(test, sessionFile(test, QStringLiteral("a.sida")));
    EXPECT_TRUE(test.window().actions().replay->isEnabled());
    EXPECT_TRUE(test.window().actions().report->isEnabled());
}

TEST(SessionWindows, ShortcutsOpenThem)
{
    WindowUnderTest test;
    open(test, sessionFile(test, QStringLiteral("a.sida")));
    QTest::keyClick(&test.window(), Qt::Key_W, Qt::ControlModifier | Qt::ShiftModifier);
    ASSERT_TRUE(test.window().sessionWindows().replay());
    EXPECT_TRUE(test.window().sessionWindows().replay()->isVisible());
    QTest::keyClick(&test.window(), Qt::Key_C, Qt::ControlModifier | Qt::ShiftModifier);
    ASSERT_TRUE(test.window().sessionWindows().compareWindow());
    EXPECT_TRUE(test.window().sessionWindows().compareWindow()->isVisible());
    QTest::keyClick(&test.window(), Qt::Key_R, Qt::ControlModifier);
    ASSERT_TRUE(test.window().sessionWindows().report());
    ui::ReportWindow* report = test.window().sessionWindows().report();
    ASSERT_TRUE(test.until([&] { return report->view()->document().has_value(); }));
    EXPECT_TRUE(report->view()->document()->text().contains(QStringLiteral("a.sida")));
}

TEST(SessionWindows, CompareBeginsWithTheShownSessionAndTakesMore)
{
    WindowUnderTest test;
    const QString a = sessionFile(test, QStringLiteral("a.sida"));
    const QString b = sessionFile(test, QStringLiteral("b.sida"));
    open(test, a);
    test.window().actions().compare->trigger();
    ui::CompareWindow* window = test.window().sessionWindows().compareWindow();
    EXPECT_EQ(window->paths(), QStringList{a});
    test.window().sessionWindows().askForSessions = [b](QWidget*) { return QStringList{b}; };
    Q_EMIT window->sessionsWanted();
    ASSERT_TRUE(test.until([&] { return window->runs() != nullptr; }));
    EXPECT_EQ(window->paths(), (QStringList{a, b}));
    QTest::mouseClick(window->reportButton(), Qt::LeftButton);
    ui::ReportWindow* report = test.window().sessionWindows().report();
    ASSERT_TRUE(test.until([&] { return report->view()->document().has_value(); }));
    EXPECT_TRUE(report->view()->document()->text().contains(QStringLiteral("b.sida")));
}

TEST(SessionWindows, SaveAsWritesTheSessionAgain)
{
    WindowUnderTest test;
    open(test, sessionFile(test, QStringLiteral("a.sida")));
    const QString target = test.folder() + QStringLiteral("/copy.sida");
    test.window().sessionWindows().askForPlace = [target](QWidget*, const QString&) { return target; };
    test.window().actions().saveCopy->trigger();
    ASSERT_TRUE(test.until([&] { return QFile::exists(target); }));
    ASSERT_TRUE(test.until([&] { return test.window().banner().message().contains(target); }));
    test.window().actions().saveCopy->trigger(); // it is there now, which this fake refuses
    ASSERT_TRUE(test.until([&] { return !test.window().banner().message().contains(target); }));
}

TEST(SessionList, RenamesTheFileAndTheEntry)
{
    WindowUnderTest test;
    const QString a = sessionFile(test, QStringLiteral("a.sida"));
    open(test, a);
    test.window().showStartPage(true);
    ui::RecentTable* list = test.window().startPage().recent();
    list->table()->selectRow(0);
    answer(test, QStringLiteral("better name"));
    list->renameAction()->trigger();
    EXPECT_FALSE(QFile::exists(a));
    EXPECT_TRUE(QFile::exists(test.folder() + QStringLiteral("/better name.sida")));
    EXPECT_EQ(listed(test, 0, ui::RecentModel::session), QStringLiteral("better name.sida"));
}

TEST(SessionList, ANameThatIsTakenIsRefusedInWords)
{
    WindowUnderTest test;
    sessionFile(test, QStringLiteral("b.sida"));
    const QString a = sessionFile(test, QStringLiteral("a.sida"));
    open(test, a);
    test.window().startPage().recent()->table()->selectRow(0);
    answer(test, QStringLiteral("b"));
    test.window().startPage().recent()->renameAction()->trigger();
    EXPECT_TRUE(test.window().banner().message().contains(QStringLiteral("is there already")));
    EXPECT_TRUE(QFile::exists(a));
}

TEST(SessionList, TagsAndNotesStayOverARestartAndOverOpeningAgain)
{
    WindowUnderTest test;
    const QString a = sessionFile(test, QStringLiteral("a.sida"));
    open(test, a);
    test.window().startPage().recent()->table()->selectRow(0);
    answer(test, QStringLiteral("slow, paper , slow"));
    test.window().startPage().recent()->tagsAction()->trigger();
    test.window().startPage().recent()->table()->selectRow(0);
    answer(test, QStringLiteral("with the window open"));
    test.window().startPage().recent()->noteAction()->trigger();
    open(test, a);
    test.reopen();
    EXPECT_EQ(listed(test, 0, ui::RecentModel::tags), QStringLiteral("slow, paper"));
    const QModelIndex index = test.window().startPage().recent()->table()->model()->index(0, 0);
    EXPECT_TRUE(index.data(Qt::ToolTipRole).toString().contains(QStringLiteral("with the window open")));
}

TEST(SessionList, TwoThatAreSelectedAreCompared)
{
    WindowUnderTest test;
    open(test, sessionFile(test, QStringLiteral("a.sida")));
    open(test, sessionFile(test, QStringLiteral("b.sida")));
    test.window().showStartPage(true);
    ui::RecentTable* list = test.window().startPage().recent();
    list->table()->selectRow(0);
    EXPECT_FALSE(list->compareButton()->isEnabled());
    EXPECT_FALSE(list->compareButton()->toolTip().isEmpty());
    list->table()->selectAll();
    ASSERT_TRUE(list->compareButton()->isEnabled());
    QTest::mouseClick(list->compareButton(), Qt::LeftButton);
    ui::CompareWindow* window = test.window().sessionWindows().compareWindow();
    ASSERT_TRUE(window);
    EXPECT_EQ(window->paths().size(), 2);
}

TEST(SessionList, TheTrashTakesFileAndEntry)
{
    qputenv("XDG_DATA_HOME", QFile::encodeName(QDir::tempPath() + QStringLiteral("/sida-trash-test")));
    WindowUnderTest test;
    const QString a = sessionFile(test, QStringLiteral("a.sida"));
    open(test, a);
    ui::RecentTable* list = test.window().startPage().recent();
    list->table()->selectRow(0);
    list->trashAction()->trigger();
    if (QFile::exists(a)) { // a file system without a trash: then it says so and keeps both
        EXPECT_TRUE(test.window().banner().message().contains(QStringLiteral("trash")));
        EXPECT_EQ(list->table()->model()->rowCount(), 1);
    } else {
        EXPECT_EQ(list->table()->model()->rowCount(), 0);
    }
}

TEST(SessionList, RunsAgainWithTheSettingsOfTheSession)
{
    auto script = makeScript();
    auto recording = std::make_shared<api::Recording>(*script->recording);
    recording->header.policy = api::Policy::onDemand;
    recording->header.eviction = api::Eviction::lfru;
    recording->header.batchSize = 3;
    script->recording = recording;
    WindowUnderTest test(script);
    const QString model = sessionFile(test, QStringLiteral("model"));
    test.file(QStringLiteral("model"), api::PathKind::model);
    const QString data = sessionFile(test, QStringLiteral("dev.tsv"));
    test.file(QStringLiteral("dev.tsv"), api::PathKind::dataset);
    recording->header.provenance
        = {{"model_path", model.toStdString()},
           {"dataset_path", data.toStdString()},
           {"budget", "40.0 %"},
           {"seed", "11"}};
    open(test, sessionFile(test, QStringLiteral("a.sida")));
    bool began = false;
    QObject::connect(&test.studio(), &ui::Studio::runBegan, &test.studio(), [&began] { began = true; });
    test.window().startPage().recent()->table()->selectRow(0);
    test.window().startPage().recent()->runAgainAction()->trigger();
    ASSERT_TRUE(test.until([&] { return began; }))
        << test.window().banner().message().toStdString() << " "
        << test.studio().nextRun().blocker().toStdString();
    const api::RunOptions& options = test.studio().nextRun().options();
    EXPECT_EQ(options.policy, api::Policy::onDemand);
    EXPECT_EQ(options.eviction, api::Eviction::lfru);
    EXPECT_EQ(options.batchSize, 3);
    EXPECT_EQ(options.seed, 11U);
    EXPECT_NEAR(options.budget.share, 0.4, 1e-9);
    EXPECT_TRUE(test.untilIdle());
}

TEST(SessionList, ARunWhoseModelIsGoneIsNotRepeatedAndSaysSo)
{
    auto script = makeScript();
    auto recording = std::make_shared<api::Recording>(*script->recording);
    recording->header.provenance = {{"model_path", "/gone/model"}, {"dataset_path", "/gone/data.tsv"}};
    script->recording = recording;
    WindowUnderTest test(script);
    open(test, sessionFile(test, QStringLiteral("a.sida")));
    test.window().actions().runAgain->trigger();
    EXPECT_TRUE(test.window().banner().message().contains(QStringLiteral("/gone/model")));
    EXPECT_EQ(test.studio().activity(), ui::Activity::idle);
}

} // namespace sida::gui_test
