// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/figures.h"

#include <QAbstractTableModel>
#include <vector>

namespace sida::ui
{

/// The figures of a run as the command line names them, grouped, in words.
class SummaryModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    static constexpr int kSectionRole = Qt::UserRole + 1; ///< true for the head of a group

    explicit SummaryModel(QObject* parent = nullptr);

    void setFigures(const api::RunHeader& header, const api::Figures& figures);
    void clear();

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    /// The figure beside this name, or an empty text.
    QString valueOf(const QString& name) const;

private:
    struct Row {
        QString name;
        QString value; ///< a group's head has none
        bool section = false;
        bool operator==(const Row&) const = default;
    };
    using Rows = std::vector<Row>;
    static void addSpeed(Rows& rows, const api::RunHeader& header, const api::Figures& figures);
    static void addMemory(Rows& rows, const api::RunHeader& header, const api::Figures& figures);
    static void addExperts(Rows& rows, const api::Figures& figures);
    static void addTransfers(Rows& rows, const api::Figures& figures);
    static void addStalls(Rows& rows, const api::Figures& figures);
    static void addHash(Rows& rows, const api::Figures& figures);

    Rows m_rows;
};

} // namespace sida::ui
