// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/session_windows.h"

#include "ui/compare/compare_window.h"
#include "ui/host/text.h"
#include "ui/host/worker.h"
#include "ui/replay/replay_window.h"
#include "ui/report/report_window.h"
#include "ui/sessions/recent_table.h"
#include "ui/shell/main_actions.h"
#include "ui/shell/studio.h"

#include <QAction>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>

namespace sida::ui
{

SessionWindows::SessionWindows(
    SessionFunctions functions, Studio* studio, MainActions* actions, QWidget* parent)
    : QObject(parent)
    , askForSessions([](QWidget* window) {
        return QFileDialog::getOpenFileNames(
            window, tr("Add sessions to compare"), {}, tr("Sessions (*.sida);;All files (*)"));
    })
    , askForPlace([](QWidget* window, const QString& suggested) {
        return QFileDialog::getSaveFileName(
            window, tr("Save the session as"), suggested, tr("Sessions (*.sida)"));
    })
    , m_functions(std::move(functions))
    , m_worker(new Worker(this))
    , m_studio(studio)
    , m_actions(actions)
    , m_parent(parent)
{
    connect(m_actions->replay, &QAction::triggered, this, &SessionWindows::showReplay);
    connect(m_actions->report, &QAction::triggered, this, &SessionWindows::showReport);
    connect(m_actions->compare, &QAction::triggered, this, &SessionWindows::showCompare);
    connect(m_actions->saveCopy, &QAction::triggered, this, [this] { saveCopy(m_studio->sessionPath()); });
    connect(m_actions->runAgain, &QAction::triggered, this, [this] {
        if (m_recording)
            m_studio->runAgain(m_recording->header);
    });
    EngineHost& host = m_studio->host();
    connect(&host, &EngineHost::sessionOpened, this, [this](const Shared<api::Recording>& recording) {
        keep(recording);
    });
    connect(&host, &EngineHost::runStarted, this, [this] { keep(nullptr); });
    connect(&host, &EngineHost::runFinished, this, [this](const Shared<api::RunResult>& result) {
        keep(result->recording);
    });
    keep(nullptr);
}

void SessionWindows::keep(Shared<api::Recording> recording)
{
    m_recording = std::move(recording);
    m_actions->replay->setEnabled(m_recording != nullptr);
    m_actions->report->setEnabled(m_recording != nullptr);
    m_actions->saveCopy->setEnabled(m_recording != nullptr);
    m_actions->runAgain->setEnabled(m_recording != nullptr);
}

QString SessionWindows::name() const
{
    const QString name = QFileInfo(m_studio->sessionPath()).fileName();
    return name.isEmpty() ? tr("this run") : name;
}

void SessionWindows::showReplay()
{
    if (!m_recording)
        return;
    if (!m_replay)
        m_replay = new ReplayWindow(m_functions, m_parent);
    m_replay->show(m_recording, name());
}

ReportWindow* SessionWindows::reportWindow()
{
    if (!m_report)
        m_report = new ReportWindow(m_functions, m_parent);
    return m_report;
}

void SessionWindows::showReport()
{
    if (m_recording)
        reportWindow()->show({{name(), m_recording}});
}

void SessionWindows::showCompare()
{
    const QString shown = m_recording ? m_studio->sessionPath() : QString();
    if (m_compare && m_compare->paths().size() >= 2) {
        m_compare->QDialog::show();
        m_compare->raise();
        m_compare->activateWindow();
        return;
    }
    compare(shown.isEmpty() ? QStringList() : QStringList{shown});
}

void SessionWindows::compare(const QStringList& paths)
{
    if (!m_compare) {
        m_compare = new CompareWindow(m_functions, m_parent);
        connect(m_compare, &CompareWindow::sessionsWanted, this, [this] {
            const QStringList more = askForSessions(m_compare);
            if (!more.isEmpty())
                m_compare->add(more);
        });
        connect(m_compare, &CompareWindow::reportWanted, this, [this](const std::vector<ComparedRun>& runs) {
            std::vector<ReportWindow::Run> named;
            for (const ComparedRun& run : runs)
                named.push_back({run.name, run.recording});
            reportWindow()->show(std::move(named));
        });
    }
    m_compare->show(paths);
}

void SessionWindows::connectList(RecentTable* list)
{
    connect(list, &RecentTable::compareWanted, this, &SessionWindows::compare);
    connect(list, &RecentTable::runAgainWanted, this, &SessionWindows::runAgain);
    connect(list, &RecentTable::saveCopyWanted, this, &SessionWindows::saveCopy);
    connect(list, &RecentTable::problem, this, &SessionWindows::problem);
}

void SessionWindows::runAgain(const QString& path)
{
    if (m_recording && path == m_studio->sessionPath())
        return m_studio->runAgain(m_recording->header);
    m_worker->start<Shared<api::Recording>>(
        [path, open = m_functions.open](
            const ProgressSink& progress, const std::stop_token& stop) -> Result<Shared<api::Recording>> {
            if (!open)
                return failure(ErrorKind::unsupported, "this program opens no sessions");
            return open(toPath(path), progress, stop);
        },
        [this](const Result<Shared<api::Recording>>& recording) {
            if (recording)
                m_studio->runAgain((*recording)->header);
            else
                Q_EMIT problem(toText(recording.error().message));
        });
}

void SessionWindows::saveCopy(const QString& path)
{
    if (path.isEmpty())
        return Q_EMIT problem(tr("This run was recorded in memory only"));
    const QFileInfo file(path);
    QString target
        = askForPlace(m_parent, file.dir().filePath(tr("%1-copy.sida").arg(file.completeBaseName())));
    if (target.isEmpty())
        return;
    if (QFileInfo(target).suffix().isEmpty())
        target += QStringLiteral(".sida");
    saveCopyTo(path, target);
}

void SessionWindows::saveCopyTo(const QString& path, const QString& target)
{
    m_worker->start<bool>(
        [path, target, save = m_functions.saveCopy](
            const ProgressSink& progress, const std::stop_token& stop) -> Result<bool> {
            if (!save)
                return failure(ErrorKind::unsupported, "this program saves no sessions");
            SIDA_TRY(save(toPath(path), toPath(target), progress, stop));
            return true;
        },
        [this, target](const Result<bool>& saved) {
            if (saved)
                Q_EMIT notice(tr("Written: %1").arg(target));
            else
                Q_EMIT problem(toText(saved.error().message));
        });
}

} // namespace sida::ui
