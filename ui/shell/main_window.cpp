// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/main_window.h"

#include "ui/batch/batch_panel.h"
#include "ui/budget/budget_panel.h"
#include "ui/host/text.h"
#include "ui/models/range_csv.h"
#include "ui/predictor/predictor_view.h"
#include "ui/run/run_panel.h"
#include "ui/sessions/start_page.h"
#include "ui/shell/banner.h"
#include "ui/shell/budget_link.h"
#include "ui/shell/command_palette.h"
#include "ui/shell/controls_style.h"
#include "ui/shell/curve_link.h"
#include "ui/shell/export_dialog.h"
#include "ui/shell/main_actions.h"
#include "ui/shell/notes_link.h"
#include "ui/shell/open_dialogs.h"
#include "ui/shell/samples_view.h"
#include "ui/shell/session_windows.h"
#include "ui/shell/settings_dialog.h"
#include "ui/shell/status_panel.h"
#include "ui/shell/studio.h"
#include "ui/shell/summary_view.h"
#include "ui/shell/training_dialog.h"
#include "ui/shell/workbench.h"
#include "ui/theme/theme_manager.h"

#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QCloseEvent>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QLayout>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QSettings>
#include <QStackedWidget>
#include <QStatusBar>
#include <QToolBar>
#include <QVBoxLayout>

namespace sida::ui
{

MainWindow::MainWindow(Setup setup)
    : m_settings(setup.settings)
    , m_sessionsFolder(setup.sessionsFolder)
    , m_predictorsFolder(setup.predictorsFolder)
    , m_demo(setup.demo)
    , m_host(new EngineHost(std::move(setup.engine), std::move(setup.classifier), this))
    , m_studio(new Studio(m_host, new RecentSessions(m_settings, this), m_sessionsFolder, this))
{
    setWindowTitle(tr("SiDA Studio"));
    setAcceptDrops(true);
    setStyleSheet(controlsStyle());
    connect(
        &ThemeManager::instance(), &ThemeManager::changed, this, [this] { setStyleSheet(controlsStyle()); });
    buildContent();
    m_sessionWindows = new SessionWindows(std::move(setup.functions), m_studio, m_actions, this);
    connectStartPage();
    connectRunPanel();
    connectActions();
    connectWorkbench();
    connectStudio();
    m_sessionWindows->connectList(m_startPage->recent());
    connect(m_sessionWindows, &SessionWindows::notice, this, [this](const QString& text) {
        m_banner->show(Banner::Kind::notice, text);
    });
    connect(m_sessionWindows, &SessionWindows::problem, this, [this](const QString& text) {
        m_banner->show(Banner::Kind::problem, text);
    });
    restoreSettings();
    refreshRecentMenu();
    refresh();
}

MainWindow::~MainWindow() = default;

void MainWindow::buildContent()
{
    m_workbench = new Workbench(&m_studio->nextRun(), &m_studio->recording(), &m_studio->axis());
    m_startPage = new StartPage(&m_studio->nextRun(), &m_studio->sessions());
    m_banner = new Banner;
    m_pages = new QStackedWidget;
    m_pages->addWidget(m_startPage);
    m_pages->addWidget(m_workbench);
    auto* content = new QWidget;
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_banner);
    column->addWidget(m_pages, 1);
    setCentralWidget(content);
    new BudgetLink(m_studio, m_workbench->budgetPanel());
    new NotesLink(m_studio);
    new CurveLink(m_studio, m_workbench->budgetPanel());

    m_actions = new MainActions(m_studio, m_workbench, this);
    m_actions->fillMenus(menuBar());
    m_toolBar = addToolBar(tr("Tools"));
    m_toolBar->setObjectName(QStringLiteral("tools"));
    m_toolBar->setMovable(false);
    m_toolBar->setFixedHeight(40);
    m_toolBar->layout()->setContentsMargins(0, 0, 0, 0);
    m_toolBar->setContextMenuPolicy(Qt::PreventContextMenu);
    m_actions->fillToolBar(m_toolBar);
    m_status = new StatusPanel(m_studio);
    statusBar()->setSizeGripEnabled(false);
    statusBar()->setContentsMargins(0, 0, 0, 0);
    statusBar()->addWidget(m_status, 1);
    setContextMenuPolicy(Qt::NoContextMenu);
}

