// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/evaluation.h"

#include "engine/base/clock.h"
#include "engine/predictor/decoder_evaluation.h"
#include "engine/predictor/expert_cache_model.h"

#include <algorithm>
#include <fmt/format.h>

namespace sida::predictor
{

namespace
{

/// Counts of one layer of one batch for precision and recall.
struct SetSizes {
    std::uint64_t predicted = 0;
    std::uint64_t active = 0;
    std::uint64_t both = 0;
};

std::vector<std::uint32_t> tokensPerExpert(const std::vector<std::uint16_t>& chosen, int experts)
{
    std::vector<std::uint32_t> count(static_cast<std::size_t>(experts));
    for (const std::uint16_t expert : chosen)
        ++count[expert];
    return count;
}

/// Experts with at least one token, the one with most tokens first, the lower number among equals.
std::vector<std::uint16_t> byTokens(const std::vector<std::uint32_t>& count)
{
    std::vector<std::uint16_t> order;
    for (std::size_t expert = 0; expert < count.size(); ++expert)
        if (count[expert] > 0)
            order.push_back(static_cast<std::uint16_t>(expert));
    std::stable_sort(
        order.begin(), order.end(), [&](std::uint16_t a, std::uint16_t b) { return count[a] > count[b]; });
    return order;
}

/// The first `topK` guesses of every token.
std::vector<std::uint16_t> firstGuesses(const experts::LayerTable& layer, int k, int topK)
{
    if (k <= topK)
        return layer.experts;
    std::vector<std::uint16_t> first;
    for (std::size_t i = 0; i < layer.experts.size(); ++i)
        if (static_cast<int>(i % static_cast<std::size_t>(k)) < topK)
            first.push_back(layer.experts[i]);
    return first;
}

Status checkHeld(const dataset::Dataset& data)
{
    if (data.isHeld())
        return {};
    return failure(
        ErrorKind::usage,
        fmt::format(
            "{}: evaluation keeps its samples in memory, and these {} are more than the {} that it may take; "
            "use "
            "fewer (--limit)",
            data.info.path.string(), units::formatCount(data.info.samples),
            units::formatBytes(data.file->options.memoryBytes)));
}

class Judge
{
public:
    Judge(const RoutingTrace& trace, int topK, std::uint64_t slots)
        : m_trace(trace)
        , m_topK(topK)
        , m_cache(trace.experts, slots)
        , m_hits1(trace.experts.size())
        , m_hits3(trace.experts.size())
    {
    }

    Status add(std::size_t batch, const std::optional<experts::HashTable>& table)
    {
        const auto& layers = m_trace.batches[batch];
        for (std::size_t l = 0; l < layers.size(); ++l) {
            const auto active = tokensPerExpert(layers[l], m_trace.experts[l]);
            if (table) {
                if (table->layers.size() != layers.size()
                    || table->layers[l].experts.size()
                        != layers[l].size() * static_cast<std::size_t>(table->k))
                    return failure(ErrorKind::internal, "a guess does not have the batch's tokens");
                countHits(l, layers[l], *table);
                const auto wanted = wantedExperts(table->layers[l], table->k, m_trace.experts[l]);
                for (std::size_t expert = 0; expert < active.size(); ++expert) {
                    m_sets.predicted += wanted[expert] > 0;
                    m_sets.active += active[expert] > 0;
                    m_sets.both += wanted[expert] > 0 && active[expert] > 0;
                }
                m_cache.prefetch(l, byTokens(wanted));
            }
            m_cache.use(l, byTokens(active));
            m_tokens += layers[l].size();
        }
        m_guessed = m_guessed || table.has_value();
        return {};
    }

    api::GuessFigures figures(const std::string& name, std::uint64_t expertBytes) const
    {
        api::GuessFigures result;
        result.name = name;
        result.uses = m_cache.uses();
        result.misses = m_cache.misses();
        result.prefetchedBytes = m_cache.prefetched() * expertBytes;
        result.wastedBytes = m_cache.wasted() * expertBytes;
        result.guessed = m_guessed;
        if (!m_guessed || m_tokens == 0)
            return result;
        const double perLayer = static_cast<double>(m_tokens) / static_cast<double>(m_hits1.size());
        for (std::size_t l = 0; l < m_hits1.size(); ++l) {
            result.top1ByLayer.push_back(static_cast<double>(m_hits1[l]) / perLayer);
            result.top3ByLayer.push_back(static_cast<double>(m_hits3[l]) / perLayer);
            result.top1 += result.top1ByLayer.back() / static_cast<double>(m_hits1.size());
            result.top3 += result.top3ByLayer.back() / static_cast<double>(m_hits1.size());
        }
        const auto share = [](std::uint64_t part, std::uint64_t whole) {
            return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
        };
        result.precision = share(m_sets.both, m_sets.predicted);
        result.recall = share(m_sets.both, m_sets.active);
        return result;
    }

private:
    /// Tokens per expert of the set a table names, which is that of its guesses unless it says otherwise.
    std::vector<std::uint32_t> wantedExperts(const experts::LayerTable& layer, int k, int experts) const
    {
        if (layer.predicted.empty())
            return tokensPerExpert(firstGuesses(layer, k, m_topK), experts);
        std::vector<std::uint32_t> wanted(static_cast<std::size_t>(experts));
        for (const experts::LayerTable::Count& count : layer.predicted)
            wanted[count.expert] = count.tokens;
        return wanted;
    }
    void countHits(std::size_t l, const std::vector<std::uint16_t>& truth, const experts::HashTable& table)
    {
        const auto k = static_cast<std::size_t>(table.k);
        for (std::size_t token = 0; token < truth.size(); ++token) {
            const std::uint16_t* guess = table.layers[l].experts.data() + token * k;
            m_hits1[l] += guess[0] == truth[token];
            m_hits3[l] += std::find(guess, guess + std::min<std::size_t>(k, 3), truth[token])
                != guess + std::min<std::size_t>(k, 3);
        }
    }

