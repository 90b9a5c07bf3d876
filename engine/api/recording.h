// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/train_epoch.h"
#include "engine/api/types.h"
#include "engine/base/clock.h"
#include "engine/base/ids.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// What happened, as rows. The same rows reach the window while a run goes on, the session file, and whoever
/// opens that file later. All times are nanoseconds since the session began.
namespace sida::api
{

/// One batch through the model.
struct BatchRow {
    std::uint32_t batch = 0; ///< counts from 0 over all repeats
    Nanoseconds begin = 0;
    Nanoseconds end = 0;
    std::uint32_t samples = 0;
    std::uint32_t tokens = 0; ///< real tokens
    Nanoseconds tableReady = -1; ///< when its hash table was finished; -1 without a predictor
    bool operator==(const BatchRow&) const = default;
};

/// One MoE layer of one batch.
struct LayerRow {
    std::uint32_t batch = 0;
    std::uint16_t layer = 0;
    Nanoseconds begin = 0; ///< the layer asked for its experts
    Nanoseconds end = 0; ///< its last expert was computed
    bool operator==(const LayerRow&) const = default;
};

/// One expert in one layer of one batch: used, predicted, or both.
struct UseRow {
    std::uint32_t batch = 0;
    ExpertKey key;
    std::uint32_t routed = 0; ///< real tokens sent to it; 0 = predicted but not used
    std::uint32_t predicted = 0; ///< real tokens predicted for it (top-k)
    Outcome outcome = Outcome::hit; ///< meaningful when routed > 0
    std::int32_t slot = -1;
    Nanoseconds used = 0; ///< when its computation began; 0 if not used
    bool operator==(const UseRow&) const = default;
};

/// One copy of one expert from host memory into a slot.
struct TransferRow {
    ExpertKey key;
    TransferKind kind = TransferKind::prefetch;
    std::int32_t slot = 0;
    std::uint32_t batch = 0; ///< the batch it was wanted for
    std::uint64_t bytes = 0;
    Nanoseconds queued = 0;
    Nanoseconds begin = 0;
    Nanoseconds end = 0;
    bool operator==(const TransferRow&) const = default;
};

enum class EvictionReason : std::uint8_t { slotNeeded, budgetChange };
std::string_view name(EvictionReason value);

struct EvictionRow {
    ExpertKey key;
    std::int32_t slot = 0;
    Nanoseconds time = 0;
    EvictionReason reason = EvictionReason::slotNeeded;
    bool used = false; ///< false = its copy was wasted
    bool operator==(const EvictionRow&) const = default;
};

/// A stretch of time in which the inference thread waited for one copy.
struct StallRow {
    std::uint32_t batch = 0;
    ExpertKey key; ///< the expert whose arrival ended the wait
    Nanoseconds begin = 0;
    Nanoseconds end = 0;
    StallCause cause = StallCause::unpredicted;
    bool operator==(const StallRow&) const = default;
};

/// Device memory from this moment on.
struct MemoryRow {
    Nanoseconds time = 0;
    PurposeBytes bytes{};
    std::uint64_t budget = 0;
    bool operator==(const MemoryRow&) const = default;
};

/// A budget that was asked for while running.
struct BudgetRow {
    Nanoseconds time = 0;
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    bool accepted = false;
    std::string reason; ///< why it was refused
    bool operator==(const BudgetRow&) const = default;
};

/// Prefetching for one layer was turned off because its predictions did not come true, or on again.
struct PrefetchSwitchRow {
    Nanoseconds time = 0;
    std::uint32_t batch = 0;
    std::uint16_t layer = 0;
    bool on = false;
    float precision = 0; ///< recent share of the predicted experts that were not there and were then used
    bool operator==(const PrefetchSwitchRow&) const = default;
};

/// How well the hash table of one batch foretold one layer; per (real token, layer).
struct HashRow {
    std::uint32_t batch = 0;
    std::uint16_t layer = 0;
    std::uint32_t tokens = 0;
    std::uint32_t tokenHits = 0; ///< tokens whose expert was among their predicted top-k
    std::uint32_t predictedExperts = 0; ///< size of the predicted set
    std::uint32_t activeExperts = 0;
    std::uint32_t correctExperts = 0; ///< size of the intersection
    bool operator==(const HashRow&) const = default;
};

/// Tokens by how sure the predictor was (alpha of the most probable expert) fall into this many equal bins.
constexpr std::uint16_t kAlphaBins = 10;

/// How often the most probable expert was the one that the router chose, among the tokens of one bin of
/// alpha; sums over the batches since the row before it, of which `batch` is the last.
struct CalibrationRow {
    std::uint32_t batch = 0;
    std::uint16_t layer = 0;
    std::uint16_t bin = 0; ///< alpha from bin / kAlphaBins up to the next; 1 belongs to the last
    std::uint32_t tokens = 0;
    std::uint32_t hits = 0;
    double alpha = 0; ///< sum over the tokens
    bool operator==(const CalibrationRow&) const = default;
};

/// Time the hash-building thread spent on one table.
struct HashBuildRow {
    std::uint32_t batch = 0;
    Nanoseconds begin = 0;
    Nanoseconds end = 0;
    bool operator==(const HashBuildRow&) const = default;
};

/// One sample's answer; `prediction` and `label` are -1 when there is none. Of task `seq2seq` with a target
/// the label is 1, and the prediction 1 if exactly the target was generated, else 0.
struct SampleRow {
    std::uint64_t index = 0; ///< row in the dataset
    std::uint32_t batch = 0;
    std::uint32_t tokens = 0;
    std::int32_t label = -1;
    std::int32_t prediction = -1;
    std::int32_t reference
        = -1; ///< what `resident` with routing `exact` says; only asked with routing `predicted`
    std::uint32_t scored = 0; ///< target tokens that `loss` is the sum of; task `score`
    double loss = 0; ///< cross-entropy in nats, summed over the scored tokens
    bool operator==(const SampleRow&) const = default;
};

/// Rows in the order of time within each kind. A chunk is what came since the one before it.
struct RecordingChunk {
    std::vector<BatchRow> batches;
    std::vector<LayerRow> layers;
    std::vector<UseRow> uses;
    std::vector<TransferRow> transfers;
    std::vector<EvictionRow> evictions;
    std::vector<StallRow> stalls;
    std::vector<MemoryRow> memory;
    std::vector<BudgetRow> budgets;
    std::vector<PrefetchSwitchRow> prefetchSwitches;
    std::vector<HashRow> hash;
    std::vector<CalibrationRow> calibration;
    std::vector<HashBuildRow> hashBuilds;
    std::vector<SampleRow> samples;
    std::uint64_t droppedEvents = 0; ///< since the run began

