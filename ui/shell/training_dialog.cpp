// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/training_dialog.h"

#include "ui/host/text.h"
#include "ui/predictor/training_curve.h"
#include "ui/run/option_box.h"
#include "ui/run/part_texts.h"
#include "ui/shell/studio.h"

#include <QDir>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTableWidget>
#include <QVBoxLayout>
#include <cmath>

namespace sida::ui
{

TrainingDialog::TrainingDialog(Studio* studio, const QString& predictorsFolder, QWidget* parent)
    : QDialog(parent)
    , m_studio(studio)
{
    setWindowTitle(tr("Train a predictor"));
    resize(640, 560);
    m_curve = new TrainingCurve;
    makeTable();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 16, 16, 16);
    column->setSpacing(12);
    column->addWidget(makeForm(predictorsFolder));
    column->addWidget(m_curve, 1);
    column->addWidget(m_table, 1);
    column->addWidget(makeFoot());

    EngineHost& host = m_studio->host();
    connect(&host, &EngineHost::epochFinished, this, &TrainingDialog::addEpoch);
    connect(&host, &EngineHost::trainingFinished, this, [this](const Shared<api::TrainResult>& result) {
        finish(
            tr("Done. Held-out hash-hit rate %1 (top 3), best after epoch %2; it is loaded now")
                .arg(toText(units::formatNumber(result->heldOutTop3)))
                .arg(result->bestEpoch),
            false);
    });
    connect(&host, &EngineHost::failed, this, [this](Request request, const Error& error) {
        if (request == Request::train)
            finish(
                error.kind == ErrorKind::cancelled ? tr("Cancelled. Nothing was written")
                                                   : toText(error.message),
                error.kind != ErrorKind::cancelled);
    });
    connect(m_studio, &Studio::activityChanged, this, &TrainingDialog::refresh);
    connect(m_studio, &Studio::progressed, this, &TrainingDialog::refresh);
    connect(&m_studio->nextRun(), &NextRun::changed, this, &TrainingDialog::refresh);
    refresh();
}

QWidget* TrainingDialog::makeForm(const QString& predictorsFolder)
{
    m_dataset = new QLabel;
    m_kind = new OptionBox(tr("Kind of predictor"));
    m_kind->add(api::PredictorKind::lstm, tr("lstm"), tr("The paper's network: small and quick"));
    m_kind->add(
        api::PredictorKind::shadow, tr("shadow"),
        tr("The model's dense path with surrogates for the experts: slower, more often right"));
    m_kind->add(
        api::PredictorKind::automatic, tr("automatic"),
        tr("Train both and keep the one that leaves fewer misses at the budget"));
    m_kind->setMaximumWidth(160);
    m_epochs = new QSpinBox;
    m_epochs->setRange(1, 1000);
    m_epochs->setMaximumWidth(96);
    m_epochs->setValue(api::TrainOptions{}.epochs);
    m_epochs->setToolTip(tr("Passes over the activations of the dataset"));
    const auto& model = m_studio->nextRun().model();
    const QString name = model ? toText(model->name) : tr("model");
    m_output = new QLineEdit(QDir(predictorsFolder).filePath(tr("%1-predictor.safetensors").arg(name)));
    m_output->setToolTip(tr("The predictor is written here; a file that is there already is replaced"));
    m_browse = new QPushButton(tr("Browse..."));
    connect(m_browse, &QPushButton::clicked, this, [this] {
        const QString path = QFileDialog::getSaveFileName(
            this, tr("Write the predictor to"), m_output->text(), tr("Predictors (*.safetensors)"));
        if (!path.isEmpty())
            m_output->setText(path);
    });
    auto* place = new QHBoxLayout;
    place->setSpacing(8);
    place->addWidget(m_output, 1);
    place->addWidget(m_browse);
    auto* holder = new QWidget;
    auto* form = new QFormLayout(holder);
    form->setContentsMargins(0, 0, 0, 0);
    form->setVerticalSpacing(8);
    form->addRow(tr("Dataset"), m_dataset);
    form->addRow(tr("Kind"), m_kind);
    form->addRow(tr("Epochs"), m_epochs);
    form->addRow(tr("Output"), place);
    return holder;
}

