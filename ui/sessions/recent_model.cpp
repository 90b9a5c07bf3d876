// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sessions/recent_model.h"

#include "ui/host/text.h"
#include "ui/theme/theme.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QLocale>

namespace sida::ui
{

namespace
{

bool isFigure(int column)
{
    return column >= RecentModel::budget && column != RecentModel::tags;
}

} // namespace

QString whenText(const QDateTime& when, const QDateTime& now)
{
    const auto tr = [](const char* text) { return QCoreApplication::translate("RecentModel", text); };
    const qint64 days = when.date().daysTo(now.date());
    if (!when.isValid())
        return {};
    if (days == 0)
        return tr("today %1").arg(when.time().toString(QStringLiteral("HH:mm")));
    if (days == 1)
        return tr("yesterday");
    return QLocale().toString(
        when.date(),
        when.date().year() == now.date().year() ? QStringLiteral("d MMM") : QStringLiteral("d MMM yyyy"));
}

RecentModel::RecentModel(RecentSessions* sessions, QObject* parent)
    : QAbstractTableModel(parent)
    , m_sessions(sessions)
{
    connect(m_sessions, &RecentSessions::changed, this, [this] {
        beginResetModel();
        endResetModel();
    });
}

int RecentModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_sessions->all().size());
}

int RecentModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : columns;
}

QString RecentModel::text(const RecentSession& row, int column, int position) const
{
    switch (column) {
    case RecentModel::session: {
        const QString name = QFileInfo(row.path).fileName();
        return row.state == QStringLiteral("complete") || row.state.isEmpty()
            ? name
            : tr("%1 (%2)").arg(name, row.state);
    }
    case model:
        return row.model;
    case dataset:
        return row.dataset;
    case policy:
        return row.policy;
    case budget:
        return toText(
            units::formatNumber(static_cast<double>(row.budgetBytes) / static_cast<double>(units::kGiB)));
    case samplesPerSecond:
        return toText(units::formatNumber(row.samplesPerSecond));
    case hitRate:
        return toText(units::formatNumber(row.hitRate));
    case recorded:
        return whenText(row.when, QDateTime::currentDateTime());
    case tags:
        return row.tags.join(QStringLiteral(", "));
    case shortcut:
        return position < 9 ? tr("Ctrl+%1").arg(position + 1) : QString();
    default:
        return {};
    }
}

QVariant RecentModel::sortKey(const RecentSession& row, int column) const
{
    switch (column) {
    case budget:
        return row.budgetBytes;
    case samplesPerSecond:
        return row.samplesPerSecond;
    case hitRate:
        return row.hitRate;
    case recorded:
        return row.when;
    default:
        return text(row, column, 0);
    }
}

QVariant RecentModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const RecentSession& row = m_sessions->all()[static_cast<std::size_t>(index.row())];
    const bool figure = isFigure(index.column());
    switch (role) {
    case Qt::DisplayRole:
        return text(row, index.column(), index.row());
    case Qt::TextAlignmentRole:
        return QVariant::fromValue((figure ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    case Qt::FontRole:
        return Theme::font(
            index.column() == session        ? TextStyle::strong
                : index.column() == shortcut ? TextStyle::small
                                             : TextStyle::body);
    case Qt::ToolTipRole:
        return row.note.isEmpty() ? row.path : tr("%1\n%2").arg(row.path, row.note);
    case kPathRole:
        return row.path;
    case kSortRole:
        return sortKey(row, index.column());
    default:
        return {};
    }
}

QVariant RecentModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue((isFigure(section) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case session:
        return tr("Session");
    case model:
        return tr("Model");
    case dataset:
        return tr("Dataset");
    case policy:
        return tr("Policy");
    case budget:
        return tr("Budget, GiB");
    case samplesPerSecond:
        return tr("Samples/s");
    case hitRate:
        return tr("Hit rate");
    case recorded:
        return tr("Recorded");
    case tags:
        return tr("Tags");
    default:
        return {};
    }
}

} // namespace sida::ui
