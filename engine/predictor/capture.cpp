// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/capture.h"

#include "engine/base/units.h"
#include "engine/predictor/stage_progress.h"
#include "engine/predictor/top_experts.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <span>

namespace sida::predictor
{

namespace
{

/// Sorts what the hook says of one batch into the capture.
class BatchCollector
{
public:
    BatchCollector(Capture& capture, const dataset::TokenBatch& batch)
        : m_capture(capture)
        , m_batch(batch)
        , m_seen(capture.layers.size(), false)
    {
    }

    void add(int moeLayer, std::span<const float> logits, int experts)
    {
        const auto l = static_cast<std::size_t>(moeLayer);
        if (moeLayer < 0 || l >= m_capture.layers.size() || experts != m_capture.layers[l].experts) {
            m_wrong = true;
            return;
        }
        Capture::Layer& layer = m_capture.layers[l];
        const auto top = static_cast<std::size_t>(layer.top);
        const auto width = static_cast<std::size_t>(experts);
        if (!std::all_of(logits.begin(), logits.end(), [](float v) { return std::isfinite(v); }))
            m_notFinite = moeLayer;
        std::size_t next = 0;
        for (std::size_t row = 0; row < m_batch.samples.size(); ++row) {
            std::size_t token = m_capture.firstToken[m_batch.samples[row]];
            for (int i = 0; i < m_batch.lengths[row]; ++i, ++token, next += width) {
                if (next + width > logits.size()) {
                    m_wrong = true;
                    return;
                }
                const auto values = logits.subspan(next, width);
                const std::span best(layer.indices.data() + token * top, top);
                topIndices(values, best);
                for (std::size_t t = 0; t < top; ++t)
                    layer.logits[token * top + t] = values[best[t]];
            }
        }
        m_seen[l] = true;
        m_wrong = m_wrong || next != logits.size();
    }

    Status finish(const api::ModelInfo& model) const
    {
        if (m_wrong || std::find(m_seen.begin(), m_seen.end(), false) != m_seen.end())
            return failure(
                ErrorKind::internal,
                fmt::format("{}: the routers did not report every MoE layer", model.path.string()));
        if (m_notFinite >= 0)
            return badInput(fmt::format(
                "{}: the router of {} gave a value that is not a number; the checkpoint is damaged or its "
                "data type too narrow",
                model.path.string(), model.moeLayers[static_cast<std::size_t>(m_notFinite)].name));
        return {};
    }

private:
    Capture& m_capture;
    const dataset::TokenBatch& m_batch;
    std::vector<bool> m_seen;
    bool m_wrong = false;
    int m_notFinite = -1;
};

Result<Capture> prepare(const api::ModelInfo& model, const std::vector<dataset::Sample>& samples, int topT)
{
    Capture capture;
    capture.firstToken.reserve(samples.size() + 1);
    capture.firstToken.push_back(0);
    for (const dataset::Sample& sample : samples)
        capture.firstToken.push_back(capture.firstToken.back() + sample.ids.size());
    const std::uint64_t bytes = captureBytes(model, capture.tokens(), topT);
    if (bytes > kMostCaptureBytes)
        return failure(
            ErrorKind::usage,
            fmt::format(
                "The routing of {} tokens would take {}, more than the {} allowed in memory; use fewer "
                "samples (--limit)",
                units::formatCount(capture.tokens()), units::formatBytes(bytes),
                units::formatBytes(kMostCaptureBytes)));
    for (const api::MoeLayerInfo& info : api::predictableLayers(model)) {
        Capture::Layer layer;
        layer.experts = info.experts;
        layer.top = std::min(topT, info.experts);
        layer.indices.resize(capture.tokens() * static_cast<std::uint64_t>(layer.top));
        layer.logits.resize(layer.indices.size());
        capture.layers.push_back(std::move(layer));
    }
    return capture;
}

} // namespace

std::uint64_t captureBytes(const api::ModelInfo& model, std::uint64_t tokens, int topT)
{
    std::uint64_t perToken = 0;
    for (const api::MoeLayerInfo& layer : api::predictableLayers(model))
        perToken += static_cast<std::uint64_t>(std::min(topT, layer.experts))
            * (sizeof(std::uint16_t) + sizeof(float));
    return tokens * perToken;
}

std::uint64_t Capture::bytes() const
{
    std::uint64_t bytes = 0;
    for (const Layer& layer : layers)
        bytes += layer.indices.size() * sizeof(std::uint16_t) + layer.logits.size() * sizeof(float);
    return bytes;
}

Result<Capture> captureSamples(
    const model::Model& model, const std::vector<dataset::Sample>& samples, int topT, int batchSize,
    const std::function<void(std::uint64_t)>& done, const std::stop_token& stop)
{
    SIDA_TRY_ASSIGN(Capture capture, prepare(model.info(), samples, topT));
    const auto plan = dataset::planBatches(samples, batchSize);
    model::HostExpertSource experts(model.experts());
    std::uint32_t number = 0;
    std::uint64_t finished = 0;
    for (const std::vector<std::uint64_t>& indices : plan) {
        if (stop.stop_requested())
            return failure(ErrorKind::cancelled, "Training was stopped; nothing was written");
        const dataset::TokenBatch batch = dataset::makeBatch(samples, indices, number++);
        BatchCollector collector(capture, batch);
        model::ForwardHooks hooks;
        hooks.routerLogits = [&](int layer, std::span<const float> logits, int count) {
            collector.add(layer, logits, count);
        };
        model::ForwardOptions options;
        options.hooks = &hooks;
        SIDA_TRY_ASSIGN(const model::ForwardResult ignored, model.forward(batch, experts, options));
        SIDA_TRY(collector.finish(model.info()));
        finished += indices.size();
        done(finished);
    }
    return capture;
}

Result<Capture> captureRouting(
    const model::Model& model, const dataset::Dataset& data, int topT, int batchSize,
    const ProgressSink& progress, const std::stop_token& stop)
{
    StageProgress stage(progress, "Capturing the routers' choices", data.samples.size());
    return captureSamples(
        model, data.samples, topT, batchSize, [&](std::uint64_t done) { stage.report(done); }, stop);
}

} // namespace sida::predictor
