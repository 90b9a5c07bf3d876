// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/samples_view.h"

#include "ui/host/text.h"
#include "ui/shell/samples_model.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QTableView>
#include <QVBoxLayout>

namespace sida::ui
{

SamplesView::SamplesView(RecordingModel* recording, QWidget* parent)
    : QWidget(parent)
    , m_model(new SamplesModel(recording, this))
{

    m_count = new QLabel;
    m_wrongOnly = new QCheckBox(tr("Wrong only"));
    m_wrongOnly->setToolTip(tr("Show only the samples whose prediction differs from their label"));
    m_head = new QWidget;
    auto* row = new QHBoxLayout(m_head);
    row->setContentsMargins(16, 6, 16, 6);
    row->setSpacing(16);
    m_stalledOnly = new QCheckBox(tr("Waited only"));
    m_stalledOnly->setToolTip(tr("Show only the samples whose batch waited for experts"));
    m_search = new QLineEdit;
    m_search->setPlaceholderText(tr("Sample, batch, right or wrong"));
    m_search->setAccessibleName(tr("Search the samples"));
    m_search->setClearButtonEnabled(true);
    m_search->setFixedWidth(240);
    row->addWidget(m_count, 1);
    row->addWidget(m_search);
    row->addWidget(m_stalledOnly);
    row->addWidget(m_wrongOnly);

    makeTable();
    m_empty = new QLabel(tr("The samples of a run appear here as they are answered"));
    m_empty->setProperty("role", QStringLiteral("secondary"));
    m_empty->setAlignment(Qt::AlignCenter);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_head);
    column->addWidget(m_table, 1);
    column->addWidget(m_empty, 1);

    connect(m_wrongOnly, &QCheckBox::toggled, this, &SamplesView::filter);
    connect(m_stalledOnly, &QCheckBox::toggled, this, &SamplesView::filter);
    connect(m_search, &QLineEdit::textChanged, this, &SamplesView::filter);
    connect(m_model, &QAbstractItemModel::rowsInserted, this, &SamplesView::refresh);
    connect(m_model, &QAbstractItemModel::modelReset, this, &SamplesView::refresh);
    refresh();
}

void SamplesView::makeTable()
{
    m_table = new QTableView;
    m_table->setModel(m_model);
    m_table->setAccessibleName(tr("Samples"));
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setShowGrid(false);
    m_table->setTabKeyNavigation(false);
    m_table->setWordWrap(false);
    m_table->setSortingEnabled(true);
    m_table->horizontalHeader()->setSortIndicatorClearable(true);
    m_table->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setDefaultSectionSize(88);
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->verticalHeader()->hide();
    // Fixed rows: with heights from the content, a view of a million rows would measure each.
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->verticalHeader()->setDefaultSectionSize(24);
    m_table->setToolTip(
        tr("A row selects its batch in all views; Enter or double click makes the batch fill them"));
    connect(
        m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
        [this](const QModelIndex& index) {
            if (index.isValid() && !m_showing)
                Q_EMIT batchSelected(m_model->batchOf(index.row()));
        });
    connect(m_table, &QTableView::activated, this, [this](const QModelIndex& index) {
        Q_EMIT batchChosen(m_model->batchOf(index.row()));
    });
}

void SamplesView::filter()
{
    m_model->setFilter({m_wrongOnly->isChecked(), m_stalledOnly->isChecked(), m_search->text().trimmed()});
    refresh();
}

void SamplesView::showBatch(quint32 batch)
{
    const QModelIndex current = m_table->currentIndex();
    if (current.isValid() && m_model->batchOf(current.row()) == batch)
        return;
    const int row = m_model->rowOf(batch);
    const QModelIndex index = row < 0 ? QModelIndex() : m_model->index(row, 0);
    m_showing = true;
    if (index.isValid()) {
        m_table->setCurrentIndex(index);
        m_table->scrollTo(index, QAbstractItemView::PositionAtCenter);
    } else {
        m_table->clearSelection();
    }
    m_showing = false;
}

void SamplesView::refresh()
{
    const int rows = m_model->samples();
    m_table->setVisible(rows > 0);
    m_head->setVisible(rows > 0);
    m_empty->setVisible(rows == 0);
    QString text = tr("%1 samples").arg(countText(static_cast<std::uint64_t>(rows)));
    if (m_model->judged() > 0)
        text += tr(", %1 of %2 right")
                    .arg(
                        countText(static_cast<std::uint64_t>(m_model->right())),
                        countText(static_cast<std::uint64_t>(m_model->judged())));
    if (m_model->rowCount() < rows)
        text += tr("; %1 shown").arg(countText(static_cast<std::uint64_t>(m_model->rowCount())));
    m_count->setText(text);
    m_wrongOnly->setEnabled(m_model->judged() > 0);
    if (m_model->judged() == 0)
        m_wrongOnly->setToolTip(tr("The samples have no labels to compare with"));
}

} // namespace sida::ui