void MainWindow::connectStartPage()
{
    connect(m_startPage, &StartPage::partWanted, this, &MainWindow::choose);
    connect(m_startPage, &StartPage::sessionFileWanted, this, &MainWindow::chooseSession);
    connect(m_startPage, &StartPage::sessionWanted, m_studio, &Studio::openSession);
    connect(m_startPage, &StartPage::trainingWanted, this, &MainWindow::showTraining);
    connect(m_startPage, &StartPage::startWanted, m_studio, &Studio::start);
    connect(m_startPage, &StartPage::demoWanted, this, &MainWindow::runDemo);
    m_startPage->setDemoProblem(m_demo.complete() ? QString() : tr("not installed with this program"));
}

void MainWindow::connectRunPanel()
{
    RunPanel* panel = m_workbench->runPanel();
    connect(panel, &RunPanel::modelWanted, this, [this] { choose(Part::model); });
    connect(panel, &RunPanel::datasetWanted, this, [this] { choose(Part::dataset); });
    connect(panel, &RunPanel::predictorWanted, this, [this] { choose(Part::predictor); });
    connect(panel, &RunPanel::trainingWanted, this, &MainWindow::showTraining);
    connect(panel, &RunPanel::startWanted, m_studio, &Studio::start);
    connect(panel, &RunPanel::stopWanted, m_studio, &Studio::stop);
}

void MainWindow::connectWorkbench()
{
    TimeAxis& axis = m_studio->axis();
    connect(m_workbench->samples(), &SamplesView::batchChosen, this, &MainWindow::lookAtBatch);
    connect(m_workbench->samples(), &SamplesView::batchSelected, this, [this, &axis](quint32 batch) {
        const api::BatchRow* row = m_studio->recording().batch(batch);
        if (!row)
            return;
        axis.setFollowLive(false);
        axis.selectBatch(batch);
        axis.reveal({row->begin, row->end});
    });
    connect(&axis, &TimeAxis::batchChanged, m_workbench->samples(), [this, &axis] {
        if (axis.batch())
            m_workbench->samples()->showBatch(*axis.batch());
    });
    BatchPanel* panel = m_workbench->batchPanel();
    connect(panel, &BatchPanel::stallWanted, m_actions, &MainActions::goToStall);
    connect(panel, &BatchPanel::rowWanted, this, [this](quint32 batch) {
        m_workbench->bringUp(m_workbench->samples());
        m_workbench->samples()->showBatch(batch);
    });
    PredictorView* predictor = m_workbench->predictor();
    connect(predictor, &PredictorView::evaluationWanted, this, &MainWindow::evaluate);
    EngineHost& host = m_studio->host();
    connect(&host, &EngineHost::evaluated, predictor, &PredictorView::setEvaluation);
    connect(&host, &EngineHost::epochFinished, predictor, &PredictorView::addEpoch);
    connect(&host, &EngineHost::failed, predictor, [predictor](Request request, const Error& error) {
        if (request == Request::evaluate)
            predictor->evaluationFailed(
                error.kind == ErrorKind::cancelled ? tr("The evaluation was stopped.")
                                                   : toText(error.message));
    });
    connect(&m_studio->nextRun(), &NextRun::changed, this, &MainWindow::refreshPredictor);
    connect(m_studio, &Studio::activityChanged, this, &MainWindow::refreshPredictor);
    connect(m_studio, &Studio::trainingBegan, predictor, &PredictorView::trainingBegan);
    refreshPredictor();
}

void MainWindow::lookAtBatch(quint32 batch)
{
    if (!m_studio->recording().batch(batch)) {
        m_banner->show(
            Banner::Kind::problem,
            tr("There is no batch %1 in this run; the last one is %2")
                .arg(batch)
                .arg(
                    m_studio->recording().rows().batches.empty()
                        ? QStringLiteral("-")
                        : countText(m_studio->recording().rows().batches.back().batch)));
        return;
    }
    showStartPage(false);
    m_workbench->batchPanel()->goTo(batch);
    m_workbench->bringUp(m_workbench->batchPanel());
}

void MainWindow::refreshPredictor()
{
    const NextRun& run = m_studio->nextRun();
    QString blocker = m_studio->busyReason();
    if (blocker.isEmpty() && !run.model())
        blocker = tr("Open a model");
    else if (blocker.isEmpty() && !run.dataset())
        blocker = tr("Open a dataset");
    else if (blocker.isEmpty() && !run.predictor())
        blocker = tr("Open or train a predictor");
    m_workbench->predictor()->setBlocker(blocker);
}

void MainWindow::evaluate()
{
    const api::RunOptions& run = m_studio->nextRun().options();
    api::EvaluateOptions options;
    options.budget = run.budget;
    options.topK = run.topK;
    options.batchSize = run.batchSize;
    options.threads = run.threads;
    options.seed = run.seed;
    m_workbench->predictor()->evaluationBegan();
    m_studio->evaluate(options);
}

