// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/replay/replay_plot.h"

#include <QAbstractTableModel>

namespace sida::ui
{

/// The simulated points in rows, the recorded run first.
class ReplayModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column {
        policy,
        budget,
        share,
        slotCount,
        hits,
        copied,
        wasted,
        stalled,
        throughput,
        remark,
        columns
    };
    static constexpr int kSortRole = Qt::UserRole;

    using QAbstractTableModel::QAbstractTableModel;
    void setResult(std::shared_ptr<const api::ReplayResult> result);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    /// Nothing for the recorded run.
    std::optional<ReplayPlace> placeOf(int row) const;
    int rowOf(const ReplayPlace& place) const;
    /// The table as comma-separated values, bytes and seconds as numbers.
    QString csv() const;

private:
    const api::ReplayPoint& pointOf(int row) const;
    QString text(const api::ReplayPoint& point, int row, int column) const;
    double number(const api::ReplayPoint& point, int row, int column) const;

    std::shared_ptr<const api::ReplayResult> m_result;
    std::vector<ReplayPlace> m_places; ///< by row, less one
};

} // namespace sida::ui
