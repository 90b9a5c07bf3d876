// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/summary_view.h"

#include "ui/models/recording_model.h"
#include "ui/shell/summary_model.h"
#include "ui/shell/verdict.h"

#include <QAction>
#include <QClipboard>
#include <QGridLayout>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>
#include <algorithm>

namespace sida::ui
{

namespace
{

constexpr int kGroupWidth = 284;
constexpr int kGap = 28;

} // namespace

SummaryView::SummaryView(QWidget* parent)
    : QWidget(parent)
    , m_model(new SummaryModel(this))
    , m_empty(new QLabel(tr("The figures of a run appear here; start one or open a session")))
    , m_verdict(new QLabel)
    , m_scroll(new QScrollArea)
    , m_content(new QWidget)
    , m_columns(new QHBoxLayout)
{
    m_verdict->setProperty("role", QStringLiteral("section"));
    m_verdict->setWordWrap(true);
    m_verdict->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_verdict->setContentsMargins(16, 12, 16, 0);
    auto* whole = new QVBoxLayout(m_content);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->setSpacing(0);
    whole->addWidget(m_verdict);
    whole->addLayout(m_columns);
    whole->addStretch(1);
    m_empty->setProperty("role", QStringLiteral("secondary"));
    m_empty->setAlignment(Qt::AlignCenter);
    m_columns->setContentsMargins(16, 12, 16, 12);
    m_columns->setSpacing(kGap);
    m_columns->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_scroll->setWidget(m_content);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setAccessibleName(tr("Figures of the run"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_scroll, 1);
    layout->addWidget(m_empty, 1);

    auto* copy = new QAction(tr("Copy all figures"), this);
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(copy, &QAction::triggered, this, [this] { QGuiApplication::clipboard()->setText(asText()); });
    addAction(copy);
    setContextMenuPolicy(Qt::ActionsContextMenu);

    connect(m_model, &QAbstractItemModel::modelReset, this, &SummaryView::rebuild);
    connect(m_model, &QAbstractItemModel::dataChanged, this, &SummaryView::refreshValues);
    rebuild();
}

void SummaryView::setFigures(const RecordingModel& recording, const api::Figures& figures)
{
    m_verdict->setText(verdictText(recording.header(), figures));
    m_model->setFigures(recording.header(), figures);
}

QString SummaryView::verdict() const
{
    return m_verdict->text();
}

void SummaryView::clear()
{
    m_model->clear();
}

void SummaryView::rebuild()
{
    qDeleteAll(m_groups);
    m_groups.clear();
    m_values.clear();
    QGridLayout* grid = nullptr;
    for (int row = 0; row < m_model->rowCount(); ++row) {
        const QModelIndex name = m_model->index(row, 0);
        const bool section = name.data(SummaryModel::kSectionRole).toBool();
        if (section || !grid) {
            auto* group = new QWidget;
            group->setMinimumWidth(kGroupWidth);
            grid = new QGridLayout(group);
            grid->setContentsMargins(0, 0, 0, 8);
            grid->setVerticalSpacing(3);
            grid->setColumnStretch(0, 1);
            m_groups.push_back(group);
        }
        auto* label = new QLabel(name.data().toString());
        if (section)
            label->setProperty("role", QStringLiteral("strong"));
        grid->addWidget(label, grid->rowCount(), 0);
        m_values.push_back(section ? nullptr : new QLabel);
        if (section)
            continue;
        m_values.back()->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        m_values.back()->setTextInteractionFlags(Qt::TextSelectableByMouse);
        m_values.back()->setAccessibleName(name.data().toString());
        grid->addWidget(m_values.back(), grid->rowCount() - 1, 1);
    }
    m_scroll->setVisible(!m_groups.empty());
    m_empty->setVisible(m_groups.empty());
    m_arranged = 0;
    refreshValues();
    arrange();
}

void SummaryView::refreshValues()
{
    for (std::size_t row = 0; row < m_values.size(); ++row)
        if (m_values[row])
            m_values[row]->setText(m_model->index(static_cast<int>(row), 1).data().toString());
}

/// Fills the columns in reading order, each up to its share of the height.
void SummaryView::arrange()
{
    const int wanted = std::clamp((width() - 32 + kGap) / (kGroupWidth + kGap), 1, 4);
    if (wanted == m_arranged || m_groups.empty())
        return;
    m_arranged = wanted;
    while (QLayoutItem* item = m_columns->takeAt(0))
        delete item;
    int whole = 0;
    for (const QWidget* group : m_groups)
        whole += group->sizeHint().height();
    int filled = 0;
    QVBoxLayout* column = nullptr;
    int columns = 0;
    for (QWidget* group : m_groups) {
        const int height = group->sizeHint().height();
        if (!column || (columns < wanted && filled + height / 2 > columns * whole / wanted)) {
            if (column)
                column->addStretch(1);
            column = new QVBoxLayout;
            column->setSpacing(0);
            m_columns->addLayout(column);
            ++columns;
        }
        column->addWidget(group);
        filled += height;
    }
    column->addStretch(1);
    m_columns->addStretch(1);
}

void SummaryView::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    arrange();
}

QWidget* SummaryView::wholePicture()
{
    return m_groups.empty() ? static_cast<QWidget*>(this) : m_content;
}

QString SummaryView::asText() const
{
    QStringList lines = {m_verdict->text()};
    for (int row = 0; row < m_model->rowCount(); ++row)
        lines << m_model->index(row, 0).data().toString() + QLatin1Char('\t')
                + m_model->index(row, 1).data().toString();
    return lines.join(QLatin1Char('\n'));
}

} // namespace sida::ui
