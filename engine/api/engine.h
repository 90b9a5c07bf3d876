// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/info.h"
#include "engine/api/options.h"
#include "engine/api/recording.h"
#include "engine/api/replay.h"
#include "engine/api/results.h"
#include "engine/base/progress.h"
#include "engine/base/result.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace sida::api
{

/// What a run tells while it goes on. Unless it says otherwise called from one engine thread, at most ten
/// times a second; must not block.
struct RunObserver {
    std::function<void(const RunHeader&)> started;
    std::function<void(std::shared_ptr<const RecordingChunk>)> rows;
    std::function<void(const Progress&)> progress;
    /// What the model said of one batch's samples, in the order in which batches end, each sample once also
    /// when the dataset is passed over again. Called from a thread of its own, which may block: a run that is
    /// faster waits. A failure ends the run with it. Absent: nobody wants to know.
    std::function<Status(std::vector<SampleOutput>&&)> outputs = {};
};

/// The seam that the command line, the window and the tests' scripted fake share.
///
/// The loading, running and training calls block and belong to one thread; changeBudget and the stop tokens
/// may be used from any thread. What is loaded stays loaded until it is replaced; a failed call changes
/// nothing.
class Engine
{
public:
    virtual ~Engine() = default;

    virtual Result<DoctorReport> doctor(const ProgressSink& progress, std::stop_token stop) = 0;

    /// What the next models are loaded with. A model that is loaded already stays, until a dataset needs its
    /// decoder or a run another type: then it is loaded anew.
    virtual void preferLoading(const LoadOptions&) { }
    virtual Result<ModelInfo>
    loadModel(const std::filesystem::path& folder, const ProgressSink& progress, std::stop_token stop) = 0;
    virtual Result<DatasetInfo> loadDataset(
        const std::filesystem::path& file, const DatasetOptions& options, const ProgressSink& progress,
        std::stop_token stop)
        = 0;
    /// Refused when it was trained for another model than the one loaded.
    virtual Result<PredictorInfo> loadPredictor(const std::filesystem::path& file) = 0;
    virtual void unloadPredictor() = 0;

    /// What a run with these options would take. Needs a model; without a dataset the longest sample counts
    /// as `DatasetOptions::maxLength`.
    virtual Result<BudgetPlan> planBudget(const RunOptions& options) const = 0;

    virtual Result<RunResult>
    run(const RunOptions& options, const RunObserver& observer, std::stop_token stop) = 0;
    /// Asks the run in progress for another budget; the answer comes at the next MoE layer. Evicts, commits,
    /// or keeps the old budget and says why. Blocks until it is answered; an error when nothing runs.
    virtual Result<BudgetPlan> changeBudget(const units::Budget& budget) = 0;

    virtual Result<TrainResult> train(
        const TrainOptions& options, const ProgressSink& progress,
        const std::function<void(const TrainEpoch&)>& epoch, std::stop_token stop)
        = 0;

    /// The loaded predictor beside chance, tables and the truth, on the loaded dataset.
    virtual Result<EvaluateResult> evaluate(const EvaluateOptions&, const ProgressSink&, std::stop_token)
    {
        return failure(ErrorKind::unsupported, "this engine does not evaluate predictors");
    }

    /// A recorded session, read whole. A session that was not closed is recovered and says so.
    virtual Result<std::shared_ptr<const Recording>>
    openSession(const std::filesystem::path& file, const ProgressSink& progress, std::stop_token stop) = 0;

    /// Replaces the notes of a session file by these; nothing else in it changes. Refused while the session
    /// is being recorded.
    virtual Status saveNotes(const std::filesystem::path&, const std::vector<Note>&)
    {
        return failure(ErrorKind::unsupported, "this engine does not store notes");
    }

    /// What the recorded run would have been under other budgets, policies and evictions. Needs nothing
    /// loaded.
    virtual Result<ReplayResult>
    replay(const Recording&, const ReplayOptions&, const ProgressSink&, std::stop_token)
    {
        return failure(ErrorKind::unsupported, "this engine does not replay recordings");
    }
};

/// What a path holds, told from its content and not from its name.
enum class PathKind { model, dataset, predictor, session, unknown };
Result<PathKind> classifyPath(const std::filesystem::path& path);

} // namespace sida::api
