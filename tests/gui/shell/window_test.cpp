// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/shell/window_under_test.h"
#include "ui/budget/budget_panel.h"
#include "ui/run/run_panel.h"
#include "ui/shell/main_actions.h"
#include "ui/shell/status_panel.h"
#include "ui/shell/view_exporter.h"
#include "ui/shell/workbench.h"
#include "ui/theme/theme_manager.h"

#include <QAbstractButton>
#include <QAction>
#include <QActionGroup>
#include <QDockWidget>
#include <QFileInfo>
#include <QImage>
#include <QSlider>
#include <QTabWidget>
#include <QTest>
#include <QTimer>
#include <gmock/gmock.h>
#include <set>

namespace sida::gui_test
{

namespace
{

QDockWidget& dock(WindowUnderTest& test, const QString& name)
{
    return *test.window().workbench().findChild<QDockWidget*>(name);
}

QColor cornerOf(QWidget& widget)
{
    return widget.grab().toImage().pixelColor(2, 2);
}

void chooseTheme(WindowUnderTest& test, ui::ThemeChoice choice)
{
    for (QAction* action : test.window().actions().theme->actions())
        if (action->data().toInt() == static_cast<int>(choice))
            action->trigger();
}

/// A field that nobody can name by ear or reach without a mouse.
QStringList unreachable(QWidget& parent)
{
    QStringList names;
    for (QWidget* widget : parent.findChildren<QWidget*>()) {
        const bool input = qobject_cast<QAbstractButton*>(widget) || qobject_cast<QAbstractSlider*>(widget)
            || widget->inherits("QComboBox") || widget->inherits("QAbstractSpinBox");
        const QString name = widget->objectName();
        if (!input || !widget->isVisibleTo(&parent) || name.startsWith(QStringLiteral("qt_"))
            || widget->inherits("QScrollBar"))
            continue;
        const auto* button = qobject_cast<QAbstractButton*>(widget);
        const bool named = !widget->accessibleName().isEmpty() || (button && !button->text().isEmpty());
        if (!named || widget->focusPolicy() == Qt::NoFocus)
            names << QString::fromLatin1(widget->metaObject()->className()) + QLatin1Char(' ') + name;
    }
    return names;
}

} // namespace

TEST(Window, AllOfItFitsASmallScreen)
{
    WindowUnderTest test;
    test.loadAll();
    test.startAndWait();
    ASSERT_TRUE(test.untilIdle());
    test.window().resize(1280, 800);
    QTest::qWait(50);
    EXPECT_EQ(test.window().size(), QSize(1280, 800));
    for (const QDockWidget* part : test.window().workbench().docks()) {
        if (part->visibleRegion().isEmpty()) // one lies behind the tab of another
            continue;
        EXPECT_TRUE(test.window().workbench().rect().contains(part->geometry()))
            << part->windowTitle().toStdString();
    }
    EXPECT_GE(dock(test, QStringLiteral("timeline")).width(), 640) << "the time axis keeps half of the width";
}

TEST(Window, AThemeChosenInTheMenuRepaintsEverythingAndIsRemembered)
{
    WindowUnderTest test;
    test.window().showStartPage(false);
    chooseTheme(test, ui::ThemeChoice::dark);
    EXPECT_EQ(cornerOf(*test.window().workbench().budgetPanel()), ui::Theme::dark().color(ui::Role::window));
    chooseTheme(test, ui::ThemeChoice::light);
    EXPECT_EQ(cornerOf(*test.window().workbench().budgetPanel()), ui::Theme::light().color(ui::Role::window));
    chooseTheme(test, ui::ThemeChoice::dark);
    test.reopen();
    EXPECT_TRUE(ui::ThemeManager::instance().theme().isDark());
    chooseTheme(test, ui::ThemeChoice::light);
}

TEST(Window, TheLayoutIsRememberedAndCanBeRestored)
{
    WindowUnderTest test;
    test.window().showStartPage(false);
    dock(test, QStringLiteral("memory")).close();
    dock(test, QStringLiteral("budget")).setFloating(true);
    test.reopen();
    test.window().showStartPage(false);
    EXPECT_TRUE(dock(test, QStringLiteral("memory")).isHidden());
    EXPECT_TRUE(dock(test, QStringLiteral("budget")).isFloating());
    test.window().actions().restoreLayout->trigger();
    for (const QDockWidget* part : test.window().workbench().docks()) {
        EXPECT_FALSE(part->isHidden()) << part->windowTitle().toStdString();
        EXPECT_FALSE(part->isFloating()) << part->windowTitle().toStdString();
    }
}

TEST(Window, ALayoutOfAnotherVersionIsNotApplied)
{
    WindowUnderTest test;
    test.window().showStartPage(false);
    dock(test, QStringLiteral("memory")).close();
    test.window().workbench().saveLayout(test.settings());
    test.settings().setValue(QStringLiteral("layout/version"), ui::Workbench::kLayoutVersion + 1);
    EXPECT_FALSE(test.window().workbench().restoreLayout(test.settings()));
    EXPECT_TRUE(dock(test, QStringLiteral("memory")).isHidden());
}

TEST(Window, ClosingWhileRunningStopsTheRunFirstAndKeepsPainting)
{
    WindowUnderTest test;
    test.loadAll();
    test.script().runGate.close();
    test.script().runGate.admit(2);
    test.startAndWait();
    int ticks = 0;
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, &timer, [&] { ++ticks; });
    timer.start(0);
    test.window().close();
    EXPECT_TRUE(test.window().isVisible());
    EXPECT_EQ(
        test.window().statusPanel().stateText(), QStringLiteral("Stopping before the window closes..."));
    ASSERT_TRUE(test.until([&] { return !test.window().isVisible(); }));
    EXPECT_GT(ticks, 0);
    EXPECT_EQ(test.script().stopsSeen, 1);
    EXPECT_EQ(test.studio().sessions().all().size(), 1u) << "what was recorded is listed";
}

