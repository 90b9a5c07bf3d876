// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/compare/compared_runs.h"

#include <QAbstractTableModel>

#include <cstdint>

namespace sida::ui
{

/// The samples that the runs share, by row of the dataset: what each run answered, and how long the batch
/// took in which it did. Of a dataset that was passed over again the first pass counts.
class SampleModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    using QAbstractTableModel::QAbstractTableModel;
    static constexpr int kSortRole = Qt::UserRole;

    void setRuns(std::shared_ptr<const ComparedRuns> runs);
    /// Only samples whose answers are not all equal.
    void setOnlyDifferent(bool only);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    std::size_t shared() const { return m_all.size(); }
    std::size_t different() const;

private:
    struct Answer {
        std::int32_t prediction = -1;
        double batchMs = 0;
    };
    struct Row {
        std::uint64_t sample = 0;
        std::int32_t label = -1;
        bool equal = true;
        std::vector<Answer> answers; ///< by run
    };
    int runs() const { return m_runs ? static_cast<int>(m_runs->runs.size()) : 0; }
    const Row& row(int index) const { return m_all[m_listed[static_cast<std::size_t>(index)]]; }
    void list();

    std::shared_ptr<const ComparedRuns> m_runs;
    std::vector<Row> m_all;
    std::vector<std::size_t> m_listed;
    bool m_onlyDifferent = false;
};

} // namespace sida::ui
