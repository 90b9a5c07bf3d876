// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/notes/notes_table.h"

#include "ui/host/text.h"
#include "ui/plot/ticks.h"
#include "ui/theme/theme_manager.h"

namespace sida::ui
{

namespace
{

constexpr int kDecimals = 4; // of seconds: tenths of a millisecond tell batches apart

} // namespace

NotesTable::NotesTable(RecordingModel* recording, QObject* parent)
    : QAbstractTableModel(parent)
    , m_recording(recording)
{
    connect(&recording->notes(), &Notes::changed, this, &NotesTable::refresh);
    refresh();
}

/// Keeps the selection where only a text has changed.
void NotesTable::refresh()
{
    const int rows = static_cast<int>(m_recording->notes().all().size());
    if (rows == m_rows) {
        if (rows > 0)
            Q_EMIT dataChanged(index(0, 0), index(rows - 1, columnCount() - 1));
        return;
    }
    beginResetModel();
    m_rows = rows;
    endResetModel();
}

int NotesTable::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : m_rows;
}

int NotesTable::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : 3;
}

QString NotesTable::shown(const api::Note& note, int column) const
{
    if (column == time)
        return secondsText(note.time, kDecimals);
    if (column == text)
        return note.text.empty() ? tr("Bookmark") : toText(note.text);
    const api::BatchRow* row = m_recording->batchAt(note.time);
    return row && row->end >= note.time ? countText(row->batch) : QStringLiteral("-");
}

QVariant NotesTable::data(const QModelIndex& index, int role) const
{
    const auto& notes = m_recording->notes().all();
    const auto place = static_cast<std::size_t>(index.row());
    if (!index.isValid() || place >= notes.size())
        return {};
    const api::Note& note = notes[place];
    switch (role) {
    case Qt::DisplayRole:
        return shown(note, index.column());
    case Qt::EditRole:
        return index.column() == text ? toText(note.text) : shown(note, index.column());
    case Qt::ToolTipRole:
        return index.column() == text && !note.text.empty() ? QVariant(toText(note.text)) : QVariant();
    case Qt::TextAlignmentRole:
        return static_cast<int>((index.column() == text ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    case Qt::ForegroundRole:
        if (index.column() == text && note.text.empty())
            return ThemeManager::instance().theme().color(Role::secondaryText);
        return {};
    default:
        return {};
    }
}

QVariant NotesTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((section == text ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    return section == time ? tr("Time, s") : section == batch ? tr("Batch") : tr("Note");
}

Qt::ItemFlags NotesTable::flags(const QModelIndex& index) const
{
    const Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    return index.column() == text ? flags | Qt::ItemIsEditable : flags;
}

bool NotesTable::setData(const QModelIndex& index, const QVariant& value, int role)
{
    if (role != Qt::EditRole || index.column() != text || index.row() >= m_rows)
        return false;
    m_recording->notes().setText(
        static_cast<std::size_t>(index.row()), value.toString().trimmed().toStdString());
    return true;
}

} // namespace sida::ui
