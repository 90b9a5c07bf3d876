// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/compare_window.h"

#include "ui/compare/aligned_plot.h"
#include "ui/compare/difference_map.h"
#include "ui/compare/sample_model.h"
#include "ui/host/text.h"
#include "ui/host/worker.h"
#include "ui/theme/theme_manager.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QStandardItemModel>
#include <QTabWidget>
#include <QTableView>
#include <QVBoxLayout>

#include <array>
#include <cmath>

namespace sida::ui
{

namespace
{

QTableView* tableOf(QAbstractItemModel* model, const QString& name)
{
    auto* table = new QTableView;
    table->setModel(model);
    table->setAccessibleName(name);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setSelectionMode(QAbstractItemView::SingleSelection);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setShowGrid(false);
    table->setTabKeyNavigation(false);
    table->setWordWrap(false);
    table->setTextElideMode(Qt::ElideMiddle);
    table->horizontalHeader()->setHighlightSections(false);
    table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(24);
    return table;
}

QStandardItem* cell(const QString& text, bool right = false, bool strong = false)
{
    auto* item = new QStandardItem(text);
    item->setTextAlignment((right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    item->setFont(Theme::font(strong ? TextStyle::strong : TextStyle::body));
    item->setToolTip(text);
    return item;
}

QString letterOf(std::size_t run)
{
    return toText(api::runLetter(run));
}

/// "▲ +12.3 %, better": a sign and words, whatever the colours.
QString verdictText(const api::ComparedFigure::Run& run)
{
    const QString words = toText(api::formatVerdict(run));
    if (run.verdict == api::Verdict::better)
        return QString(QChar(0x2714)) + u' ' + words;
    if (run.verdict == api::Verdict::worse)
        return QString(QChar(0x2718)) + u' ' + words;
    return words;
}

} // namespace

CompareWindow::CompareWindow(SessionFunctions functions, QWidget* parent)
    : QDialog(parent)
    , m_functions(std::move(functions))
    , m_worker(new Worker(this))
    , m_runModel(new QStandardItemModel(this))
    , m_tabs(new QTabWidget)
    , m_settingModel(new QStandardItemModel(this))
    , m_figureModel(new QStandardItemModel(this))
    , m_samples(new SampleModel(this))
{
    setWindowTitle(tr("Compare sessions"));
    setWindowFlag(Qt::WindowMinMaxButtonsHint);
    resize(1120, 800);
    m_tabs->addTab(makeOverview(), tr("Settings and figures"));
    m_tabs->addTab(makeExperts(), tr("Experts"));
    m_tabs->addTab(makeTime(), tr("Over the run"));
    m_tabs->addTab(makeSamples(), tr("Samples"));
    m_tabs->setDocumentMode(true);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 16, 16, 16);
    column->setSpacing(12);
    column->addWidget(makeHead());
    column->addWidget(m_tabs, 1);
    connect(m_worker, &Worker::busyChanged, m_progress, &QWidget::setVisible);
    connect(m_worker, &Worker::progressed, this, [this](const Progress& progress) {
        m_progress->setRange(0, progress.total > 0 ? 1000 : 0);
        if (progress.total > 0)
            m_progress->setValue(static_cast<int>(1000 * progress.done / progress.total));
    });
    refreshButtons();
}

CompareWindow::~CompareWindow() = default;

bool CompareWindow::isBusy() const
{
    return m_worker->isBusy();
}

QWidget* CompareWindow::makeHead()
{
    m_state = new QLabel;
    m_state->setWordWrap(true);
    m_progress = new QProgressBar;
    m_progress->setAccessibleName(tr("Opening sessions"));
    m_progress->setFixedWidth(200);
    m_progress->hide();
    m_runTable = tableOf(m_runModel, tr("Runs that are compared"));
    m_runTable->setFixedHeight(118);
    m_runModel->setHorizontalHeaderLabels(
        {tr("Run"), tr("Session"), tr("Model"), tr("Data"), tr("Policy"), tr("Budget"), tr("Batches")});
    const std::array<int, 7> widths = {96, 200, 176, 176, 168, 96, 80};
    for (int column = 0; column < 7; ++column)
        m_runTable->horizontalHeader()->resizeSection(column, widths[static_cast<std::size_t>(column)]);
    m_runTable->horizontalHeader()->setSectionResizeMode(1, QHeaderView::Stretch);
    for (const int column : {5, 6})
        m_runModel->setHeaderData(
            column, Qt::Horizontal, static_cast<int>(Qt::AlignRight | Qt::AlignVCenter),
            Qt::TextAlignmentRole);
    connect(
        m_runTable->selectionModel(), &QItemSelectionModel::selectionChanged, this,
        &CompareWindow::refreshButtons);
    m_add = new QPushButton(tr("Add Sessions..."));
    m_remove = new QPushButton(tr("Remove"));
    m_baseline = new QPushButton(tr("Make Baseline"));
    m_report = new QPushButton(tr("Report..."));
    m_report->setToolTip(tr("The comparison as a report to save as HTML or PDF"));
    connect(m_add, &QPushButton::clicked, this, &CompareWindow::sessionsWanted);
    connect(m_remove, &QPushButton::clicked, this, [this] {
        QStringList paths = m_paths;
        paths.removeAt(selectedRun());
        load(paths);
    });
    connect(m_baseline, &QPushButton::clicked, this, [this] {
        QStringList paths = m_paths;
        paths.move(selectedRun(), 0);
        load(paths);
    });
    connect(m_report, &QPushButton::clicked, this, [this] { Q_EMIT reportWanted(m_runs->runs); });
    auto* head = new QWidget;
    auto* column = new QVBoxLayout(head);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(m_runTable);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    for (QPushButton* button : {m_add, m_remove, m_baseline, m_report}) {
        button->setAutoDefault(false);
        row->addWidget(button);
    }
    row->addWidget(m_state, 1);
    row->addWidget(m_progress);
    column->addLayout(row);
    return head;
}

QWidget* CompareWindow::makeOverview()
{
    m_settingTable = tableOf(m_settingModel, tr("Settings"));
    m_figureTable = tableOf(m_figureModel, tr("Figures"));
    m_equalSettings = new QCheckBox(tr("Show equal settings too"));
    connect(m_equalSettings, &QCheckBox::toggled, this, &CompareWindow::fillSettings);
    const auto titled = [](const QString& title, QWidget* side, QWidget* content) {
        auto* label = new QLabel(title);
        label->setProperty("role", QStringLiteral("section"));
        auto* part = new QWidget;
        auto* column = new QVBoxLayout(part);
        column->setContentsMargins(0, 8, 0, 0);
        column->setSpacing(8);
        auto* row = new QHBoxLayout;
        row->addWidget(label, 1);
        if (side != nullptr)
            row->addWidget(side);
        column->addLayout(row);
        column->addWidget(content, 1);
        return part;
    };
    auto* splitter = new QSplitter(Qt::Vertical);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(titled(tr("Settings that differ"), m_equalSettings, m_settingTable));
    splitter->addWidget(titled(tr("Figures against the baseline"), nullptr, m_figureTable));
    splitter->setStretchFactor(0, 2);
    splitter->setStretchFactor(1, 5);
    return splitter;
}

QWidget* CompareWindow::makeExperts()
{
    m_map = new DifferenceMap;
    m_otherRun = new QComboBox;
    m_otherRun->setAccessibleName(tr("Run that is set against the baseline"));
    connect(m_otherRun, &QComboBox::currentIndexChanged, this, &CompareWindow::fillMap);
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 8, 0, 0);
    column->setSpacing(8);
    auto* row = new QHBoxLayout;
    row->addWidget(m_otherRun);
    row->addStretch(1);
    column->addLayout(row);
    column->addWidget(m_map, 1);
    return page;
}

QWidget* CompareWindow::makeTime()
{
    m_plot = new AlignedPlot;
    m_axis = new QComboBox;
    m_axis->setAccessibleName(tr("How the runs are aligned"));
    m_axis->addItems({tr("Aligned by time"), tr("Aligned by batch")});
    connect(m_axis, &QComboBox::currentIndexChanged, this, [this](int index) {
        m_plot->setAxis(index == 0 ? AlignedPlot::Axis::time : AlignedPlot::Axis::batch);
    });
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 8, 0, 0);
    column->setSpacing(8);
    auto* row = new QHBoxLayout;
    row->addWidget(m_axis);
    row->addStretch(1);
    column->addLayout(row);
    column->addWidget(m_plot, 1);
    return page;
}

