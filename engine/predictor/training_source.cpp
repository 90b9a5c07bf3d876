// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/training_source.h"

#include "engine/predictor/capture.h"

#include <cstddef>

namespace sida::predictor
{

HeldCapture::HeldCapture(const std::vector<dataset::Sample>& samples, const Capture& routing)
    : m_samples(samples)
    , m_routing(routing)
{
    for (const dataset::Sample& sample : samples)
        m_index.add(sample.ids);
}

std::vector<int> HeldCapture::experts() const
{
    std::vector<int> experts;
    for (const Capture::Layer& layer : m_routing.layers)
        experts.push_back(layer.experts);
    return experts;
}

Status HeldCapture::read(std::span<const std::uint64_t> samples, CapturedTokens& tokens) const
{
    tokens.ids.clear();
    tokens.lengths.clear();
    for (const std::uint64_t sample : samples) {
        const std::vector<std::int32_t>& ids = m_samples[sample].ids;
        tokens.ids.insert(tokens.ids.end(), ids.begin(), ids.end());
        tokens.lengths.push_back(static_cast<int>(ids.size()));
    }
    tokens.layers.resize(m_routing.layers.size());
    for (std::size_t l = 0; l < tokens.layers.size(); ++l) {
        const Capture::Layer& from = m_routing.layers[l];
        CapturedTokens::Layer& to = tokens.layers[l];
        to.top = from.top;
        to.indices.clear();
        to.logits.clear();
        const auto top = static_cast<std::size_t>(from.top);
        for (const std::uint64_t sample : samples)
            for (std::size_t token = m_routing.firstToken[sample]; token < m_routing.firstToken[sample + 1];
                 ++token) {
                const std::size_t first = token * top;
                for (std::size_t i = first; i < first + top; ++i) {
                    to.indices.push_back(from.indices[i]);
                    to.logits.push_back(from.logits[i] - from.logits[first]);
                }
            }
    }
    return {};
}

} // namespace sida::predictor
