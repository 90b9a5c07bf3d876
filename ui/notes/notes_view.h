// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/recording_model.h"
#include "ui/models/time_axis.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QTableView;

namespace sida::ui
{

class NotesTable;

/// Notes and bookmarks of the run: made at the crosshair, listed, gone to, changed and deleted.
class NotesView : public QWidget
{
    Q_OBJECT
public:
    NotesView(RecordingModel* recording, TimeAxis* axis, QWidget* parent = nullptr);

    QTableView* table() const { return m_table; }

public Q_SLOTS:
    /// A bookmark at the axis' cursor. Without a run nothing happens.
    void addBookmark();
    /// The same, and its text is asked for where it stands in the list.
    void addNote();
    void editCurrent();
    void removeCurrent();

Q_SIGNALS:
    /// Its editor is about to open: the view must be in front.
    void wanted();

private:
    QWidget* makeHead();
    void makeTable();
    int add();
    void goTo(int row);
    void refresh();

    RecordingModel* m_recording;
    TimeAxis* m_axis;
    NotesTable* m_model;
    QTableView* m_table = nullptr;
    QLabel* m_count = nullptr;
    QLabel* m_empty = nullptr;
    QPushButton* m_bookmark = nullptr;
    QPushButton* m_note = nullptr;
    QPushButton* m_edit = nullptr;
    QPushButton* m_remove = nullptr;
};

} // namespace sida::ui