void MainWindow::connectActions()
{
    connect(m_actions->openModel, &QAction::triggered, this, [this] { choose(Part::model); });
    connect(m_actions->openDataset, &QAction::triggered, this, [this] { choose(Part::dataset); });
    connect(m_actions->openPredictor, &QAction::triggered, this, [this] { choose(Part::predictor); });
    connect(m_actions->openSession, &QAction::triggered, this, &MainWindow::chooseSession);
    connect(m_actions->quit, &QAction::triggered, this, &QWidget::close);
    connect(m_actions->train, &QAction::triggered, this, &MainWindow::showTraining);
    connect(m_actions->demo, &QAction::triggered, this, &MainWindow::runDemo);
    connect(m_actions->startPage, &QAction::triggered, this, &MainWindow::showStartPage);
    connect(m_actions->shortcuts, &QAction::triggered, this, &MainWindow::showShortcuts);
    connect(m_actions->palette, &QAction::triggered, this, &MainWindow::showPalette);
    connect(m_actions->exportPicture, &QAction::triggered, this, &MainWindow::showExport);
    connect(m_actions->exportRows, &QAction::triggered, this, &MainWindow::exportRows);
    connect(m_actions->settings, &QAction::triggered, this, &MainWindow::showSettings);
    connect(m_actions->about, &QAction::triggered, this, &MainWindow::showAbout);
    connect(m_actions->theme, &QActionGroup::triggered, this, [this](const QAction* action) {
        m_settings->setValue(QStringLiteral("theme"), action->data().toInt());
    });
}

void MainWindow::connectStudio()
{
    connect(m_studio, &Studio::activityChanged, this, &MainWindow::refresh);
    connect(m_studio, &Studio::problem, this, &MainWindow::showProblem);
    connect(m_studio, &Studio::notice, this, [this](const QString& text) {
        m_banner->show(Banner::Kind::notice, text);
    });
    connect(m_studio, &Studio::recordingChanged, this, [this] {
        showStartPage(false);
        refresh();
        if (m_studio->activity() != Activity::running)
            hint(
                QStringLiteral("batch"),
                tr("Why was a batch slow? Click it in the timeline, press S for the slowest in view, or . "
                   "for "
                   "the next stall."));
    });
    connect(m_studio, &Studio::figuresChanged, this, [this] {
        if (const auto& figures = m_studio->figures())
            m_workbench->summary()->setFigures(m_studio->recording(), *figures);
    });
    connect(m_studio, &Studio::runBegan, m_workbench->summary(), &SummaryView::clear);
    connect(&m_studio->sessions(), &RecentSessions::changed, this, &MainWindow::refreshRecentMenu);
    connect(m_studio, &Studio::closed, this, [this] {
        m_mayClose = true;
        close();
    });
}

void MainWindow::restoreSettings()
{
    resize(1280, 800);
    restoreGeometry(m_settings->value(QStringLiteral("geometry")).toByteArray());
    m_workbench->restoreLayout(*m_settings);
    ThemeManager::instance().setChoice(
        static_cast<ThemeChoice>(std::clamp(m_settings->value(QStringLiteral("theme"), 0).toInt(), 0, 2)));
    applyRecordingLimit();
    showStartPage(true);
}

void MainWindow::refresh()
{
    RunPhase phase = RunPhase::busy;
    switch (m_studio->activity()) {
    case Activity::idle:
        phase = RunPhase::idle;
        break;
    case Activity::starting:
        phase = RunPhase::starting;
        break;
    case Activity::running:
        phase = RunPhase::running;
        break;
    case Activity::stopping:
    case Activity::closing:
        phase = RunPhase::stopping;
        break;
    case Activity::loading:
    case Activity::training:
    case Activity::evaluating:
        break;
    }
    const QString reason = m_studio->busyReason();
    m_workbench->runPanel()->setPhase(phase, reason);
    m_startPage->setBusy(m_studio->activity() == Activity::loading ? QString() : reason);
    const QString session = m_status->sessionText();
    setWindowTitle(session.isEmpty() ? tr("SiDA Studio") : tr("%1 - SiDA Studio").arg(session));
}

void MainWindow::refreshRecentMenu()
{
    m_actions->recent->clear();
    int number = 1;
    for (const RecentSession& session : m_studio->sessions().all()) {
        if (number > 9)
            break;
        QAction* action = m_actions->recent->addAction(QFileInfo(session.path).fileName());
        action->setShortcut(QKeySequence(QStringLiteral("Ctrl+%1").arg(number++)));
        action->setToolTip(session.path);
        connect(action, &QAction::triggered, m_studio, [this, path = session.path] {
            m_studio->openSession(path);
        });
    }
    m_actions->refresh();
}

