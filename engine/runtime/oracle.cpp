// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/oracle.h"

#include "engine/dataset/batch_stream.h"
#include "engine/device/workspace.h"

namespace sida::runtime
{

Oracle::Oracle()
{
    m_info.path = kName;
    m_info.kind = kName;
}

Status Oracle::attach(const model::Model& model)
{
    m_model = &model;
    m_tables.clear();
    const auto layers = api::predictableLayers(model.info());
    m_info.moeLayers.assign(layers.begin(), layers.end());
    m_info.embeddingDim = model.info().dModel;
    m_info.modelIdentity = model.info().identity;
    return {};
}

Status Oracle::ask(
    const dataset::Dataset& data, int batchSize, int threads, const ProgressSink& progress,
    const std::stop_token& stop)
{
    const std::uint64_t batches = dataset::BatchStream::batches(data, batchSize);
    device::Workspace workspace(
        m_model->workspaceBytes({batchSize, std::max(1, data.info.longest), 1, threads, 0, false}));
    dataset::BatchStream stream(data, batchSize, stop);
    for (std::uint64_t done = 0;; ++done) {
        if (stop.stop_requested())
            return failure(
                ErrorKind::cancelled, "stopped while the oracle asked the model; nothing was recorded");
        SIDA_TRY_ASSIGN(const std::optional<dataset::TokenBatch> batch, stream.next());
        if (!batch)
            return {};
        const device::WorkspaceScope scope(workspace);
        SIDA_TRY_ASSIGN(m_tables[batch->samples.front()], ask(*batch));
        if (progress)
            progress({"Asking the model", done + 1, batches, -1});
    }
}

Result<experts::HashTable> Oracle::ask(const dataset::TokenBatch& batch) const
{
    experts::HashTable table;
    table.k = 1;
    table.tokens = static_cast<int>(batch.tokens());
    table.layers.resize(m_info.moeLayers.size());
    model::ForwardHooks hooks;
    hooks.routed = [&](int moeLayer, std::span<const std::uint16_t> expertOfToken) {
        if (static_cast<std::size_t>(moeLayer) >= table.layers.size())
            return;
        experts::LayerTable& layer = table.layers[static_cast<std::size_t>(moeLayer)];
        layer.experts.assign(expertOfToken.begin(), expertOfToken.end());
        layer.alpha.assign(expertOfToken.size(), 1.0F);
        experts::countPredicted(layer, m_info.moeLayers[static_cast<std::size_t>(moeLayer)].experts);
    };
    model::ForwardOptions options;
    options.hooks = &hooks;
    model::HostExpertSource source(m_model->experts());
    SIDA_TRY_ASSIGN(const model::ForwardResult ignored, m_model->forward(batch, source, options));
    return table;
}

Result<experts::HashTable>
Oracle::predict(const dataset::TokenBatch& batch, std::span<const float>, int) const
{
    const auto found = m_tables.find(batch.samples.front());
    if (found == m_tables.end() || found->second.tokens != static_cast<int>(batch.tokens()))
        return failure(ErrorKind::internal, "the oracle was not asked for this batch");
    return found->second;
}

} // namespace sida::runtime
