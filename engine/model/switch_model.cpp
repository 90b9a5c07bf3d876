// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/log.h"
#include "engine/model/switch_forward.h"
#include "engine/model/switch_info.h"
#include "engine/model/switch_layout.h"
#include "engine/model/switch_weights.h"

#include <fmt/format.h>
#include <utility>

namespace sida::model
{

namespace
{

class SwitchModel final : public Model
{
public:
    SwitchModel(api::ModelInfo info, SwitchWeights weights)
        : m_info(std::move(info))
        , m_weights(std::move(weights))
        , m_forward(std::make_unique<SwitchForward>(m_weights))
    {
    }

    const api::ModelInfo& info() const override { return m_info; }
    const experts::HostStore& experts() const override { return m_weights.experts; }
    std::span<const float> embeddings() const override { return m_weights.embedding.span(); }
    std::uint64_t workspaceBytes(int rows, int length, int topK, int threads) const override
    {
        return m_forward->workspaceBytes(rows, length, topK, threads);
    }

    Result<ForwardResult> forward(
        const dataset::TokenBatch& batch, ExpertSource& source, const ForwardOptions& options) const override
    {
        return m_forward->run(batch, source, options);
    }

private:
    const api::ModelInfo m_info;
    const SwitchWeights m_weights;
    const std::unique_ptr<SwitchForward> m_forward;
};

} // namespace

Result<api::ModelInfo> inspectModel(const std::filesystem::path& folder)
{
    SIDA_TRY_ASSIGN(const checkpoint::Checkpoint checkpoint, checkpoint::Checkpoint::open(folder));
    SIDA_TRY_ASSIGN(const SwitchLayout layout, layOutSwitch(checkpoint));
    return describeSwitch(checkpoint, layout, {.decoder = true});
}

Result<std::unique_ptr<Model>> loadModel(
    const std::filesystem::path& folder, const ProgressSink& progress, const std::stop_token& stop,
    const LoadOptions& options)
{
    SIDA_TRY_ASSIGN(const checkpoint::Checkpoint checkpoint, checkpoint::Checkpoint::open(folder));
    SIDA_TRY_ASSIGN(const SwitchLayout layout, layOutSwitch(checkpoint));
    for (const std::string& warning : layout.warnings)
        spdlog::warn("{}: {}", folder.string(), warning);
    SIDA_TRY_ASSIGN(api::ModelInfo info, describeSwitch(checkpoint, layout, options));
    SIDA_TRY_ASSIGN(SwitchWeights weights, loadSwitch(layout, options, progress, stop));
    return std::make_unique<SwitchModel>(std::move(info), std::move(weights));
}

void HostExpertSource::beginLayer(int moeLayer, std::span<const ActiveExpert> active)
{
    m_layer = moeLayer;
    m_active = active;
    m_next = 0;
}

ExpertSource::Ready HostExpertSource::next()
{
    const std::size_t index = m_next++;
    const ExpertKey key{static_cast<std::uint16_t>(m_layer), m_active[index].expert};
    return {index, m_store.block(key)};
}

std::optional<ExpertSource::Ready> HostExpertSource::nextIfReady()
{
    if (m_next == m_active.size())
        return std::nullopt;
    return next();
}

} // namespace sida::model
