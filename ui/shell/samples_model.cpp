// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/samples_model.h"

#include "ui/host/text.h"
#include "ui/models/recording_model.h"
#include "ui/theme/theme_manager.h"

namespace sida::ui
{

namespace
{

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
        endResetModel();
        grow();
    });
    connect(m_recording, &RecordingModel::appended, this, &SamplesModel::grow);
    grow();
}

void SamplesModel::grow()
{
    const auto rows = static_cast<int>(m_recording->rows().samples.size());
    if (rows <= m_rows)
        return;
    const int from = m_rows;
    beginInsertRows({}, from, rows - 1);
    m_rows = rows;
    count(from);
    endInsertRows();
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
    return parent.isValid() ? 0 : m_rows;
}

int SamplesModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : columns;
}

std::uint32_t SamplesModel::batchOf(int row) const
{
    return m_recording->rows().samples[static_cast<std::size_t>(row)].batch;
}

QVariant SamplesModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= m_rows)
        return {};
    const api::SampleRow& row = m_recording->rows().samples[static_cast<std::size_t>(index.row())];
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
        return {};
    }
}

QVariant SamplesModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue((section == verdict ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
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
    default:
        return {};
    }
}

} // namespace sida::ui
