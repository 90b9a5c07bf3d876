// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sessions/next_run_table.h"

#include "ui/run/elided_label.h"
#include "ui/run/part_texts.h"
#include "ui/run/separator.h"
#include "ui/run/style_property.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace sida::ui
{

namespace
{

QString marked(Readiness readiness)
{
    const QString word = texts::readiness(readiness);
    switch (readiness) {
    case Readiness::ready:
        return QString(QChar(0x2713)) + QStringLiteral("  ") + word;
    case Readiness::missing:
        return QString(QChar(0x25CF)) + QStringLiteral("  ") + word;
    case Readiness::failed:
        return QString(QChar(0x2715)) + QStringLiteral("  ") + word;
    case Readiness::loading:
        return QString(QChar(0x2026)) + QStringLiteral("  ") + word;
    case Readiness::waiting:
    case Readiness::optional:
        break;
    }
    return QString(QChar(0x25CB)) + QStringLiteral("  ") + word;
}

} // namespace

NextRunTable::NextRunTable(NextRun* run, QWidget* parent)
    : QFrame(parent)
    , m_run(run)
{
    setProperty("role", QStringLiteral("card"));
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(1, 1, 1, 1);
    grid->setHorizontalSpacing(0);
    grid->setVerticalSpacing(0);
    for (const Part part : {Part::model, Part::dataset, Part::predictor, Part::device, Part::budget})
        addRow(grid, part);
    grid->setColumnMinimumWidth(0, 96);
    grid->setColumnMinimumWidth(1, 96);
    grid->setColumnStretch(2, 1);
    connect(m_run, &NextRun::changed, this, &NextRunTable::refresh);
    refresh();
}

void NextRunTable::addRow(QGridLayout* grid, Part part)
{
    Row& row = m_rows[static_cast<std::size_t>(part)];
    const int at = 2 * static_cast<int>(part);
    if (at > 0) {
        grid->addWidget(new Separator(Qt::Horizontal), at - 1, 0, 1, 4);
    }
    auto* name = new QLabel(texts::partName(part));
    name->setContentsMargins(8, 0, 0, 0);
    row.readiness = new QLabel;
    row.headline = new ElidedLabel;
    row.headline->setProperty("role", QStringLiteral("strong"));
    row.detail = new ElidedLabel;
    row.detail->setProperty("role", QStringLiteral("secondary"));
    auto* words = new QVBoxLayout;
    words->setContentsMargins(0, 4, 8, 4);
    words->setSpacing(0);
    words->addWidget(row.headline);
    words->addWidget(row.detail);

    auto* buttons = new QHBoxLayout;
    buttons->setContentsMargins(0, 4, 8, 4);
    buttons->setSpacing(8);
    if (part == Part::predictor) {
        m_train = new QPushButton(tr("Train..."));
        connect(m_train, &QPushButton::clicked, this, &NextRunTable::trainingWanted);
        buttons->addWidget(m_train);
    }
    row.choose = new QPushButton;
    row.choose->setMinimumWidth(88);
    connect(row.choose, &QPushButton::clicked, this, [this, part] { Q_EMIT partWanted(part); });
    buttons->addWidget(row.choose);

    grid->addWidget(name, at, 0);
    grid->addWidget(row.readiness, at, 1);
    grid->addLayout(words, at, 2);
    grid->addLayout(buttons, at, 3, Qt::AlignRight);
    grid->setRowMinimumHeight(at, 44);
}

void NextRunTable::setBusy(const QString& reason)
{
    m_busy = reason;
    refresh();
}

void NextRunTable::refresh()
{
    for (const Part part : {Part::model, Part::dataset, Part::predictor, Part::device, Part::budget})
        refreshRow(part);
    const bool trainable = m_busy.isEmpty() && m_run->model() && m_run->dataset();
    m_train->setEnabled(trainable);
    m_train->setToolTip(
        trainable              ? tr("Train a predictor for this model on this dataset")
            : m_busy.isEmpty() ? tr("Needs a model and a dataset")
                               : m_busy);
}

void NextRunTable::refreshRow(Part part)
{
    Row& row = m_rows[static_cast<std::size_t>(part)];
    const PartStatus status = m_run->status(part);
    const bool chosen = status.readiness == Readiness::ready;
    const bool wrong = status.readiness == Readiness::missing || status.readiness == Readiness::failed;
    row.readiness->setText(marked(status.readiness));
    setStyleProperty(
        row.readiness, "role",
        chosen      ? QStringLiteral("ready")
            : wrong ? QStringLiteral("missing")
                    : QStringLiteral("secondary"));
    row.headline->setText(status.headline);
    row.detail->setText(status.detail);
    row.detail->setToolTip(status.detail);
    const bool settable = part == Part::device || part == Part::budget;
    row.choose->setText(chosen || settable ? tr("Change...") : tr("Choose..."));
    row.choose->setAccessibleName(tr("%1: %2, %3. %4")
                                      .arg(
                                          texts::partName(part), texts::readiness(status.readiness),
                                          status.headline, row.choose->text()));
    const QString blocked = !m_busy.isEmpty()    ? m_busy
        : status.readiness == Readiness::loading ? tr("It is being loaded")
                                                 : QString();
    row.choose->setEnabled(blocked.isEmpty());
    row.choose->setToolTip(blocked.isEmpty() ? status.detail : blocked);
    setStyleProperty(row.choose, "primary", m_busy.isEmpty() && m_run->nextStep() == part);
}

} // namespace sida::ui
