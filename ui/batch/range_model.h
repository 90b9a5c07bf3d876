// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/range_summary.h"

#include <QAbstractTableModel>

namespace sida::ui
{

/// The summary of a range as a table: batches, stalls by cause and by layer, copies by kind; count, sum,
/// share of the time of all batches, median, p95, longest.
class RangeModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { name, count, sum, share, p50, p95, longest, columns };
    static constexpr int kSectionRole = Qt::UserRole + 1; ///< true for the head of a group
    static constexpr int kLayerRole = Qt::UserRole + 2; ///< the layer of a row about one, else -1

    explicit RangeModel(QObject* parent = nullptr);

    void setSummary(const RangeSummary& summary);
    void clear();
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    /// The whole table, tabs between columns.
    QString asText() const;

private:
    struct Row {
        QString name;
        Durations figures;
        bool section = false;
        int cause = -1; ///< StallCause
        int kind = -1; ///< TransferKind
        int layer = -1;
    };
    QString text(const Row& row, int column) const;

    std::vector<Row> m_rows;
    Nanoseconds m_whole = 0;
};

} // namespace sida::ui
