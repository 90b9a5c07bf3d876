// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/log.h"
#include "engine/model/switch_decoder.h"
#include "engine/model/switch_forward.h"
#include "engine/model/switch_info.h"
#include "engine/model/switch_layout.h"
#include "engine/model/switch_weights.h"
#include "engine/model/synthetic.h"

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
        : m_info(withLoaded(std::move(info), weights))
        , m_weights(std::move(weights))
        , m_forward(std::make_unique<SwitchForward>(m_weights))
        , m_decoder(m_weights.decoder ? std::make_unique<SwitchDecoder>(m_weights) : nullptr)
    {
    }

    const api::ModelInfo& info() const override { return m_info; }
    const experts::HostStore& experts() const override { return m_weights.experts; }
    ExpertLayout expertLayout() const override { return m_weights.expertLayout; }
    void arrangeExperts(ExpertLayout wanted, const ProgressSink& progress) override
    {
        const ExpertShape shape = expertShape(m_weights.config, m_weights.compute);
        const ExpertLayout layout = possibleLayout(wanted, shape);
        model::arrangeExperts(m_weights.experts, shape, m_weights.expertLayout, layout, progress);
        m_weights.expertLayout = layout;
    }
    std::span<const float> embeddings() const override { return m_weights.embedding.span(); }
    std::span<const float> decoderEmbeddings() const override
    {
        const bool own = m_weights.decoder && m_weights.decoder->embedding.size() > 0;
        return own ? m_weights.decoder->embedding.span() : embeddings();
    }
    const SwitchWeights* encoderWeights() const override { return &m_weights; }
    std::uint64_t denseBytes(api::DType compute) const override { return m_weights.denseBytes(compute); }
    std::uint64_t expertBlockBytes(api::DType compute) const override
    {
        return experts::HostStore::blockBytesFor(matrixBytes(m_weights.config, compute));
    }
    std::uint64_t workspaceBytes(const WorkspaceShape& shape) const override
    {
        const bool decodes = m_decoder && shape.targetLength > 0;
        return m_forward->workspaceBytes(shape.rows, shape.length, shape.topK, shape.threads)
            + (decodes ? m_decoder->workspaceBytes(shape) : 0);
    }

    Result<ForwardResult> forward(
        const dataset::TokenBatch& batch, ExpertSource& source, const ForwardOptions& options) const override
    {
        return m_forward->run(batch, source, options);
    }

    std::vector<float> classify(std::span<const float> hidden, std::span<const int> lengths) const override
    {
        return m_weights.head ? m_forward->classify(hidden, lengths) : std::vector<float>();
    }

    Status checkDecodes() const override;
    Result<GenerateResult> generate(
        const dataset::TokenBatch& batch, int maxNewTokens, ExpertSource& source,
        const ForwardOptions& options) const override
    {
        SIDA_TRY(checkDecodes());
        SIDA_TRY_ASSIGN(const SwitchForward::Encoded encoded, m_forward->encode(batch, source, options));
        return m_decoder->generate(encoded, *m_forward, maxNewTokens, source, options);
    }
    Result<ScoreResult> score(
        const dataset::TokenBatch& batch, bool wantLogits, ExpertSource& source,
        const ForwardOptions& options) const override
    {
        SIDA_TRY(checkDecodes());
        SIDA_TRY_ASSIGN(const SwitchForward::Encoded encoded, m_forward->encode(batch, source, options));
        return m_decoder->score(encoded, *m_forward, batch.targets, wantLogits, source, options);
    }

private:
    static api::ModelInfo withLoaded(api::ModelInfo info, const SwitchWeights& weights)
    {
        const std::size_t decoderBlocks = weights.decoder ? weights.decoder->blocks.size() : 0;
        info.loaded
            = {static_cast<int>(weights.blocks.size() + decoderBlocks), weights.experts.expertCount(),
               weights.denseBytes(weights.compute)};
        return info;
    }

    const api::ModelInfo m_info;
    SwitchWeights m_weights; ///< the layout of its experts changes, nothing else
    const std::unique_ptr<SwitchForward> m_forward;
    const std::unique_ptr<SwitchDecoder> m_decoder; ///< null without one
};

/// What a checkpoint cannot do it cannot do with other options either: the error says what it can.
Status SwitchModel::checkDecodes() const
{
    const char* can = m_weights.head ? "classify (task classify), or give hidden states (task text)"
                                     : "give hidden states (task text)";
    if (!m_decoder)
        return failure(
            ErrorKind::unsupported,
            fmt::format(
                "{}: generating and scoring need a decoder, and this checkpoint has none; it can {}",
                m_info.path.string(), can));
    if (!m_weights.decoder->tiedHead && m_weights.decoder->languageHead.outputs() == 0)
        return failure(
            ErrorKind::unsupported,
            fmt::format(
                "{}: generating and scoring need tensor \"lm_head.weight\", or \"tie_word_embeddings\": true "
                "in config.json, and this checkpoint has neither; it can {}",
                m_info.path.string(), can));
    return {};
}

} // namespace

namespace
{

Result<checkpoint::Checkpoint> openCheckpoint(const std::filesystem::path& folder)
{
    return isSynthetic(folder) ? openSynthetic(folder) : checkpoint::Checkpoint::open(folder);
}

} // namespace

Result<api::ModelInfo> inspectModel(const std::filesystem::path& folder)
{
    SIDA_TRY_ASSIGN(const checkpoint::Checkpoint checkpoint, openCheckpoint(folder));
    SIDA_TRY_ASSIGN(const SwitchLayout layout, layOutSwitch(checkpoint));
    return describeSwitch(checkpoint, layout, {.decoder = true});
}

Result<std::unique_ptr<Model>> loadModel(
    const std::filesystem::path& folder, const ProgressSink& progress, const std::stop_token& stop,
    const LoadOptions& options)
{
    SIDA_TRY_ASSIGN(const checkpoint::Checkpoint checkpoint, openCheckpoint(folder));
    SIDA_TRY_ASSIGN(const SwitchLayout layout, layOutSwitch(checkpoint));
    for (const std::string& warning : layout.warnings)
        spdlog::warn("{}: {}", folder.string(), warning);
    SIDA_TRY_ASSIGN(api::ModelInfo info, describeSwitch(checkpoint, layout, options));
    SIDA_TRY_ASSIGN(SwitchWeights weights, loadSwitch(layout, options, progress, stop));
    return std::make_unique<SwitchModel>(std::move(info), std::move(weights));
}

std::vector<float> Model::classify(std::span<const float>, std::span<const int>) const
{
    return {};
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
