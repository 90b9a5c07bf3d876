// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/studio.h"

#include "ui/host/text.h"

#include <QDate>
#include <QDir>
#include <QFileInfo>
#include <QRegularExpression>
#include <algorithm>
#include <utility>

namespace sida::ui
{

namespace
{

std::optional<Part> partOf(Request request)
{
    switch (request) {
    case Request::model:
        return Part::model;
    case Request::dataset:
        return Part::dataset;
    case Request::predictor:
        return Part::predictor;
    case Request::plan:
        return Part::budget;
    default:
        return std::nullopt;
    }
}

} // namespace

Studio::Studio(EngineHost* host, RecentSessions* sessions, QString sessionsFolder, QObject* parent)
    : QObject(parent)
    , m_host(host)
    , m_sessions(sessions)
    , m_sessionsFolder(std::move(sessionsFolder))
{
    m_axis.track(&m_recording);
    connect(&m_run, &NextRun::optionsChanged, this, &Studio::plan);
    connect(m_host, &EngineHost::failed, this, &Studio::onFailed);
    connect(m_host, &EngineHost::ended, this, &Studio::onEnded);
    connect(m_host, &EngineHost::shutDownFinished, this, &Studio::closed);
    connect(m_host, &EngineHost::progressed, this, [this](Request request, const Progress& progress) {
        if (givesWay(request))
            return;
        m_progress = progress;
        Q_EMIT progressed();
    });
    connectLoads();
    connectRun();
    m_host->askDoctor();
}

void Studio::connectRun()
{
    connect(m_host, &EngineHost::runStarted, this, [this](const Shared<api::RunHeader>& header) {
        m_recording.reset(*header);
        m_axis.setFollowLive(true);
        m_accumulator.emplace(*header);
        m_figures.reset();
        m_state = api::RecordingState::running;
        if (m_activity != Activity::stopping && m_activity != Activity::closing)
            setActivity(Activity::running);
        Q_EMIT recordingChanged();
        Q_EMIT runBegan();
    });
    connect(m_host, &EngineHost::rowsArrived, this, [this](const Shared<api::RecordingChunk>& rows) {
        m_recording.append(rows);
        if (!m_accumulator)
            return;
        m_accumulator->add(*rows);
        m_figures = m_accumulator->figures();
        Q_EMIT figuresChanged();
    });
    connect(m_host, &EngineHost::runFinished, this, [this](const Shared<api::RunResult>& result) {
        onRunFinished(*result);
    });
    connect(m_host, &EngineHost::trainingFinished, this, [this](const Shared<api::TrainResult>& result) {
        load(Part::predictor, pathText(result->output));
    });
}

QString Studio::busyReason() const
{
    switch (m_activity) {
    case Activity::idle:
        return {};
    case Activity::loading:
        return tr("Something is being loaded");
    case Activity::training:
        return tr("A predictor is being trained");
    case Activity::evaluating:
        return tr("A predictor is being evaluated");
    case Activity::closing:
        return tr("The window is closing");
    case Activity::starting:
    case Activity::running:
    case Activity::stopping:
        break;
    }
    return tr("A run is going on; stop it first");
}

void Studio::setActivity(Activity activity)
{
    if (m_activity == activity)
        return;
    m_activity = activity;
    if (activity == Activity::idle)
        m_progress.reset();
    Q_EMIT activityChanged();
}

/// From what the engine still owes an answer for.
void Studio::updateActivity()
{
    if (m_activity == Activity::closing)
        return;
    const bool working
        = m_host->isOpen(Request::run) || m_host->isOpen(Request::train) || m_host->isOpen(Request::evaluate);
    if (working && (m_activity == Activity::stopping || m_activity == Activity::running))
        return;
    if (m_host->isOpen(Request::run))
        return setActivity(Activity::starting);
    if (m_host->isOpen(Request::train))
        return setActivity(Activity::training);
    if (m_host->isOpen(Request::evaluate))
        return setActivity(Activity::evaluating);
    const auto loads
        = {Request::model, Request::dataset, Request::predictor, Request::session, Request::classify};
    const bool loading
        = std::ranges::any_of(loads, [this](Request request) { return m_host->isOpen(request); });
    setActivity(loading ? Activity::loading : Activity::idle);
}

bool Studio::refuseWhileBusy()
{
    const QString reason = busyReason();
    if (reason.isEmpty() || m_activity == Activity::loading)
        return false;
    Q_EMIT problem({Request::classify, tr("Nothing was opened. %1.").arg(reason)});
    return true;
}

void Studio::plan()
{
    if (!m_run.model())
        return;
    api::RunOptions options = m_run.options();
    if (options.policy == api::Policy::resident)
        options.budget = {};
    m_refusedBudget.reset();
    m_host->planBudget(options);
}

QString Studio::newSessionPath() const
{
    QDir folder(m_sessionsFolder);
    if (m_sessionsFolder.isEmpty() || !folder.mkpath(QStringLiteral(".")))
        return {};
    QString model = toText(m_run.model()->name);
    model.replace(QRegularExpression(QStringLiteral("[^A-Za-z0-9._-]+")), QStringLiteral("-"));
    const QString stem = QStringLiteral("%1-%2").arg(model, QDate::currentDate().toString(Qt::ISODate));
    for (int number = 1;; ++number) {
        const QString name = QStringLiteral("%1-%2.sida").arg(stem).arg(number);
        if (!folder.exists(name))
            return folder.absoluteFilePath(name);
    }
}

void Studio::start()
{
    if (m_activity != Activity::idle || !m_run.canStart())
        return;
    api::RunOptions options = m_run.options();
    if (options.policy == api::Policy::resident)
        options.budget = {};
    m_sessionPath = newSessionPath();
    if (m_sessionPath.isEmpty())
        Q_EMIT notice(tr("%1 cannot be written to: this run is kept in memory only").arg(m_sessionsFolder));
    options.session = toPath(m_sessionPath);
    options.recordSeconds = m_recordSeconds;
    options.recordBytes = m_recordBytes;
    m_host->run(options);
    updateActivity();
}

void Studio::setRecordingLimit(double seconds, std::uint64_t bytes)
{
    m_recordSeconds = seconds;
    m_recordBytes = bytes;
}

void Studio::startIfPossible()
{
    if (!m_startWhenLoaded || m_activity != Activity::idle)
        return;
    m_startWhenLoaded = false;
    start();
}

void Studio::stop()
{
    m_startWhenLoaded = false;
    if (m_activity == Activity::idle || m_activity == Activity::closing)
        return;
    if (m_activity != Activity::loading)
        setActivity(Activity::stopping);
    m_host->stop();
}

void Studio::train(const api::TrainOptions& options)
{
    if (refuseWhileBusy())
        return;
    m_host->train(options);
    Q_EMIT trainingBegan(options.epochs);
    updateActivity();
}

void Studio::evaluate(const api::EvaluateOptions& options)
{
    if (refuseWhileBusy())
        return;
    m_host->evaluate(options);
    updateActivity();
}

void Studio::changeBudget(const units::Budget& budget)
{
    if (m_activity == Activity::running)
        m_host->changeBudget(budget);
    else
        m_run.setBudget(budget);
}

void Studio::close()
{
    setActivity(Activity::closing);
    m_host->shutDown();
}

void Studio::onFailed(Request request, const Error& error)
{
    if (request == Request::plan && error.kind == ErrorKind::budget && !m_refusedBudget) {
        // Too small: ask for the limits, so that the panel can say by how much.
        api::RunOptions options = m_run.options();
        m_refusedBudget = std::exchange(options.budget, {});
        m_host->planBudget(options);
        return;
    }
    if (const auto part = partOf(request)) {
        m_run.setLoading(*part, false);
        if (error.kind != ErrorKind::cancelled)
            m_run.setFailure(*part, toText(error.message));
    }
    if (request == Request::run) {
        m_state = api::RecordingState::failed;
        m_recording.finish();
        m_axis.setFollowLive(false);
        Q_EMIT recordingChanged();
        Q_EMIT runEnded();
    }
    // What gives way to whatever else is asked is asked for again by those who want it.
    if (givesWay(request))
        return;
    m_startWhenLoaded = false;
    // Stopping was the user's own wish.
    if (error.kind == ErrorKind::cancelled)
        return;
    Q_EMIT problem({request, toText(error.message)});
}

void Studio::onEnded(Request request)
{
    if (const auto part = partOf(request); part && !m_host->isOpen(request))
        m_run.setLoading(*part, false);
    updateActivity();
    if (m_host->isIdle() && !m_run.doctor() && request != Request::doctor)
        m_host->askDoctor();
    if (request != Request::plan || !m_host->isOpen(Request::plan))
        startIfPossible();
}

void Studio::onRunFinished(const api::RunResult& result)
{
    m_state = result.recording ? result.recording->state : api::RecordingState::complete;
    m_sessionPath = pathText(result.session);
    m_recording.finish();
    m_axis.setFollowLive(false);
    if (result.recording && m_figures)
        m_figures = result.figures;
    if (result.recording && !m_sessionPath.isEmpty())
        remember(m_sessionPath, *result.recording);
    Q_EMIT figuresChanged();
    Q_EMIT recordingChanged();
    Q_EMIT runEnded();
}

void Studio::remember(const QString& path, const api::Recording& recording)
{
    m_sessions->add(describeSession(path, recording, m_figures.value_or(api::Figures{})));
}

} // namespace sida::ui
