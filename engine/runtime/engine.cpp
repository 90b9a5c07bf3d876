// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/metric.h"
#include "engine/base/clock.h"
#include "engine/dataset/dataset.h"
#include "engine/model/model.h"
#include "engine/predictor/evaluation.h"
#include "engine/predictor/predictor.h"
#include "engine/predictor/training.h"
#include "engine/replay/replay.h"
#include "engine/runtime/compute_threads.h"
#include "engine/runtime/create_engine.h"
#include "engine/runtime/machine.h"
#include "engine/runtime/oracle.h"
#include "engine/runtime/plan.h"
#include "engine/runtime/provenance.h"
#include "engine/runtime/run.h"
#include "engine/session/session.h"
#include "engine/tokenizer/tokenizer.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <optional>

namespace sida::runtime
{

namespace
{

model::ExpertLayout expertLayoutFor(api::DeviceKind device)
{
    return device == api::DeviceKind::cuda ? model::ExpertLayout::rows : model::ExpertLayout::panels;
}

model::LoadOptions optionsOf(const api::LoadOptions& options)
{
    return {options.dtype, options.decoder, expertLayoutFor(options.device)};
}

class LocalEngine final : public api::Engine
{
public:
    Result<api::DoctorReport> doctor(const ProgressSink& progress, std::stop_token stop) override
    {
        Result<api::DoctorReport> report = examineMachine(progress, stop);
        if (report)
            m_devices = report->devices;
        return report;
    }

    void preferLoading(const api::LoadOptions& options) override { m_loading = options; }
    Result<api::ModelInfo> loadModel(
        const std::filesystem::path& folder, const ProgressSink& progress, std::stop_token stop) override;
    Result<api::DatasetInfo> loadDataset(
        const std::filesystem::path& file, const api::DatasetOptions& options, const ProgressSink& progress,
        std::stop_token stop) override;
    Result<api::PredictorInfo> loadPredictor(const std::filesystem::path& file) override;
    void unloadPredictor() override { m_predictor.reset(); }
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
        const std::filesystem::path& file, const ProgressSink& progress, std::stop_token stop) override
    {
        return session::readSession(file, progress, stop);
    }
    Status saveNotes(const std::filesystem::path& file, const std::vector<api::Note>& notes) override
    {
        return session::saveNotes(file, notes);
    }
    Result<api::ReplayResult> replay(
        const api::Recording& recording, const api::ReplayOptions& options, const ProgressSink& progress,
        std::stop_token stop) override
    {
        return replay::replay(recording, options, progress, stop);
    }

private:
    Status needModel() const;
    Status
    loadAgain(const api::LoadOptions& options, const ProgressSink& progress, const std::stop_token& stop);
    Status needDataset() const;
    /// Set to the threads that the inference thread leaves it, which its workspace depends on.
    const predictor::Predictor* predictorFor(const api::RunOptions& options) const
    {
        if (!m_predictor || !needsPredictor(options))
            return nullptr;
        constexpr int kMost = 4; // more have too little to do for one sentence
        m_predictor->useThreads(std::clamp(resolveThreads(0) - inferenceThreads(options), 1, kMost));
        return m_predictor.get();
    }

    api::LoadOptions m_loading;
    std::filesystem::path m_modelFolder; ///< as it was asked for
    std::unique_ptr<model::Model> m_model;
    std::unique_ptr<tokenizer::Tokenizer> m_tokenizer;
    std::unique_ptr<dataset::Dataset> m_dataset;
    api::DatasetOptions m_datasetOptions;
    double m_loadSeconds = 0;
    std::vector<api::DeviceInfo> m_devices; ///< as doctor found them last; empty when it was not asked
    std::unique_ptr<predictor::Predictor> m_predictor;

