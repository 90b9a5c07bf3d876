// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/decoder_evaluation.h"

#include "engine/base/clock.h"
#include "engine/predictor/causal_network.h"
#include "engine/predictor/decoder_capture.h"
#include "engine/predictor/evaluation.h"

#include <algorithm>
#include <numeric>

namespace sida::predictor
{

namespace
{

constexpr int kMostNewTokens = 64; ///< of generations, where the data has no targets
constexpr int kMostGuesses = 3;

/// A capture seen as generation meets it: every token is a sample of its own, a step is a batch of them.
struct Steps {
    dataset::Dataset tokens; ///< `ids` of one each
    Capture routing;
    std::vector<std::vector<std::uint64_t>> plan; ///< by step
    struct Step {
        std::size_t batch = 0;
        int position = 0;
        std::vector<std::size_t> rows; ///< of the batch
        std::vector<std::int32_t> ids;
    };
    std::vector<Step> steps;
    int longest = 0;
};

Steps stepsOf(DecoderCapture capture, const std::vector<std::vector<std::uint64_t>>& batches)
{
    Steps result;
    const std::vector<dataset::Sample>& inputs = capture.inputs.samples;
    for (const dataset::Sample& sample : inputs) {
        result.longest = std::max(result.longest, static_cast<int>(sample.ids.size()));
        for (const std::int32_t id : sample.ids)
            result.tokens.samples.push_back({{id}});
    }
    for (std::size_t batch = 0; batch < batches.size(); ++batch)
        for (int position = 0;; ++position) {
            const auto at = static_cast<std::size_t>(position);
            Steps::Step step{batch, position, {}, {}};
            std::vector<std::uint64_t> tokens;
            for (std::size_t row = 0; row < batches[batch].size(); ++row) {
                const std::uint64_t sample = batches[batch][row];
                if (at >= inputs[sample].ids.size())
                    continue;
                step.rows.push_back(row);
                step.ids.push_back(inputs[sample].ids[at]);
                tokens.push_back(capture.routing.firstToken[sample] + at);
            }
            if (tokens.empty())
                break;
            result.plan.push_back(std::move(tokens));
            result.steps.push_back(std::move(step));
        }
    result.routing = std::move(capture.routing);
    result.routing.firstToken.resize(result.tokens.samples.size() + 1);
    std::iota(result.routing.firstToken.begin(), result.routing.firstToken.end(), std::uint64_t{0});
    return result;
}

/// The causal network, asked in the order of steps; `seconds` adds up the time it takes.
Guess guessByReader(
    CausalReader& reader, const CausalNetwork& network, const model::Model& model,
    const dataset::Dataset& data, const std::vector<std::vector<std::uint64_t>>& batches, const Steps& steps,
    double& seconds)
{
    int k = kMostGuesses;
    for (const int experts : network.experts())
        k = std::min(k, experts);
    return [&, k](std::size_t number) -> Result<std::optional<experts::HashTable>> {
        const Steps::Step& step = steps.steps[number];
        std::optional<dataset::TokenBatch> batch;
        if (step.position == 0)
            batch = dataset::makeBatch(
                data.samples, batches[step.batch], static_cast<std::uint32_t>(step.batch));
        const Nanoseconds begin = monotonicNow();
        if (batch)
            reader.begin(*batch, model.embeddings());
        experts::HashTable table;
        reader.foretellStep(step.rows, step.ids, model.decoderEmbeddings(), k, table);
        seconds += static_cast<double>(monotonicNow() - begin) / 1e9;
        for (experts::LayerTable& layer : table.layers)
            layer.predicted.clear(); // of all guesses, whereas the first ones are to be fetched
        return std::optional(std::move(table));
    };
}

} // namespace

Result<std::optional<api::EvaluatedDecoder>> evaluateDecoder(
    const model::Model& model, const dataset::Dataset& data, const dataset::Dataset* trainingData,
    const Predictor* predictor, const api::EvaluateOptions& options, const ProgressSink& progress,
    const std::stop_token& stop)
{
    const api::ModelInfo& info = model.info();
    if (!capturesDecoder(info, data))
        return std::nullopt;
    SIDA_TRY_ASSIGN(
        DecoderCapture capture,
        captureDecoder(model, data, 1, options.batchSize, kMostNewTokens, progress, stop));
    const auto batches = dataset::planBatches(data.samples, options.batchSize);
    api::EvaluatedDecoder result;
    result.generated = capture.generated;
    const Steps steps = stepsOf(std::move(capture), batches);
    const RoutingTrace trace = traceOf(steps.routing, steps.plan);
    result.steps = steps.plan.size();
    result.tokens = steps.routing.tokens();
    result.experts = std::accumulate(trace.experts.begin(), trace.experts.end(), 0);
    // The cache is shared with the encoder: the decoder's layers get their share of the places.
    const auto slotsBeside = [&](std::uint64_t predictorBytes) {
        const std::uint64_t all = slotsWithin(options.budget, info, predictorBytes);
        return std::max<std::uint64_t>(
            1,
            all * static_cast<std::uint64_t>(result.experts) / static_cast<std::uint64_t>(info.expertCount));
    };
    result.slots = slotsBeside(0);
    const auto add = [&](const std::string& name, const Guess& guess, std::uint64_t slots) -> Status {
        SIDA_TRY_ASSIGN(
            api::GuessFigures figures, judgeGuess(name, trace, guess, options.topK, slots, info.expertBytes));
        figures.slots = slots;
        result.rows.push_back(std::move(figures));
        return {};
    };
    SIDA_TRY(add(
        "nothing", [](std::size_t) -> Result<std::optional<experts::HashTable>> { return std::nullopt; },
        result.slots));
    SIDA_TRY(add("chance", guessByChance(trace, options.seed), result.slots));
    SIDA_TRY(add("previous step", guessPreviousBatch(trace), result.slots));
    if (trainingData && capturesDecoder(info, *trainingData)) {
        SIDA_TRY_ASSIGN(
            DecoderCapture learned,
            captureDecoder(model, *trainingData, 1, options.batchSize, kMostNewTokens, progress, stop));
        const Steps training = stepsOf(std::move(learned), {});
        SIDA_TRY(add("static frequency", guessMostFrequent(trace, training.routing), result.slots));
        SIDA_TRY(add(
            "same token", guessByTokenId(trace, steps.tokens, steps.plan, training.tokens, training.routing),
            result.slots));
    }
    if (const CausalNetwork* network = predictor ? predictor->decoder() : nullptr) {
        std::size_t rows = 1;
        for (const auto& batch : batches)
            rows = std::max(rows, batch.size());
        CausalReader reader(*network, static_cast<int>(rows), steps.longest);
        const std::uint64_t bytes
            = network->weightBytes() + CausalReader::bytes(*network, static_cast<int>(rows), steps.longest);
        double seconds = 0;
        SIDA_TRY(
            add(predictor->info().decoder->kind,
                guessByReader(reader, *network, model, data, batches, steps, seconds), slotsBeside(bytes)));
        result.rows.back().predictorBytes = bytes;
        result.rows.back().secondsPerBatch
            = seconds / static_cast<double>(std::max<std::size_t>(steps.plan.size(), 1));
    }
    SIDA_TRY(add("oracle", guessTruth(trace), result.slots));
    return result;
}

} // namespace sida::predictor
