// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/samples_model.h"

#include "ui/host/text.h"
#include "ui/models/recording_model.h"
#include "ui/theme/theme_manager.h"

#include <algorithm>
#include <cmath>

namespace sida::ui
{

namespace
{

constexpr int kArrangeMs = 500;
const QString kNone = QStringLiteral("-");

bool judgedRow(const api::SampleRow& row)
{
    return row.label >= 0 && row.prediction >= 0;
}

} // namespace

SamplesModel::SamplesModel(RecordingModel* recording, QObject* parent)
    : QAbstractTableModel(parent)
    , m_recording(recording)
{
    connect(m_recording, &RecordingModel::resetDone, this, [this] {
        beginResetModel();
        m_rows = 0;
        m_right = 0;
        m_judged = 0;
        m_order.clear();
        endResetModel();
        grow();
    });
    m_later.setSingleShot(true);
    m_later.setInterval(kArrangeMs);
    connect(&m_later, &QTimer::timeout, this, &SamplesModel::arrange);
    connect(m_recording, &RecordingModel::appended, this, &SamplesModel::grow);
    grow();
}

void SamplesModel::grow()
{
    const auto rows = static_cast<int>(m_recording->rows().samples.size());
    if (rows <= m_rows)
        return;
    const int from = m_rows;
    if (reordered()) {
        m_rows = rows;
        count(from);
        if (!m_later.isActive())
            m_later.start();
        return;
    }
    beginInsertRows({}, from, rows - 1);
    m_rows = rows;
    count(from);
    endInsertRows();
}

std::size_t SamplesModel::sampleAt(int row) const
{
    return reordered() ? m_order[static_cast<std::size_t>(row)] : static_cast<std::size_t>(row);
}

void SamplesModel::sort(int column, Qt::SortOrder order)
{
    if (column == m_column && order == m_direction)
        return;
    m_column = column;
    m_direction = order;
    arrange();
}

void SamplesModel::setFilter(const Filter& filter)
{
    if (filter == m_filter)
        return;
    m_filter = filter;
    arrange();
}

bool SamplesModel::accepts(std::size_t place) const
{
    const api::SampleRow& row = m_recording->rows().samples[place];
    const bool wrong = judgedRow(row) && row.label != row.prediction;
    if (m_filter.wrong && !wrong)
        return false;
    if (m_filter.stalled && !(batchFigure(row.batch, stall, true).toDouble() > 0))
        return false;
    if (m_filter.search.isEmpty())
        return true;
    const QString& search = m_filter.search;
    return QString::number(row.index) == search || QString::number(row.batch) == search
        || (judgedRow(row) && (wrong ? tr("wrong") : tr("right")).startsWith(search, Qt::CaseInsensitive));
}

double SamplesModel::sortKey(std::size_t place) const
{
    const api::SampleRow& row = m_recording->rows().samples[place];
    switch (m_column) {
    case SamplesModel::sample:
        return static_cast<double>(row.index);
    case batch:
        return row.batch;
    case tokens:
        return row.tokens;
    case label:
        return row.label;
    case prediction:
        return row.prediction;
    case verdict:
        return !judgedRow(row) ? -1 : row.label == row.prediction;
    default:
        return batchFigure(row.batch, m_column, true).toDouble();
    }
}

/// Makes the order anew; each key is asked for once.
void SamplesModel::arrange()
{
    beginResetModel();
    m_order.clear();
    if (reordered()) {
        std::vector<std::pair<double, std::uint32_t>> keys;
        for (std::size_t i = 0; i < static_cast<std::size_t>(m_rows); ++i)
            if (accepts(i))
                keys.emplace_back(m_column >= 0 ? sortKey(i) : 0.0, static_cast<std::uint32_t>(i));
        const bool down = m_direction == Qt::DescendingOrder;
        if (m_column >= 0)
            std::stable_sort(keys.begin(), keys.end(), [down](const auto& a, const auto& b) {
                return down ? a.first > b.first : a.first < b.first;
            });
        for (const auto& [key, place] : keys)
            m_order.push_back(place);
    }
    endResetModel();
}

void SamplesModel::count(int from)
{
    const auto& samples = m_recording->rows().samples;
    for (auto i = static_cast<std::size_t>(from); i < samples.size(); ++i) {
        if (!judgedRow(samples[i]))
            continue;
        ++m_judged;
        m_right += samples[i].label == samples[i].prediction ? 1 : 0;
    }
}

int SamplesModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : reordered() ? static_cast<int>(m_order.size()) : m_rows;
}

int SamplesModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : columns;
}

std::uint32_t SamplesModel::batchOf(int row) const
{
    return m_recording->rows().samples[sampleAt(row)].batch;
}

int SamplesModel::rowOf(std::uint32_t number) const
{
    // Rows come in the order of their batches, but for those of a run whose samples were reordered.
    const auto& samples = m_recording->rows().samples;
    const auto end = samples.begin() + m_rows;
    auto at = std::partition_point(
        samples.begin(), end, [number](const api::SampleRow& row) { return row.batch < number; });
    if (at == end || at->batch != number)
        at = std::find_if(
            samples.begin(), end, [number](const api::SampleRow& row) { return row.batch == number; });
    if (at == end)
        return -1;
    const auto place = static_cast<std::uint32_t>(at - samples.begin());
    if (!reordered())
        return static_cast<int>(place);
    const auto shown = std::find(m_order.begin(), m_order.end(), place);
    return shown == m_order.end() ? -1 : static_cast<int>(shown - m_order.begin());
}

QVariant SamplesModel::batchFigure(std::uint32_t number, int column, bool sorting) const
{
    const api::BatchRow* row = m_recording->batch(number);
    if (!row)
        return sorting ? QVariant(-1.0) : QVariant(kNone);
    const auto& series
        = m_recording->series()[static_cast<std::size_t>(row - m_recording->rows().batches.data())];
    const auto length = static_cast<double>(row->end - row->begin);
    const auto ms = [&](double value) {
        return sorting ? QVariant(value) : QVariant(toText(units::formatNumber(value)));
    };
    switch (column) {
    case latency:
        return ms(length / 1e6);
    case stall: {
        Nanoseconds waited = 0;
        for (const api::StallRow& one : m_recording->stallsOf(*row))
            waited += one.end - one.begin;
        return ms(static_cast<double>(waited) / 1e6);
    }
    case bytes: {
        const double copied = static_cast<double>(series.bytesPerSecond) * length / 1e9;
        if (sorting)
            return copied;
        return std::isfinite(copied) ? bytesText(static_cast<std::uint64_t>(std::llround(copied))) : kNone;
    }
    case experts:
        return sorting ? QVariant(series.experts)
                       : QVariant(countText(static_cast<std::uint64_t>(series.experts)));
    default:
        return {};
    }
}

QVariant SamplesModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const api::SampleRow& row = m_recording->rows().samples[sampleAt(index.row())];
    const bool wrong = judgedRow(row) && row.label != row.prediction;
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(
            (index.column() == verdict ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role == Qt::ForegroundRole && index.column() == verdict && judgedRow(row))
        return ThemeManager::instance().theme().color(wrong ? Role::missing : Role::ready);
    if (role != Qt::DisplayRole && role != kSortRole)
        return {};
    const bool sorting = role == kSortRole;
    const auto figure = [&](std::uint64_t value) {
        return sorting ? QVariant(static_cast<qulonglong>(value)) : QVariant(countText(value));
    };
    const auto code = [&](std::int32_t value) {
        return sorting ? QVariant(value) : QVariant(value < 0 ? kNone : QString::number(value));
    };
    switch (index.column()) {
    case sample:
        return figure(row.index);
    case batch:
        return figure(row.batch);
    case tokens:
        return figure(row.tokens);
    case label:
        return code(row.label);
    case prediction:
        return code(row.prediction);
    case verdict:
        return !judgedRow(row) ? kNone : wrong ? tr("wrong") : tr("right");
    default:
        return batchFigure(row.batch, index.column(), sorting);
    }
}

QVariant SamplesModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue((section == verdict ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole && section >= latency)
        return tr("Of the batch that the sample was in");
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case sample:
        return tr("Sample");
    case batch:
        return tr("Batch");
    case tokens:
        return tr("Tokens");
    case label:
        return tr("Label");
    case prediction:
        return tr("Prediction");
    case verdict:
        return tr("Verdict");
    case latency:
        return tr("Latency, ms");
    case stall:
        return tr("Stall, ms");
    case bytes:
        return tr("Copied");
    case experts:
        return tr("Experts");
    default:
        return {};
    }
}

} // namespace sida::ui
