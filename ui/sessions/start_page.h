// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/run/next_run.h"
#include "ui/sessions/recent_sessions.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace sida::ui
{

class DropArea;
class RecentTable;
class NextRunTable;

/// What one sees before anything runs: what to open, what the next run is made of, and what was recorded.
class StartPage : public QWidget
{
    Q_OBJECT
public:
    StartPage(NextRun* run, RecentSessions* sessions, QWidget* parent = nullptr);

    /// Why the demo cannot be run; empty when it can.
    void setDemoProblem(const QString& reason);
    /// Why nothing can be chosen or started now; empty when it can.
    void setBusy(const QString& reason);
    void setDropActive(bool active);

    NextRunTable* nextRun() const { return m_table; }
    QPushButton* startButton() const { return m_start; }
    QPushButton* demoButton() const { return m_demo; }
    RecentTable* recent() const { return m_recent; }

Q_SIGNALS:
    void partWanted(sida::ui::Part part);
    void sessionFileWanted();
    void sessionWanted(const QString& path);
    void trainingWanted();
    void startWanted();
    void demoWanted();

private:
    QWidget* makeLeft();
    QWidget* makeRight(RecentSessions* sessions);
    QWidget* makeDemo();
    QWidget* makeStart();
    void refresh();

    NextRun* m_run;
    QString m_busy;
    QString m_demoProblem;
    NextRunTable* m_table = nullptr;
    QPushButton* m_start = nullptr;
    QLabel* m_why = nullptr;
    QPushButton* m_demo = nullptr;
    QLabel* m_demoWhy = nullptr;
    DropArea* m_drop = nullptr;
    RecentTable* m_recent = nullptr;
};

} // namespace sida::ui