QWidget* CompareWindow::makeSamples()
{
    auto* sorted = new QSortFilterProxyModel(this);
    sorted->setSourceModel(m_samples);
    sorted->setSortRole(SampleModel::kSortRole);
    m_sampleTable = tableOf(sorted, tr("Samples that the runs share"));
    m_sampleTable->setSortingEnabled(true);
    m_sampleTable->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    m_sampleTable->horizontalHeader()->setSortIndicatorClearable(true);
    m_sampleTable->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_sampleTable->horizontalHeader()->setDefaultAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_onlyDifferent = new QCheckBox(tr("Only different answers"));
    connect(m_onlyDifferent, &QCheckBox::toggled, m_samples, &SampleModel::setOnlyDifferent);
    m_sampleNote = new QLabel;
    m_sampleNote->setProperty("role", QStringLiteral("secondary"));
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 8, 0, 0);
    column->setSpacing(8);
    auto* row = new QHBoxLayout;
    row->addWidget(m_sampleNote, 1);
    row->addWidget(m_onlyDifferent);
    column->addLayout(row);
    column->addWidget(m_sampleTable, 1);
    return page;
}

void CompareWindow::show(const QStringList& paths)
{
    QDialog::show();
    raise();
    activateWindow();
    load(paths);
}

void CompareWindow::add(const QStringList& paths)
{
    QStringList all = m_paths;
    for (const QString& path : paths)
        if (!all.contains(path))
            all << path;
    load(all);
}

