// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/info.h"
#include "engine/api/options.h"
#include "engine/base/clock.h"
#include "engine/dataset/dataset.h"
#include "engine/device/memory/memory_ledger.h"
#include "engine/device/workspace.h"
#include "engine/model/model.h"
#include "engine/predictor/causal_network.h"
#include "engine/profile/recorder.h"
#include "engine/runtime/hash_builder.h"
#include "engine/runtime/plan.h"

#include <functional>
#include <memory>
#include <span>
#include <stop_token>

namespace sida::runtime
{

/// What the model said of a batch: one of these, by task.
struct Answers {
    model::ForwardResult forward;
    model::GenerateResult generated;
    model::ScoreResult scored;
};

/// Runs batches on one kind of device, and holds the experts that are on it.
class Executor
{
public:
    /// What a run gives to who computes for it; all of it outlives the executor.
    struct Surroundings {
        const model::Model& model;
        const dataset::Dataset& data;
        const api::RunOptions& options;
        const BatchShape& shape;
        const api::BudgetPlan& plan;
        const SessionClock& clock;
        device::MemoryLedger& ledger; ///< dense weights and workspace are booked already
        profile::Recorder::Producer& inference;
        profile::Recorder::Producer& transfers;
        /// Inference thread: the answers of a batch, in the order of batches. Only begin and end of the row
        /// are filled in.
        std::function<void(const PreparedBatch& batch, Answers& answers, api::BatchRow row)> deliver;
        /// Inference thread, before the batch's answers are delivered: what was foretold of a layer, `topK`
        /// experts a token, and where its router sent them. A layer that comes in each step of a decoder is
        /// reported as often.
        std::function<void(
            const experts::LayerTable& table, int topK, int moeLayer, std::span<const std::uint16_t> experts)>
            routed;
        /// Inference thread: whether somebody wants what the model says of that batch's samples.
        std::function<bool(const dataset::TokenBatch& batch)> wantsOutputs;
        /// Inference thread, whenever slots may come and go: serves what others have asked for.
        std::function<void()> serveRequests;
    };

    virtual ~Executor() = default;

    /// Before the threads start. Policy `resident`: all experts are there afterwards.
    virtual Status open() = 0;
    /// Hash-building thread: what a coming batch will need.
    virtual void addTable(const experts::HashTable& table, Nanoseconds ready) = 0;
    /// Transfer thread, until stopped.
    virtual void serve(const std::stop_token& stop) = 0;
    /// Inference thread. The answers may be delivered by a later call.
    virtual Status run(PreparedBatch batch) = 0;
    /// Inference thread: delivers what has not been delivered.
    virtual Status finish() = 0;
    /// Inference thread, within serveRequests: more or fewer slots. The ledger is brought up to date.
    virtual Status resize(int slots) = 0;
    virtual int slots() const = 0;
};

/// `decoder`, which may be null, foretells each step of a generating decoder as it begins.
std::unique_ptr<Executor> makeCpuExecutor(
    Executor::Surroundings surroundings, device::Workspace& workspace, predictor::CausalReader* decoder);
/// An `unsupported` error when the device cannot do what is asked, in words that say what can.
Result<std::unique_ptr<Executor>> makeCudaExecutor(Executor::Surroundings surroundings);

/// What the CUDA executor can do; an `unsupported` error says what it cannot.
Status checkCudaOptions(api::Task task, const api::RunOptions& options);

/// 0 for the cache's own rule.
std::uint64_t prefetchBytes(const api::RunOptions& options, const api::BudgetPlan& plan);

} // namespace sida::runtime
