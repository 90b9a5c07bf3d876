// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/random_tensors.h"

#include "engine/checkpoint/tensor_file_state.h"
#include "engine/checkpoint/widen.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace sida::checkpoint
{

namespace
{

/// Spreads each bit of the input over all bits of the output.
constexpr std::uint32_t mix(std::uint32_t x)
{
    x ^= x >> 16;
    x *= 0x7feb352dU;
    x ^= x >> 15;
    x *= 0x846ca68bU;
    x ^= x >> 16;
    return x;
}

std::uint32_t seedOf(std::string_view name, std::uint64_t seed)
{
    std::uint32_t state
        = mix(static_cast<std::uint32_t>(seed)) ^ mix(static_cast<std::uint32_t>(seed >> 32) + 1U);
    for (const char character : name)
        state = mix(state + static_cast<unsigned char>(character));
    return state;
}

void generate(std::uint32_t seed, std::uint32_t first, float deviation, float mean, std::span<float> out)
{
    // A uniform distribution of width 2 has the deviation 1 / sqrt(3).
    const float scale = deviation * std::sqrt(3.0F) / 8388608.0F;
    float* to = out.data();
    const auto count = static_cast<std::uint32_t>(out.size());
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto centred = static_cast<std::int32_t>(mix(seed ^ (first + i) * 0x9e3779b9U) >> 8) - 8388608;
        to[i] = mean + scale * static_cast<float>(centred);
    }
}

} // namespace

RandomTensors::RandomTensors(
    const std::filesystem::path& path, std::vector<RandomTensor> tensors, std::uint64_t seed)
    : TensorFile(std::make_unique<State>(path, -1))
{
    std::uint64_t at = 0;
    for (RandomTensor& tensor : tensors) {
        m_distributions.push_back({seedOf(tensor.name, seed), tensor.deviation, tensor.mean});
        TensorEntry entry{std::move(tensor.name), tensor.type, std::move(tensor.shape), at, at, {}};
        at += entry.bytes();
        entry.end = at;
        m_state->tensors.push_back(std::move(entry));
    }
    m_state->bytes = at;
    m_state->byName.resize(m_state->tensors.size());
    std::iota(m_state->byName.begin(), m_state->byName.end(), 0U);
    std::sort(m_state->byName.begin(), m_state->byName.end(), [&](std::uint32_t a, std::uint32_t b) {
        return m_state->tensors[a].name < m_state->tensors[b].name;
    });
}

Status
RandomTensors::readStored(const TensorEntry& entry, std::uint64_t first, std::span<std::byte> out) const
{
    constexpr std::size_t kStretch = 2048;
    const auto size = static_cast<std::size_t>(bits(entry.type)) / 8;
    const Distribution& from = m_distributions[static_cast<std::size_t>(&entry - m_state->tensors.data())];
    std::array<float, kStretch> values;
    // A tensor of more than 2^32 values would repeat itself, which does no harm.
    auto element = static_cast<std::uint32_t>(first / size);
    while (!out.empty()) {
        const std::span<float> stretch = std::span(values).first(std::min(kStretch, out.size() / size));
        generate(from.seed, element, from.deviation, from.mean, stretch);
        convertElements(
            StorageType::f32, std::as_bytes(stretch), entry.type, out.first(stretch.size() * size));
        out = out.subspan(stretch.size() * size);
        element += static_cast<std::uint32_t>(stretch.size());
    }
    return {};
}

} // namespace sida::checkpoint
