// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"
#include "engine/base/clock.h"
#include "engine/dataset/dataset.h"
#include "engine/device/memory/memory_ledger.h"
#include "engine/device/workspace.h"
#include "engine/model/model.h"
#include "engine/predictor/predictor.h"
#include "engine/profile/recorder.h"
#include "engine/runtime/budget_gate.h"
#include "engine/runtime/executor.h"
#include "engine/runtime/hash_builder.h"
#include "engine/runtime/output_thread.h"
#include "engine/runtime/plan.h"

#include <array>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace sida::runtime
{

/// One run: the hash-building, inference, transfer and recording threads, from the plan to the result.
///
///   dataset -> sida-hash -> bounded queue -> sida-inference -> rows -> sida-recorder -> sida-session
///                 \-> expert cache <-> sida-transfer
class Run
{
public:
    struct Inputs {
        const model::Model& model;
        const dataset::Dataset& data;
        const predictor::Predictor* predictor = nullptr; ///< null unless the options ask for one
        const tokenizer::Tokenizer* tokenizer = nullptr; ///< turns generated ids into text; may be null
        api::RunHeader header; ///< names, provenance; the rest is filled in here
    };

    /// Checks options and budget; nothing is allocated and no file touched before everything fits.
    static Result<std::unique_ptr<Run>> prepare(Inputs inputs, const api::RunOptions& options);

    Result<api::RunResult> execute(const api::RunObserver& observer, const std::stop_token& stop);

    /// Any thread.
    Result<api::BudgetPlan> changeBudget(const units::Budget& budget) { return m_gate.request(budget); }

private:
    Run(Inputs inputs, const api::RunOptions& options, BatchShape shape, const api::BudgetPlan& plan);

    Status askReference(const api::RunObserver& observer, const std::stop_token& stop);
    Status reserveFixedMemory();
    Status inferAll(BoundedQueue<PreparedBatch>& queue, const std::stop_token& stop);
    void deliver(const PreparedBatch& prepared, Answers& answers, api::BatchRow row);
    Status makeExecutor();
    static std::uint32_t
    decoderInputs(const Answers& answers, std::size_t row, const dataset::TokenBatch& batch);
    void recordSamples(const PreparedBatch& prepared, const Answers& answers);
    /// Whether anybody wants to know what the model said of this batch.
    bool wantsOutputs(const dataset::TokenBatch& batch) const;
    void passOutputs(const dataset::TokenBatch& batch, Answers& answers);
    void addHash(
        const experts::LayerTable& table, int topK, int moeLayer,
        std::span<const std::uint16_t> expertOfToken);
    void recordHash(std::uint32_t batch);
    void recordCalibration();
    BudgetGate::Answer applyBudget(const units::Budget& budget);
    void recordMemory();
    std::unique_ptr<AffinityPool> affinityPool() const;

    std::uint64_t samples() const; ///< of one pass

    Inputs m_inputs;
    const api::RunOptions m_options;
    const BatchShape m_shape;
    const api::BudgetPlan m_plan;
    const std::uint64_t m_batchesOfAPass;

    SessionClock m_clock;
    profile::Recorder m_recorder;
    profile::Recorder::Producer& m_inferenceRecorder;
    profile::Recorder::Producer& m_hashRecorder;
    profile::Recorder::Producer& m_transferRecorder;
    device::MemoryLedger m_ledger;
    std::unique_ptr<device::Workspace> m_workspace; ///< of the CPU's forward pass; null where that is not run
    std::unique_ptr<device::Workspace> m_predictorWorkspace;
    /// Foretells the decoder's layers: on the hash-building thread where its inputs are known beforehand,
    /// else on the inference thread, step by step.
    std::unique_ptr<predictor::CausalReader> m_decoderReader;
    std::unique_ptr<Executor> m_executor;
    BudgetGate m_gate;
    Nanoseconds m_firstBegin = 0;
    Nanoseconds m_inferenceNs = 0; ///< first batch begun to last batch ended
    Nanoseconds m_transferCpuNs = 0;
    Nanoseconds m_inferenceCpuNs = 0; ///< processor time of the inference thread in that span
    std::vector<std::int32_t> m_reference; ///< by sample; empty unless routing is predicted
    std::vector<api::SampleOutput> m_outputs; ///< by sample, when kept
    OutputThread* m_outputThread = nullptr; ///< while it runs, when outputs are to be passed on
    std::vector<std::uint8_t> m_layerScratch; ///< experts seen in a layer, for precision and recall
    std::vector<api::HashRow> m_hashOfLayer; ///< of the batch in progress, steps summed up
    /// By layer and bin, since they were last recorded.
    std::vector<std::array<api::CalibrationRow, api::kAlphaBins>> m_calibration;
    std::optional<std::uint32_t> m_lastBatch; ///< delivered since then
};

} // namespace sida::runtime
