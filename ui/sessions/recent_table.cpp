// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sessions/recent_table.h"

#include "ui/sessions/recent_model.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QVBoxLayout>
#include <array>

namespace sida::ui
{

RecentTable::RecentTable(RecentSessions* sessions, QWidget* parent)
    : QWidget(parent)
    , m_sessions(sessions)
    , m_model(new RecentModel(sessions, this))
    , m_filtered(new QSortFilterProxyModel(this))
{
    m_filtered->setSourceModel(m_model);
    m_filtered->setFilterKeyColumn(-1);
    m_filtered->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_filtered->setSortRole(RecentModel::kSortRole);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addWidget(makeHead());
    makeTable();
    layout->addWidget(m_table, 1);
    auto* empty = new QLabel(tr("No session yet. Every run is recorded and will be listed here."));
    empty->setProperty("role", QStringLiteral("secondary"));
    empty->setAlignment(Qt::AlignCenter);
    m_emptyFrame = new QFrame;
    m_emptyFrame->setProperty("role", QStringLiteral("card"));
    (new QVBoxLayout(m_emptyFrame))->addWidget(empty);
    layout->addWidget(m_emptyFrame, 1);
    layout->addWidget(makeFoot());

    connect(m_filtered, &QAbstractItemModel::modelReset, this, &RecentTable::refresh);
    connect(m_filter, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_filtered->setFilterFixedString(text);
        refresh();
    });
    refresh();
}

QWidget* RecentTable::makeHead()
{
    auto* head = new QWidget;
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(0, 0, 0, 0);
    auto* title = new QLabel(tr("Recent sessions"));
    title->setProperty("role", QStringLiteral("section"));
    m_filter = new QLineEdit;
    m_filter->setPlaceholderText(tr("Filter by name, model or dataset"));
    m_filter->setAccessibleName(tr("Filter recent sessions"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setFixedWidth(240);
    row->addWidget(title, 1);
    row->addWidget(m_filter);
    return head;
}

void RecentTable::makeTable()
{
    m_table = new QTableView;
    m_table->setModel(m_filtered);
    m_table->setAccessibleName(tr("Recent sessions"));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setShowGrid(false);
    m_table->setTabKeyNavigation(false);
    m_table->setWordWrap(false);
    m_table->setTextElideMode(Qt::ElideMiddle);
    m_table->setSortingEnabled(true);
    m_table->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    m_table->horizontalHeader()->setSortIndicatorClearable(true);
    m_table->horizontalHeader()->setHighlightSections(false);
    const std::array<int, RecentModel::columns> widths = {160, 108, 124, 84, 88, 84, 68, 96, 56};
    for (int column = 0; column < RecentModel::columns; ++column)
        m_table->horizontalHeader()->resizeSection(column, widths[static_cast<std::size_t>(column)]);
    m_table->horizontalHeader()->setSectionResizeMode(RecentModel::session, QHeaderView::Stretch);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(28);
    connect(m_table, &QTableView::activated, this, [this] { Q_EMIT sessionWanted(selectedPath()); });
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, &RecentTable::refresh);
}

QWidget* RecentTable::makeFoot()
{
    auto* foot = new QWidget;
    auto* row = new QHBoxLayout(foot);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    m_open = new QPushButton(tr("Open"));
    m_forget = new QPushButton(tr("Forget"));
    m_count = new QLabel;
    m_count->setProperty("role", QStringLiteral("secondary"));
    connect(m_open, &QPushButton::clicked, this, [this] { Q_EMIT sessionWanted(selectedPath()); });
    connect(m_forget, &QPushButton::clicked, this, [this] { m_sessions->remove(selectedPath()); });
    row->addWidget(m_open);
    row->addWidget(m_forget);
    row->addStretch(1);
    row->addWidget(m_count);
    return foot;
}

QString RecentTable::selectedPath() const
{
    const QModelIndexList rows = m_table->selectionModel()->selectedRows();
    return rows.isEmpty() ? QString() : rows.first().data(RecentModel::kPathRole).toString();
}

void RecentTable::refresh()
{
    const bool any = !m_sessions->all().empty();
    const bool selected = !selectedPath().isEmpty();
    m_table->setVisible(any);
    m_emptyFrame->setVisible(!any);
    m_filter->setEnabled(any);
    m_filter->setToolTip(any ? QString() : tr("There is nothing to filter yet"));
    for (QPushButton* button : {m_open, m_forget})
        button->setEnabled(selected);
    m_open->setToolTip(selected ? tr("Show the selected session") : tr("Select a session first"));
    m_forget->setToolTip(
        selected ? tr("Take it off this list; the file stays where it is") : tr("Select a session first"));
    m_count->setText(
        any ? tr("%1 of %2 listed").arg(m_filtered->rowCount()).arg(m_model->rowCount()) : QString());
}

} // namespace sida::ui