TEST(Window, ClosingWhenNothingGoesOnClosesAtOnce)
{
    WindowUnderTest test;
    ASSERT_TRUE(test.untilIdle());
    test.window().close();
    EXPECT_FALSE(test.window().isVisible());
}

TEST(Window, EveryActionHasATooltipAndNoShortcutIsGivenTwice)
{
    WindowUnderTest test;
    std::set<QString> shortcuts;
    QList<QAction*> actions = test.window().actions().findChildren<QAction*>(Qt::FindDirectChildrenOnly);
    for (const QDockWidget* part : test.window().workbench().docks())
        actions << part->toggleViewAction();
    EXPECT_GT(actions.size(), 20);
    for (const QAction* action : actions) {
        EXPECT_FALSE(action->toolTip().isEmpty()) << action->text().toStdString();
        const QString shortcut = action->shortcut().toString();
        EXPECT_TRUE(shortcut.isEmpty() || shortcuts.insert(shortcut).second) << action->text().toStdString();
    }
}

TEST(Window, EveryControlHasANameAndCanBeReachedByKeyboard)
{
    WindowUnderTest test;
    test.loadAll();
    test.window().showStartPage(false);
    EXPECT_EQ(unreachable(*test.window().workbench().runPanel()), QStringList());
    EXPECT_EQ(unreachable(*test.window().workbench().budgetPanel()), QStringList());
}

TEST(Window, AltAndANumberShowAndHideTheParts)
{
    WindowUnderTest test;
    test.window().showStartPage(false);
    QDockWidget& timeline = dock(test, QStringLiteral("timeline"));
    ASSERT_FALSE(timeline.isHidden());
    timeline.toggleViewAction()->trigger();
    EXPECT_TRUE(timeline.isHidden());
    EXPECT_EQ(timeline.toggleViewAction()->shortcut(), QKeySequence(QStringLiteral("Alt+3")));
}

TEST(Window, ExportWritesTheWindowAndEachViewInBothThemes)
{
    WindowUnderTest test;
    test.studio().openSession(test.file(QStringLiteral("old.sida"), api::PathKind::session));
    ASSERT_TRUE(test.until([&] { return test.studio().recording().hasRun(); }));
    const auto files = ui::exportViews(test.window(), test.folder() + QStringLiteral("/views"), {1280, 800});
    ASSERT_TRUE(files);
    for (const char* name :
         {"window", "start", "timeline", "memory", "throughput", "heatmap", "samples", "summary"})
        for (const char* theme : {"light", "dark"}) {
            const QString path = QStringLiteral("%1/views/%2-%3.png")
                                     .arg(test.folder(), QLatin1String(name), QLatin1String(theme));
            EXPECT_TRUE(files->contains(path)) << path.toStdString();
            EXPECT_FALSE(QImage(path).isNull()) << path.toStdString();
        }
    const QImage light(test.folder() + QStringLiteral("/views/window-light.png"));
    const QImage dark(test.folder() + QStringLiteral("/views/window-dark.png"));
    EXPECT_EQ(light.size(), QSize(1280, 800));
    EXPECT_EQ(light.pixelColor(640, 3), ui::Theme::light().color(ui::Role::window));
    EXPECT_EQ(dark.pixelColor(640, 3), ui::Theme::dark().color(ui::Role::window));
}

TEST(Window, ExportIntoAFolderThatCannotBeMadeSaysWhich)
{
    WindowUnderTest test;
    const auto files = ui::exportViews(test.window(), QStringLiteral("/proc/nowhere/views"), {1280, 800});
    ASSERT_FALSE(files);
    EXPECT_THAT(files.error().message, testing::HasSubstr("/proc/nowhere/views"));
}

} // namespace sida::gui_test