    bool empty() const;
    std::size_t size() const; ///< rows of all kinds
    void append(const RecordingChunk& other);
};

using Provenance = std::vector<std::pair<std::string, std::string>>;

/// In Provenance: what a copy to the device was measured to do, in bytes a second; whole number. Only where
/// it was measured before the run.
constexpr const char* kBusRateKey = "host_to_device_bytes_per_s";

/// What stays the same through a run. Keys of `provenance` are listed in docs/session-format.md.
struct RunHeader {
    std::string modelName;
    std::string datasetName;
    std::string predictorName; ///< empty without one
    Policy policy = Policy::resident;
    Routing routing = Routing::exact;
    Eviction eviction = Eviction::lookahead;
    DeviceKind device = DeviceKind::cpu;
    DType dtype = DType::f32;
    int batchSize = 1;
    int topK = 1;
    int lookahead = 8;
    std::vector<std::string> moeLayers; ///< canonical names
    std::vector<int> expertsPerLayer;
    std::uint64_t expertBytes = 0;
    std::uint64_t residentBytes = 0;
    std::uint64_t smallestBytes = 0;
    std::uint64_t totalBatches = 0; ///< planned
    std::uint64_t totalSamples = 0; ///< planned
    double loadSeconds = 0;
    std::string metricName; ///< one of metric.h's; empty when the data has nothing to judge by
    std::vector<TrainEpoch> training; ///< how the predictor learned; empty without one, or when unknown
    Provenance provenance;
};

/// A mark that somebody set on the time axis. Recording sets none.
struct Note {
    Nanoseconds time = 0;
    std::string text; ///< UTF-8; empty = a bookmark
    bool operator==(const Note&) const = default;
};

enum class RecordingState : std::uint8_t { running, complete, recovered, failed, stopped };
std::string_view name(RecordingState value);

/// A whole run: header and every row. Immutable once shared.
struct Recording {
    RunHeader header;
    RecordingChunk rows;
    RecordingState state = RecordingState::complete;
    std::string failure; ///< why it ended, when `failed`
    std::vector<Note> notes; ///< by time
};

} // namespace sida::api