    std::mutex m_runMutex;
    std::shared_ptr<Run> m_run; ///< the one in progress
};

Result<api::ModelInfo> LocalEngine::loadModel(
    const std::filesystem::path& folder, const ProgressSink& progress, std::stop_token stop)
{
    const Nanoseconds begin = monotonicNow();
    SIDA_TRY_ASSIGN(
        std::unique_ptr<model::Model> loaded, model::loadModel(folder, progress, stop, optionsOf(m_loading)));
    std::unique_ptr<tokenizer::Tokenizer> tokenizer;
    if (loaded->info().hasTokenizer) {
        SIDA_TRY_ASSIGN(tokenizer::Tokenizer opened, tokenizer::Tokenizer::open(folder));
        tokenizer = std::make_unique<tokenizer::Tokenizer>(std::move(opened));
    }
    // Data was cut into the old model's pieces and the predictor learned its routers: neither outlives it.
    if (m_predictor && !m_predictor->attach(*loaded))
        m_predictor.reset();
    m_dataset.reset();
    m_tokenizer = std::move(tokenizer);
    m_model = std::move(loaded);
    m_modelFolder = folder;
    m_loadSeconds = static_cast<double>(monotonicNow() - begin) * 1e-9;
    return m_model->info();
}

/// The same model otherwise. The one before goes first: two of them may not fit into memory; when the new one
/// cannot be loaded none is left.
Status LocalEngine::loadAgain(
    const api::LoadOptions& options, const ProgressSink& progress, const std::stop_token& stop)
{
    const Nanoseconds begin = monotonicNow();
    const std::filesystem::path folder = m_modelFolder;
    m_model.reset();
    SIDA_TRY_ASSIGN(m_model, model::loadModel(folder, progress, stop, optionsOf(options)));
    // A predictor that shares the model's weights was bound to those that are gone.
    if (m_predictor)
        SIDA_TRY(m_predictor->attach(*m_model));
    m_loadSeconds = static_cast<double>(monotonicNow() - begin) * 1e-9;
    return {};
}

Result<api::DatasetInfo> LocalEngine::loadDataset(
    const std::filesystem::path& file, const api::DatasetOptions& options, const ProgressSink& progress,
    std::stop_token stop)
{
    SIDA_TRY(needModel());
    const api::ModelInfo& model = m_model->info();
    dataset::ModelTraits traits{model.vocabulary, model.labels, m_tokenizer.get()};
    traits.labelNames = model.labelNames;
    traits.generates = model.generates;
    SIDA_TRY_ASSIGN(dataset::Dataset loaded, dataset::loadDataset(file, options, traits, progress, stop));
    const bool decodes = loaded.info.task == api::Task::seq2seq || loaded.info.task == api::Task::score;
    if (decodes && !m_model->info().decoderLoaded)
        SIDA_TRY(loadAgain({m_model->info().computeDtype, true, m_loading.device}, progress, stop));
    m_dataset = std::make_unique<dataset::Dataset>(std::move(loaded));
    m_datasetOptions = options;
    return m_dataset->info;
}

Result<api::PredictorInfo> LocalEngine::loadPredictor(const std::filesystem::path& file)
{
    std::unique_ptr<predictor::Predictor> loaded;
    if (file == Oracle::kName) {
        loaded = std::make_unique<Oracle>();
    } else {
        SIDA_TRY_ASSIGN(loaded, predictor::loadPredictor(file));
    }
    if (m_model)
        SIDA_TRY(loaded->attach(*m_model));
    m_predictor = std::move(loaded);
    return m_predictor->info();
}

Result<api::BudgetPlan> LocalEngine::planBudget(const api::RunOptions& options) const
{
    SIDA_TRY(needModel());
    BatchShape shape{options.batchSize, m_datasetOptions.maxLength};
    if (m_dataset)
        shape = largestBatch(*m_dataset, options);
    return runtime::planBudget(*m_model, predictorFor(options), options, shape);
}

Result<api::RunResult>
LocalEngine::run(const api::RunOptions& options, const api::RunObserver& observer, std::stop_token stop)
{
    SIDA_TRY(needModel());
    SIDA_TRY(needDataset());
    if (options.dtype != m_model->info().computeDtype)
        SIDA_TRY(loadAgain(
            {options.dtype, m_model->info().decoderLoaded, options.device}, observer.progress, stop));
    if (const model::ExpertLayout layout = expertLayoutFor(options.device);
        layout != m_model->expertLayout()) {
        SIDA_TRY(planBudget(options)); // a device that cannot run it says so before anything is moved
        m_model->arrangeExperts(layout, observer.progress);
    }
    const predictor::Predictor* predictor = predictorFor(options);
    if (predictor)
        SIDA_TRY(predictor::checkFits(predictor->info(), m_model->info()));
    api::RunHeader header = describeRun(
        *m_model, m_dataset->info, m_datasetOptions.maxLength, predictor ? &predictor->info() : nullptr,
        options);
    header.loadSeconds = m_loadSeconds;
    for (const api::DeviceInfo& device : m_devices)
        if (device.kind == options.device && device.hostToDeviceBytesPerSecond > 0)
            header.provenance.emplace_back(
                api::kBusRateKey, std::to_string(std::llround(device.hostToDeviceBytesPerSecond)));
    header.metricName = m_dataset->anyLabelled ? api::metricName(m_dataset->info.task) : "";
    SIDA_TRY_ASSIGN(
        std::shared_ptr<Run> run,
        Run::prepare({*m_model, *m_dataset, predictor, m_tokenizer.get(), std::move(header)}, options));
    if (auto* oracle = dynamic_cast<Oracle*>(m_predictor.get()); oracle != nullptr && predictor != nullptr) {
        if (options.routing == api::Routing::predicted)
            return failure(
                ErrorKind::usage, "the oracle foretells where the routers send tokens: use routing exact");
        const int threads = resolveThreads(options.threads);
        setComputeThreads(threads);
        SIDA_TRY(oracle->ask(*m_dataset, options.batchSize, threads, observer.progress, stop));
    }
    {
        const std::lock_guard lock(m_runMutex);
        m_run = run;
    }
    Result<api::RunResult> result = run->execute(observer, stop);
    {
        const std::lock_guard lock(m_runMutex);
        m_run.reset();
    }
    return result;
}

Result<api::BudgetPlan> LocalEngine::changeBudget(const units::Budget& budget)
{
    std::shared_ptr<Run> run;
    {
        const std::lock_guard lock(m_runMutex);
        run = m_run;
    }
    if (!run)
        return failure(ErrorKind::usage, "no run is in progress whose budget could be changed");
    return run->changeBudget(budget);
}

Result<api::TrainResult> LocalEngine::train(
    const api::TrainOptions& options, const ProgressSink& progress,
    const std::function<void(const api::TrainEpoch&)>& epoch, std::stop_token stop)
{
    SIDA_TRY(needModel());
    SIDA_TRY(needDataset());
    setComputeThreads(resolveThreads(options.threads));
    return predictor::train(*m_model, *m_dataset, options, progress, epoch, stop);
}

Result<api::EvaluateResult>
LocalEngine::evaluate(const api::EvaluateOptions& options, const ProgressSink& progress, std::stop_token stop)
{
    SIDA_TRY(needModel());
    SIDA_TRY(needDataset());
    setComputeThreads(resolveThreads(options.threads));
    std::optional<dataset::Dataset> training;
    if (!options.trainingData.empty()) {
        dataset::ModelTraits traits{m_model->info().vocabulary, m_model->info().labels, m_tokenizer.get()};
        traits.labelNames = m_model->info().labelNames;
        traits.generates = m_model->info().generates;
        api::DatasetOptions all = m_datasetOptions;
        all.limit = 0;
        all.task = m_dataset->info.task;
        SIDA_TRY_ASSIGN(
            dataset::Dataset loaded, dataset::loadDataset(options.trainingData, all, traits, progress, stop));
        training = std::move(loaded);
    }
    if (m_predictor)
        m_predictor->useThreads(resolveThreads(options.threads));
    return predictor::evaluate(
        *m_model, *m_dataset, training ? &*training : nullptr, m_predictor.get(), options, progress, stop);
}

Status LocalEngine::needModel() const
{
    if (!m_model)
        return failure(ErrorKind::usage, "no model is loaded: open a model folder first");
    return {};
}

Status LocalEngine::needDataset() const
{
    if (!m_dataset)
        return failure(ErrorKind::usage, "no dataset is loaded: open a dataset file first");
    return {};
}

} // namespace

std::unique_ptr<api::Engine> createEngine()
{
    return std::make_unique<LocalEngine>();
}

} // namespace sida::runtime
