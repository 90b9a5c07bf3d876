// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/main_actions.h"

#include "ui/batch/batch_panel.h"
#include "ui/notes/notes_view.h"
#include "ui/shell/studio.h"
#include "ui/shell/workbench.h"
#include "ui/theme/theme_manager.h"

#include <QAction>
#include <QActionGroup>
#include <QDockWidget>
#include <QMenu>
#include <QMenuBar>
#include <QTabWidget>
#include <QToolBar>

namespace sida::ui
{

MainActions::MainActions(Studio* studio, Workbench* workbench, QObject* parent)
    : QObject(parent)
    , m_studio(studio)
    , m_workbench(workbench)
{
    makeFileActions();
    makeRunActions();
    makeSessionActions();
    makeTimeActions();
    makeThemeActions();
    makeViewActions();
    palette = make(
        tr("Find or Run..."), QStringLiteral("Ctrl+Shift+P"),
        tr("Type a part of any action, the number of a batch, or layer and expert"));
    settings
        = make(tr("Settings..."), QStringLiteral("Ctrl+,"), tr("Theme, folders and what is shown first"));
    startPage = make(
        tr("Start Page"), QStringLiteral("Ctrl+Shift+H"),
        tr("Show what the next run is made of and the recent sessions"));
    startPage->setCheckable(true);
    restoreLayout = make(
        tr("Restore Default Layout"), QStringLiteral("Ctrl+Shift+R"), tr("Put every part back to its place"));
    connect(restoreLayout, &QAction::triggered, m_workbench, &Workbench::restoreDefaultLayout);
    shortcuts
        = make(tr("Keyboard Shortcuts"), QStringLiteral("?"), tr("List every action with its shortcut"));
    about = make(tr("About SiDA Studio"), {}, tr("Version and licence"));
    connect(m_studio, &Studio::activityChanged, this, &MainActions::refresh);
    connect(m_studio, &Studio::recordingChanged, this, &MainActions::refresh);
    connect(&m_studio->nextRun(), &NextRun::changed, this, &MainActions::refresh);
    connect(&m_studio->axis(), &TimeAxis::historyChanged, this, &MainActions::refresh);
    connect(&m_studio->axis(), &TimeAxis::selectionChanged, this, &MainActions::refresh);
    connect(&m_studio->axis(), &TimeAxis::followChanged, this, &MainActions::refresh);
    connect(&m_studio->axis(), &TimeAxis::batchChanged, this, &MainActions::refresh);
    connect(&m_studio->axis(), &TimeAxis::expertChanged, this, &MainActions::refresh);
    refresh();
}

QAction* MainActions::make(const QString& text, const QString& shortcut, const QString& tip)
{
    auto* action = new QAction(text, this);
    action->setShortcut(QKeySequence(shortcut));
    action->setToolTip(shortcut.isEmpty() ? tip : tr("%1 (%2)").arg(tip, shortcut));
    action->setStatusTip(tip);
    return action;
}

void MainActions::makeFileActions()
{
    openModel
        = make(tr("Open Model Folder..."), QStringLiteral("Ctrl+M"), tr("Choose the model of the next run"));
    openDataset
        = make(tr("Open Dataset..."), QStringLiteral("Ctrl+D"), tr("Choose the dataset of the next run"));
    openPredictor
        = make(tr("Open Predictor..."), QStringLiteral("Ctrl+P"), tr("Choose the predictor of the next run"));
    openSession = make(tr("Open Session..."), QStringLiteral("Ctrl+O"), tr("Show a recorded run"));
    openSession->setIconText(tr("Open..."));
    exportPicture = make(
        tr("Export View..."), QStringLiteral("Ctrl+E"), tr("Save one view or the window as PNG or SVG"));
    exportRows = make(
        tr("Export Visible Range..."), QStringLiteral("Ctrl+Shift+E"),
        tr("Save the batches in view with their figures as CSV"));
    quit = make(
        tr("Quit"), QStringLiteral("Ctrl+Q"), tr("Close the window; a run in progress is stopped and kept"));
    recent = new QMenu(tr("Recent Sessions"));
}

void MainActions::makeSessionActions()
{
    replay = make(
        tr("What-If Replay..."), QStringLiteral("Ctrl+Shift+W"),
        tr("What this run would have been under other budgets and policies"));
    compare = make(
        tr("Compare Sessions..."), QStringLiteral("Ctrl+Shift+C"),
        tr("Set this run and others side by side"));
    report = make(
        tr("Report..."), QStringLiteral("Ctrl+R"),
        tr("This run on paper, to look at and to save as HTML or PDF"));
    saveCopy = make(
        tr("Save Session As..."), QStringLiteral("Ctrl+Shift+S"),
        tr("Write this session again at another place"));
    runAgain = make(
        tr("Run Again With These Settings"), QStringLiteral("Ctrl+F5"),
        tr("The model, data, predictor and options of this session once more"));
}

void MainActions::makeRunActions()
{
    start = make(tr("Start Run"), QStringLiteral("F5"), tr("Run the model over the dataset"));
    stop = make(tr("Stop"), QStringLiteral("Shift+F5"), tr("Finish the batch in progress and stop"));
    train = make(
        tr("Train a Predictor..."), QStringLiteral("Ctrl+T"),
        tr("Train a predictor for this model on this dataset"));
    demo = make(tr("Run the Demo"), QStringLiteral("Ctrl+Shift+D"), tr("Load the demo and run it"));
    connect(start, &QAction::triggered, m_studio, &Studio::start);
    connect(stop, &QAction::triggered, m_studio, &Studio::stop);
}

void MainActions::makeTimeActions()
{
    TimeAxis& axis = m_studio->axis();
    undoZoom = make(tr("Undo Zoom"), QStringLiteral("Ctrl+Z"), tr("Back to the range seen before"));
    undoZoom->setShortcuts(
        {QKeySequence(QStringLiteral("Ctrl+Z")), QKeySequence(QStringLiteral("Alt+Left"))});
    undoZoom->setIconText(QString(QChar(0x21B6)) + tr(" Zoom"));
    redoZoom = make(tr("Redo Zoom"), QStringLiteral("Ctrl+Shift+Z"), tr("Forward to the range seen after"));
    redoZoom->setShortcuts(
        {QKeySequence(QStringLiteral("Ctrl+Shift+Z")), QKeySequence(QStringLiteral("Alt+Right"))});
    redoZoom->setIconText(QString(QChar(0x21B7)) + tr(" Zoom"));
    fit = make(
        tr("Fit Selection"), QStringLiteral("F"),
        tr("Make the selected range, or else the selected batch, fill the views"));
    fit->setIconText(tr("Fit  F"));
    all = make(
        tr("Show All"), QStringLiteral("Ctrl+0"), tr("Show the whole run; Home does the same in a view"));
    all->setIconText(tr("All  Home"));
    previousStall = make(tr("Previous Stall"), QStringLiteral(","), tr("Go to the stall before"));
    previousStall->setIconText(QString(QChar(0x25C0)) + tr(" Stall  ,"));
    nextStall = make(tr("Next Stall"), QStringLiteral("."), tr("Go to the next stall"));
    nextStall->setIconText(tr("Stall ") + QString(QChar(0x25B6)) + tr("  ."));
    previousStall->setShortcuts({QKeySequence(QStringLiteral(",")), QKeySequence(QStringLiteral("Shift+N"))});
    nextStall->setShortcuts({QKeySequence(QStringLiteral(".")), QKeySequence(QStringLiteral("N"))});
    clearFocus = make(
        tr("Clear Selection or Filter"), QStringLiteral("Esc"),
        tr("Forget the selected range, then the expert filtered by, then the batch"));
    slowest = make(
        tr("Slowest Batch in View"), QStringLiteral("S"),
        tr("Look at the batch that took longest of those in view"));
    bookmark = make(
        tr("Set Bookmark"), QStringLiteral("B"), tr("Mark the moment at the crosshair in the session"));
    note = make(
        tr("Add Note..."), QStringLiteral("Ctrl+B"), tr("Say something about the moment at the crosshair"));
    connect(bookmark, &QAction::triggered, m_workbench->notes(), &NotesView::addBookmark);
    connect(note, &QAction::triggered, m_workbench->notes(), &NotesView::addNote);
    follow = make(
        tr("Follow Live"), QStringLiteral("Ctrl+L"),
        tr("Keep the newest batches in view; recording goes on either way"));
    follow->setCheckable(true);
    connect(undoZoom, &QAction::triggered, &axis, &TimeAxis::undo);
    connect(redoZoom, &QAction::triggered, &axis, &TimeAxis::redo);
    connect(fit, &QAction::triggered, &axis, &TimeAxis::fitSelection);
    connect(all, &QAction::triggered, &axis, &TimeAxis::fitAll);
    connect(clearFocus, &QAction::triggered, &axis, &TimeAxis::clear);
    connect(slowest, &QAction::triggered, m_workbench->batchPanel(), &BatchPanel::goToSlowest);
    connect(follow, &QAction::toggled, &axis, &TimeAxis::setFollowLive);
    connect(previousStall, &QAction::triggered, this, [this] { goToStall(false); });
    connect(nextStall, &QAction::triggered, this, [this] { goToStall(true); });
}

void MainActions::makeThemeActions()
{
    theme = new QActionGroup(this);
    const auto add = [&](const QString& text, ThemeChoice choice, const QString& tip) {
        QAction* action = make(text, {}, tip);
        action->setCheckable(true);
        action->setData(static_cast<int>(choice));
        theme->addAction(action);
    };
    add(tr("Like the System"), ThemeChoice::system, tr("Follow the desktop's colours"));
    add(tr("Light"), ThemeChoice::light, tr("Dark text on a light background"));
    add(tr("Dark"), ThemeChoice::dark, tr("Light text on a dark background"));
    connect(theme, &QActionGroup::triggered, this, [](const QAction* action) {
        ThemeManager::instance().setChoice(static_cast<ThemeChoice>(action->data().toInt()));
    });
}

/// One action a view, so that each can be reached by its key and found in the palette.
void MainActions::makeViewActions()
{
    int number = 1;
    for (int i = 0; i < m_workbench->tabs()->count(); ++i) {
        QWidget* view = m_workbench->tabs()->widget(i);
        const QString title = m_workbench->tabs()->tabText(i);
        QAction* action = make(
            tr("Show %1").arg(title), QStringLiteral("Ctrl+Alt+%1").arg(number++),
            tr("Bring %1 to the front").arg(title));
        connect(action, &QAction::triggered, m_workbench, [this, view] {
            m_workbench->bringUp(view);
            view->setFocus(Qt::ShortcutFocusReason);
        });
        views.push_back(action);
    }
}

QList<QAction*> MainActions::everything() const
{
    QList<QAction*> actions = findChildren<QAction*>(Qt::FindDirectChildrenOnly);
    for (const QDockWidget* dock : m_workbench->docks())
        actions << dock->toggleViewAction();
    return actions << recent->actions();
}

void MainActions::goToStall(bool next)
{
    TimeAxis& axis = m_studio->axis();
    const TimeRange visible = axis.visible();
    const Nanoseconds from = axis.hover().value_or(visible.begin + visible.width() / 2);
    const RecordingModel& recording = m_studio->recording();
    const api::StallRow* stall
        = next ? recording.nextStall(from, axis.expert()) : recording.previousStall(from, axis.expert());
    if (!stall)
        return;
    axis.setFollowLive(false);
    axis.reveal({stall->begin, stall->end});
    axis.selectBatch(stall->batch);
    axis.setHover(stall->begin + (stall->end - stall->begin) / 2);
}

void MainActions::fillMenus(QMenuBar* bar)
{
    QMenu* file = bar->addMenu(tr("&File"));
    file->addActions({openModel, openDataset, openPredictor, openSession});
    file->addMenu(recent);
    file->addSeparator();
    file->addActions({exportPicture, exportRows});
    file->addSeparator();
    file->addActions({settings, quit});
    QMenu* view = fillViewMenu(bar);
    QMenu* run = bar->addMenu(tr("&Run"));
    run->addActions({start, stop});
    run->addSeparator();
    run->addActions({train, demo});
    QMenu* session = bar->addMenu(tr("&Session"));
    session->addActions({replay, compare, report});
    session->addSeparator();
    session->addActions({saveCopy, runAgain});
    QMenu* time = bar->addMenu(tr("&Timeline"));
    time->addActions({undoZoom, redoZoom, fit, all});
    time->addSeparator();
    time->addActions({previousStall, nextStall, slowest});
    time->addSeparator();
    time->addActions({bookmark, note});
    time->addSeparator();
    time->addAction(clearFocus);
    time->addAction(follow);
    QMenu* help = bar->addMenu(tr("&Help"));
    help->addActions({palette, shortcuts, about});
    for (QMenu* menu : {file, view, run, session, time, help})
        menu->setToolTipsVisible(true);
}

QMenu* MainActions::fillViewMenu(QMenuBar* bar)
{
    QMenu* view = bar->addMenu(tr("&View"));
    view->addAction(startPage);
    view->addSeparator();
    int number = 1;
    for (QDockWidget* dock : m_workbench->docks()) {
        QAction* toggle = dock->toggleViewAction();
        toggle->setShortcut(QKeySequence(QStringLiteral("Alt+%1").arg(number++)));
        view->addAction(toggle);
    }
    view->addSeparator();
    for (QAction* action : views)
        view->addAction(action);
    view->addSeparator();
    view->addAction(restoreLayout);
    view->addSeparator();
    QMenu* themes = view->addMenu(tr("Theme"));
    themes->addActions(theme->actions());
    return view;
}

void MainActions::fillToolBar(QToolBar* bar)
{
    bar->setToolButtonStyle(Qt::ToolButtonTextOnly);
    auto* margin = new QWidget; // in line with the docks' content below
    margin->setFixedWidth(4);
    bar->addWidget(margin);
    bar->addAction(openSession);
    bar->addSeparator();
    bar->addActions({undoZoom, redoZoom, fit, all});
    bar->addSeparator();
    bar->addActions({previousStall, nextStall});
    bar->addSeparator();
    bar->addAction(follow);
    auto* gap = new QWidget;
    gap->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar->addWidget(gap);
    palette->setIconText(tr("Find or run   Ctrl+Shift+P"));
    bar->addAction(palette);
    auto* end = new QWidget;
    end->setFixedWidth(4);
    bar->addWidget(end);
}

void MainActions::refresh()
{
    const bool idle = m_studio->activity() == Activity::idle;
    const bool busy = !m_studio->busyReason().isEmpty() && m_studio->activity() != Activity::loading;
    const bool shown = m_studio->recording().hasRun();
    const NextRun& run = m_studio->nextRun();
    for (QAction* action : {openModel, openDataset, openPredictor, openSession, demo})
        action->setEnabled(!busy);
    recent->setEnabled(!busy && !recent->isEmpty());
    start->setEnabled(idle && run.canStart());
    stop->setEnabled(
        !idle && m_studio->activity() != Activity::stopping && m_studio->activity() != Activity::closing);
    train->setEnabled(run.model() && run.dataset());
    const TimeAxis& axis = m_studio->axis();
    undoZoom->setEnabled(axis.canUndo());
    redoZoom->setEnabled(axis.canRedo());
    fit->setEnabled(axis.selection() || axis.batch());
    clearFocus->setEnabled(axis.canClear());
    slowest->setEnabled(shown);
    bookmark->setEnabled(shown);
    note->setEnabled(shown);
    exportPicture->setEnabled(shown);
    exportRows->setEnabled(shown);
    all->setEnabled(shown);
    previousStall->setEnabled(shown);
    nextStall->setEnabled(shown);
    const QSignalBlocker blocker(follow);
    follow->setEnabled(m_studio->activity() == Activity::running);
    follow->setChecked(follow->isEnabled() && axis.followsLive());
    for (QAction* action : theme->actions())
        if (static_cast<ThemeChoice>(action->data().toInt()) == ThemeManager::instance().choice())
            action->setChecked(true);
}

QString MainActions::shortcutSheet() const
{
    QStringList rows;
    const auto addRow = [&](const QString& keys, const QString& what) {
        rows << QStringLiteral("<tr><td style='padding-right:24px'><b>%1</b></td><td>%2</td></tr>")
                    .arg(keys.toHtmlEscaped(), what.toHtmlEscaped());
    };
    const auto add = [&](const QAction* action) {
        if (!action->shortcut().isEmpty())
            addRow(QKeySequence::listToString(action->shortcuts(), QKeySequence::NativeText), action->text());
    };
    for (const QAction* action : findChildren<QAction*>(Qt::FindDirectChildrenOnly))
        add(action);
    for (const QDockWidget* dock : m_workbench->docks())
        add(dock->toggleViewAction());
    // What the views over time do by themselves.
    addRow(tr("Wheel, + and -"), tr("Zoom at the pointer"));
    addRow(tr("Drag, Left and Right"), tr("Move along the run; Shift with the arrows moves further"));
    addRow(tr("Drag with Ctrl or Shift"), tr("Select a range; Range sums it up"));
    addRow(tr("Click, double click"), tr("Select a batch; make it fill the views"));
    addRow(tr("Ctrl+Left, Ctrl+Right"), tr("Put the crosshair on the batch before or after"));
    addRow(tr("Home, End"), tr("Show the whole run; follow its end"));
    addRow(tr("Ctrl+C"), tr("Copy the figures at the crosshair, or of the cell or table"));
    addRow(tr("Arrows in the heatmap, Enter"), tr("Move from expert to expert; filter the timeline by it"));
    return QStringLiteral("<table>%1</table>").arg(rows.join(QString()));
}

} // namespace sida::ui
