// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QCheckBox;
class QLabel;
class QSortFilterProxyModel;
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

Q_SIGNALS:
    /// A row was activated: its batch is to be shown in the timeline.
    void batchChosen(quint32 batch);

private:
    void makeTable();
    void refresh();
    void filter();

    SamplesModel* m_model;
    QSortFilterProxyModel* m_sorted;
    QTableView* m_table = nullptr;
    QLabel* m_empty = nullptr;
    QLabel* m_count = nullptr;
    QCheckBox* m_wrongOnly = nullptr;
    QWidget* m_head = nullptr;
};

} // namespace sida::ui
