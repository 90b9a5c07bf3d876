// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"
#include "tests/gui/support/gate.h"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace sida::gui_test
{

/// What the fake engine answers and what it was asked; shared with the test, which may change it meanwhile
/// where the members say so.
struct FakeScript {
    api::DoctorReport doctor;
    api::ModelInfo model;
    api::DatasetInfo dataset;
    api::PredictorInfo predictor;
    std::shared_ptr<const api::Recording> recording; ///< what run() plays and openSession() gives
    std::vector<api::TrainEpoch> epochs;
    api::EvaluateResult evaluation;
    api::ReplayResult replay;
    std::map<std::string, api::PathKind> kinds; ///< by path; what is not here has no kind

    std::optional<Error> modelError;
    std::optional<Error> datasetError;
    std::optional<Error> predictorError;
    std::optional<Error> runError; ///< after the last chunk
    std::optional<Error> sessionError;
    std::optional<Error> trainError;
    std::optional<Error> evaluateError;
    std::optional<Error> replayError;
    std::optional<Error> notesError;
    std::string budgetReason; ///< not empty: every change of the budget is refused with it

    /// Closed by a test to hold a call back; usable at any time.
    Gate doctorGate;
    Gate modelGate;
    Gate runGate; ///< passed before each chunk
    Gate budgetGate;
    Gate trainGate; ///< passed before each epoch
    Gate evaluateGate;
    Gate replayGate;

    std::atomic<int> modelLoads = 0;
    std::atomic<int> datasetLoads = 0;
    std::atomic<int> predictorLoads = 0;
    std::atomic<int> runs = 0;
    std::atomic<int> trainings = 0;
    std::atomic<int> plans = 0;
    std::atomic<int> replays = 0;
    std::atomic<int> stopsSeen = 0; ///< calls that ended because they were asked to

    std::vector<units::Budget> budgetsAsked() const;
    api::RunOptions lastRun() const;
    api::TrainOptions lastTraining() const;
    api::DatasetOptions lastDataset() const;
    /// What was stored in a session file last.
    std::pair<std::filesystem::path, std::vector<api::Note>> lastNotes() const;

    mutable std::mutex mutex; ///< guards what follows
    std::vector<units::Budget> budgets;
    api::RunOptions runOptions;
    api::TrainOptions trainOptions;
    api::DatasetOptions datasetOptions;
    std::pair<std::filesystem::path, std::vector<api::Note>> notes;
};

/// Plays a script behind the engine's interface, without a model, a device or libtorch.
class FakeEngine : public api::Engine
{
public:
    explicit FakeEngine(std::shared_ptr<FakeScript> script);

    Result<api::DoctorReport> doctor(const ProgressSink& progress, std::stop_token stop) override;
    Result<api::ModelInfo> loadModel(
        const std::filesystem::path& folder, const ProgressSink& progress, std::stop_token stop) override;
    Result<api::DatasetInfo> loadDataset(
        const std::filesystem::path& file, const api::DatasetOptions& options, const ProgressSink& progress,
        std::stop_token stop) override;
    Result<api::PredictorInfo> loadPredictor(const std::filesystem::path& file) override;
    void unloadPredictor() override;
    Result<api::BudgetPlan> planBudget(const api::RunOptions& options) const override;
    Result<api::RunResult>
    run(const api::RunOptions& options, const api::RunObserver& observer, std::stop_token stop) override;
    Result<api::BudgetPlan> changeBudget(const units::Budget& budget) override;
    Result<api::TrainResult> train(
        const api::TrainOptions& options, const ProgressSink& progress,
        const std::function<void(const api::TrainEpoch&)>& epoch, std::stop_token stop) override;
    Result<api::EvaluateResult> evaluate(
        const api::EvaluateOptions& options, const ProgressSink& progress, std::stop_token stop) override;
    Result<std::shared_ptr<const api::Recording>> openSession(
        const std::filesystem::path& file, const ProgressSink& progress, std::stop_token stop) override;
    Status saveNotes(const std::filesystem::path& file, const std::vector<api::Note>& notes) override;
    Result<api::ReplayResult> replay(
        const api::Recording& recording, const api::ReplayOptions& options, const ProgressSink& progress,
        std::stop_token stop) override;

private:
    std::shared_ptr<FakeScript> m_script;
    std::atomic<bool> m_running = false;
    bool m_modelLoaded = false;
};

/// What FakeEngine::planBudget answers: dense weights, two slots at least, one slot an expert at most.
api::BudgetPlan plannedBudget(const api::ModelInfo& model, const units::Budget& budget);

/// The rows of a recording as a run would deliver them: one chunk up to the end of each batch.
std::vector<std::shared_ptr<const api::RecordingChunk>> chunksByBatch(const api::Recording& recording);

Result<api::PathKind> fakeKind(const FakeScript& script, const std::filesystem::path& path);

} // namespace sida::gui_test
