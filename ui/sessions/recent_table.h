// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/sessions/recent_sessions.h"

#include <QWidget>

class QFrame;
class QLabel;
class QLineEdit;
class QPushButton;
class QSortFilterProxyModel;
class QTableView;

namespace sida::ui
{

class RecentModel;

/// The list of recent sessions with its filter and buttons.
class RecentTable : public QWidget
{
    Q_OBJECT
public:
    explicit RecentTable(RecentSessions* sessions, QWidget* parent = nullptr);

Q_SIGNALS:
    void sessionWanted(const QString& path);

private:
    QWidget* makeHead();
    QWidget* makeFoot();
    void makeTable();
    QString selectedPath() const;
    void refresh();

    RecentSessions* m_sessions;
    RecentModel* m_model;
    QSortFilterProxyModel* m_filtered;
    QLineEdit* m_filter = nullptr;
    QTableView* m_table = nullptr;
    QFrame* m_emptyFrame = nullptr;
    QPushButton* m_open = nullptr;
    QPushButton* m_forget = nullptr;
    QLabel* m_count = nullptr;
};

} // namespace sida::ui
