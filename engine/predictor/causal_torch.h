// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/predictor/causal_file.h"
#include "engine/predictor/trainable_torch.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace sida::dataset
{
struct Sample;
}

namespace sida::predictor
{

/// The causal network (causal_network.h) in a form that can be differentiated.
class TrainableCausal final : public Trainable
{
public:
    /// `sources` are the samples whose decoder inputs are learned from, by sample. `sourceEmbeddings` and
    /// `embeddings` [vocabulary, embeddingDim] are those of the source and of the decoder's inputs. All of
    /// them outlive it.
    TrainableCausal(
        NetworkShape shape, bool readsSource, const std::vector<dataset::Sample>& sources,
        std::span<const float> sourceEmbeddings, std::span<const float> embeddings, std::uint64_t seed);
    ~TrainableCausal() override;

    std::vector<at::Tensor> parameters() const override;
    /// Without a source.
    at::Tensor logits(const at::Tensor& ids, std::span<const int> lengths) const override;
    at::Tensor logitsOf(
        const at::Tensor& ids, std::span<const int> lengths,
        std::span<const std::uint64_t> samples) const override;
    double learningRate() const override;
    /// A causal network is no file of its own; see part().
    Status write(
        const std::filesystem::path& path, api::PredictorInfo info,
        const std::map<std::string, std::string>& notes) const override;
    /// As it stands. `layers` are the decoder's.
    CausalPart part(std::span<const api::MoeLayerInfo> layers) const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace sida::predictor
