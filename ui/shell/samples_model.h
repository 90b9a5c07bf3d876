// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>

namespace sida::ui
{

class RecordingModel;

/// One row a sample, straight from the recording: nothing is copied, so a million samples cost nothing.
class SamplesModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { sample, batch, tokens, label, prediction, verdict, columns };
    static constexpr int kSortRole = Qt::UserRole + 1;

    explicit SamplesModel(RecordingModel* recording, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    std::uint32_t batchOf(int row) const;
    /// Right and wrong among the samples that have a label and a prediction.
    int right() const { return m_right; }
    int judged() const { return m_judged; }

private:
    void grow();
    void count(int from);

    RecordingModel* m_recording;
    int m_rows = 0;
    int m_right = 0;
    int m_judged = 0;
};

} // namespace sida::ui
