// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/figures.h"
#include "ui/host/engine_host.h"
#include "ui/models/recording_model.h"
#include "ui/models/time_axis.h"
#include "ui/run/next_run.h"
#include "ui/sessions/demo_files.h"
#include "ui/sessions/recent_sessions.h"

#include <QObject>
#include <QStringList>
#include <optional>

namespace sida::ui
{

enum class Activity { idle, loading, starting, running, training, evaluating, stopping, closing };

/// Something went wrong: the engine's words, and the request that can be made again differently.
struct Problem {
    Request request = Request::classify;
    QString message;
};

/// What the window is about, without a widget: it passes wishes to the engine and answers to the models, and
/// knows what is going on.
class Studio : public QObject
{
    Q_OBJECT
public:
    Studio(EngineHost* host, RecentSessions* sessions, QString sessionsFolder, QObject* parent = nullptr);

    NextRun& nextRun() { return m_run; }
    RecordingModel& recording() { return m_recording; }
    TimeAxis& axis() { return m_axis; }
    EngineHost& host() { return *m_host; }
    RecentSessions& sessions() { return *m_sessions; }

    Activity activity() const { return m_activity; }
    /// Why nothing can be loaded or started now; empty when it can.
    QString busyReason() const;
    /// Of what is shown; nothing before the first rows.
    const std::optional<api::Figures>& figures() const { return m_figures; }
    api::RecordingState recordingState() const { return m_state; }
    QString sessionPath() const { return m_sessionPath; }
    const std::optional<Progress>& progress() const { return m_progress; }

    /// Models, datasets, predictors and sessions, told apart by content.
    void open(const QStringList& paths);
    void openModel(const QString& folder);
    void openDataset(const QString& file);
    void openPredictor(const QString& file);
    void openSession(const QString& file);
    void start();
    void stop();
    void train(const api::TrainOptions& options);
    /// The loaded predictor beside simpler guesses, on the loaded dataset.
    void evaluate(const api::EvaluateOptions& options);
    void changeBudget(const units::Budget& budget);
    /// Of the sessions of later runs; 0 = none. RunOptions::recordSeconds and recordBytes.
    void setRecordingLimit(double seconds, std::uint64_t bytes);
    /// Loads the demo and runs it as soon as everything is there.
    void runDemo(const DemoFiles& demo);
    /// Loads what a recorded run was made of, takes over its options, and runs once more as soon as
    /// everything is there.
    void runAgain(const api::RunHeader& header);
    /// Stops what goes on; closed() follows.
    void close();

Q_SIGNALS:
    void activityChanged();
    void progressed();
    /// Another recording is shown, or it has ended.
    void recordingChanged();
    void figuresChanged();
    void runBegan();
    void trainingBegan(int epochs);
    void runEnded();
    void problem(const sida::ui::Problem& problem);
    void notice(const QString& text);
    void closed();

private:
    void connectLoads();
    void connectRun();
    void setActivity(Activity activity);
    void updateActivity();
    void startIfPossible();
    void load(Part part, const QString& path);
    void loadDataset(const QString& path);
    void openWithModel(Part part, const QString& file, QString& waiting);
    void loadWaiting();
    void plan();
    void onClassified(const std::vector<ClassifiedPath>& paths);
    void onFailed(Request request, const Error& error);
    void onEnded(Request request);
    void onRunFinished(const api::RunResult& result);
    void onSessionOpened(const Shared<api::Recording>& recording, const QString& path);
    bool refuseWhileBusy();
    QString newSessionPath() const;
    void remember(const QString& path, const api::Recording& recording);

    EngineHost* m_host;
    RecentSessions* m_sessions;
    QString m_sessionsFolder;
    NextRun m_run;
    RecordingModel m_recording;
    TimeAxis m_axis;
    Activity m_activity = Activity::idle;
    std::optional<api::FigureAccumulator> m_accumulator;
    std::optional<api::Figures> m_figures;
    api::RecordingState m_state = api::RecordingState::complete;
    std::optional<Progress> m_progress;
    QString m_sessionPath;
    QString m_waitingDataset;
    QString m_waitingPredictor;
    std::optional<units::Budget> m_refusedBudget; ///< the plan under way is made without it, for its limits
    bool m_startWhenLoaded = false;
    double m_recordSeconds = 0;
    std::uint64_t m_recordBytes = 0;
};

} // namespace sida::ui
