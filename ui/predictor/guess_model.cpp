// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/predictor/guess_model.h"

#include "engine/base/units.h"

#include <cmath>

namespace sida::ui
{

namespace
{

const QString kNone = QStringLiteral("-");

QString number(double value)
{
    return QString::fromStdString(units::formatNumber(value));
}

} // namespace

GuessModel::GuessModel(QObject* parent)
    : QAbstractTableModel(parent)
{
}

void GuessModel::setResult(std::shared_ptr<const api::EvaluateResult> result)
{
    beginResetModel();
    m_result = std::move(result);
    endResetModel();
}

int GuessModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() || !m_result ? 0 : static_cast<int>(m_result->rows.size());
}

int GuessModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : columns;
}

QString GuessModel::text(const api::GuessFigures& row, int column) const
{
    switch (column) {
    case name:
        return QString::fromStdString(row.name);
    case top1:
        return row.guessed ? number(row.top1) : kNone;
    case top3:
        return row.guessed ? number(row.top3) : kNone;
    case precision:
        return row.guessed ? number(row.precision) : kNone;
    case recall:
        return row.guessed ? number(row.recall) : kNone;
    case misses:
        return row.uses > 0 ? QString::fromStdString(
                   units::formatPercent(static_cast<double>(row.misses) / static_cast<double>(row.uses)))
                            : kNone;
    case prefetched:
        return row.guessed ? QString::fromStdString(units::formatBytes(row.prefetchedBytes)) : kNone;
    case wasted:
        return row.guessed ? QString::fromStdString(units::formatBytes(row.wastedBytes)) : kNone;
    case time:
        return row.secondsPerBatch > 0
            ? QString::fromStdString(units::formatDuration(std::llround(row.secondsPerBatch * 1e9)))
            : kNone;
    default:
        return {};
    }
}

QVariant GuessModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(
            (index.column() == name ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    return text(m_result->rows[static_cast<std::size_t>(index.row())], index.column());
}

QVariant GuessModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columns)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue((section == name ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    const QString titles[columns]
        = {tr("Guess"),  tr("Top 1"),      tr("Top 3"),  tr("Precision"),   tr("Recall"),
           tr("Misses"), tr("Prefetched"), tr("Wasted"), tr("Time a batch")};
    const QString tips[columns]
        = {tr("How the next experts are guessed"),
           tr("Hash-hit rate: the token's expert is the one guessed"),
           tr("Hash-hit rate: the token's expert is among the three guessed"),
           tr("Share of the guessed experts that were used"),
           tr("Share of the used experts that were guessed"),
           tr("Uses that found the expert missing in spite of the guess, with the cache of this budget"),
           tr("Copied ahead because of the guess"),
           tr("Copied ahead and evicted without a use"),
           tr("What the guess itself takes")};
    return role == Qt::DisplayRole ? QVariant(titles[section])
        : role == Qt::ToolTipRole  ? QVariant(tips[section])
                                   : QVariant();
}

QString GuessModel::asText() const
{
    QStringList lines;
    for (int row = 0; row < rowCount(); ++row) {
        QStringList cells;
        for (int column = 0; column < columns; ++column)
            cells << text(m_result->rows[static_cast<std::size_t>(row)], column);
        lines << cells.join(QLatin1Char('\t'));
    }
    return lines.join(QLatin1Char('\n'));
}

} // namespace sida::ui
