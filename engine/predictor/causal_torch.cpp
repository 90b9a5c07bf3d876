// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/causal_torch.h"

#include "engine/dataset/batch.h"
#include "engine/predictor/network_torch.h"

#include <ATen/CPUGeneratorImpl.h>
#include <cmath>
#include <fmt/format.h>
#include <utility>

namespace sida::predictor
{

namespace
{

at::Tensor tableOf(std::span<const float> embeddings, int width)
{
    return at::from_blob(
        const_cast<float*>(embeddings.data()), {static_cast<std::int64_t>(embeddings.size()) / width, width},
        at::kFloat);
}

} // namespace

struct TrainableCausal::State {
    NetworkShape shape;
    const std::vector<dataset::Sample>& sources;
    at::Tensor sourceTable;
    at::Tensor table;
    Parameters parameters;
    at::Tensor sourceWeight; ///< [hiddenDim, embeddingDim]; undefined when the source is not read

    /// What the source adds to the compression, [samples, hiddenDim].
    at::Tensor sourceOf(std::span<const std::uint64_t> samples) const
    {
        std::vector<std::int64_t> ids;
        std::vector<std::int64_t> begins;
        for (const std::uint64_t sample : samples) {
            begins.push_back(static_cast<std::int64_t>(ids.size()));
            ids.insert(ids.end(), sources[sample].ids.begin(), sources[sample].ids.end());
        }
        constexpr std::int64_t kMean = 1;
        const at::Tensor mean = std::get<0>(at::embedding_bag(
            sourceTable, at::tensor(ids, at::kLong), at::tensor(begins, at::kLong), false, kMean));
        return at::linear(mean, sourceWeight);
    }
};

TrainableCausal::TrainableCausal(
    NetworkShape shape, bool readsSource, const std::vector<dataset::Sample>& sources,
    std::span<const float> sourceEmbeddings, std::span<const float> embeddings, std::uint64_t seed)
    : m_state(std::make_unique<State>(State{std::move(shape), sources, {}, {}, {}, {}}))
{
    State& s = *m_state;
    s.sourceTable = tableOf(sourceEmbeddings, s.shape.embeddingDim);
    s.table = tableOf(embeddings, s.shape.embeddingDim);
    s.parameters = randomParameters(s.shape, seed);
    if (!readsSource)
        return;
    at::Generator generator = at::detail::createCPUGenerator(seed + 1);
    const double bound = 1 / std::sqrt(static_cast<double>(s.shape.embeddingDim));
    s.sourceWeight = at::empty({s.shape.hiddenDim, s.shape.embeddingDim}, at::kFloat)
                         .uniform_(-bound, bound, generator)
                         .requires_grad_(true);
}

TrainableCausal::~TrainableCausal() = default;

std::vector<at::Tensor> TrainableCausal::parameters() const
{
    std::vector<at::Tensor> all = m_state->parameters.all();
    if (m_state->sourceWeight.defined())
        all.push_back(m_state->sourceWeight);
    return all;
}

at::Tensor TrainableCausal::logits(const at::Tensor& ids, std::span<const int> lengths) const
{
    const State& s = *m_state;
    return forwardCausalLogits(s.parameters, s.shape.sparsemax, at::embedding(s.table, ids), lengths, {});
}

at::Tensor TrainableCausal::logitsOf(
    const at::Tensor& ids, std::span<const int> lengths, std::span<const std::uint64_t> samples) const
{
    const State& s = *m_state;
    if (!s.sourceWeight.defined())
        return logits(ids, lengths);
    return forwardCausalLogits(
        s.parameters, s.shape.sparsemax, at::embedding(s.table, ids), lengths, s.sourceOf(samples));
}

/// As for the network it is a variant of.
double TrainableCausal::learningRate() const
{
    return m_state->shape.hiddenDim < 128 ? 0.01 : 1.28 / m_state->shape.hiddenDim;
}

Status TrainableCausal::write(
    const std::filesystem::path& path, api::PredictorInfo, const std::map<std::string, std::string>&) const
{
    return failure(
        ErrorKind::internal,
        fmt::format("{}: a decoder's part is written behind an encoder's", path.string()));
}

CausalPart TrainableCausal::part(std::span<const api::MoeLayerInfo> layers) const
{
    const State& s = *m_state;
    CausalPart part;
    part.info.kind = "causal";
    part.info.moeLayers.assign(layers.begin(), layers.end());
    part.info.hiddenDim = s.shape.hiddenDim;
    part.info.sparsemax = name(s.shape.sparsemax);
    part.info.readsSource = s.sourceWeight.defined();
    part.shape = s.shape;
    part.weights.network = toWeights(s.shape, s.parameters);
    if (part.info.readsSource) {
        const at::Tensor plain = s.sourceWeight.detach().contiguous();
        part.weights.source.assign(plain.data_ptr<float>(), plain.data_ptr<float>() + plain.numel());
    }
    return part;
}

} // namespace sida::predictor
