// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sessions/recent_table.h"

#include "ui/sessions/recent_model.h"

#include <QAction>
#include <QDesktopServices>
#include <QFileInfo>
#include <QFrame>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QUrl>
#include <QVBoxLayout>
#include <algorithm>
#include <array>

namespace sida::ui
{

RecentTable::RecentTable(RecentSessions* sessions, QWidget* parent)
    : QWidget(parent)
    , m_sessions(sessions)
    , m_model(new RecentModel(sessions, this))
    , m_filtered(new QSortFilterProxyModel(this))
    , m_ask(
          [](QWidget* window, const QString& title, const QString& label,
             const QString& value) -> std::optional<QString> {
              bool accepted = false;
              const QString text
                  = QInputDialog::getText(window, title, label, QLineEdit::Normal, value, &accepted);
              return accepted ? std::optional(text) : std::nullopt;
          })
{
    m_filtered->setSourceModel(m_model);
    m_filtered->setFilterKeyColumn(-1);
    m_filtered->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_filtered->setSortRole(RecentModel::kSortRole);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addWidget(makeHead());
    makeMenu();
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
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setShowGrid(false);
    m_table->setTabKeyNavigation(false);
    m_table->setWordWrap(false);
    m_table->setTextElideMode(Qt::ElideMiddle);
    m_table->setSortingEnabled(true);
    m_table->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    m_table->horizontalHeader()->setSortIndicatorClearable(true);
    m_table->horizontalHeader()->setHighlightSections(false);
    const std::array<int, RecentModel::columns> widths = {160, 108, 116, 76, 84, 80, 64, 96, 88, 68};
    m_table->horizontalHeader()->ensurePolished(); // or the theme's padding is not in what a head needs
    for (int column = 0; column < RecentModel::columns; ++column)
        m_table->horizontalHeader()->resizeSection(
            column,
            std::max(
                widths[static_cast<std::size_t>(column)],
                m_table->horizontalHeader()->sectionSizeHint(column)));
    m_table->horizontalHeader()->setSectionResizeMode(RecentModel::session, QHeaderView::Stretch);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(28);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_table, &QWidget::customContextMenuRequested, this, [this](const QPoint& point) {
        if (m_table->indexAt(point).isValid())
            m_menu->popup(m_table->viewport()->mapToGlobal(point));
    });
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
    m_compare = new QPushButton(tr("Compare"));
    m_more = new QPushButton(tr("More"));
    m_more->setMenu(m_menu);
    m_count = new QLabel;
    m_count->setProperty("role", QStringLiteral("secondary"));
    connect(m_open, &QPushButton::clicked, this, [this] { Q_EMIT sessionWanted(selectedPath()); });
    connect(m_compare, &QPushButton::clicked, this, [this] { Q_EMIT compareWanted(selectedPaths()); });
    row->addWidget(m_open);
    row->addWidget(m_compare);
    row->addWidget(m_more);
    row->addStretch(1);
    row->addWidget(m_count);
    return foot;
}

void RecentTable::makeMenu()
{
    m_menu = new QMenu(this);
    m_menu->setToolTipsVisible(true);
    const auto add = [&](const QString& text, const QString& tip, auto what) {
        QAction* action = m_menu->addAction(text);
        action->setToolTip(tip);
        connect(action, &QAction::triggered, this, what);
        return action;
    };
    m_runAgain = add(tr("Run Again"), tr("The same model, data, predictor and options once more"), [this] {
        Q_EMIT runAgainWanted(selectedPath());
    });
    m_menu->addSeparator();
    m_rename = add(tr("Rename..."), tr("Give the file another name"), [this] { rename(); });
    m_tags
        = add(tr("Tags..."), tr("Words to find it by; the filter looks at them too"), [this] { editTags(); });
    m_note = add(tr("Note..."), tr("A remark that is shown with it"), [this] { editNote(); });
    m_menu->addSeparator();
    m_saveCopy = add(tr("Save As..."), tr("Write the session again at another place"), [this] {
        Q_EMIT saveCopyWanted(selectedPath());
    });
    m_folder = add(tr("Show in Folder"), tr("Open the folder that it is in"), [this] { showInFolder(); });
    m_menu->addSeparator();
    m_forget
        = add(tr("Forget"), tr("Take it off this list; the file stays where it is"), [this] { forget(); });
    m_trash = add(
        tr("Move to Trash"), tr("The file can be taken out of the trash again"), [this] { moveToTrash(); });
}

