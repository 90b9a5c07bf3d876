// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/run/next_run.h"

#include <QWidget>

class QCheckBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace sida::ui
{

class CardButton;
class OptionBox;

/// What the one button of the panel does.
enum class RunPhase { idle, starting, running, stopping, busy };

/// The run dock: what is loaded, how it is to run, and the one button that starts and stops it.
class RunPanel : public QWidget
{
    Q_OBJECT
public:
    explicit RunPanel(NextRun* run, QWidget* parent = nullptr);

    /// `reason` says why nothing can be started while `busy`.
    void setPhase(RunPhase phase, const QString& reason = {});
    void focusDevice();

Q_SIGNALS:
    void modelWanted();
    void datasetWanted();
    void predictorWanted();
    void trainingWanted();
    void startWanted();
    void stopWanted();

private:
    QWidget* makeCards();
    QWidget* makeOptions();
    QWidget* makeAdvanced();
    void addOrders();
    void makeSpins();
    QWidget* makeFoot();
    void addTasks();
    void refreshTask();
    void addPolicies();
    void refresh();
    void refreshCards();
    void refreshOptions();
    void refreshButton();
    void refreshAdvanced();
    void applyOptions();
    void applyReading();
    void takePrefetchLimit(const QString& text);

    NextRun* m_run;
    RunPhase m_phase = RunPhase::idle;
    QString m_busyReason;
    bool m_filling = false;

    CardButton* m_model = nullptr;
    CardButton* m_dataset = nullptr;
    CardButton* m_predictor = nullptr;
    QPushButton* m_train = nullptr;
    QWidget* m_options = nullptr;
    OptionBox* m_task = nullptr;
    OptionBox* m_policy = nullptr;
    OptionBox* m_routing = nullptr;
    OptionBox* m_eviction = nullptr;
    OptionBox* m_device = nullptr;
    OptionBox* m_dtype = nullptr;
    QSpinBox* m_batchSize = nullptr;
    QCheckBox* m_advancedToggle = nullptr;
    QWidget* m_advanced = nullptr;
    OptionBox* m_order = nullptr;
    OptionBox* m_capacity = nullptr;
    QLineEdit* m_prefetchLimit = nullptr;
    QLabel* m_prefetchProblem = nullptr;
    QCheckBox* m_paperPooling = nullptr;
    QSpinBox* m_maxLength = nullptr;
    QSpinBox* m_limit = nullptr;
    QSpinBox* m_seed = nullptr;
    QSpinBox* m_maxNewTokens = nullptr;
    QSpinBox* m_topK = nullptr;
    QSpinBox* m_lookahead = nullptr;
    QSpinBox* m_threads = nullptr;
    QSpinBox* m_repeat = nullptr;
    QPushButton* m_button = nullptr;
    QLabel* m_why = nullptr;
};

} // namespace sida::ui
