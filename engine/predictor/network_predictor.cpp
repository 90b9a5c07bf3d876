// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/causal_network.h"
#include "engine/predictor/network.h"
#include "engine/predictor/predictor.h"
#include "engine/predictor/shadow_network.h"
#include "engine/predictor/top_experts.h"

#include <algorithm>
#include <exception>
#include <fmt/format.h>
#include <numeric>

namespace sida::predictor
{

namespace
{

constexpr std::size_t kShortIdentity = 12; // enough of a digest to tell two models apart by eye

tl::unexpected<Error> wrongBatch(const api::PredictorInfo& info, const std::string& what)
{
    return failure(ErrorKind::internal, fmt::format("{}: cannot predict: {}", info.path.string(), what));
}

std::string shortIdentity(const std::string& identity)
{
    return identity.substr(0, kShortIdentity);
}

/// A predictor of either kind around its network. That of a shadow exists only beside its model.
class NetworkPredictor : public Predictor
{
public:
    NetworkPredictor(
        api::PredictorInfo info, std::unique_ptr<HashNetwork> network,
        std::unique_ptr<const CausalNetwork> decoder)
        : m_info(std::move(info))
        , m_network(std::move(network))
        , m_decoder(std::move(decoder))
    {
    }

    const api::PredictorInfo& info() const override { return m_info; }
    Status attach(const model::Model& model) override { return checkFits(m_info, model.info()); }
    void useThreads(int threads) override
    {
        m_threads = threads;
        if (m_network)
            m_network->useThreads(threads);
    }
    std::uint64_t weightBytes() const override { return m_network ? m_network->weightBytes() : 0; }
    std::uint64_t workspaceBytes(int rows, int length) const override
    {
        return m_network ? m_network->workspaceBytes(rows, length) : 0;
    }
    const CausalNetwork* decoder() const override { return m_decoder.get(); }

    Result<experts::HashTable>
    predict(const dataset::TokenBatch& batch, std::span<const float> embeddings, int topK) const override;

protected:
    Status check(const dataset::TokenBatch& batch, std::span<const float> embeddings, int topK) const;
    experts::HashTable emptyTable(const dataset::TokenBatch& batch, int topK) const;

    api::PredictorInfo m_info;
    std::unique_ptr<HashNetwork> m_network;
    std::unique_ptr<const CausalNetwork> m_decoder; ///< null without such a part
    int m_threads = 1;
};

class ShadowPredictor final : public NetworkPredictor
{
public:
    ShadowPredictor(api::PredictorInfo info, std::unique_ptr<const CausalNetwork> decoder)
        : NetworkPredictor(std::move(info), nullptr, std::move(decoder))
    {
    }

