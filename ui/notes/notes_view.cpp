// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/notes/notes_view.h"

#include "ui/host/text.h"
#include "ui/notes/notes_table.h"

#include <QAction>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

namespace sida::ui
{

NotesView::NotesView(RecordingModel* recording, TimeAxis* axis, QWidget* parent)
    : QWidget(parent)
    , m_recording(recording)
    , m_axis(axis)
    , m_model(new NotesTable(recording, this))
{
    makeTable();
    m_empty = new QLabel;
    m_empty->setProperty("role", QStringLiteral("secondary"));
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeHead());
    column->addWidget(m_table, 1);
    column->addWidget(m_empty, 1);
    setFocusProxy(m_table);
    connect(&recording->notes(), &Notes::changed, this, &NotesView::refresh);
    connect(recording, &RecordingModel::resetDone, this, &NotesView::refresh);
    connect(recording, &RecordingModel::appended, this, &NotesView::refresh);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &NotesView::refresh);
    refresh();
}

QWidget* NotesView::makeHead()
{
    const auto button = [this](const QString& text, const QString& tip, void (NotesView::*slot)()) {
        auto* made = new QPushButton(text);
        made->setToolTip(tip);
        connect(made, &QPushButton::clicked, this, slot);
        return made;
    };
    m_count = new QLabel;
    m_bookmark = button(tr("Bookmark  B"), tr("Mark the moment at the crosshair"), &NotesView::addBookmark);
    m_note = button(
        tr("Note  Ctrl+B"), tr("Mark the moment at the crosshair and say something about it"),
        &NotesView::addNote);
    m_edit = button(tr("Edit  F2"), tr("Change the text"), &NotesView::editCurrent);
    m_remove = button(tr("Delete"), tr("Take the mark away"), &NotesView::removeCurrent);
    auto* head = new QWidget;
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(16, 6, 16, 6);
    row->setSpacing(8);
    row->addWidget(m_count, 1);
    for (QPushButton* each : {m_bookmark, m_note, m_edit, m_remove})
        row->addWidget(each);
    return head;
}

void NotesView::makeTable()
{
    m_table = new QTableView;
    m_table->setModel(m_model);
    m_table->setAccessibleName(tr("Notes and bookmarks"));
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEditTriggers(QAbstractItemView::EditKeyPressed);
    m_table->setShowGrid(false);
    m_table->setTabKeyNavigation(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->verticalHeader()->setDefaultSectionSize(28); // an editor fits
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setDefaultSectionSize(88);
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->setToolTip(tr("Enter or double click goes there"));
    connect(m_table, &QTableView::activated, this, [this](const QModelIndex& index) { goTo(index.row()); });
    auto* remove = new QAction(tr("Delete"), m_table);
    remove->setShortcut(QKeySequence::Delete);
    remove->setShortcutContext(Qt::WidgetShortcut);
    connect(remove, &QAction::triggered, this, &NotesView::removeCurrent);
    m_table->addAction(remove);
}

int NotesView::add()
{
    const auto place = m_recording->notes().add(m_axis->cursor(), {});
    m_table->setCurrentIndex(m_model->index(static_cast<int>(place), NotesTable::text));
    return static_cast<int>(place);
}

void NotesView::addBookmark()
{
    if (m_recording->hasRun())
        add();
}

void NotesView::addNote()
{
    if (!m_recording->hasRun())
        return;
    add();
    Q_EMIT wanted();
    editCurrent();
}

void NotesView::editCurrent()
{
    const QModelIndex current = m_table->currentIndex();
    if (!current.isValid())
        return;
    m_table->setFocus();
    m_table->edit(m_model->index(current.row(), NotesTable::text));
}

void NotesView::removeCurrent()
{
    const int row = m_table->currentIndex().row();
    if (row < 0)
        return;
    m_recording->notes().remove(static_cast<std::size_t>(row));
    m_table->setCurrentIndex(m_model->index(std::min(row, m_model->rowCount() - 1), NotesTable::text));
}

void NotesView::goTo(int row)
{
    const Nanoseconds time = m_recording->notes().all()[static_cast<std::size_t>(row)].time;
    m_axis->setFollowLive(false);
    m_axis->reveal({time, time});
    const api::BatchRow* batch = m_recording->batchAt(time);
    if (batch && batch->end >= time)
        m_axis->selectBatch(batch->batch);
    m_axis->setHover(time);
}

void NotesView::refresh()
{
    const std::size_t notes = m_recording->notes().all().size();
    const bool run = m_recording->hasRun();
    m_table->setVisible(notes > 0);
    m_empty->setVisible(notes == 0);
    m_empty->setText(
        run ? tr("B sets a bookmark at the crosshair, Ctrl+B a note. They are stored in the session.")
            : tr("Start a run or open a session to set bookmarks and notes on its time axis."));
    m_count->setText(
        notes == 1 ? tr("1 note or bookmark") : tr("%1 notes and bookmarks").arg(countText(notes)));
    m_bookmark->setEnabled(run);
    m_note->setEnabled(run);
    const bool chosen = m_table->currentIndex().isValid();
    m_edit->setEnabled(chosen);
    m_remove->setEnabled(chosen);
}

} // namespace sida::ui
