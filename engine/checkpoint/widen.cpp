// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/widen.h"

#include <bit>
#include <cstdint>
#include <cstring>

namespace sida::checkpoint
{

static_assert(std::endian::native == std::endian::little, "safetensors data is read as it lies in memory");

namespace
{

template <typename T>
T load(const std::byte* data, std::size_t index)
{
    T value;
    std::memcpy(&value, data + index * sizeof(T), sizeof(T));
    return value;
}

} // namespace

void widenBf16(std::span<const std::byte> in, std::span<float> out)
{
    const std::byte* from = in.data();
    float* to = out.data();
    for (std::size_t i = 0; i < out.size(); ++i)
        to[i] = std::bit_cast<float>(static_cast<std::uint32_t>(load<std::uint16_t>(from, i)) << 16);
}

void widenF16(std::span<const std::byte> in, std::span<float> out)
{
    constexpr std::uint32_t kRebias = (127u - 15u) << 23;
    const std::byte* from = in.data();
    float* to = out.data();
    for (std::size_t i = 0; i < out.size(); ++i) {
        const std::uint32_t half = load<std::uint16_t>(from, i);
        const std::uint32_t magnitude = half & 0x7fffu;
        const std::uint32_t normal = (magnitude << 13) + kRebias + (magnitude >= 0x7c00u ? kRebias : 0u);
        // 0.5 has a unit in the last place of 2^-24, which is what a subnormal half counts in.
        const float subnormal = std::bit_cast<float>(0x3f000000u + (magnitude & 0x3ffu)) - 0.5f;
        const std::uint32_t bits = magnitude < 0x400u ? std::bit_cast<std::uint32_t>(subnormal) : normal;
        to[i] = std::bit_cast<float>(bits | (half & 0x8000u) << 16);
    }
}

void widenF64(std::span<const std::byte> in, std::span<float> out)
{
    const std::byte* from = in.data();
    float* to = out.data();
    for (std::size_t i = 0; i < out.size(); ++i)
        to[i] = static_cast<float>(load<double>(from, i));
}

} // namespace sida::checkpoint
