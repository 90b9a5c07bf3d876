// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/batch/batch_panel.h"

#include "engine/base/units.h"
#include "ui/batch/batch_text.h"
#include "ui/batch/cause_bar.h"
#include "ui/theme/theme_manager.h"
#include "ui/timeline/timeline_text.h"

#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSpinBox>
#include <QTableWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <limits>

namespace sida::ui
{

namespace
{

enum Column { expert, outcome, queued, waited, columns };

QLabel* makeLabel(const QString& role)
{
    auto* label = new QLabel;
    label->setProperty("role", role);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

/// Colour and hatch of an outcome as a small square.
QIcon outcomeIcon(const ExpertLife& life)
{
    const Theme& theme = ThemeManager::instance().theme();
    QPixmap square(12, 12);
    square.fill(theme.color(Role::base));
    QPainter painter(&square);
    if (life.routed > 0)
        painter.fillRect(square.rect(), life.cause ? theme.brush(*life.cause) : theme.brush(life.outcome));
    painter.setPen(theme.color(Role::border));
    painter.drawRect(0, 0, 11, 11);
    return square;
}

/// Milliseconds with three digits; the unit stands in the head of the column.
QString milliseconds(Nanoseconds time)
{
    return QString::fromStdString(units::formatNumber(static_cast<double>(time) / 1e6));
}

} // namespace

BatchPanel::BatchPanel(BatchFocus* focus, QWidget* parent)
    : QWidget(parent)
    , m_focus(focus)
{
    m_empty = new QLabel(tr("Click a batch in the timeline, choose one above, or go from stall to stall "
                            "with . and , to see why it took as long as it did."));
    m_empty->setProperty("role", QStringLiteral("secondary"));
    m_empty->setWordWrap(true);
    m_empty->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_empty->setContentsMargins(16, 8, 16, 8);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeHead());
    column->addWidget(m_empty, 1);
    column->addWidget(makeDetails(), 1);
    connect(m_focus, &BatchFocus::changed, this, &BatchPanel::refresh);
    connect(m_focus, &BatchFocus::expertChanged, this, &BatchPanel::showExpert);
    connect(&m_focus->model(), &RecordingModel::resetDone, this, &BatchPanel::refresh);
    connect(&m_focus->model(), &RecordingModel::appended, this, [this] {
        if (!m_slowest->isEnabled())
            refresh();
    });
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, &BatchPanel::refreshTable);
    refresh();
}

QWidget* BatchPanel::makeHead()
{
    auto* head = new QWidget;
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(16, 8, 16, 8);
    row->setSpacing(8);
    m_number = new QSpinBox;
    m_number->setAccessibleName(tr("Batch"));
    m_number->setToolTip(tr("The batch to look at"));
    m_number->setPrefix(tr("Batch "));
    m_number->setSpecialValueText(tr("No batch"));
    m_number->setRange(-1, -1);
    m_number->setKeyboardTracking(false);
    m_slowest = new QPushButton(tr("Slowest in view"));
    m_slowest->setToolTip(tr("Look at the slowest batch of the visible range (S)"));
    row->addWidget(m_number, 1);
    row->addWidget(m_slowest);
    connect(m_number, &QSpinBox::valueChanged, this, [this](int value) {
        if (!m_filling && value >= 0)
            goTo(static_cast<std::uint32_t>(value));
    });
    connect(m_slowest, &QPushButton::clicked, this, &BatchPanel::goToSlowest);
    return head;
}

void BatchPanel::goToSlowest()
{
    const auto part = m_focus->model().batches(m_focus->axis().focus());
    const auto at = std::max_element(part.begin(), part.end(), [](const auto& a, const auto& b) {
        return a.end - a.begin < b.end - b.begin;
    });
    if (at != part.end())
        goTo(at->batch);
}

