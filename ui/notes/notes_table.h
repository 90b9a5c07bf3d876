// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/recording_model.h"

#include <QAbstractTableModel>

namespace sida::ui
{

/// The notes of the recording as rows: when, in which batch, what.
class NotesTable : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { time, batch, text };

    explicit NotesTable(RecordingModel* recording, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role = Qt::EditRole) override;

private:
    void refresh();
    QString shown(const api::Note& note, int column) const;

    RecordingModel* m_recording;
    int m_rows = 0;
};

} // namespace sida::ui
