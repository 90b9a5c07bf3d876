// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"
#include "ui/host/budget_thread.h"
#include "ui/host/mailbox.h"
#include "ui/host/request_queue.h"

#include <QObject>
#include <array>
#include <bitset>
#include <filesystem>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace sida::ui
{

template <typename T>
using Shared = std::shared_ptr<const T>;

/// A path from the user and what the engine says it holds.
struct ClassifiedPath {
    std::filesystem::path path;
    api::PathKind kind = api::PathKind::unknown;
    QString problem; ///< why it could not be told; empty otherwise
};

/// Drives the engine from the window. Every call happens on one thread of its own, the answers come back as
/// signals on the thread of this object and carry immutable values. An answer that a newer request of the
/// same kind has overtaken is dropped.
class EngineHost : public QObject
{
    Q_OBJECT
public:
    /// Told apart by content; a function of the engine's library, handed in so that the window needs only the
    /// seam.
    using Classifier = std::function<Result<api::PathKind>(const std::filesystem::path&)>;

    EngineHost(std::unique_ptr<api::Engine> engine, Classifier classifier, QObject* parent = nullptr);
    /// Stops what is going on and waits for it; `shutDown` first keeps the window painting meanwhile.
    ~EngineHost() override;

    Token askDoctor();
    Token classify(std::vector<std::filesystem::path> paths);
    Token loadModel(const std::filesystem::path& folder);
    Token loadDataset(const std::filesystem::path& file, const api::DatasetOptions& options);
    Token loadPredictor(const std::filesystem::path& file);
    Token unloadPredictor();
    Token planBudget(const api::RunOptions& options);
    Token run(const api::RunOptions& options);
    Token train(const api::TrainOptions& options);
    Token evaluate(const api::EvaluateOptions& options);
    Token openSession(const std::filesystem::path& file);
    /// Into a session file. `failed` follows when that is not possible; success is silent.
    Token saveNotes(const std::filesystem::path& session, std::vector<api::Note> notes);
    /// A recording under other budgets, when there is nothing else to do; `curveDrawn` follows, or `failed`.
    Token drawCurve(Shared<api::Recording> recording, const api::ReplayOptions& options);
    /// For the run in progress. Asked again before the answer came, only the last value is passed on.
    Token changeBudget(const units::Budget& budget);

    /// Asks what is being done and what waits to stop; each answers through its own signal.
    void stop();
    /// Stops everything without blocking; `shutDownFinished` follows when the threads' work has ended.
    void shutDown();
    /// Nothing is being done and nothing waits.
    bool isIdle() const { return m_open.none(); }
    bool isOpen(Request request) const { return m_open.test(static_cast<std::size_t>(request)); }

Q_SIGNALS:
    void doctorFinished(sida::ui::Shared<sida::api::DoctorReport> report);
    void pathsClassified(const std::vector<sida::ui::ClassifiedPath>& paths);
    void modelLoaded(sida::ui::Shared<sida::api::ModelInfo> model);
    void datasetLoaded(sida::ui::Shared<sida::api::DatasetInfo> dataset);
    /// A null pointer once there is no predictor any more.
    void predictorLoaded(sida::ui::Shared<sida::api::PredictorInfo> predictor);
    void budgetPlanned(sida::ui::Shared<sida::api::BudgetPlan> plan);
    void sessionOpened(sida::ui::Shared<sida::api::Recording> recording, const QString& path);

    void runStarted(sida::ui::Shared<sida::api::RunHeader> header);
    void rowsArrived(sida::ui::Shared<sida::api::RecordingChunk> rows);
    void runFinished(sida::ui::Shared<sida::api::RunResult> result);
    void epochFinished(const sida::api::TrainEpoch& epoch);
    void trainingFinished(sida::ui::Shared<sida::api::TrainResult> result);

    /// What is in force now; never dropped. `latest` is false while a newer value awaits its answer.
    void budgetAccepted(sida::ui::Shared<sida::api::BudgetPlan> plan, bool latest);
    void budgetRefused(const sida::units::Budget& asked, const QString& reason);
    void evaluated(sida::ui::Shared<sida::api::EvaluateResult> result);
    void curveDrawn(sida::ui::Shared<sida::api::ReplayResult> result);

    void progressed(sida::ui::Request request, const sida::Progress& progress);
    void failed(sida::ui::Request request, const sida::Error& error);
    /// Work of this kind begins or ends on the engine thread.
    void began(sida::ui::Request request);
    void ended(sida::ui::Request request);
    void shutDownFinished();

private:
    /// From the worker's threads; for whom the request is still the latest of its kind.

    Token post(Request request, std::function<void(Token, const std::stop_token&)> work);
    void work();
    /// Calls `function` on this object's thread, unless a newer request of the kind has been posted by then.
    void deliver(Request request, Token token, std::function<void()> function);
    template <typename Value>
    void
    answer(Request request, Token token, Result<Value> result, void (EngineHost::*signal)(Shared<Value>));
    ProgressSink progressSink(Request request, Token token);
    void budgetAnswered(Token token, const units::Budget& asked, Result<api::BudgetPlan> answer);

    std::unique_ptr<api::Engine> m_engine;
    Classifier m_classifier;
    RequestQueue m_queue;
    Mailbox m_mailbox{this};
    std::array<Token, kRequests> m_latest{};
    Token m_lastToken = 0;
    Token m_lastBudget = 0;
    std::bitset<kRequests> m_open; ///< kinds whose latest request is not answered yet
    std::unique_ptr<BudgetThread> m_budget;
    std::jthread m_thread;
};

} // namespace sida::ui
