// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/dataset/dataset.h"
#include "engine/predictor/sample_index.h"

#include <cstdint>
#include <span>
#include <vector>

namespace sida::predictor
{

struct Capture;

/// Token ids of some samples and where the routers sent them, packed.
struct CapturedTokens {
    struct Layer {
        int top = 0;
        std::vector<std::uint16_t> indices; ///< [tokens, top], largest logit first, ties to the lower index
        std::vector<float> logits; ///< [tokens, top], counted from the largest, which is 0
    };
    std::vector<std::int32_t> ids;
    std::vector<int> lengths; ///< of each sample
    std::vector<Layer> layers;
};

/// What a network learns from, sample by sample.
class TrainingSource
{
public:
    virtual ~TrainingSource() = default;
    virtual const SampleIndex& index() const = 0;
    virtual std::vector<int> experts() const = 0; ///< per MoE layer
    /// Into `tokens`, whose memory is used again.
    virtual Status read(std::span<const std::uint64_t> samples, CapturedTokens& tokens) const = 0;
};

/// A capture in memory. Both outlive it.
class HeldCapture final : public TrainingSource
{
public:
    HeldCapture(const std::vector<dataset::Sample>& samples, const Capture& routing);

    const SampleIndex& index() const override { return m_index; }
    std::vector<int> experts() const override;
    Status read(std::span<const std::uint64_t> samples, CapturedTokens& tokens) const override;

private:
    const std::vector<dataset::Sample>& m_samples;
    const Capture& m_routing;
    SampleIndex m_index;
};

} // namespace sida::predictor
