// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/batch/range_model.h"

#include "engine/base/units.h"
#include "ui/theme/theme_manager.h"
#include "ui/timeline/timeline_text.h"
#include "ui/timeline/timeline_view.h"

#include <QPainter>
#include <QPixmap>

namespace sida::ui
{

namespace
{

QPixmap swatch(const QBrush& brush)
{
    const Theme& theme = ThemeManager::instance().theme();
    QPixmap square(12, 12);
    square.fill(theme.color(Role::base));
    QPainter painter(&square);
    painter.fillRect(square.rect(), brush);
    painter.setPen(theme.color(Role::border));
    painter.drawRect(0, 0, 11, 11);
    return square;
}

} // namespace

RangeModel::RangeModel(QObject* parent)
    : QAbstractTableModel(parent)
{
}

void RangeModel::setSummary(const RangeSummary& summary)
{
    std::vector<Row> rows;
    rows.push_back({tr("Batches"), summary.batches});
    rows.push_back({tr("Stalls"), summary.stalls});
    rows.push_back({tr("Stalls by cause"), {}, true});
    for (const api::StallCause cause :
         {api::StallCause::busSaturated, api::StallCause::late, api::StallCause::unpredicted,
          api::StallCause::evictedEarly}) {
        const auto index = static_cast<std::size_t>(cause);
        rows.push_back({stallText(cause), summary.stallsByCause[index], false, static_cast<int>(index)});
    }
    rows.push_back({tr("Stalls by layer"), {}, true});
    for (std::size_t layer = 0; layer < summary.stallsByLayer.size(); ++layer)
        rows.push_back(
            {tr("layer %1").arg(layer), summary.stallsByLayer[layer], false, -1, -1,
             static_cast<int>(layer)});
    rows.push_back({tr("Copies"), {}, true});
    const QString kinds[] = {tr("prefetched"), tr("on demand"), tr("preloaded")};
    for (int kind = 0; kind < 3; ++kind)
        if (kind < 2 || summary.copies[2].count > 0)
            rows.push_back(
                {tr("%1, %2").arg(kinds[kind], bytesText(summary.bytes[static_cast<std::size_t>(kind)])),
                 summary.copies[static_cast<std::size_t>(kind)], false, -1, kind});
    m_whole = summary.batches.sum;
    if (rows.size() == m_rows.size()) { // the same rows with other figures: what is selected stays
        m_rows = std::move(rows);
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columns - 1));
        return;
    }
    beginResetModel();
    m_rows = std::move(rows);
    endResetModel();
}

void RangeModel::clear()
{
    beginResetModel();
    m_rows.clear();
    endResetModel();
}

int RangeModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int RangeModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : columns;
}

QString RangeModel::text(const Row& row, int column) const
{
    if (column == name)
        return row.name;
    if (row.section)
        return {};
    if (column == count)
        return countText(row.figures.count);
    if (row.figures.count == 0)
        return QStringLiteral("-");
    switch (column) {
    case sum:
        return durationText(row.figures.sum);
    case share:
        return m_whole > 0 ? QString::fromStdString(
                   units::formatPercent(static_cast<double>(row.figures.sum) / static_cast<double>(m_whole)))
                           : QStringLiteral("-");
    case p50:
        return durationText(row.figures.p50);
    case p95:
        return durationText(row.figures.p95);
    case longest:
        return durationText(row.figures.longest);
    default:
        return {};
    }
}

QVariant RangeModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    const Theme& theme = ThemeManager::instance().theme();
    switch (role) {
    case Qt::DisplayRole:
        return text(row, index.column());
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(
            (index.column() == name ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    case Qt::FontRole:
        return Theme::font(row.section ? TextStyle::strong : TextStyle::body);
    case Qt::DecorationRole:
        if (index.column() != name || (row.cause < 0 && row.kind < 0))
            return {};
        return swatch(
            row.cause >= 0 ? theme.brush(static_cast<api::StallCause>(row.cause))
                           : theme.brush(static_cast<api::TransferKind>(row.kind)));
    case kSectionRole:
        return row.section;
    case kLayerRole:
        return row.layer;
    default:
        return {};
    }
}

QVariant RangeModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue((section == name ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole && section == share)
        return tr("Sum as a share of the time of all batches of the range");
    if (role != Qt::DisplayRole)
        return {};
    const QString titles[columns] = {tr("What began in the range"),
                                     tr("Count"),
                                     tr("Sum"),
                                     tr("Share"),
                                     tr("p50"),
                                     tr("p95"),
                                     tr("Longest")};
    return section >= 0 && section < columns ? titles[section] : QVariant();
}

QString RangeModel::asText() const
{
    QStringList lines;
    for (const Row& row : m_rows) {
        QStringList cells;
        for (int column = 0; column < columns; ++column)
            cells << text(row, column);
        lines << cells.join(QLatin1Char('\t'));
    }
    return lines.join(QLatin1Char('\n'));
}

} // namespace sida::ui
