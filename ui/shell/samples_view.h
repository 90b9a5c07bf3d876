// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QCheckBox;
class QLabel;
class QLineEdit;
class QTableView;

namespace sida::ui
{

class RecordingModel;
class SamplesModel;

/// The table of samples with what the model said of each.
class SamplesView : public QWidget
{
    Q_OBJECT
public:
    explicit SamplesView(RecordingModel* recording, QWidget* parent = nullptr);

    QTableView* table() const { return m_table; }
    QLineEdit* search() const { return m_search; }
    QCheckBox* wrongOnly() const { return m_wrongOnly; }
    QCheckBox* stalledOnly() const { return m_stalledOnly; }
    /// Puts the cursor on the first sample of the batch, if the filter shows it.
    void showBatch(quint32 batch);

Q_SIGNALS:
    /// The cursor went to a row of this batch.
    void batchSelected(quint32 batch);
    /// A row was activated: its batch is to be shown in the timeline.
    void batchChosen(quint32 batch);

private:
    void makeTable();
    void refresh();
    void filter();

    SamplesModel* m_model;
    QTableView* m_table = nullptr;
    QLabel* m_empty = nullptr;
    QLabel* m_count = nullptr;
    QCheckBox* m_wrongOnly = nullptr;
    QCheckBox* m_stalledOnly = nullptr;
    QLineEdit* m_search = nullptr;
    bool m_showing = false;
    QWidget* m_head = nullptr;
};

} // namespace sida::ui
