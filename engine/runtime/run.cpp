// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/run.h"

#include "engine/base/thread.h"
#include "engine/profile/recording_pump.h"
#include "engine/runtime/answers.h"
#include "engine/runtime/compute_threads.h"
#include "engine/session/recording_limit.h"
#include "engine/session/session.h"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

namespace sida::runtime
{

namespace
{

Status checkOptions(const Run::Inputs& inputs, const api::RunOptions& options)
{
    if (options.dtype != inputs.model.info().computeDtype)
        return failure(
            ErrorKind::internal,
            fmt::format(
                "the model was loaded for {}, not for {}", api::name(inputs.model.info().computeDtype),
                api::name(options.dtype)));
    const api::Task task = inputs.data.info.task;
    if (options.device == api::DeviceKind::cuda)
        SIDA_TRY(checkCudaOptions(task, options));
    if (task == api::Task::seq2seq || task == api::Task::score)
        SIDA_TRY(inputs.model.checkDecodes());
    if (options.paperPooling > 0 && !api::classifies(task))
        return failure(
            ErrorKind::usage,
            fmt::format(
                "paper pooling is how the paper's classifiers are evaluated; task {} pools nothing",
                api::name(task)));
    if (options.capacity != api::ExpertCapacity::off && options.routing == api::Routing::predicted)
        return failure(
            ErrorKind::usage,
            "expert capacity limits the model's routers, which routing predicted does not ask; use routing "
            "exact, or expert capacity off");
    if (needsPredictor(options) && !inputs.predictor)
        return failure(
            ErrorKind::usage,
            fmt::format(
                "{} needs a predictor for this model: train one with `sida train`, or load one",
                options.policy == api::Policy::sida              ? "policy sida"
                    : options.routing == api::Routing::predicted ? "routing predicted"
                                                                 : "order affinity"));
    if (inputs.data.isHeld() && inputs.data.samples.empty())
        return badInput(fmt::format("{}: no samples to run", inputs.data.info.path.string()));
    return {};
}

} // namespace

Result<std::unique_ptr<Run>> Run::prepare(Inputs inputs, const api::RunOptions& options)
{
    SIDA_TRY(checkOptions(inputs, options));
    const BatchShape shape = largestBatch(inputs.data, options);
    if (const predictor::CausalNetwork* decoder = decoderPart(inputs.predictor, options, shape)) {
        const int fewest = *std::min_element(decoder->experts().begin(), decoder->experts().end());
        if (options.topK > fewest)
            return failure(
                ErrorKind::usage,
                fmt::format(
                    "top-k: expected 1 to {}, the experts of the decoder's smallest MoE layer, found {}",
                    fewest, options.topK));
    }
    SIDA_TRY_ASSIGN(const api::BudgetPlan plan, planBudget(inputs.model, inputs.predictor, options, shape));
    try {
        auto run = std::unique_ptr<Run>(new Run(std::move(inputs), options, shape, plan));
        SIDA_TRY(run->makeExecutor());
        return run;
    } catch (const std::bad_alloc&) {
        return failure(
            ErrorKind::budget,
            fmt::format(
                "this machine has no {} to give for the run's slots and workspace",
                units::formatBytes(plan.budgetBytes)));
    }
}

Run::Run(Inputs inputs, const api::RunOptions& options, BatchShape shape, const api::BudgetPlan& plan)
    : m_inputs(std::move(inputs))
    , m_options(options)
    , m_shape(shape)
    , m_plan(plan)
    , m_batchesOfAPass(dataset::BatchStream::batches(m_inputs.data, options.batchSize))
    , m_recorder(options.record)
    , m_inferenceRecorder(m_recorder.addProducer("inference"))
    , m_hashRecorder(m_recorder.addProducer("hash"))
    , m_transferRecorder(m_recorder.addProducer("transfer"))
    , m_ledger(plan.budgetBytes)
    , m_workspace(
          options.device == api::DeviceKind::cpu ? std::make_unique<device::Workspace>(
              plan.byPurpose[static_cast<std::size_t>(api::Purpose::activations)])
                                                 : nullptr)
    , m_predictorWorkspace(
          m_inputs.predictor ? std::make_unique<device::Workspace>(
              m_inputs.predictor->workspaceBytes(shape.rows, shape.length))
                             : nullptr)
    , m_hashOfLayer(m_inputs.model.info().moeLayers.size())
    , m_calibration(m_hashOfLayer.size())
{
    if (const predictor::CausalNetwork* decoder = decoderPart(m_inputs.predictor, options, shape))
        m_decoderReader = std::make_unique<predictor::CausalReader>(*decoder, shape.rows, shape.targetLength);
    api::RunHeader& header = m_inputs.header;
    header.residentBytes = plan.residentBytes;
    header.smallestBytes = plan.smallestBytes;
    header.totalBatches = m_batchesOfAPass * static_cast<std::uint64_t>(options.repeat);
    header.totalSamples = samples() * static_cast<std::uint64_t>(options.repeat);
    if (options.keepOutputs)
        m_outputs.resize(samples());
}

Status Run::makeExecutor()
{
    Executor::Surroundings surroundings{
        m_inputs.model,
        m_inputs.data,
        m_options,
        m_shape,
        m_plan,
        m_clock,
        m_ledger,
        m_inferenceRecorder,
        m_transferRecorder,
        [this](const PreparedBatch& batch, Answers& answers, api::BatchRow row) {
            deliver(batch, answers, row);
        },
        [this](
            const experts::LayerTable& table, int topK, int layer, std::span<const std::uint16_t> experts) {
            addHash(table, topK, layer, experts);
        },
        [this](const dataset::TokenBatch& batch) { return wantsOutputs(batch); },
        [this] { m_gate.serve([this](const units::Budget& budget) { return applyBudget(budget); }); }};
    if (m_options.device == api::DeviceKind::cpu) {
        const bool bySteps = m_inputs.data.info.task == api::Task::seq2seq;
        m_executor = makeCpuExecutor(
            std::move(surroundings), *m_workspace, bySteps ? m_decoderReader.get() : nullptr);
        return {};
    }
    SIDA_TRY_ASSIGN(m_executor, makeCudaExecutor(std::move(surroundings)));
    return {};
}

std::uint64_t Run::samples() const
{
    return m_inputs.data.isHeld() ? m_inputs.data.samples.size() : m_inputs.data.info.samples;
}

Result<api::RunResult> Run::execute(const api::RunObserver& observer, const std::stop_token& stop)
{
    SIDA_TRY(askReference(observer, stop));
    std::unique_ptr<session::SessionWriter> writer;
    if (!m_options.session.empty()) {
        SIDA_TRY_ASSIGN(
            writer,
            session::SessionWriter::create(m_options.session, m_inputs.header, m_options.replaceSession));
    }
    std::optional<session::RecordingLimit> limit;
    if (writer)
        limit.emplace(*writer, m_options.recordSeconds, m_options.recordBytes);

    std::stop_source ownStop;
    const std::stop_callback forwardStop(stop, [&] { ownStop.request_stop(); });
    std::mutex sinkMutex;
    std::optional<Error> sinkFailure;
    // What cannot be recorded or written is not run on.
    const auto endWith = [&](const Error& error) {
        const std::lock_guard lock(sinkMutex);
        if (!sinkFailure)
            sinkFailure = error;
        ownStop.request_stop();
    };
    profile::RecordingPump pump(
        m_recorder, m_inputs.header, limit ? &*limit : nullptr, observer, endWith, m_options.keepRows);
    std::optional<OutputThread> outputThread;
    if (observer.outputs)
        m_outputThread = &outputThread.emplace(observer.outputs, endWith, ownStop.get_token());

    Status status = reserveFixedMemory();
    if (status) {
        BoundedQueue<PreparedBatch> queue(static_cast<std::size_t>(std::max(1, m_options.lookahead)));
        Status hashStatus;
        std::jthread transfers = startThread("sida-transfer", [this](const std::stop_token& end) {
            m_executor->serve(end);
            m_transferCpuNs = threadCpuTime();
        });
        std::jthread hashing = startThread("sida-hash", [&](const std::stop_token&) {
            setComputeThreads(1);
            const bool byLength = m_options.order == api::BatchOrder::length;
            dataset::BatchStream batches(
                m_inputs.data, m_options.batchSize, ownStop.get_token(),
                byLength ? dataset::BatchStream::Order::length : dataset::BatchStream::Order::file);
            const std::unique_ptr<AffinityPool> pool = affinityPool();
            const auto waiting = static_cast<std::size_t>(m_options.lookahead)
                * static_cast<std::size_t>(m_options.batchSize);
            // What routes has to be there, and so has what orders.
            PredictionSwitch paying(static_cast<std::size_t>(std::max(1, m_options.lookahead)));
            const bool mayPause
                = m_options.policy == api::Policy::sida && m_options.routing == api::Routing::exact && !pool;
            HashBuilder builder{
                batches,
                m_options.repeat,
                m_inputs.predictor,
                m_inputs.model.embeddings(),
                m_predictorWorkspace.get(),
                m_options.topK,
                usesTables(m_options),
                pool.get(),
                waiting,
                {},
                m_clock,
                m_hashRecorder,
                queue,
                m_options.paperPooling,
                m_inputs.model.info().padToken,
                {m_inputs.data.info.task == api::Task::score ? m_decoderReader.get() : nullptr,
                 m_inputs.model.decoderEmbeddings(), m_inputs.model.info().decoderStartToken},
                mayPause ? &paying : nullptr};
            if (m_options.policy == api::Policy::sida)
                builder.prefetch = [this](const experts::HashTable& table, Nanoseconds ready) {
                    m_executor->addTable(table, ready);
                };
            hashStatus = builder.build(ownStop.get_token());
        });
        std::jthread inference = startThread("sida-inference", [&](const std::stop_token&) {
            setComputeThreads(inferenceThreads(m_options));
            status = inferAll(queue, ownStop.get_token());
            m_gate.close();
        });
        inference.join();
        if (!status)
            ownStop.request_stop();
        hashing.join();
        transfers.request_stop();
        transfers.join();
        if (status)
            status = hashStatus;
    }
    m_gate.close();
    if (outputThread)
        outputThread->finish();
    m_outputThread = nullptr;

    {
        const std::lock_guard lock(sinkMutex);
        if (sinkFailure)
            status = failure(*sinkFailure);
    }
    const bool stopped = stop.stop_requested();
    const api::RecordingState state = !status ? api::RecordingState::failed
        : stopped                             ? api::RecordingState::stopped
                                              : api::RecordingState::complete;
    api::RunResult result;
    result.recording = pump.finish(state, status ? std::string() : status.error().message);
    result.figures = pump.figures();
    if (writer) {
        const Status closed
            = writer->finish(state, result.recording->failure, result.figures, limit->leftOut());
        if (status)
            status = closed;
    }
    if (!status)
        return failure(status.error());
    result.task = m_inputs.data.info.task;
    result.outputs = std::move(m_outputs);
    result.session = m_options.session;
    result.inferenceSeconds = static_cast<double>(m_inferenceNs) * 1e-9;
    result.inferenceCpuSeconds = static_cast<double>(m_inferenceCpuNs) * 1e-9;
    result.transferCpuSeconds = static_cast<double>(m_transferCpuNs) * 1e-9;
    result.recorderCpuSeconds = pump.cpuSeconds();
    result.stopped = stopped;
    return result;
}

/// Null unless batches are put together by what their samples are predicted to need.
std::unique_ptr<AffinityPool> Run::affinityPool() const
{
    if (m_options.order != api::BatchOrder::affinity)
        return nullptr;
    std::vector<int> experts;
    for (const api::MoeLayerInfo& layer : m_inputs.predictor->info().moeLayers)
        experts.push_back(layer.experts);
    experts::AffinityOrder::Options order;
    order.experts = std::accumulate(experts.begin(), experts.end(), 0);
    order.slots = m_plan.slots;
    order.batchSize = m_options.batchSize;
    order.patience = 2 * m_options.lookahead;
    return std::make_unique<AffinityPool>(std::move(experts), order);
}

Status Run::askReference(const api::RunObserver& observer, const std::stop_token& stop)
{
    if (m_options.routing != api::Routing::predicted || !api::classifies(m_inputs.data.info.task))
        return {};
    setComputeThreads(inferenceThreads(m_options));
    m_reference.assign(samples(), -1);
    model::HostExpertSource source(m_inputs.model.experts());
    dataset::BatchStream batches(m_inputs.data, m_options.batchSize, stop);
    std::uint64_t done = 0;
    while (true) {
        if (stop.stop_requested())
            return failure(
                ErrorKind::cancelled, "stopped while the reference was computed; nothing was recorded");
        SIDA_TRY_ASSIGN(std::optional<dataset::TokenBatch> batch, batches.next());
        if (!batch)
            return {};
        padLikePaper(*batch, m_options.paperPooling, m_inputs.model.info().padToken);
        const device::WorkspaceScope scope(*m_workspace);
        SIDA_TRY_ASSIGN(const model::ForwardResult result, m_inputs.model.forward(*batch, source, {}));
        const std::size_t rows = batch->samples.size();
        for (std::size_t row = 0; row < rows; ++row)
            m_reference[batch->samples[row]] = mostProbable(rowOf(result.logits, row, rows));
        done += rows;
        if (observer.progress)
            observer.progress({"Computing the reference", done, samples(), -1});
    }
}

Status Run::reserveFixedMemory()
{
    for (const api::Purpose purpose :
         {api::Purpose::denseWeights, api::Purpose::predictor, api::Purpose::activations,
          api::Purpose::runtimeContext})
        SIDA_TRY(m_ledger.reserve(purpose, m_plan.byPurpose[static_cast<std::size_t>(purpose)]));
    recordMemory();
    SIDA_TRY(m_executor->open());
    recordMemory();
    return {};
}

void Run::recordMemory()
{
    const device::MemoryLedger::State state = m_ledger.state();
    m_inferenceRecorder.record(api::MemoryRow{m_clock.now(), state.bytes, state.budget});
}

BudgetGate::Answer Run::applyBudget(const units::Budget& budget)
{
    const std::uint64_t before = m_ledger.state().budget;
    api::RunOptions options = m_options;
    options.budget = budget;
    BudgetGate::Answer plan = planBudget(m_inputs.model, m_inputs.predictor, options, m_shape);
    if (plan) {
        // Shrinking evicts before it commits; growing commits before it fills. The promise holds at every
        // instant.
        Status committed;
        if (plan->budgetBytes >= before)
            committed = m_ledger.setBudget(plan->budgetBytes);
        if (committed) {
            const int slotsBefore = m_executor->slots();
            committed = m_executor->resize(plan->slots);
            if (committed && plan->budgetBytes < before)
                committed = m_ledger.setBudget(plan->budgetBytes);
            if (!committed) { // the old budget stays, and with it what it allows
                (void)m_executor->resize(slotsBefore);
                (void)m_ledger.setBudget(before);
            }
        }
        if (!committed)
            plan = failure(committed.error());
    }
    const std::uint64_t asked = plan ? plan->budgetBytes : budget.resolve(m_plan.residentBytes);
    m_recorder.record(api::BudgetRow{
        m_clock.now(), before, asked, plan.has_value(), plan ? std::string() : plan.error().message});
    recordMemory();
    return plan;
}

} // namespace sida::runtime
