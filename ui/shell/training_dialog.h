// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/results.h"

#include <QDialog>

class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;
class QTableWidget;

namespace sida::ui
{

class OptionBox;
class Studio;
class TrainingCurve;

/// Trains a predictor for the loaded model on the loaded dataset and shows how well it does after each epoch.
/// The window below stays usable.
class TrainingDialog : public QDialog
{
    Q_OBJECT
public:
    TrainingDialog(Studio* studio, const QString& predictorsFolder, QWidget* parent = nullptr);

    QPushButton* startButton() const { return m_start; }
    QPushButton* cancelButton() const { return m_cancel; }
    QTableWidget* table() const { return m_table; }
    OptionBox* kind() const { return m_kind; }
    QSpinBox* epochs() const { return m_epochs; }
    QLineEdit* output() const { return m_output; }
    QString stateText() const;

    void reject() override;

private:
    QWidget* makeForm(const QString& predictorsFolder);
    void makeTable();
    QWidget* makeFoot();
    void begin();
    void addEpoch(const api::TrainEpoch& epoch);
    void finish(const QString& text, bool failed);
    void refresh();

    Studio* m_studio;
    bool m_training = false;
    QLabel* m_dataset = nullptr;
    OptionBox* m_kind = nullptr;
    QSpinBox* m_epochs = nullptr;
    QLineEdit* m_output = nullptr;
    QPushButton* m_browse = nullptr;
    TrainingCurve* m_curve = nullptr;
    QTableWidget* m_table = nullptr;
    QLabel* m_state = nullptr;
    QPushButton* m_start = nullptr;
    QPushButton* m_cancel = nullptr;
};

} // namespace sida::ui
