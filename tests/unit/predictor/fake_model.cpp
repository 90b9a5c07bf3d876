// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/predictor/fake_model.h"

#include "tests/unit/predictor/predictor_samples.h"

#include <random>

namespace sida::predictor::test
{

namespace
{
constexpr int kWidth = 16;
const std::vector<int> kExperts{8, 5};
} // namespace

FakeModel::FakeModel()
    : m_experts(kExperts, 64, 64)
    , m_embeddings(randomValues(static_cast<std::size_t>(kVocabulary) * kWidth, 21))
{
    m_info.path = "fake";
    m_info.dModel = kWidth;
    m_info.vocabulary = kVocabulary;
    m_info.identity = std::string(64, 'f');
    m_info.moeLayers = {{"encoder.block.1.layer.1.mlp", 8}, {"encoder.block.3.layer.1.mlp", 5}};
}

Result<model::ForwardResult> FakeModel::forward(
    const dataset::TokenBatch& batch, experts::ExpertSource&, const model::ForwardOptions& options) const
{
    if (onForward)
        onForward();
    const int layers = static_cast<int>(kExperts.size()) - (silent ? 1 : 0);
    for (int layer = 0; layer < layers; ++layer) {
        const int experts = kExperts[static_cast<std::size_t>(layer)];
        std::vector<float> logits;
        for (std::size_t row = 0; row < batch.lengths.size(); ++row)
            for (int i = 0; i < batch.lengths[row]; ++i) {
                const int id
                    = batch.ids[row * static_cast<std::size_t>(batch.length) + static_cast<std::size_t>(i)];
                for (int e = 0; e < experts; ++e) {
                    const bool chosen = e == (id * (layer + 3) + id / 7) % experts;
                    logits.push_back(chosen ? 3.0F : 0.1F * static_cast<float>((id + e) % 4));
                }
            }
        if (lastLogit != 0 && layer == 1)
            logits.back() = lastLogit;
        options.hooks->routerLogits(layer, logits, experts);
    }
    return model::ForwardResult{};
}

dataset::Dataset randomDataset(int sentences, std::uint64_t seed)
{
    std::mt19937_64 random(seed);
    dataset::Dataset data;
    data.info.path = "sentences";
    for (int i = 0; i < sentences; ++i) {
        dataset::Sample sample;
        const std::size_t length = 3 + random() % 10;
        for (std::size_t t = 0; t < length; ++t)
            sample.ids.push_back(static_cast<std::int32_t>(random() % FakeModel::kVocabulary));
        data.samples.push_back(std::move(sample));
    }
    return data;
}

} // namespace sida::predictor::test