    const RoutingTrace& m_trace;
    int m_topK;
    ExpertCacheModel m_cache;
    std::vector<std::uint64_t> m_hits1;
    std::vector<std::uint64_t> m_hits3;
    SetSizes m_sets;
    std::uint64_t m_tokens = 0; ///< over all layers
    bool m_guessed = false;
};

} // namespace

RoutingTrace traceOf(const Capture& capture, const std::vector<std::vector<std::uint64_t>>& plan)
{
    RoutingTrace trace;
    for (const Capture::Layer& layer : capture.layers)
        trace.experts.push_back(layer.experts);
    for (const auto& samples : plan) {
        auto& layers = trace.batches.emplace_back(capture.layers.size());
        for (std::size_t l = 0; l < layers.size(); ++l) {
            const Capture::Layer& from = capture.layers[l];
            for (const std::uint64_t sample : samples)
                for (std::uint64_t token = capture.firstToken[sample]; token < capture.firstToken[sample + 1];
                     ++token)
                    layers[l].push_back(from.indices[token * static_cast<std::uint64_t>(from.top)]);
        }
    }
    return trace;
}

Result<api::GuessFigures> judgeGuess(
    const std::string& name, const RoutingTrace& trace, const Guess& guess, int topK, std::uint64_t slots,
    std::uint64_t expertBytes)
{
    Judge judge(trace, topK, slots);
    for (std::size_t batch = 0; batch < trace.batches.size(); ++batch) {
        SIDA_TRY_ASSIGN(const std::optional<experts::HashTable> table, guess(batch));
        SIDA_TRY(judge.add(batch, table));
    }
    return judge.figures(name, expertBytes);
}

std::uint64_t
slotsWithin(const units::Budget& budget, const api::ModelInfo& model, std::uint64_t predictorBytes)
{
    constexpr double kDefaultShare = 0.2;
    const std::uint64_t all = model.expertBytes * static_cast<std::uint64_t>(model.loaded.experts);
    const auto standard = static_cast<std::uint64_t>(kDefaultShare * static_cast<double>(all));
    const std::uint64_t bytes
        = budget.kind == units::Budget::Kind::unlimited ? standard : budget.resolve(all);
    const std::uint64_t left = bytes > predictorBytes ? bytes - predictorBytes : 0;
    return std::clamp<std::uint64_t>(
        left / std::max<std::uint64_t>(model.expertBytes, 1), 1,
        static_cast<std::uint64_t>(model.loaded.experts));
}

Result<api::EvaluateResult> evaluate(
    const model::Model& model, const dataset::Dataset& data, const dataset::Dataset* trainingData,
    const Predictor* predictor, const api::EvaluateOptions& options, const ProgressSink& progress,
    const std::stop_token& stop)
{
    const api::ModelInfo& info = model.info();
    if (api::predictableLayers(info).empty())
        return badInput(
            fmt::format("{}: the model has no MoE layer in its encoder to predict", info.path.string()));
    SIDA_TRY(checkHeld(data));
    if (trainingData)
        SIDA_TRY(checkHeld(*trainingData));
    SIDA_TRY_ASSIGN(const Capture truth, captureRouting(model, data, 1, options.batchSize, progress, stop));
    const auto plan = dataset::planBatches(data.samples, options.batchSize);
    const RoutingTrace trace = traceOf(truth, plan);

    api::EvaluateResult result;
    result.batches = plan.size();
    result.tokens = truth.tokens();
    result.topK = options.topK;
    result.expertBytes = info.expertBytes;
    result.slots = slotsWithin(options.budget, info, 0);
    result.experts = info.loaded.experts;
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
    if (trainingData) {
        SIDA_TRY_ASSIGN(
            const Capture training,
            captureRouting(model, *trainingData, 1, options.batchSize, progress, stop));
        SIDA_TRY(add("static frequency", guessMostFrequent(trace, training), result.slots));
        SIDA_TRY(add("previous batch", guessPreviousBatch(trace), result.slots));
        SIDA_TRY(add("same token", guessByTokenId(trace, data, plan, *trainingData, training), result.slots));
    } else {
        SIDA_TRY(add("previous batch", guessPreviousBatch(trace), result.slots));
    }
    if (predictor) {
        double seconds = 0;
        SIDA_TRY(
            add(predictor->info().kind, guessByPredictor(*predictor, model, data, plan, seconds),
                slotsWithin(options.budget, info, predictor->weightBytes())));
        result.rows.back().predictorBytes = predictor->weightBytes();
        result.rows.back().secondsPerBatch
            = seconds / static_cast<double>(std::max<std::size_t>(plan.size(), 1));
    }
    SIDA_TRY(add("oracle", guessTruth(trace), result.slots));
    SIDA_TRY_ASSIGN(
        result.decoder, evaluateDecoder(model, data, trainingData, predictor, options, progress, stop));
    return result;
}

} // namespace sida::predictor
