// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/bounded_queue.h"
#include "engine/base/clock.h"
#include "engine/dataset/batch_stream.h"
#include "engine/device/workspace.h"
#include "engine/experts/hash_table.h"
#include "engine/predictor/causal_network.h"
#include "engine/predictor/predictor.h"
#include "engine/profile/recorder.h"
#include "engine/runtime/affinity_pool.h"
#include "engine/runtime/prediction_switch.h"

#include <functional>
#include <optional>
#include <span>
#include <stop_token>

namespace sida::runtime
{

/// A batch ready for inference, with its hash table when a predictor was asked.
struct PreparedBatch {
    dataset::TokenBatch batch;
    std::optional<experts::HashTable> table;
    Nanoseconds tableReady = -1;
};

/// Every row with padding up to that length, as tokens like others: the paper's own evaluation.
void padLikePaper(dataset::TokenBatch& batch, int length, int padToken);

/// Task score, where the decoder's inputs are known beforehand: foretells its layers too.
struct DecoderTargets {
    predictor::CausalReader* reader = nullptr; ///< null: the encoder's layers only
    std::span<const float> embeddings = {};
    std::int32_t startToken = 0;
};

/// The hash-building thread's work: batch after batch, predict, tell the cache, queue (SiDA-MoE algorithm 1).
struct HashBuilder {
    dataset::BatchStream& batches;
    int repeat = 1;
    const predictor::Predictor* predictor = nullptr; ///< null: batches only
    std::span<const float> embeddings;
    device::Workspace* workspace = nullptr; ///< the predictor's
    int topK = 1;
    bool keepsTables = true; ///< false: they are used for the order only
    AffinityPool* pool = nullptr; ///< null: batches go as the stream gives them
    std::size_t poolSamples = 0; ///< that wait in the pool, at most, while there are more
    /// Told of each table before its batch is queued; empty: tables are used for routing or the order only.
    std::function<void(const experts::HashTable& table, Nanoseconds ready)> prefetch;
    const SessionClock& clock;
    profile::Recorder::Producer& recorder;
    BoundedQueue<PreparedBatch>& queue;
    int paperPooling = 0; ///< see api::RunOptions
    int padToken = 0;

    DecoderTargets decoder = {};
    PredictionSwitch* paying = nullptr; ///< null: every batch is predicted, whether that pays or not

    /// Closes the queue at the end of the data, when stopped, and on an error.
    Status build(const std::stop_token& stop);

private:
    Result<std::optional<PreparedBatch>> next();
    Result<std::optional<PreparedBatch>> nextOfPool();
    Result<PreparedBatch> prepare(dataset::TokenBatch batch);
    Result<experts::HashTable> predict(const dataset::TokenBatch& batch);
    void finish(PreparedBatch& prepared, Nanoseconds begin);
    void foretellTargets(PreparedBatch& prepared) const;
};

} // namespace sida::runtime
