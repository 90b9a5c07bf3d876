// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QObject>

#include <vector>

class QAction;
class QActionGroup;
class QMenu;
class QMenuBar;
class QToolBar;

namespace sida::ui
{

class Studio;
class Workbench;

/// Every action of the window with its name, shortcut and tooltip, and what the menus and the tool bar are
/// made of. The window says what the file actions do.
class MainActions : public QObject
{
    Q_OBJECT
public:
    MainActions(Studio* studio, Workbench* workbench, QObject* parent);

    void fillMenus(QMenuBar* bar);
    void fillToolBar(QToolBar* bar);
    void goToStall(bool next);
    /// The order in which the view was changed last decides what can be undone.
    void refresh();

    QAction* openModel = nullptr;
    QAction* openDataset = nullptr;
    QAction* openPredictor = nullptr;
    QAction* openSession = nullptr;
    QAction* quit = nullptr;
    QAction* start = nullptr;
    QAction* stop = nullptr;
    QAction* train = nullptr;
    QAction* demo = nullptr;
    QAction* undoZoom = nullptr;
    QAction* redoZoom = nullptr;
    QAction* fit = nullptr;
    QAction* all = nullptr;
    QAction* follow = nullptr;
    QAction* previousStall = nullptr;
    QAction* nextStall = nullptr;
    QAction* palette = nullptr;
    QAction* clearFocus = nullptr;
    QAction* slowest = nullptr;
    QAction* bookmark = nullptr;
    QAction* note = nullptr;
    QAction* exportPicture = nullptr;
    QAction* exportRows = nullptr;
    QAction* replay = nullptr;
    QAction* compare = nullptr;
    QAction* report = nullptr;
    QAction* saveCopy = nullptr;
    QAction* runAgain = nullptr;
    QAction* settings = nullptr;
    QAction* startPage = nullptr;
    QAction* restoreLayout = nullptr;
    QActionGroup* theme = nullptr;
    QAction* shortcuts = nullptr;
    QAction* about = nullptr;
    QMenu* recent = nullptr;
    std::vector<QAction*> views; ///< bring up one view each

    /// Everything that can be done now or later, for the palette.
    QList<QAction*> everything() const;

    /// Name and shortcut of every action, for the sheet of shortcuts.
    QString shortcutSheet() const;

private:
    QAction* make(const QString& text, const QString& shortcut, const QString& tip);
    void makeFileActions();
    void makeSessionActions();
    void makeRunActions();
    void makeTimeActions();
    void makeThemeActions();
    void makeViewActions();
    QMenu* fillViewMenu(QMenuBar* bar);

    Studio* m_studio;
    Workbench* m_workbench;
};

} // namespace sida::ui
