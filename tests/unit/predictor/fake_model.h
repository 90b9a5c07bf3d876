// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/dataset/dataset.h"
#include "engine/model/model.h"

#include <functional>
#include <vector>

namespace sida::predictor::test
{

/// A model without transformer blocks whose routers look at the token's id only.
class FakeModel final : public model::Model
{
public:
    static constexpr int kVocabulary = 60;

    FakeModel();
    const api::ModelInfo& info() const override { return m_info; }
    const experts::HostStore& experts() const override { return m_experts; }
    std::span<const float> embeddings() const override { return m_embeddings; }
    std::uint64_t denseBytes(api::DType) const override { return 0; }
    std::uint64_t expertBlockBytes(api::DType) const override { return m_experts.blockBytes(); }
    std::uint64_t workspaceBytes(const model::WorkspaceShape&) const override { return 0; }
    Status checkDecodes() const override { return failure(ErrorKind::unsupported, "no decoder"); }
    Result<model::GenerateResult> generate(
        const dataset::TokenBatch&, int, model::ExpertSource&, const model::ForwardOptions&) const override
    {
        return failure(ErrorKind::unsupported, "no decoder");
    }
    Result<model::ScoreResult>
    score(const dataset::TokenBatch&, bool, model::ExpertSource&, const model::ForwardOptions&) const override
    {
        return failure(ErrorKind::unsupported, "no decoder");
    }
    Result<model::ForwardResult> forward(
        const dataset::TokenBatch& batch, experts::ExpertSource& source,
        const model::ForwardOptions& options) const override;

    api::ModelInfo& info() { return m_info; }
    /// Called at the begin of each forward pass.
    std::function<void()> onForward;
    /// Replaces the last logit of the second layer in every batch, when it is not 0.
    float lastLogit = 0;
    bool silent = false; ///< does not report its last layer

private:
    api::ModelInfo m_info;
    experts::HostStore m_experts;
    std::vector<float> m_embeddings;
};

/// Sentences of 3 to 12 random tokens.
dataset::Dataset randomDataset(int sentences, std::uint64_t seed = 11);

} // namespace sida::predictor::test
