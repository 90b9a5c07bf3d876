// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/host/session_functions.h"
#include "ui/replay/replay_words.h"

#include <QDialog>

#include <memory>

class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QSortFilterProxyModel;
class QTableView;

namespace sida::ui
{

class ReplayModel;
class ReplayPlot;
class Worker;

/// What a recorded run would have been under other budgets, policies and evictions: curves and a table. The
/// window stays usable while it is computed.
class ReplayWindow : public QDialog
{
    Q_OBJECT
public:
    ReplayWindow(SessionFunctions functions, QWidget* parent);
    ~ReplayWindow() override;

    /// Replays that recording; `name` is what it is called.
    void show(std::shared_ptr<const api::Recording> recording, const QString& name);

    ReplayPlot* plot() const { return m_plot; }
    ReplayModel* model() const { return m_model; }
    QTableView* table() const { return m_table; }
    QComboBox* measure() const { return m_measure; }
    QProgressBar* progress() const { return m_progress; }
    QPushButton* stopButton() const { return m_stop; }
    QPushButton* exportButton() const { return m_export; }
    QLabel* verdict() const { return m_verdict; }
    QLabel* note() const { return m_note; }
    bool isBusy() const;

private:
    void makeTable();
    QWidget* makeHead();
    QWidget* makeFoot();
    void replay();
    void finish(Result<api::ReplayResult> result);
    void exportTable();
    void followPlot();
    void followTable();

    SessionFunctions m_functions;
    Worker* m_worker;
    std::shared_ptr<const api::Recording> m_recording;
    QString m_name;
    QLabel* m_title;
    QLabel* m_verdict;
    QComboBox* m_measure;
    QProgressBar* m_progress;
    QPushButton* m_stop;
    ReplayPlot* m_plot;
    ReplayModel* m_model;
    QSortFilterProxyModel* m_sorted;
    QTableView* m_table;
    QLabel* m_note;
    QPushButton* m_export;
    bool m_following = false;
};

} // namespace sida::ui