/// The batch with a little of its neighbours fills the views, so that it is seen among them.
void BatchPanel::goTo(std::uint32_t batch)
{
    const api::BatchRow* row = m_focus->model().batch(batch);
    if (!row)
        return;
    TimeAxis& axis = m_focus->axis();
    axis.setFollowLive(false);
    axis.selectBatch(batch);
    const Nanoseconds margin = (row->end - row->begin) / 8;
    axis.setVisible({row->begin - margin, row->end + margin});
}

QWidget* BatchPanel::makeDetails()
{
    m_headline = makeLabel(QStringLiteral("section"));
    m_reason = makeLabel(QString());
    m_advice = makeLabel(QStringLiteral("secondary"));
    m_causes = new CauseBar;
    m_previous = new QPushButton(QString(QChar(0x25C0)) + tr(" Previous stall"));
    m_previous->setToolTip(tr("Go to the stall before (,)"));
    m_next = new QPushButton(tr("Next stall ") + QString(QChar(0x25B6)));
    m_next->setToolTip(tr("Go to the next stall (.)"));
    connect(m_previous, &QPushButton::clicked, this, [this] { Q_EMIT stallWanted(false); });
    connect(m_next, &QPushButton::clicked, this, [this] { Q_EMIT stallWanted(true); });
    m_row = new QPushButton(tr("Show its samples"));
    m_row->setToolTip(tr("Go to the batch's rows in the table of samples"));
    m_copy = new QPushButton(tr("Copy as text"));
    m_copy->setToolTip(tr("Copy all of this as lines of text"));
    connect(m_row, &QPushButton::clicked, this, [this] {
        if (m_focus->story())
            Q_EMIT rowWanted(m_focus->story()->batch.batch);
    });
    connect(m_copy, &QPushButton::clicked, this, &BatchPanel::copyAsText);
    m_layers = new QComboBox;
    m_layers->setAccessibleName(tr("Layer to look at"));
    m_layers->setToolTip(tr("The layer whose experts are listed here and drawn under Life of experts"));
    m_layers->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    connect(m_layers, &QComboBox::activated, this, [this](int index) {
        m_focus->selectLayer(static_cast<std::uint16_t>(m_layers->itemData(index).toInt()));
    });
    makeTable();

    const auto pair = [](QWidget* left, QWidget* right) {
        auto* row = new QHBoxLayout;
        row->setSpacing(8);
        row->addWidget(left, 1);
        row->addWidget(right, 1);
        return row;
    };
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(16, 0, 16, 12);
    column->setSpacing(8);
    column->addWidget(m_headline);
    column->addWidget(m_reason);
    column->addWidget(m_causes);
    column->addWidget(m_advice);
    column->addLayout(pair(m_previous, m_next));
    column->addWidget(m_layers);
    column->addWidget(m_table, 1);
    column->addLayout(pair(m_row, m_copy));
    m_scroll = new QScrollArea;
    m_scroll->setWidget(content);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setFocusPolicy(Qt::NoFocus);
    connect(m_scroll->verticalScrollBar(), &QScrollBar::rangeChanged, column, [column](int, int most) {
        column->setContentsMargins(16, 0, most > 0 ? 6 : 16, 12);
    });
    return m_scroll;
}

void BatchPanel::makeTable()
{
    m_table = new QTableWidget(0, columns);
    m_table->setAccessibleName(tr("Experts of the layer"));
    m_table->setHorizontalHeaderLabels({tr("Expert"), tr("Outcome"), tr("Queued"), tr("Waited")});
    m_table->setToolTip(
        tr("Times in ms: in the queue before it was copied, and what the layer waited for it"));
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setShowGrid(false);
    m_table->setTabKeyNavigation(false);
    m_table->setWordWrap(false);
    m_table->setMinimumHeight(160);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(22);
    QHeaderView* head = m_table->horizontalHeader();
    head->setHighlightSections(false);
    head->setStyleSheet(QStringLiteral("QHeaderView::section { padding: 4px 5px; }")); // room for the words
    head->setMinimumSectionSize(24);
    head->setSectionResizeMode(QHeaderView::Fixed);
    head->setSectionResizeMode(outcome, QHeaderView::Stretch);
    head->setDefaultAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_table->horizontalHeaderItem(outcome)->setTextAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    connect(m_table, &QTableWidget::currentCellChanged, this, [this](int row) {
        if (!m_filling && row >= 0)
            m_focus->selectExpert(
                static_cast<std::uint16_t>(m_table->item(row, expert)->data(Qt::UserRole).toInt()));
    });
}

