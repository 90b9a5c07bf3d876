// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/replay/replay_window.h"

#include "ui/host/text.h"
#include "ui/host/worker.h"
#include "ui/replay/replay_model.h"
#include "ui/replay/replay_plot.h"

#include <QComboBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QItemSelectionModel>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSaveFile>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QVBoxLayout>

namespace sida::ui
{

ReplayWindow::ReplayWindow(SessionFunctions functions, QWidget* parent)
    : QDialog(parent)
    , m_functions(std::move(functions))
    , m_worker(new Worker(this))
    , m_plot(new ReplayPlot)
    , m_model(new ReplayModel(this))
    , m_sorted(new QSortFilterProxyModel(this))
{
    setWindowTitle(tr("What-if replay"));
    setWindowFlag(Qt::WindowMinMaxButtonsHint);
    resize(1080, 760);
    makeTable();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 16, 16, 16);
    column->setSpacing(12);
    column->addWidget(makeHead());
    column->addWidget(m_plot, 3);
    column->addWidget(m_table, 2);
    column->addWidget(makeFoot());
    connect(m_worker, &Worker::progressed, this, [this](const Progress& progress) {
        m_progress->setRange(0, static_cast<int>(progress.total));
        m_progress->setValue(static_cast<int>(progress.done));
    });
    connect(m_worker, &Worker::busyChanged, this, [this](bool busy) {
        m_progress->setVisible(busy);
        m_stop->setVisible(busy);
        m_export->setEnabled(!busy && m_model->rowCount() > 0);
    });
    connect(m_plot, &ReplayPlot::selectionChanged, this, &ReplayWindow::followPlot);
}

ReplayWindow::~ReplayWindow() = default;

bool ReplayWindow::isBusy() const
{
    return m_worker->isBusy();
}

QWidget* ReplayWindow::makeHead()
{
    m_title = new QLabel;
    m_title->setProperty("role", QStringLiteral("section"));
    m_verdict = new QLabel;
    m_verdict->setWordWrap(true);
    m_verdict->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_measure = new QComboBox;
    m_measure->setAccessibleName(tr("What the curves show"));
    m_measure->setToolTip(tr("What the curves show over the budget"));
    for (int i = 0; i < kReplayMeasures; ++i)
        m_measure->addItem(measureName(static_cast<ReplayMeasure>(i)));
    connect(m_measure, &QComboBox::currentIndexChanged, this, [this](int index) {
        m_plot->setMeasure(static_cast<ReplayMeasure>(index));
    });
    m_progress = new QProgressBar;
    m_progress->setAccessibleName(tr("Replaying"));
    m_progress->setFixedWidth(200);
    m_progress->hide();
    m_stop = new QPushButton(tr("Stop"));
    m_stop->hide();
    connect(m_stop, &QPushButton::clicked, this, [this] {
        m_worker->cancel();
        m_verdict->setText(tr("Stopped. Nothing was simulated."));
    });
    auto* head = new QWidget;
    auto* column = new QVBoxLayout(head);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(m_title, 1);
    row->addWidget(m_progress);
    row->addWidget(m_stop);
    row->addWidget(m_measure);
    column->addLayout(row);
    column->addWidget(m_verdict);
    return head;
}

void ReplayWindow::makeTable()
{
    m_sorted->setSourceModel(m_model);
    m_sorted->setSortRole(ReplayModel::kSortRole);
    m_table = new QTableView;
    m_table->setModel(m_sorted);
    m_table->setAccessibleName(tr("Simulated points"));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setShowGrid(false);
    m_table->setTabKeyNavigation(false);
    m_table->setWordWrap(false);
    m_table->setSortingEnabled(true);
    m_table->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    m_table->horizontalHeader()->setSortIndicatorClearable(true);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_table->horizontalHeader()->setSectionResizeMode(0, QHeaderView::ResizeToContents); // names whole
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(24);
    connect(
        m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, &ReplayWindow::followTable);
}

