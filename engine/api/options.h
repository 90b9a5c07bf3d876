// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/types.h"
#include "engine/base/units.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace sida::api
{

struct DatasetOptions {
    std::optional<Task> task; ///< guessed from the model and the file when absent
    int maxLength = 512; ///< tokens a sample, `</s>` included
    std::uint64_t limit = 0; ///< first N samples; 0 = all
    /// Samples that take more are read from the file again in each pass, window by window.
    std::uint64_t memoryBytes = 256 * units::kMiB;
};

/// How much of a model is read, and as what.
struct LoadOptions {
    DType dtype = DType::f32; ///< of the arithmetic, and of what stays in memory
    bool decoder = false; ///< a decoder that is there is wanted too
    /// Whose arrangement the experts get at once. A run on another kind works too: they are rearranged first.
    DeviceKind device = DeviceKind::cpu;
};

struct RunOptions {
    Policy policy = Policy::resident;
    Routing routing = Routing::exact;
    Eviction eviction = Eviction::lookahead;
    int topK = 1; ///< predicted experts per token: prefetched, and with routing `predicted` computed
    int lookahead = 8; ///< hash tables that may wait in the queue
    units::Budget budget;
    /// Most that is copied ahead and not yet used, as a size or a share of the expert slots. Unlimited: the
    /// engine's rule, a quarter of the slots and at least two layers' experts.
    units::Budget prefetchLimit;
    DeviceKind device = DeviceKind::cpu;
    DType dtype = DType::f32;
    ExpertCapacity capacity = ExpertCapacity::off;
    int maxNewTokens = 64; ///< of task seq2seq
    /// Not 0: every sample is padded to that many tokens, and the padding attends, is routed, pooled and
    /// counted like real tokens, as the SiDA-MoE paper's own evaluation does it. Classifiers only.
    int paperPooling = 0;
    int threads = 0; ///< of the inference thread; 0 = all cores, less one with policy `sida`
    int batchSize = 1;
    BatchOrder order = BatchOrder::length; ///< `affinity` needs a predictor
    int repeat = 1; ///< passes over the dataset
    std::uint64_t seed = 0;
    std::filesystem::path session; ///< .sida file to record to; empty = record in memory only
    bool replaceSession = false; ///< an existing session at that place may be replaced
    /// Once that many seconds of the run, or bytes of the file, are recorded, only batches, answers and
    /// budgets are; the file says so. 0 = no limit.
    double recordSeconds = 0;
    std::uint64_t recordBytes = 0;
    bool keepOutputs = false; ///< fill RunResult::outputs
    /// Keep every row in RunResult::recording. Without, the figures and the header are all that is left of
    /// the run in memory, and a session file is the place for its rows.
    bool keepRows = true;
    bool keepTargetLogits = false; ///< of task score, where that is a vocabulary's width for each token
    bool record = true; ///< false only in benchmarks that measure what recording costs
};

/// `lstm` is the paper's network, `shadow` the model's dense path with surrogates for the experts;
/// `automatic` trains both and keeps the one that leaves fewer misses.
enum class PredictorKind : std::uint8_t { lstm, shadow, automatic };
/// Over the teacher's top T: distance or divergence of the two distributions, with a share of cross-entropy;
/// or cross-entropy alone.
enum class TrainLoss : std::uint8_t { l1, kl, crossEntropy };

struct TrainOptions {
    std::filesystem::path output; ///< predictor file to write
    PredictorKind kind = PredictorKind::lstm;
    TrainLoss loss = TrainLoss::l1;
    int epochs = 15;
    int hiddenDim = 0; ///< 0 = chosen from the model's width
    int batchSize = 64; ///< sequences
    double learningRate = 0; ///< 0 = the default of the kind
    int topT = 30;
    double crossEntropyWeight = 0.005;
    double heldOutShare = 0.1;
    bool paperSparsemax = false;
    int patience = 0; ///< ends after so many epochs without a better held-out hit rate; 0 = never
    /// Keeps the captured routing and the state after every epoch beside the output, and goes on from them
    /// when they are there.
    bool resume = false;
    /// Where the captured routing is kept, and taken from when it is there. Empty: beside the output, until
    /// the predictor is written.
    std::filesystem::path capture;
    units::Budget budget; ///< by which `automatic` judges; none = 20 % of all experts
    /// A causal part for the decoder's layers too, where model and dataset have what it learns from.
    bool decoder = true;
    bool decoderReadsSource = true; ///< see DecoderPartInfo::readsSource
    int maxNewTokens = 64; ///< of the generations that a dataset without targets is learned from
    std::uint64_t seed = 0;
    int threads = 0;
};

struct EvaluateOptions {
    std::filesystem::path trainingData; ///< what the tables are learned from; empty = no such rows
    units::Budget budget; ///< for experts and the predictor; none = 20 % of all experts
    int topK = 1; ///< guesses per token that are fetched
    int batchSize = 1;
    int threads = 0;
    std::uint64_t seed = 0;
};

} // namespace sida::api