QStringList RecentTable::selectedPaths() const
{
    QModelIndexList rows = m_table->selectionModel()->selectedRows();
    std::sort(rows.begin(), rows.end());
    QStringList paths;
    for (const QModelIndex& row : rows)
        paths << row.data(RecentModel::kPathRole).toString();
    return paths;
}

QString RecentTable::selectedPath() const
{
    const QStringList paths = selectedPaths();
    return paths.isEmpty() ? QString() : paths.first();
}

void RecentTable::rename()
{
    const QString path = selectedPath();
    const auto name
        = m_ask(this, tr("Rename the session"), tr("New name"), QFileInfo(path).completeBaseName());
    if (!name)
        return;
    const QString wrong = m_sessions->rename(path, *name);
    if (!wrong.isEmpty())
        Q_EMIT problem(wrong);
}

void RecentTable::editTags()
{
    const QStringList paths = selectedPaths();
    const RecentSession* first = m_sessions->find(paths.value(0));
    if (first == nullptr)
        return;
    const auto text
        = m_ask(this, tr("Tags"), tr("Words, separated by commas"), first->tags.join(QStringLiteral(", ")));
    if (!text)
        return;
    QStringList tags;
    for (const QString& tag : text->split(u','))
        if (!tag.trimmed().isEmpty() && !tags.contains(tag.trimmed()))
            tags << tag.trimmed();
    for (const QString& path : paths)
        m_sessions->setTags(path, tags);
}

void RecentTable::editNote()
{
    const QString path = selectedPath();
    const RecentSession* session = m_sessions->find(path);
    if (session == nullptr)
        return;
    if (const auto note = m_ask(this, tr("Note"), tr("A remark on this session"), session->note))
        m_sessions->setNote(path, note->trimmed());
}

void RecentTable::showInFolder()
{
    const QString folder = QFileInfo(selectedPath()).absolutePath();
    if (!QFileInfo::exists(folder) || !QDesktopServices::openUrl(QUrl::fromLocalFile(folder)))
        Q_EMIT problem(tr("%1 cannot be shown").arg(folder));
}

void RecentTable::forget()
{
    for (const QString& path : selectedPaths())
        m_sessions->remove(path);
}

void RecentTable::moveToTrash()
{
    for (const QString& path : selectedPaths()) {
        const QString wrong = m_sessions->moveToTrash(path);
        if (!wrong.isEmpty())
            Q_EMIT problem(wrong);
    }
}

void RecentTable::refresh()
{
    const bool any = !m_sessions->all().empty();
    const qsizetype chosen = selectedPaths().size();
    const bool selected = chosen > 0;
    m_table->setVisible(any);
    m_emptyFrame->setVisible(!any);
    m_filter->setEnabled(any);
    m_filter->setToolTip(any ? QString() : tr("There is nothing to filter yet"));
    m_open->setEnabled(chosen == 1);
    m_open->setToolTip(chosen == 1 ? tr("Show the selected session") : tr("Select one session first"));
    m_compare->setEnabled(chosen >= 2);
    m_compare->setToolTip(
        chosen >= 2 ? tr("Set the selected sessions side by side, the uppermost as baseline")
                    : tr("Select two sessions or more first"));
    m_more->setEnabled(selected);
    m_more->setToolTip(selected ? QString() : tr("Select a session first"));
    for (QAction* action : {m_runAgain, m_rename, m_note, m_saveCopy, m_folder})
        action->setEnabled(chosen == 1);
    for (QAction* action : {m_tags, m_forget, m_trash})
        action->setEnabled(selected);
    m_count->setText(
        any ? tr("%1 of %2 listed").arg(m_filtered->rowCount()).arg(m_model->rowCount()) : QString());
}

} // namespace sida::ui