void TrainingDialog::makeTable()
{
    m_table = new QTableWidget(0, 5);
    m_table->setAccessibleName(tr("Epochs"));
    m_table->setHorizontalHeaderLabels({tr("Epoch"), tr("Loss"), tr("Top 1"), tr("Top 3"), tr("Time")});
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setShowGrid(false);
    m_table->setTabKeyNavigation(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(24);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_table->horizontalHeader()->setHighlightSections(false);
}

QWidget* TrainingDialog::makeFoot()
{
    m_state = new QLabel;
    m_state->setWordWrap(true);
    m_start = new QPushButton(tr("Start training"));
    m_start->setProperty("primary", true);
    m_cancel = new QPushButton;
    connect(m_start, &QPushButton::clicked, this, &TrainingDialog::begin);
    connect(m_cancel, &QPushButton::clicked, this, [this] {
        if (m_training)
            m_studio->stop();
        else
            close();
    });
    auto* foot = new QWidget;
    auto* row = new QHBoxLayout(foot);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addWidget(m_state, 1);
    row->addWidget(m_cancel);
    row->addWidget(m_start);
    return foot;
}

void TrainingDialog::begin()
{
    api::TrainOptions options;
    options.output = toPath(m_output->text());
    options.kind = m_kind->value<api::PredictorKind>();
    options.epochs = m_epochs->value();
    options.budget = m_studio->nextRun().options().budget;
    QDir().mkpath(QFileInfo(m_output->text()).absolutePath());
    m_training = true;
    m_table->setRowCount(0);
    m_curve->begin(options.epochs);
    m_state->setText(tr("Collecting activations"));
    m_studio->train(options);
    refresh();
}

void TrainingDialog::addEpoch(const api::TrainEpoch& epoch)
{
    m_curve->add(epoch);
    const int row = m_table->rowCount();
    m_table->insertRow(row);
    const QStringList cells
        = {QString::number(epoch.epoch), toText(units::formatNumber(epoch.loss)),
           toText(units::formatNumber(epoch.heldOutTop1)), toText(units::formatNumber(epoch.heldOutTop3)),
           toText(units::formatDuration(std::llround(epoch.seconds * 1e9)))};
    for (int column = 0; column < cells.size(); ++column) {
        auto* item = new QTableWidgetItem(cells[column]);
        item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        m_table->setItem(row, column, item);
    }
    m_table->scrollToBottom();
}

void TrainingDialog::finish(const QString& text, bool failed)
{
    m_training = false;
    m_state->setProperty("role", failed ? QStringLiteral("missing") : QString());
    m_state->style()->polish(m_state);
    m_state->setText(text);
    refresh();
}

void TrainingDialog::refresh()
{
    const auto& dataset = m_studio->nextRun().dataset();
    m_dataset->setText(
        dataset ? tr("%1, %2").arg(toText(dataset->name), texts::rows(*dataset)) : tr("None chosen"));
    QString reason = m_training ? tr("Training is going on") : m_studio->busyReason();
    if (reason.isEmpty() && !(m_studio->nextRun().model() && dataset))
        reason = tr("Needs a model and a dataset");
    m_start->setEnabled(reason.isEmpty());
    m_start->setToolTip(reason);
    for (QWidget* field : std::initializer_list<QWidget*>{m_kind, m_epochs, m_output, m_browse})
        field->setEnabled(!m_training);
    const bool stopping = m_training && m_studio->activity() == Activity::stopping;
    m_cancel->setText(m_training ? stopping ? tr("Stopping...") : tr("Cancel") : tr("Close"));
    m_cancel->setEnabled(!stopping);
    if (m_training && m_studio->progress())
        m_state->setText(toText(m_studio->progress()->stage));
}

QString TrainingDialog::stateText() const
{
    return m_state->text();
}

/// Closing the dialog is not cancelling: training goes on and the status bar shows it.
void TrainingDialog::reject()
{
    hide();
}

} // namespace sida::ui
