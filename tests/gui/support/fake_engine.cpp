// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/support/fake_engine.h"

#include <algorithm>
#include <limits>

namespace sida::gui_test
{

namespace
{

tl::unexpected<Error> cancelled(FakeScript& script)
{
    ++script.stopsSeen;
    return failure(ErrorKind::cancelled, "stopped");
}

/// Moves the rows whose time is not after `end` from `rows[from...]` into `into`.
template <typename Row, typename Time>
void take(const std::vector<Row>& rows, std::size_t& from, std::vector<Row>& into, Nanoseconds end, Time time)
{
    for (; from < rows.size() && time(rows[from]) <= end; ++from)
        into.push_back(rows[from]);
}

} // namespace

std::vector<units::Budget> FakeScript::budgetsAsked() const
{
    std::lock_guard lock(mutex);
    return budgets;
}

api::RunOptions FakeScript::lastRun() const
{
    std::lock_guard lock(mutex);
    return runOptions;
}

api::TrainOptions FakeScript::lastTraining() const
{
    std::lock_guard lock(mutex);
    return trainOptions;
}

api::DatasetOptions FakeScript::lastDataset() const
{
    std::lock_guard lock(mutex);
    return datasetOptions;
}

std::pair<std::filesystem::path, std::vector<api::Note>> FakeScript::lastNotes() const
{
    std::lock_guard lock(mutex);
    return notes;
}

api::BudgetPlan plannedBudget(const api::ModelInfo& model, const units::Budget& budget)
{
    api::BudgetPlan plan;
    plan.experts = model.expertCount;
    plan.residentBytes = model.denseBytes + static_cast<std::uint64_t>(model.expertCount) * model.expertBytes;
    plan.smallestBytes = model.denseBytes + 2 * model.expertBytes;
    plan.budgetBytes = budget.resolve(plan.residentBytes);
    if (plan.budgetBytes > model.denseBytes && model.expertBytes > 0)
        plan.slots = static_cast<int>(std::min<std::uint64_t>(
            (plan.budgetBytes - model.denseBytes) / model.expertBytes,
            static_cast<std::uint64_t>(model.expertCount)));
    plan.byPurpose[static_cast<std::size_t>(api::Purpose::denseWeights)] = model.denseBytes;
    plan.byPurpose[static_cast<std::size_t>(api::Purpose::expertSlots)]
        = static_cast<std::uint64_t>(plan.slots) * model.expertBytes;
    return plan;
}

std::vector<std::shared_ptr<const api::RecordingChunk>> chunksByBatch(const api::Recording& recording)
{
    const api::RecordingChunk& all = recording.rows;
    std::vector<std::shared_ptr<const api::RecordingChunk>> chunks;
    std::size_t layers = 0, transfers = 0, evictions = 0, stalls = 0, memory = 0, budgets = 0, builds = 0;
    for (std::size_t i = 0; i < all.batches.size(); ++i) {
        const api::BatchRow& batch = all.batches[i];
        const bool last = i + 1 == all.batches.size();
        const Nanoseconds end = last ? std::numeric_limits<Nanoseconds>::max() : batch.end;
        auto chunk = std::make_shared<api::RecordingChunk>();
        chunk->batches.push_back(batch);
        take(all.layers, layers, chunk->layers, end, [](const auto& row) { return row.end; });
        take(all.transfers, transfers, chunk->transfers, end, [](const auto& row) { return row.end; });
        take(all.evictions, evictions, chunk->evictions, end, [](const auto& row) { return row.time; });
        take(all.stalls, stalls, chunk->stalls, end, [](const auto& row) { return row.end; });
        take(all.memory, memory, chunk->memory, end, [](const auto& row) { return row.time; });
        take(all.budgets, budgets, chunk->budgets, end, [](const auto& row) { return row.time; });
        take(all.hashBuilds, builds, chunk->hashBuilds, end, [](const auto& row) { return row.end; });
        const auto ofBatch = [&](const auto& row) { return row.batch == batch.batch; };
        std::ranges::copy_if(all.uses, std::back_inserter(chunk->uses), ofBatch);
        std::ranges::copy_if(all.hash, std::back_inserter(chunk->hash), ofBatch);
        std::ranges::copy_if(all.calibration, std::back_inserter(chunk->calibration), ofBatch);
        std::ranges::copy_if(all.samples, std::back_inserter(chunk->samples), ofBatch);
        chunk->droppedEvents = last ? all.droppedEvents : 0;
        chunks.push_back(std::move(chunk));
    }
    return chunks;
}

Result<api::PathKind> fakeKind(const FakeScript& script, const std::filesystem::path& path)
{
    const auto found = script.kinds.find(path.string());
    if (found == script.kinds.end())
        return badInput(
            path.string() + ": expected a model folder, a dataset, a predictor or a session; choose another");
    return found->second;
}

FakeEngine::FakeEngine(std::shared_ptr<FakeScript> script)
    : m_script(std::move(script))
{
}

Result<api::DoctorReport> FakeEngine::doctor(const ProgressSink&, std::stop_token stop)
{
    if (!m_script->doctorGate.pass(stop))
        return cancelled(*m_script);
    return m_script->doctor;
}

Result<api::ModelInfo>
FakeEngine::loadModel(const std::filesystem::path& folder, const ProgressSink& progress, std::stop_token stop)
{
    ++m_script->modelLoads;
    if (progress)
        progress({"Loading experts", 1, 4, 3.0});
    if (!m_script->modelGate.pass(stop))
        return cancelled(*m_script);
    if (m_script->modelError)
        return failure(*m_script->modelError);
    m_modelLoaded = true;
    api::ModelInfo model = m_script->model;
    model.path = folder;
    return model;
}

Result<api::DatasetInfo> FakeEngine::loadDataset(
    const std::filesystem::path& file, const api::DatasetOptions& options, const ProgressSink&,
    std::stop_token)
{
    ++m_script->datasetLoads;
    {
        std::lock_guard lock(m_script->mutex);
        m_script->datasetOptions = options;
    }
    if (!m_modelLoaded)
        return failure(ErrorKind::usage, "no model is loaded: open a model folder first");
    if (m_script->datasetError)
        return failure(*m_script->datasetError);
    api::DatasetInfo dataset = m_script->dataset;
    dataset.path = file;
    if (options.task)
        dataset.task = *options.task;
    return dataset;
}

Result<api::PredictorInfo> FakeEngine::loadPredictor(const std::filesystem::path& file)
{
    ++m_script->predictorLoads;
    if (m_script->predictorError)
        return failure(*m_script->predictorError);
    api::PredictorInfo predictor = m_script->predictor;
    predictor.path = file;
    return predictor;
}

void FakeEngine::unloadPredictor() { }

Result<api::BudgetPlan> FakeEngine::planBudget(const api::RunOptions& options) const
{
    ++m_script->plans;
    return plannedBudget(m_script->model, options.budget);
}

Result<api::RunResult>
FakeEngine::run(const api::RunOptions& options, const api::RunObserver& observer, std::stop_token stop)
{
    {
        std::lock_guard lock(m_script->mutex);
        m_script->runOptions = options;
    }
    ++m_script->runs;
    m_running = true;
    observer.started(m_script->recording->header);
    auto played = std::make_shared<api::Recording>();
    played->header = m_script->recording->header;
    const auto chunks = chunksByBatch(*m_script->recording);
    bool stopped = false;
    for (std::size_t i = 0; i < chunks.size(); ++i) {
        if (!m_script->runGate.pass(stop)) {
            ++m_script->stopsSeen;
            stopped = true;
            break;
        }
        observer.rows(chunks[i]);
        observer.progress({"Running", i + 1, chunks.size(), static_cast<double>(chunks.size() - i - 1)});
        played->rows.append(*chunks[i]);
    }
    m_running = false;
    if (m_script->runError)
        return failure(*m_script->runError);
    played->state = stopped ? api::RecordingState::stopped : api::RecordingState::complete;
    api::RunResult result;
    result.figures = api::computeFigures(*played);
    result.recording = std::move(played);
    result.session = options.session;
    result.stopped = stopped;
    return result;
}

Result<api::BudgetPlan> FakeEngine::changeBudget(const units::Budget& budget)
{
    {
        std::lock_guard lock(m_script->mutex);
        m_script->budgets.push_back(budget);
    }
    m_script->budgetGate.pass({});
    if (!m_running)
        return failure(ErrorKind::usage, "nothing runs");
    if (!m_script->budgetReason.empty())
        return failure(ErrorKind::budget, m_script->budgetReason);
    return plannedBudget(m_script->model, budget);
}

Result<api::TrainResult> FakeEngine::train(
    const api::TrainOptions& options, const ProgressSink& progress,
    const std::function<void(const api::TrainEpoch&)>& epoch, std::stop_token stop)
{
    {
        std::lock_guard lock(m_script->mutex);
        m_script->trainOptions = options;
    }
    ++m_script->trainings;
    api::TrainResult result;
    result.output = options.output;
    for (const api::TrainEpoch& row : m_script->epochs) {
        if (!m_script->trainGate.pass(stop))
            return cancelled(*m_script);
        epoch(row);
        result.epochs.push_back(row);
        progress({"Training", result.epochs.size(), m_script->epochs.size(), -1});
    }
    if (m_script->trainError)
        return failure(*m_script->trainError);
    if (!result.epochs.empty()) {
        result.bestEpoch = result.epochs.back().epoch;
        result.heldOutTop1 = result.epochs.back().heldOutTop1;
        result.heldOutTop3 = result.epochs.back().heldOutTop3;
    }
    return result;
}

Result<api::EvaluateResult>
FakeEngine::evaluate(const api::EvaluateOptions&, const ProgressSink&, std::stop_token stop)
{
    if (!m_script->evaluateGate.pass(stop))
        return cancelled(*m_script);
    if (m_script->evaluateError)
        return failure(*m_script->evaluateError);
    return m_script->evaluation;
}

Status FakeEngine::saveNotes(const std::filesystem::path& file, const std::vector<api::Note>& notes)
{
    if (m_script->notesError)
        return failure(*m_script->notesError);
    std::lock_guard lock(m_script->mutex);
    m_script->notes = {file, notes};
    return {};
}

Result<api::ReplayResult> FakeEngine::replay(
    const api::Recording&, const api::ReplayOptions&, const ProgressSink&, std::stop_token stop)
{
    ++m_script->replays;
    if (!m_script->replayGate.pass(stop))
        return cancelled(*m_script);
    if (m_script->replayError)
        return failure(*m_script->replayError);
    return m_script->replay;
}

Result<std::shared_ptr<const api::Recording>>
FakeEngine::openSession(const std::filesystem::path&, const ProgressSink&, std::stop_token)
{
    if (m_script->sessionError)
        return failure(*m_script->sessionError);
    return m_script->recording;
}

} // namespace sida::gui_test