void MainWindow::showStartPage(bool show)
{
    m_pages->setCurrentWidget(show ? static_cast<QWidget*>(m_startPage) : m_workbench);
    m_toolBar->setVisible(!show);
    m_actions->startPage->setChecked(show);
}

bool MainWindow::showsStartPage() const
{
    return m_pages->currentWidget() == m_startPage;
}

void MainWindow::choose(Part part)
{
    QString path;
    switch (part) {
    case Part::model:
        path = dialogs::model(this, *m_settings);
        if (!path.isEmpty())
            m_studio->openModel(path);
        return;
    case Part::dataset:
        path = dialogs::dataset(this, *m_settings);
        if (!path.isEmpty())
            m_studio->openDataset(path);
        return;
    case Part::predictor:
        path = dialogs::predictor(this, *m_settings);
        if (!path.isEmpty())
            m_studio->openPredictor(path);
        return;
    case Part::device:
        showStartPage(false);
        m_workbench->runPanel()->focusDevice();
        return;
    case Part::budget:
        showStartPage(false);
        m_workbench->budgetPanel()->setFocus();
        return;
    }
}

void MainWindow::chooseSession()
{
    const QString path = dialogs::session(this, *m_settings, m_sessionsFolder);
    if (!path.isEmpty())
        m_studio->openSession(path);
}

void MainWindow::runDemo()
{
    if (m_demo.complete())
        m_studio->runDemo(m_demo);
    else
        m_banner->show(
            Banner::Kind::problem,
            tr("The demo is not installed with this program. Install it, or open a model folder"));
}

void MainWindow::showTraining()
{
    if (!m_training) {
        m_training = new TrainingDialog(m_studio, m_predictorsFolder, this);
        m_training->setModal(false);
    }
    m_training->show();
    m_training->raise();
    m_training->activateWindow();
}

void MainWindow::showProblem(const Problem& problem)
{
    const auto show = [&](const QString& actionText, std::function<void()> action) {
        m_banner->show(Banner::Kind::problem, problem.message, actionText, std::move(action));
    };
    switch (problem.request) {
    case Request::model:
        return show(tr("Choose another model..."), [this] { choose(Part::model); });
    case Request::dataset:
        return show(tr("Choose another dataset..."), [this] { choose(Part::dataset); });
    case Request::predictor:
        return show(tr("Train one..."), [this] { showTraining(); });
    case Request::session:
        return show(tr("Open another session..."), [this] { chooseSession(); });
    case Request::plan:
        return show(tr("Change the budget"), [this] { choose(Part::budget); });
    case Request::run:
        return show(tr("Start again"), [this] { m_studio->start(); });
    case Request::train:
        return show(tr("Train again..."), [this] { showTraining(); });
    case Request::doctor:
    case Request::classify:
    case Request::evaluate:
    case Request::curve:
    case Request::notes:
        break;
    }
    show({}, {});
}

void MainWindow::showShortcuts()
{
    auto* box = new QMessageBox(
        QMessageBox::NoIcon, tr("Keyboard shortcuts"), m_actions->shortcutSheet(), QMessageBox::Close, this);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setModal(false);
    box->show();
}

void MainWindow::showPalette()
{
    auto* dialog = new CommandPalette(m_actions->everything(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &CommandPalette::batchWanted, this, &MainWindow::lookAtBatch);
    connect(dialog, &CommandPalette::expertWanted, this, [this](int layer, int expert) {
        const auto& layers = m_studio->recording().header().expertsPerLayer;
        const bool known
            = layer < static_cast<int>(layers.size()) && expert < layers[static_cast<std::size_t>(layer)];
        if (known)
            m_studio->axis().filterExpert(
                ExpertKey{static_cast<std::uint16_t>(layer), static_cast<std::uint16_t>(expert)});
        else
            m_banner->show(
                Banner::Kind::problem,
                tr("This run has no layer %1 with an expert %2").arg(layer).arg(expert));
    });
    dialog->open();
}

void MainWindow::showExport()
{
    const QString key = QStringLiteral("places/exports");
    const QString folder = m_settings->value(key, QDir::homePath()).toString();
    auto* dialog = new ExportDialog(this, folder);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &ExportDialog::saved, this, [this, key](const QString& file) {
        m_settings->setValue(key, QFileInfo(file).absolutePath());
        m_banner->show(Banner::Kind::notice, tr("Written: %1").arg(file));
    });
    connect(dialog, &ExportDialog::failed, this, [this](const QString& why) {
        m_banner->show(Banner::Kind::problem, why);
    });
    dialog->open();
}