QWidget* ReplayWindow::makeFoot()
{
    m_note = new QLabel;
    m_note->setProperty("role", QStringLiteral("secondary"));
    m_note->setWordWrap(true);
    m_export = new QPushButton(tr("Export Table..."));
    m_export->setToolTip(tr("Save every point as comma-separated values"));
    m_export->setEnabled(false);
    connect(m_export, &QPushButton::clicked, this, &ReplayWindow::exportTable);
    auto* close = new QPushButton(tr("Close"));
    connect(close, &QPushButton::clicked, this, &QDialog::close);
    for (QPushButton* button : {m_export, close, m_stop})
        button->setAutoDefault(false);
    auto* foot = new QWidget;
    auto* row = new QHBoxLayout(foot);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addWidget(m_note, 1);
    row->addWidget(m_export);
    row->addWidget(close);
    return foot;
}

void ReplayWindow::show(std::shared_ptr<const api::Recording> recording, const QString& name)
{
    m_name = name;
    m_title->setText(tr("What would %1 have been?").arg(name));
    QDialog::show();
    raise();
    activateWindow();
    if (recording == m_recording && (m_worker->isBusy() || m_model->rowCount() > 0))
        return; // it is there, or will be
    m_recording = std::move(recording);
    replay();
}

void ReplayWindow::replay()
{
    m_plot->setResult(nullptr);
    m_model->setResult(nullptr);
    m_note->clear();
    m_verdict->setText(tr("Every policy, eviction and budget is played with the recorded uses..."));
    m_progress->setRange(0, 0);
    m_worker->start<api::ReplayResult>(
        [recording = m_recording, replay = m_functions.replay](
            const ProgressSink& progress, const std::stop_token& stop) -> Result<api::ReplayResult> {
            if (!replay)
                return failure(ErrorKind::unsupported, "this program does not replay recordings");
            return replay(*recording, {}, progress, stop);
        },
        [this](Result<api::ReplayResult> result) { finish(std::move(result)); });
}

void ReplayWindow::finish(Result<api::ReplayResult> result)
{
    if (!result) {
        m_verdict->setText(toText(result.error().message));
        return;
    }
    const auto value = std::make_shared<const api::ReplayResult>(std::move(*result));
    m_plot->setResult(value);
    m_model->setResult(value);
    m_export->setEnabled(true);
    m_verdict->setText(replayVerdict(*value));
    QString note
        = tr("Simulated from the recorded uses and the measured times of computing and copying; only "
             "the diamond was measured.");
    for (const std::string& one : value->notes)
        note += tr(" Note: %1.").arg(toText(one));
    m_note->setText(note);
    if (const api::ReplayCurve* curve = recordedCurve(*value); curve != nullptr && curve->knee >= 0)
        m_plot->select(ReplayPlace{static_cast<int>(curve - value->curves.data()), curve->knee});
}

void ReplayWindow::followPlot()
{
    if (m_following)
        return;
    m_following = true;
    const auto& place = m_plot->selected();
    if (place) {
        const QModelIndex row = m_sorted->mapFromSource(m_model->index(m_model->rowOf(*place), 0));
        m_table->selectRow(row.row());
        m_table->scrollTo(row);
    } else {
        m_table->clearSelection();
    }
    m_following = false;
}

void ReplayWindow::followTable()
{
    if (m_following)
        return;
    const QModelIndexList rows = m_table->selectionModel()->selectedRows();
    if (rows.isEmpty())
        return;
    m_following = true;
    const auto place = m_model->placeOf(m_sorted->mapToSource(rows.first()).row());
    if (place)
        m_plot->setShown(place->curve, true);
    m_plot->select(place);
    m_following = false;
}

void ReplayWindow::exportTable()
{
    const QString file = QFileDialog::getSaveFileName(
        this, tr("Export the simulated points"), tr("%1-replay.csv").arg(m_name),
        tr("Comma-separated values (*.csv)"));
    if (file.isEmpty())
        return;
    QSaveFile out(file);
    const QByteArray text = m_model->csv().toUtf8();
    if (out.open(QIODevice::WriteOnly) && out.write(text) == text.size() && out.commit())
        m_note->setText(tr("Written: %1").arg(file));
    else
        m_note->setText(tr("Cannot write %1: %2").arg(file, out.errorString()));
}

} // namespace sida::ui
