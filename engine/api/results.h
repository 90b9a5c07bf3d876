// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/figures.h"
#include "engine/api/info.h"
#include "engine/api/recording.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sida::api
{

/// What the model said of one sample, float32, padding removed.
struct SampleOutput {
    std::uint64_t index = 0;
    int label = -1;
    std::vector<float> logits; ///< [labels] for classification
    std::vector<float> hidden; ///< [length, dModel] for task `text`
    int length = 0;
    std::vector<std::int32_t> generatedIds = {}; ///< of task `seq2seq`, with `</s>`
    std::string text = {}; ///< what they say; empty without a tokenizer
    double lossSum = 0; ///< of task `score`: cross-entropy of all scored target tokens, in nats
    int targetLength = 0;
    std::uint64_t scored = 0; ///< target tokens that count
    std::vector<float> targetLogits = {}; ///< [target length, vocabulary], with RunOptions::keepTargetLogits
};

struct RunResult {
    Task task = Task::text;
    std::shared_ptr<const Recording> recording;
    Figures figures;
    /// In the dataset's order; only with RunOptions::keepOutputs. For small datasets: of large ones take
    /// RunObserver::outputs.
    std::vector<SampleOutput> outputs;
    std::filesystem::path session; ///< empty when not recorded to a file
    double inferenceSeconds
        = 0; ///< of the inference thread, first batch to last; told even when nothing is recorded
    /// Processor time of the inference thread in that span, and of the recorder's thread in all: what
    /// recording takes, told apart from what else the machine does.
    double inferenceCpuSeconds = 0;
    double transferCpuSeconds = 0; ///< processor time of the thread that copies experts
    double recorderCpuSeconds = 0;
    bool stopped = false; ///< by the user, before the end of the data
};

/// A predictor that was trained and judged on the held-out sentences.
struct TrainCandidate {
    std::string kind;
    double heldOutTop1 = 0;
    double heldOutTop3 = 0;
    std::uint64_t bytes = 0; ///< of its own weights, which the budget pays
    std::uint64_t slots = 0; ///< that the budget leaves for experts
    std::uint64_t uses = 0;
    std::uint64_t misses = 0; ///< left after an LRU cache of these slots
    double secondsPerSentence = 0;
};

/// What became of the causal part for the decoder's layers.
struct TrainedDecoder {
    std::vector<TrainEpoch> epochs;
    int bestEpoch = 0;
    double heldOutTop1 = 0;
    double heldOutTop3 = 0;
    std::vector<double> heldOutTop1ByLayer;
    std::vector<double> heldOutTop3ByLayer;
    std::uint64_t trainedTokens = 0; ///< decoder inputs
    std::uint64_t heldOutTokens = 0;
    bool generated = false; ///< learned from the model's own generations, since the dataset has no targets
    double captureSeconds = 0;
    double trainSeconds = 0;
};

struct TrainResult {
    std::filesystem::path output;
    std::string kind; ///< of the predictor that was written
    std::vector<TrainCandidate> candidates; ///< what it was chosen from, when it was to be chosen
    std::vector<TrainEpoch> epochs;
    int bestEpoch = 0;
    double heldOutTop1 = 0;
    double heldOutTop3 = 0;
    std::vector<double> heldOutTop1ByLayer;
    std::vector<double> heldOutTop3ByLayer;
    std::uint64_t trainedTokens = 0;
    std::uint64_t heldOutTokens = 0;
    std::filesystem::path capture; ///< the file with the captured routing; empty when it was not kept
    std::uint64_t captureBytes = 0; ///< of it on disk
    std::uint64_t capturedTokens = 0; ///< whose routing was captured now
    std::uint64_t reusedTokens = 0; ///< whose routing was in the file already
    double captureSeconds = 0;
    double trainSeconds = 0;
    std::optional<TrainedDecoder> decoder = std::nullopt;
};

/// One way of guessing which experts will be needed, judged on a dataset.
struct GuessFigures {
    std::string name; ///< "chance", "same token", "lstm", "oracle", ...
    bool guessed = false; ///< false: nothing was guessed, only misses are known
    double top1 = 0; ///< hash-hit rate, mean over the MoE layers
    double top3 = 0;
    std::vector<double> top1ByLayer;
    std::vector<double> top3ByLayer;
    double precision = 0; ///< of the predicted sets, over all batches and layers
    double recall = 0;
    std::uint64_t slots = 0; ///< places of the LRU cache
    std::uint64_t uses = 0; ///< of experts by batches
    std::uint64_t misses = 0; ///< uses that found the expert missing in spite of the guess
    std::uint64_t prefetchedBytes = 0;
    std::uint64_t wastedBytes = 0; ///< prefetched and evicted without a use
    std::uint64_t predictorBytes = 0; ///< that the cache has less because of it
    double secondsPerBatch = 0; ///< of a predictor, else 0
};

/// The decoder's layers, judged as generation meets them: one token of each sample of a batch is a step.
struct EvaluatedDecoder {
    std::uint64_t steps = 0;
    std::uint64_t tokens = 0; ///< decoder inputs
    int experts = 0; ///< of the decoder's layers
    std::uint64_t slots = 0; ///< their share of the cache
    bool generated = false; ///< the model's own generations, since the dataset has no targets
    std::vector<GuessFigures> rows;
};

struct EvaluateResult {
    std::uint64_t batches = 0;
    std::uint64_t tokens = 0;
    int topK = 1;
    int experts = 0; ///< over all MoE layers
    std::uint64_t slots = 0; ///< of the cache without a predictor's own bytes
    std::uint64_t expertBytes = 0;
    std::vector<GuessFigures> rows;
    std::optional<EvaluatedDecoder> decoder = std::nullopt;
};

} // namespace sida::api
