// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/figures.h"
#include "engine/api/recording.h"

#include <cstdint>
#include <filesystem>
#include <memory>
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
    std::vector<SampleOutput> outputs; ///< in the dataset's order; only with RunOptions::keepOutputs
    std::filesystem::path session; ///< empty when not recorded to a file
    double inferenceSeconds
        = 0; ///< of the inference thread, first batch to last; told even when nothing is recorded
    bool stopped = false; ///< by the user, before the end of the data
};

struct TrainEpoch {
    int epoch = 0;
    double loss = 0;
    double heldOutTop1 = 0;
    double heldOutTop3 = 0;
    double seconds = 0;
};

struct TrainResult {
    std::filesystem::path output;
    std::vector<TrainEpoch> epochs;
    int bestEpoch = 0;
    double heldOutTop1 = 0;
    double heldOutTop3 = 0;
    std::vector<double> heldOutTop1ByLayer;
    std::vector<double> heldOutTop3ByLayer;
    std::uint64_t trainedTokens = 0;
    std::uint64_t heldOutTokens = 0;
    double captureSeconds = 0;
    double trainSeconds = 0;
};

} // namespace sida::api
