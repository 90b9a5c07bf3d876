// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/options.h"
#include "engine/api/results.h"
#include "engine/dataset/dataset.h"
#include "engine/experts/hash_table.h"
#include "engine/model/model.h"
#include "engine/predictor/capture.h"
#include "engine/predictor/predictor.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sida::predictor
{

/// Where the routers sent the tokens of each batch: [batch][MoE layer][token], packed.
struct RoutingTrace {
    std::vector<int> experts; ///< per MoE layer
    std::vector<std::vector<std::vector<std::uint16_t>>> batches;
};

/// The trace of these batches of a capture.
RoutingTrace traceOf(const Capture& capture, const std::vector<std::vector<std::uint64_t>>& plan);

/// The guess for one batch: up to three experts a token (HashTable::k), or nothing. A layer whose `predicted`
/// is filled names its set by that, else by the guesses.
using Guess = std::function<Result<std::optional<experts::HashTable>>(std::size_t batch)>;

/// What one way of guessing is worth on a trace.
///
/// Experts live in a cache of `slots` places with LRU eviction. Before a layer runs, the experts that its
/// tokens' first `topK` guesses name come in, the one with most tokens first and no more than there are
/// places; then the layer's true experts are used, and each that is missing is a miss.
Result<api::GuessFigures> judgeGuess(
    const std::string& name, const RoutingTrace& trace, const Guess& guess, int topK, std::uint64_t slots,
    std::uint64_t expertBytes);

/// Ways of guessing without a network. `training` may be null for those that learn nothing.
Guess guessByChance(const RoutingTrace& trace, std::uint64_t seed);
Guess guessMostFrequent(const RoutingTrace& trace, const Capture& training);
Guess guessPreviousBatch(const RoutingTrace& trace);
Guess guessByTokenId(
    const RoutingTrace& trace, const dataset::Dataset& data,
    const std::vector<std::vector<std::uint64_t>>& plan, const dataset::Dataset& trainingData,
    const Capture& training);
Guess guessTruth(const RoutingTrace& trace);
/// An attached predictor; `seconds` adds up the time it takes.
Guess guessByPredictor(
    const Predictor& predictor, const model::Model& model, const dataset::Dataset& data,
    const std::vector<std::vector<std::uint64_t>>& plan, double& seconds);

/// Places that the budget leaves for experts beside a predictor of that size: a share counts from the bytes
/// of all experts, 20 % where there is no budget. At least one.
std::uint64_t
slotsWithin(const units::Budget& budget, const api::ModelInfo& model, std::uint64_t predictorBytes);

/// The table that `sida evaluate` prints. `predictor` may be null, and so may `trainingData`, from which the
/// most frequent experts and the table by token id are learned.
Result<api::EvaluateResult> evaluate(
    const model::Model& model, const dataset::Dataset& data, const dataset::Dataset* trainingData,
    const Predictor* predictor, const api::EvaluateOptions& options, const ProgressSink& progress,
    const std::stop_token& stop);

} // namespace sida::predictor