void BatchPanel::refresh()
{
    const auto& story = m_focus->story();
    const auto& batches = m_focus->model().rows().batches;
    m_filling = true;
    const auto last = batches.empty()
        ? -1
        : static_cast<int>(std::min<std::uint32_t>(batches.back().batch, std::numeric_limits<int>::max()));
    m_number->setRange(-1, last);
    m_number->setValue(story ? static_cast<int>(story->batch.batch) : -1);
    m_filling = false;
    m_number->setEnabled(last >= 0);
    m_slowest->setEnabled(last >= 0);
    m_empty->setVisible(!story);
    m_scroll->setVisible(story.has_value());
    if (!story)
        return;
    m_headline->setText(batchText::headline(*story));
    m_reason->setText(batchText::reason(*story));
    m_advice->setText(batchText::advice(*story));
    m_advice->setVisible(!m_advice->text().isEmpty());
    m_causes->setTimes(story->stalledBy, story->length());
    refreshLayers();
    refreshTable();
}

void BatchPanel::refreshLayers()
{
    m_layers->clear();
    for (const LayerStory& layer : m_focus->story()->layers) {
        m_layers->addItem(batchText::layer(layer), layer.layer);
        if (layer.layer == m_focus->layer())
            m_layers->setCurrentIndex(m_layers->count() - 1);
    }
}

void BatchPanel::refreshTable()
{
    m_filling = true;
    const auto& lives = m_focus->lives();
    m_table->setRowCount(static_cast<int>(lives.size()));
    for (std::size_t i = 0; i < lives.size(); ++i) {
        const ExpertLife& life = lives[i];
        const api::TransferRow* copy = life.arrival();
        const QString none = QStringLiteral("-");
        const QString texts[columns]
            = {QString::number(life.key.expert), batchText::outcome(life),
               copy ? milliseconds(std::max<Nanoseconds>(0, copy->begin - copy->queued)) : none,
               life.waited > 0 ? milliseconds(life.waited) : none};
        for (int column = 0; column < columns; ++column) {
            auto* item = new QTableWidgetItem(texts[column]);
            item->setTextAlignment((column == outcome ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
            m_table->setItem(static_cast<int>(i), column, item);
        }
        m_table->item(static_cast<int>(i), expert)->setData(Qt::UserRole, life.key.expert);
        m_table->item(static_cast<int>(i), outcome)->setIcon(outcomeIcon(life));
    }
    for (const int column : {expert, queued, waited})
        m_table->resizeColumnToContents(column); // numbers and heads whole; the outcome's icon tells the rest
    m_filling = false;
    showExpert();
}

void BatchPanel::showExpert()
{
    m_filling = true;
    int row = -1;
    for (int i = 0; i < m_table->rowCount() && m_focus->expert(); ++i)
        if (m_table->item(i, expert)->data(Qt::UserRole).toInt() == *m_focus->expert())
            row = i;
    if (row >= 0)
        m_table->setCurrentCell(row, m_table->currentColumn() < 0 ? 0 : m_table->currentColumn());
    else
        m_table->setCurrentItem(nullptr);
    m_filling = false;
}

QString BatchPanel::headline() const
{
    return m_headline->text();
}

QString BatchPanel::reason() const
{
    return m_reason->text();
}

void BatchPanel::copyAsText() const
{
    if (m_focus->story())
        QGuiApplication::clipboard()->setText(
            batchText::whole(*m_focus->story(), m_focus->lives(), m_focus->layer()));
}

} // namespace sida::ui
