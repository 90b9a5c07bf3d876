// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/sessions/recent_sessions.h"

#include <QWidget>

#include <functional>
#include <optional>

class QAction;
class QFrame;
class QLabel;
class QLineEdit;
class QMenu;
class QPushButton;
class QSortFilterProxyModel;
class QTableView;

namespace sida::ui
{

class RecentModel;

/// The list of recent sessions with its filter and buttons, and what can be done with a session: rename, tag,
/// note, run again, compare, save under another name, show in its folder, forget, put into the trash.
class RecentTable : public QWidget
{
    Q_OBJECT
public:
    explicit RecentTable(RecentSessions* sessions, QWidget* parent = nullptr);

    /// How the user is asked for a text; tests put something else here.
    using Question = std::function<std::optional<QString>(
        QWidget* parent, const QString& title, const QString& label, const QString& value)>;
    void setQuestion(Question question) { m_ask = std::move(question); }

    QTableView* table() const { return m_table; }
    QMenu* menu() const { return m_menu; }
    QPushButton* compareButton() const { return m_compare; }
    QAction* renameAction() const { return m_rename; }
    QAction* tagsAction() const { return m_tags; }
    QAction* noteAction() const { return m_note; }
    QAction* runAgainAction() const { return m_runAgain; }
    QAction* saveCopyAction() const { return m_saveCopy; }
    QAction* trashAction() const { return m_trash; }

Q_SIGNALS:
    void sessionWanted(const QString& path);
    void compareWanted(const QStringList& paths);
    /// The same model, data, predictor and options once more.
    void runAgainWanted(const QString& path);
    void saveCopyWanted(const QString& path);
    /// Something could not be done, in words.
    void problem(const QString& message);

private:
    QWidget* makeHead();
    QWidget* makeFoot();
    void makeTable();
    void makeMenu();
    QStringList selectedPaths() const;
    QString selectedPath() const;
    void rename();
    void editTags();
    void editNote();
    void showInFolder();
    void moveToTrash();
    void forget();
    void refresh();

    RecentSessions* m_sessions;
    RecentModel* m_model;
    QSortFilterProxyModel* m_filtered;
    QLineEdit* m_filter = nullptr;
    QTableView* m_table = nullptr;
    QFrame* m_emptyFrame = nullptr;
    QPushButton* m_open = nullptr;
    QPushButton* m_compare = nullptr;
    QPushButton* m_more = nullptr;
    QMenu* m_menu = nullptr;
    QAction* m_rename = nullptr;
    QAction* m_tags = nullptr;
    QAction* m_note = nullptr;
    QAction* m_runAgain = nullptr;
    QAction* m_saveCopy = nullptr;
    QAction* m_folder = nullptr;
    QAction* m_forget = nullptr;
    QAction* m_trash = nullptr;
    Question m_ask;
    QLabel* m_count = nullptr;
};

} // namespace sida::ui