void CompareWindow::load(const QStringList& paths)
{
    m_paths = paths;
    if (paths.size() < 2) {
        m_worker->cancel();
        m_runs.reset();
        fill();
        m_state->setText(
            paths.isEmpty()
                ? tr("Add two sessions or more.")
                : tr("Add another session to compare %1 with.").arg(QFileInfo(paths.front()).fileName()));
        return;
    }
    m_state->setText(tr("Opening %1 sessions...").arg(paths.size()));
    m_worker->start<ComparedRuns>(
        [paths, open = m_functions.open,
         known = m_runs](const ProgressSink& progress, const std::stop_token& stop) -> Result<ComparedRuns> {
            if (!open)
                return failure(ErrorKind::unsupported, "this program opens no sessions");
            ComparedRuns result;
            std::vector<api::NamedRecording> named;
            for (const QString& path : paths) {
                ComparedRun run{QFileInfo(path).fileName(), path, nullptr};
                if (known)
                    for (const ComparedRun& one : known->runs)
                        if (one.path == path)
                            run.recording = one.recording;
                if (!run.recording) {
                    SIDA_TRY_ASSIGN(run.recording, open(toPath(path), progress, stop));
                }
                result.runs.push_back(run);
                named.push_back({run.name.toStdString(), run.recording.get()});
            }
            SIDA_TRY_ASSIGN(result.comparison, api::compare(named));
            return result;
        },
        [this](Result<ComparedRuns> result) { finish(std::move(result)); });
}

void CompareWindow::finish(Result<ComparedRuns> result)
{
    if (!result) {
        m_runs.reset();
        fill();
        m_state->setText(toText(result.error().message));
        return;
    }
    m_runs = std::make_shared<const ComparedRuns>(std::move(*result));
    QStringList notes;
    for (const std::string& note : m_runs->comparison.notes)
        notes << toText(note);
    m_state->setText(notes.isEmpty() ? QString() : tr("Note: %1.").arg(notes.join(QStringLiteral("; "))));
    fill();
}

void CompareWindow::fill()
{
    fillRuns();
    fillSettings();
    fillFigures();
    const QSignalBlocker blocker(m_otherRun);
    m_otherRun->clear();
    if (m_runs)
        for (std::size_t run = 1; run < m_runs->runs.size(); ++run)
            m_otherRun->addItem(tr("%1 less A").arg(letterOf(run)));
    m_otherRun->setVisible(m_otherRun->count() > 1);
    fillMap();
    m_plot->setRuns(m_runs);
    m_samples->setRuns(m_runs);
    m_sampleNote->setText(
        !m_runs ? QString()
            : m_samples->shared() == 0
            ? tr("The runs share no sample.")
            : tr("%1 of %2 shared samples have different answers. A batch time is "
                 "that of the sample's batch.")
                  .arg(countText(m_samples->different()), countText(m_samples->shared())));
    refreshButtons();
}

void CompareWindow::fillRuns()
{
    m_runModel->removeRows(0, m_runModel->rowCount());
    for (int i = 0; i < m_paths.size(); ++i) {
        const auto run = static_cast<std::size_t>(i);
        QList<QStandardItem*> row
            = {cell(i == 0 ? tr("A, baseline") : letterOf(run), false, true),
               cell(QFileInfo(m_paths[i]).fileName())};
        row[1]->setToolTip(m_paths[i]);
        if (m_runs && run < m_runs->runs.size()) {
            const api::Recording& recording = *m_runs->runs[run].recording;
            const api::RunHeader& header = recording.header;
            QString policy = toText(api::name(header.policy));
            if (header.policy != api::Policy::resident)
                policy += u' ' + toText(api::name(header.eviction));
            const std::uint64_t budget
                = recording.rows.memory.empty() ? 0 : recording.rows.memory.back().budget;
            row << cell(toText(header.modelName)) << cell(toText(header.datasetName)) << cell(policy)
                << cell(budget > 0 ? bytesText(budget) : QStringLiteral("-"), true)
                << cell(countText(recording.rows.batches.size()), true);
        }
        m_runModel->appendRow(row);
    }
}