    Status attach(const model::Model& model) override
    {
        SIDA_TRY(checkFits(m_info, model.info()));
        SIDA_TRY_ASSIGN(const model::SwitchWeights* weights, shadowedEncoder(model));
        SIDA_TRY_ASSIGN(ShadowFile file, readShadowFile(m_info.path));
        SIDA_TRY(checkFits(file.info, model.info()));
        m_network = makeShadowNetwork(*weights, file.shape, file.surrogates);
        m_network->useThreads(m_threads);
        m_info = std::move(file.info);
        return {};
    }
};

Status
NetworkPredictor::check(const dataset::TokenBatch& batch, std::span<const float> embeddings, int topK) const
{
    if (!m_network)
        return wrongBatch(m_info, "its model is not loaded");
    const std::vector<int>& experts = m_network->experts();
    const int fewest = *std::min_element(experts.begin(), experts.end());
    if (topK < 1 || topK > fewest)
        return failure(
            ErrorKind::usage,
            fmt::format(
                "top-k: expected 1 to {}, the experts of the model's smallest MoE layer, found {}", fewest,
                topK));
    const auto width = static_cast<std::size_t>(m_info.embeddingDim);
    if (embeddings.empty() || embeddings.size() % width != 0)
        return wrongBatch(m_info, fmt::format("the model's embeddings are not {} wide", width));
    const auto rows = static_cast<std::size_t>(std::max(batch.rows, 0));
    const auto length = static_cast<std::size_t>(std::max(batch.length, 0));
    if (batch.lengths.size() != rows || batch.ids.size() != rows * length)
        return wrongBatch(m_info, "the batch's sizes contradict each other");
    const std::size_t vocabulary = embeddings.size() / width;
    for (std::size_t row = 0; row < rows; ++row) {
        if (batch.lengths[row] < 1 || batch.lengths[row] > batch.length)
            return wrongBatch(m_info, fmt::format("row {} has {} tokens", row, batch.lengths[row]));
        for (int i = 0; i < batch.lengths[row]; ++i) {
            const std::int32_t id = batch.ids[row * length + static_cast<std::size_t>(i)];
            if (id < 0 || static_cast<std::size_t>(id) >= vocabulary)
                return wrongBatch(
                    m_info, fmt::format("token id {} lies outside the vocabulary of {}", id, vocabulary));
        }
    }
    return {};
}

experts::HashTable NetworkPredictor::emptyTable(const dataset::TokenBatch& batch, int topK) const
{
    experts::HashTable table;
    table.batch = batch.number;
    table.k = topK;
    table.tokens = std::accumulate(batch.lengths.begin(), batch.lengths.end(), 0);
    table.layers.resize(m_info.moeLayers.size());
    for (experts::LayerTable& layer : table.layers) {
        layer.experts.resize(static_cast<std::size_t>(table.tokens) * static_cast<std::size_t>(topK));
        layer.alpha.resize(layer.experts.size());
    }
    return table;
}

Result<experts::HashTable>
NetworkPredictor::predict(const dataset::TokenBatch& batch, std::span<const float> embeddings, int topK) const
{
    SIDA_TRY(check(batch, embeddings, topK));
    try {
        experts::HashTable table = emptyTable(batch, topK);
        const std::vector<int>& experts = m_network->experts();
        m_network->forward(
            batch, embeddings, [&](std::span<const std::uint32_t> tokens, std::span<const float> logits) {
                fillTable(tokens, logits, experts, table);
            });
        for (std::size_t i = 0; i < table.layers.size(); ++i)
            experts::countPredicted(table.layers[i], experts[i]);
        return table;
    } catch (const std::exception& exception) {
        return wrongBatch(m_info, exception.what());
    }
}

} // namespace

Result<api::PredictorInfo> inspectPredictor(const std::filesystem::path& file)
{
    return readPredictorInfo(file);
}

Result<std::unique_ptr<Predictor>> loadPredictor(const std::filesystem::path& file)
{
    SIDA_TRY_ASSIGN(api::PredictorInfo info, readPredictorInfo(file));
    try {
        std::unique_ptr<const CausalNetwork> decoder;
        if (info.decoder) {
            SIDA_TRY_ASSIGN(const CausalPart part, readCausalPart(file));
            decoder = std::make_unique<CausalNetwork>(part.shape, part.weights);
        }
        if (info.kind == "shadow")
            return std::make_unique<ShadowPredictor>(std::move(info), std::move(decoder));
        SIDA_TRY_ASSIGN(PredictorFile read, readPredictorFile(file));
        auto network = std::make_unique<Network>(read.shape, read.weights);
        return std::make_unique<NetworkPredictor>(
            std::move(read.info), std::move(network), std::move(decoder));
    } catch (const std::exception& exception) {
        return failure(
            ErrorKind::internal,
            fmt::format("{}: cannot set up the predictor: {}", file.string(), exception.what()));
    }
}

Status checkFits(const api::PredictorInfo& predictor, const api::ModelInfo& model)
{
    const auto misfit = [&](const std::string& what) {
        return badInput(fmt::format(
            "{}: this predictor was trained for model {}, not for {} ({}): {}; choose the predictor of this "
            "model or train one with `sida train`",
            predictor.path.string(), shortIdentity(predictor.modelIdentity), model.path.string(),
            shortIdentity(model.identity), what));
    };
    const auto checkLayers
        = [&](const std::vector<api::MoeLayerInfo>& known, std::span<const api::MoeLayerInfo> actual,
              std::string_view stack) -> Status {
        if (known.size() != actual.size())
            return misfit(fmt::format(
                "it knows {} MoE layers, the model's {} has {}", known.size(), stack, actual.size()));
        for (std::size_t i = 0; i < actual.size(); ++i) {
            if (known[i].name != actual[i].name)
                return misfit(fmt::format(
                    "its MoE layer {} is {}, the model's is {}", i, known[i].name, actual[i].name));
            if (known[i].experts != actual[i].experts)
                return misfit(fmt::format(
                    "{} has {} experts in the predictor and {} in the model", actual[i].name,
                    known[i].experts, actual[i].experts));
        }
        return {};
    };
    SIDA_TRY(checkLayers(predictor.moeLayers, api::predictableLayers(model), "encoder"));
    if (predictor.decoder && model.decoderLoaded)
        SIDA_TRY(checkLayers(predictor.decoder->moeLayers, api::decoderMoeLayers(model), "decoder"));
    if (predictor.embeddingDim != model.dModel)
        return misfit(fmt::format(
            "it reads embeddings of {} values, the model's have {}", predictor.embeddingDim, model.dModel));
    if (predictor.modelIdentity != model.identity)
        return misfit("the layers agree, but the routers' weights are different");
    return {};
}

} // namespace sida::predictor