void MainWindow::exportRows()
{
    const QString key = QStringLiteral("places/exports");
    const QString stem = QFileInfo(m_studio->sessionPath()).completeBaseName();
    const QString place
        = QDir(m_settings->value(key, QDir::homePath()).toString())
              .filePath((stem.isEmpty() ? QStringLiteral("sida") : stem) + QStringLiteral(".csv"));
    const QString file = QFileDialog::getSaveFileName(
        this, tr("Export the batches in view"), place, tr("Comma-separated values (*.csv)"));
    if (file.isEmpty())
        return;
    m_settings->setValue(key, QFileInfo(file).absolutePath());
    const Status status = saveText(rangeCsv(m_studio->recording(), m_studio->axis().focus()), file);
    if (status)
        m_banner->show(Banner::Kind::notice, tr("Written: %1").arg(file));
    else
        m_banner->show(Banner::Kind::problem, toText(status.error().message));
}

void MainWindow::showSettings()
{
    auto* dialog = new SettingsDialog(m_settings, m_sessionsFolder, m_predictorsFolder, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, &MainWindow::applyRecordingLimit);
    dialog->open();
}

void MainWindow::applyRecordingLimit()
{
    const auto number = [&](const char* key) {
        return static_cast<std::uint64_t>(std::max(0, m_settings->value(QLatin1String(key), 0).toInt()));
    };
    m_studio->setRecordingLimit(
        60.0 * static_cast<double>(number(SettingsDialog::kRecordMinutes)),
        number(SettingsDialog::kRecordMiB) * units::kMiB);
}

/// Told once, and not at all when hints are off.
void MainWindow::hint(const QString& key, const QString& text)
{
    const QString seen = QStringLiteral("hintsSeen/") + key;
    const bool wanted = m_settings->value(QLatin1String(SettingsDialog::kHints), true).toBool();
    if (!wanted || m_settings->value(seen).toBool() || !m_studio->recording().hasRun())
        return;
    m_settings->setValue(seen, true);
    m_banner->show(Banner::Kind::notice, text, tr("No hints"), [this] {
        m_settings->setValue(QLatin1String(SettingsDialog::kHints), false);
    });
}

void MainWindow::reopenLast()
{
    const auto& sessions = m_studio->sessions().all();
    if (m_settings->value(QLatin1String(SettingsDialog::kReopen), false).toBool() && !sessions.empty())
        m_studio->openSession(sessions.front().path);
}

void MainWindow::showAbout()
{
    QStringList versions;
    if (const auto& doctor = m_studio->nextRun().doctor())
        for (const auto& [name, version] : doctor->versions)
            versions << tr("%1 %2").arg(toText(name), toText(version));
    versions << tr("Qt %1").arg(QLatin1String(qVersion()));
    auto* box = new QMessageBox(
        QMessageBox::NoIcon, tr("About SiDA Studio"),
        tr("<h3>SiDA Studio %1</h3><p>Runs Mixture-of-Experts models that are larger than the GPU and shows "
           "where the time goes.</p><p>GNU General Public License, version 3 or later; it comes with no "
           "warranty.</p><p><b>Built with</b><br>%2</p><p><b>Their licences</b><br>Qt: LGPL 3. libtorch: BSD "
           "3-clause. "
           "SQLite: public domain. OpenSSL: Apache 2. fmt, spdlog, nlohmann/json, utf8proc: MIT. "
           "tl::expected: CC0.</p>")
            .arg(QApplication::applicationVersion().toHtmlEscaped(), versions.join(QStringLiteral("<br>"))),
        QMessageBox::Close, this);
    box->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setModal(false);
    box->show();
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    m_settings->setValue(QStringLiteral("geometry"), saveGeometry());
    m_workbench->saveLayout(*m_settings);
    if (m_mayClose || m_host->isIdle()) {
        event->accept();
        return;
    }
    // The engine finishes its batch and closes the session; meanwhile the window keeps painting and says so.
    event->ignore();
    if (m_studio->activity() != Activity::closing)
        m_studio->close();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (!event->mimeData()->hasUrls())
        return;
    event->acceptProposedAction();
    m_startPage->setDropActive(true);
}

void MainWindow::dragLeaveEvent(QDragLeaveEvent*)
{
    m_startPage->setDropActive(false);
}

void MainWindow::dropEvent(QDropEvent* event)
{
    m_startPage->setDropActive(false);
    QStringList paths;
    for (const QUrl& url : event->mimeData()->urls())
        if (url.isLocalFile())
            paths << url.toLocalFile();
    if (paths.isEmpty())
        return;
    event->acceptProposedAction();
    m_studio->open(paths);
}

} // namespace sida::ui
