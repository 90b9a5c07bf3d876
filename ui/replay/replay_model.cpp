// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/replay/replay_model.h"

#include "ui/host/text.h"
#include "ui/theme/theme.h"

#include <algorithm>
#include <cmath>

namespace sida::ui
{

void ReplayModel::setResult(std::shared_ptr<const api::ReplayResult> result)
{
    beginResetModel();
    m_result = std::move(result);
    m_places.clear();
    if (m_result)
        for (int curve = 0; curve < static_cast<int>(m_result->curves.size()); ++curve)
            for (int i = 0;
                 i < static_cast<int>(m_result->curves[static_cast<std::size_t>(curve)].points.size()); ++i)
                m_places.push_back({curve, i});
    endResetModel();
}

int ReplayModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() || !m_result ? 0 : static_cast<int>(m_places.size()) + 1;
}

int ReplayModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : columns;
}

std::optional<ReplayPlace> ReplayModel::placeOf(int row) const
{
    return row <= 0 ? std::nullopt : std::optional(m_places[static_cast<std::size_t>(row - 1)]);
}

int ReplayModel::rowOf(const ReplayPlace& place) const
{
    const auto found = std::find(m_places.begin(), m_places.end(), place);
    return found == m_places.end() ? -1 : static_cast<int>(found - m_places.begin()) + 1;
}

const api::ReplayPoint& ReplayModel::pointOf(int row) const
{
    const auto place = placeOf(row);
    return place ? m_result->curves[static_cast<std::size_t>(place->curve)]
                       .points[static_cast<std::size_t>(place->point)]
                 : m_result->recorded;
}

QString ReplayModel::text(const api::ReplayPoint& point, int row, int column) const
{
    const auto place = placeOf(row);
    const api::ReplayCurve* curve
        = place ? &m_result->curves[static_cast<std::size_t>(place->curve)] : nullptr;
    switch (column) {
    case policy:
        return toText(api::name(curve ? curve->configuration : m_result->recordedConfiguration));
    case budget:
        return bytesText(point.budgetBytes);
    case share:
        return toText(units::formatPercent(number(point, row, share)));
    case slotCount:
        return countText(static_cast<std::uint64_t>(point.slots));
    case hits:
        return toText(units::formatPercent(point.hitRate()));
    case copied:
        return bytesText(point.bytes);
    case wasted:
        return bytesText(point.wastedBytes);
    case stalled:
        return toText(units::formatDuration(std::llround(point.stallSeconds * 1e9)));
    case throughput:
        return toText(units::formatNumber(point.samplesPerSecond));
    case remark:
        return !place ? tr("measured") : place->point == curve->knee ? tr("knee") : QString();
    default:
        return {};
    }
}

double ReplayModel::number(const api::ReplayPoint& point, int row, int column) const
{
    switch (column) {
    case policy:
        return row;
    case budget:
        return static_cast<double>(point.budgetBytes);
    case share:
        return m_result->residentBytes > 0
            ? static_cast<double>(point.budgetBytes) / static_cast<double>(m_result->residentBytes)
            : 0;
    case slotCount:
        return point.slots;
    case hits:
        return point.hitRate();
    case copied:
        return static_cast<double>(point.bytes);
    case wasted:
        return static_cast<double>(point.wastedBytes);
    case stalled:
        return point.stallSeconds;
    case throughput:
        return point.samplesPerSecond;
    default:
        return row == 0 ? -1 : 0;
    }
}

QVariant ReplayModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const api::ReplayPoint& point = pointOf(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return text(point, index.row(), index.column());
    case kSortRole:
        return number(point, index.row(), index.column());
    case Qt::TextAlignmentRole:
        return static_cast<int>(
            (index.column() == policy || index.column() == remark ? Qt::AlignLeft : Qt::AlignRight)
            | Qt::AlignVCenter);
    case Qt::FontRole:
        return Theme::font(index.row() == 0 ? TextStyle::strong : TextStyle::body);
    default:
        return {};
    }
}

QVariant ReplayModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>(
            (section == policy || section == remark ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case policy:
        return tr("Policy");
    case budget:
        return tr("Budget");
    case share:
        return tr("of resident");
    case slotCount:
        return tr("Slots");
    case hits:
        return tr("Hits");
    case copied:
        return tr("Copied");
    case wasted:
        return tr("Wasted");
    case stalled:
        return tr("Stalled");
    case throughput:
        return tr("Samples/s");
    default:
        return {};
    }
}

QString ReplayModel::csv() const
{
    QString out
        = QStringLiteral("policy,budget_bytes,share,slots,hit_rate,copied_bytes,wasted_bytes,stall_seconds,"
                         "samples_per_s,remark\n");
    for (int row = 0; row < rowCount(); ++row) {
        const api::ReplayPoint& point = pointOf(row);
        QStringList fields = {text(point, row, policy)};
        for (int column = budget; column < remark; ++column)
            fields << QString::number(number(point, row, column), 'g', 15);
        fields << text(point, row, remark);
        out += fields.join(u',') + u'\n';
    }
    return out;
}

} // namespace sida::ui
