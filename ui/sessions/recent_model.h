// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/sessions/recent_sessions.h"

#include <QAbstractTableModel>

namespace sida::ui
{

/// Recent sessions as the start page's table shows them.
class RecentModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column {
        session,
        model,
        dataset,
        policy,
        budget,
        samplesPerSecond,
        hitRate,
        recorded,
        tags,
        shortcut,
        columns
    };
    static constexpr int kPathRole = Qt::UserRole + 1;
    static constexpr int kSortRole = Qt::UserRole + 2;

    explicit RecentModel(RecentSessions* sessions, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QString text(const RecentSession& row, int column, int position) const;
    QVariant sortKey(const RecentSession& row, int column) const;

    RecentSessions* m_sessions;
};

/// "today 10:42", "yesterday", "20 Nov", "20 Nov 2025"
QString whenText(const QDateTime& when, const QDateTime& now);

} // namespace sida::ui
