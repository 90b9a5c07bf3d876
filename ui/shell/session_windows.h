// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/host/engine_host.h"
#include "ui/host/session_functions.h"

#include <QObject>
#include <QStringList>

class QWidget;

namespace sida::ui
{

class CompareWindow;
class MainActions;
class RecentTable;
class ReplayWindow;
class ReportWindow;
class Studio;
class Worker;

/// The windows beside the main one that make something of recorded runs: what-if replay, comparison, report.
/// Each is made when it is first wanted.
class SessionWindows : public QObject
{
    Q_OBJECT
public:
    SessionWindows(SessionFunctions functions, Studio* studio, MainActions* actions, QWidget* parent);

    void showReplay();
    void showReport();
    /// Beside what is shown in the main window.
    void showCompare();
    void compare(const QStringList& paths);
    /// Repeats the run that the session recorded.
    void runAgain(const QString& path);
    /// Asks where to, and writes the session there.
    void saveCopy(const QString& path);
    void saveCopyTo(const QString& path, const QString& target);
    /// What can be wanted of the sessions in the list.
    void connectList(RecentTable* list);

    ReplayWindow* replay() const { return m_replay; }
    ReportWindow* report() const { return m_report; }
    CompareWindow* compareWindow() const { return m_compare; }
    /// Where the user is asked for sessions from; tests put something else here.
    std::function<QStringList(QWidget*)> askForSessions;
    std::function<QString(QWidget*, const QString& suggested)> askForPlace;

Q_SIGNALS:
    void notice(const QString& message);
    void problem(const QString& message);

private:
    void keep(Shared<api::Recording> recording);
    QString name() const;
    ReportWindow* reportWindow();

    SessionFunctions m_functions;
    Worker* m_worker;
    Studio* m_studio;
    MainActions* m_actions;
    QWidget* m_parent;
    Shared<api::Recording> m_recording; ///< what the main window shows; null while a run goes on
    ReplayWindow* m_replay = nullptr;
    ReportWindow* m_report = nullptr;
    CompareWindow* m_compare = nullptr;
};

} // namespace sida::ui
