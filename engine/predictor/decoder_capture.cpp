// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/decoder_capture.h"

#include "engine/base/units.h"
#include "engine/predictor/stage_progress.h"
#include "engine/predictor/top_experts.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace sida::predictor
{

namespace
{

using Targets = std::vector<std::vector<std::int32_t>>; ///< by sample

Error stopped()
{
    return {ErrorKind::cancelled, "Stopped while the decoder's routing was captured; nothing was written"};
}

Result<Targets> generateTargets(
    const model::Model& model, const dataset::Dataset& data,
    const std::vector<std::vector<std::uint64_t>>& plan, int maxNewTokens, const ProgressSink& progress,
    const std::stop_token& stop)
{
    Targets targets(data.samples.size());
    model::HostExpertSource experts(model.experts());
    StageProgress stage(progress, "Generating what the decoder is learned from", plan.size());
    std::uint32_t number = 0;
    for (const std::vector<std::uint64_t>& samples : plan) {
        if (stop.stop_requested())
            return tl::unexpected(stopped());
        const dataset::TokenBatch batch = dataset::makeBatch(data.samples, samples, number++);
        SIDA_TRY_ASSIGN(model::GenerateResult result, model.generate(batch, maxNewTokens, experts, {}));
        for (std::size_t row = 0; row < samples.size(); ++row)
            targets[samples[row]] = std::move(result.ids[row]);
        stage.report(number);
    }
    return targets;
}

/// Sorts what the hook says of one batch's targets into the capture.
class TargetCollector
{
public:
    TargetCollector(Capture& capture, const dataset::TokenBatch& batch, std::size_t firstLayer)
        : m_capture(capture)
        , m_batch(batch)
        , m_firstLayer(firstLayer)
    {
    }

    void add(int moeLayer, std::span<const float> logits, int experts)
    {
        const auto number = static_cast<std::size_t>(moeLayer);
        if (number < m_firstLayer)
            return; // the encoder's
        Capture::Layer& layer = m_capture.layers[number - m_firstLayer];
        const auto top = static_cast<std::size_t>(layer.top);
        const auto width = static_cast<std::size_t>(experts);
        m_finite
            = m_finite && std::all_of(logits.begin(), logits.end(), [](float v) { return std::isfinite(v); });
        std::size_t next = 0;
        for (std::size_t row = 0; row < m_batch.samples.size(); ++row) {
            std::size_t token = m_capture.firstToken[m_batch.samples[row]];
            for (std::size_t i = 0; i < m_batch.targets[row].size(); ++i, ++token, next += width) {
                const auto values = logits.subspan(next, width);
                const std::span best(layer.indices.data() + token * top, top);
                topIndices(values, best);
                for (std::size_t t = 0; t < top; ++t)
                    layer.logits[token * top + t] = values[best[t]];
            }
        }
        ++m_seen;
    }

    Status finish(const api::ModelInfo& model) const
    {
        if (m_seen != m_capture.layers.size())
            return failure(
                ErrorKind::internal,
                fmt::format("{}: the routers did not report every MoE layer", model.path.string()));
        if (!m_finite)
            return badInput(fmt::format(
                "{}: a router of the decoder gave a value that is not a number; the checkpoint is damaged or "
                "its data type too narrow",
                model.path.string()));
        return {};
    }

private:
    Capture& m_capture;
    const dataset::TokenBatch& m_batch;
    const std::size_t m_firstLayer;
    std::size_t m_seen = 0;
    bool m_finite = true;
};

/// The decoder's inputs, and room for what its routers say of them.
Result<DecoderCapture>
prepare(const api::ModelInfo& model, const dataset::Dataset& data, const Targets& targets, int topT)
{
    DecoderCapture result;
    result.inputs.info = data.info;
    result.routing.firstToken.push_back(0);
    for (const std::vector<std::int32_t>& target : targets) {
        result.inputs.samples.push_back(
            {dataset::decoderInputs(target, model.decoderStartToken, model.padToken)});
        result.routing.firstToken.push_back(result.routing.firstToken.back() + target.size());
    }
    std::uint64_t perToken = 0;
    for (const api::MoeLayerInfo& layer : api::decoderMoeLayers(model))
        perToken += static_cast<std::uint64_t>(std::min(topT, layer.experts))
            * (sizeof(std::uint16_t) + sizeof(float));
    const std::uint64_t tokens = result.routing.tokens();
    if (tokens * perToken > kMostCaptureBytes)
        return failure(
            ErrorKind::usage,
            fmt::format(
                "The decoder's routing of {} tokens would take {}, more than the {} allowed; use fewer "
                "samples "
                "(--limit)",
                units::formatCount(tokens), units::formatBytes(tokens * perToken),
                units::formatBytes(kMostCaptureBytes)));
    for (const api::MoeLayerInfo& info : api::decoderMoeLayers(model)) {
        Capture::Layer layer;
        layer.experts = info.experts;
        layer.top = std::min(topT, info.experts);
        layer.indices.resize(tokens * static_cast<std::uint64_t>(layer.top));
        layer.logits.resize(layer.indices.size());
        result.routing.layers.push_back(std::move(layer));
    }
    return result;
}

} // namespace

bool capturesDecoder(const api::ModelInfo& model, const dataset::Dataset& data)
{
    const bool decodes = data.info.task == api::Task::seq2seq || data.info.task == api::Task::score;
    return decodes && model.decoderLoaded && !api::decoderMoeLayers(model).empty();
}

Result<DecoderCapture> captureDecoder(
    const model::Model& model, const dataset::Dataset& data, int topT, int batchSize, int maxNewTokens,
    const ProgressSink& progress, const std::stop_token& stop)
{
    const auto plan = dataset::planBatches(data.samples, batchSize);
    const bool generated = std::any_of(
        data.samples.begin(), data.samples.end(), [](const auto& sample) { return sample.target.empty(); });
    Targets targets;
    if (generated) {
        SIDA_TRY_ASSIGN(targets, generateTargets(model, data, plan, maxNewTokens, progress, stop));
    } else {
        for (const dataset::Sample& sample : data.samples)
            targets.push_back(sample.target);
    }
    SIDA_TRY_ASSIGN(DecoderCapture result, prepare(model.info(), data, targets, topT));
    result.generated = generated;
    model::HostExpertSource experts(model.experts());
    StageProgress stage(progress, "Capturing the decoder's routers' choices", plan.size());
    std::uint32_t number = 0;
    for (const std::vector<std::uint64_t>& samples : plan) {
        if (stop.stop_requested())
            return tl::unexpected(stopped());
        dataset::TokenBatch batch = dataset::makeBatch(data.samples, samples, number++);
        for (std::size_t row = 0; row < samples.size(); ++row)
            batch.targets[row] = targets[samples[row]];
        TargetCollector collector(result.routing, batch, api::predictableLayers(model.info()).size());
        model::ForwardHooks hooks;
        hooks.routerLogits = [&](int layer, std::span<const float> logits, int count) {
            collector.add(layer, logits, count);
        };
        model::ForwardOptions options;
        options.hooks = &hooks;
        SIDA_TRY_ASSIGN(const model::ScoreResult ignored, model.score(batch, false, experts, options));
        SIDA_TRY(collector.finish(model.info()));
        stage.report(number);
    }
    return result;
}

} // namespace sida::predictor