void CompareWindow::fillSettings()
{
    m_settingModel->clear();
    QStringList titles = {tr("Setting")};
    if (!m_runs)
        return;
    for (std::size_t run = 0; run < m_runs->runs.size(); ++run)
        titles << letterOf(run);
    m_settingModel->setHorizontalHeaderLabels(titles);
    const auto add = [&](const api::ComparedSetting& setting, bool differs) {
        QList<QStandardItem*> row = {cell(toText(setting.key), false, differs)};
        for (const std::string& value : setting.values)
            row << cell(value.empty() ? QStringLiteral("-") : toText(value));
        if (!differs)
            for (QStandardItem* item : row)
                item->setForeground(ThemeManager::instance().theme().color(Role::secondaryText));
        m_settingModel->appendRow(row);
    };
    for (const api::ComparedSetting& setting : m_runs->comparison.different)
        add(setting, true);
    if (m_runs->comparison.different.empty())
        m_settingModel->appendRow(cell(tr("All settings are equal")));
    if (m_equalSettings->isChecked())
        for (const api::ComparedSetting& setting : m_runs->comparison.equal)
            add(setting, false);
    m_settingTable->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
}

void CompareWindow::fillFigures()
{
    m_figureModel->clear();
    if (!m_runs)
        return;
    QStringList titles = {tr("Figure"), QStringLiteral("A")};
    for (std::size_t run = 1; run < m_runs->runs.size(); ++run)
        titles << letterOf(run) << tr("%1 less A").arg(letterOf(run)) << tr("Verdict");
    m_figureModel->setHorizontalHeaderLabels(titles);
    const Theme& theme = ThemeManager::instance().theme();
    for (const api::ComparedFigure& figure : m_runs->comparison.figures) {
        const QString words = toText(figure.words);
        QList<QStandardItem*> row = {cell(figure.perSample ? tr("%1 a sample").arg(words) : words)};
        for (std::size_t run = 0; run < figure.runs.size(); ++run) {
            const api::ComparedFigure::Run& value = figure.runs[run];
            row << cell(toText(api::formatFigure(value.value, figure.unit)), true);
            if (!std::isnan(value.least))
                row.back()->setToolTip(tr("%1 to %2 over the passes")
                                           .arg(
                                               toText(api::formatFigure(value.least, figure.unit)),
                                               toText(api::formatFigure(value.most, figure.unit))));
            if (run == 0)
                continue;
            const bool negative = value.delta < 0;
            const QString size = toText(api::formatFigure(std::abs(value.delta), figure.unit));
            row << cell(
                std::isnan(value.delta) ? QStringLiteral("-")
                    : value.delta == 0  ? QStringLiteral("0")
                                        : (negative ? QString(QChar(0x2212)) : QStringLiteral("+")) + size,
                true);
            const bool better = value.verdict == api::Verdict::better;
            const bool worse = value.verdict == api::Verdict::worse;
            row << cell(verdictText(value), false, better || worse);
            row.back()->setForeground(theme.color(
                better      ? Role::ready
                    : worse ? Role::missing
                            : Role::secondaryText));
        }
        m_figureModel->appendRow(row);
    }
    QHeaderView* header = m_figureTable->horizontalHeader();
    header->setSectionResizeMode(QHeaderView::Stretch);
    header->setSectionResizeMode(0, QHeaderView::Interactive);
    header->resizeSection(0, 240);
    for (int column = 1; column < m_figureModel->columnCount(); ++column)
        if (column == 1 || (column - 1) % 3 != 0)
            m_figureModel->setHeaderData(
                column, Qt::Horizontal, static_cast<int>(Qt::AlignRight | Qt::AlignVCenter),
                Qt::TextAlignmentRole);
}

void CompareWindow::fillMap()
{
    const auto run = static_cast<std::size_t>(std::max(0, m_otherRun->currentIndex())) + 1;
    const bool known = m_runs && run < m_runs->comparison.routedDifference.size();
    m_map->setDifference(
        known ? m_runs->comparison.routedDifference[run] : std::vector<api::LayerDifference>(),
        tr("%1 less A").arg(letterOf(run)));
}

int CompareWindow::selectedRun() const
{
    const QModelIndexList rows = m_runTable->selectionModel()->selectedRows();
    return rows.isEmpty() ? -1 : rows.first().row();
}

void CompareWindow::refreshButtons()
{
    const int selected = selectedRun();
    m_remove->setEnabled(selected >= 0);
    m_remove->setToolTip(
        selected >= 0 ? tr("Take it out of the comparison") : tr("Select a run above first"));
    m_baseline->setEnabled(selected > 0);
    m_baseline->setToolTip(
        selected > 0 ? tr("Set the others against it") : tr("Select a run that is not the baseline"));
    m_report->setEnabled(m_runs != nullptr);
}

} // namespace sida::ui
