// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/compare/compared_runs.h"
#include "ui/host/session_functions.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QStandardItemModel;
class QTabWidget;
class QTableView;

namespace sida::ui
{

class AlignedPlot;
class DifferenceMap;
class SampleModel;
class Worker;

/// Two or more recorded runs side by side; the first is the baseline. First what differs in their settings,
/// then the figures with difference and verdict; further which experts got more or less, throughput on one
/// axis, and sample by sample.
class CompareWindow : public QDialog
{
    Q_OBJECT
public:
    CompareWindow(SessionFunctions functions, QWidget* parent);
    ~CompareWindow() override;

    /// Opens these sessions, the baseline first, in the place of what was there.
    void show(const QStringList& paths);
    /// Opens more beside what is there.
    void add(const QStringList& paths);
    /// The paths of what is compared, the baseline first.
    QStringList paths() const { return m_paths; }
    bool isBusy() const;
    const std::shared_ptr<const ComparedRuns>& runs() const { return m_runs; }

    QLabel* state() const { return m_state; }
    QTableView* runTable() const { return m_runTable; }
    QTableView* settingTable() const { return m_settingTable; }
    QTableView* figureTable() const { return m_figureTable; }
    QTableView* sampleTable() const { return m_sampleTable; }
    QCheckBox* onlyDifferent() const { return m_onlyDifferent; }
    QCheckBox* equalSettings() const { return m_equalSettings; }
    QComboBox* axis() const { return m_axis; }
    QComboBox* otherRun() const { return m_otherRun; }
    DifferenceMap* map() const { return m_map; }
    AlignedPlot* plot() const { return m_plot; }
    QTabWidget* tabs() const { return m_tabs; }
    QPushButton* reportButton() const { return m_report; }
    QPushButton* baselineButton() const { return m_baseline; }
    QPushButton* removeButton() const { return m_remove; }

Q_SIGNALS:
    /// The user wants more sessions here.
    void sessionsWanted();
    void reportWanted(const std::vector<sida::ui::ComparedRun>& runs);

private:
    QWidget* makeHead();
    QWidget* makeOverview();
    QWidget* makeExperts();
    QWidget* makeTime();
    QWidget* makeSamples();
    void load(const QStringList& paths);
    void finish(Result<ComparedRuns> result);
    void fill();
    void fillRuns();
    void fillSettings();
    void fillFigures();
    void fillMap();
    void refreshButtons();
    int selectedRun() const;

    SessionFunctions m_functions;
    Worker* m_worker;
    QStringList m_paths;
    std::shared_ptr<const ComparedRuns> m_runs;
    QLabel* m_state;
    QProgressBar* m_progress;
    QStandardItemModel* m_runModel;
    QTableView* m_runTable;
    QPushButton* m_add;
    QPushButton* m_remove;
    QPushButton* m_baseline;
    QPushButton* m_report;
    QTabWidget* m_tabs;
    QStandardItemModel* m_settingModel;
    QTableView* m_settingTable;
    QCheckBox* m_equalSettings;
    QStandardItemModel* m_figureModel;
    QTableView* m_figureTable;
    QComboBox* m_otherRun;
    DifferenceMap* m_map;
    QComboBox* m_axis;
    AlignedPlot* m_plot;
    SampleModel* m_samples;
    QTableView* m_sampleTable;
    QCheckBox* m_onlyDifferent;
    QLabel* m_sampleNote;
};

} // namespace sida::ui
