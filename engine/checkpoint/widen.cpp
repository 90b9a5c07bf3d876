// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/widen.h"

#include <algorithm>
#include <array>
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

void store(std::byte* data, std::size_t index, std::uint16_t value)
{
    std::memcpy(data + index * sizeof value, &value, sizeof value);
}

/// Floats that a conversion goes by way of: they stay in the first-level cache.
constexpr std::size_t kStretch = 2048;

void widen(StorageType from, std::span<const std::byte> in, std::span<float> out)
{
    switch (from) {
    case StorageType::bf16:
        return widenBf16(in, out);
    case StorageType::f16:
        return widenF16(in, out);
    case StorageType::f64:
        return widenF64(in, out);
    default:
        std::memcpy(out.data(), in.data(), in.size());
    }
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

void narrowBf16(std::span<const float> in, std::span<std::byte> out)
{
    const float* from = in.data();
    std::byte* to = out.data();
    for (std::size_t i = 0; i < in.size(); ++i) {
        const auto bits = std::bit_cast<std::uint32_t>(from[i]);
        const std::uint32_t rounded = (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16;
        const bool isNan = (bits & 0x7fffffffu) > 0x7f800000u;
        store(to, i, static_cast<std::uint16_t>(isNan ? 0x7fc0u : rounded));
    }
}

void narrowF16(std::span<const float> in, std::span<std::byte> out)
{
    // Adding this to what will be a subnormal half leaves its bits, rounded, at the end of the mantissa.
    constexpr std::uint32_t kSubnormalMagic = (127u - 15u + 23u - 10u + 1u) << 23;
    constexpr std::uint32_t kTooLarge = (127u + 16u) << 23;
    constexpr std::uint32_t kSmallestNormal = (127u - 14u) << 23;
    const float* from = in.data();
    std::byte* to = out.data();
    for (std::size_t i = 0; i < in.size(); ++i) {
        const auto bits = std::bit_cast<std::uint32_t>(from[i]);
        const std::uint32_t magnitude = bits & 0x7fffffffu;
        const std::uint32_t normal
            = (magnitude - ((127u - 15u) << 23) + 0xfffu + (magnitude >> 13 & 1u)) >> 13;
        const std::uint32_t subnormal = std::bit_cast<std::uint32_t>(
                                            std::bit_cast<float>(magnitude < kSmallestNormal ? magnitude : 0u)
                                            + std::bit_cast<float>(kSubnormalMagic))
            - kSubnormalMagic;
        const std::uint32_t large = magnitude > 0x7f800000u ? 0x7e00u : 0x7c00u;
        std::uint32_t half = magnitude < kSmallestNormal ? subnormal : normal;
        half = magnitude >= kTooLarge ? large : half;
        store(to, i, static_cast<std::uint16_t>(half | (bits >> 16 & 0x8000u)));
    }
}

void convertElements(
    StorageType from, std::span<const std::byte> in, StorageType to, std::span<std::byte> out)
{
    const std::size_t inBytes = static_cast<std::size_t>(bits(from)) / 8;
    const std::size_t outBytes = static_cast<std::size_t>(bits(to)) / 8;
    if (from == to) {
        std::copy(in.begin(), in.end(), out.begin());
        return;
    }
    std::array<float, kStretch> values;
    while (!in.empty()) {
        const std::size_t count = std::min(kStretch, in.size() / inBytes);
        const std::span<float> stretch = std::span(values).first(count);
        widen(from, in.first(count * inBytes), stretch);
        const std::span<std::byte> result = out.first(count * outBytes);
        if (to == StorageType::bf16)
            narrowBf16(stretch, result);
        else if (to == StorageType::f16)
            narrowF16(stretch, result);
        else
            std::memcpy(result.data(), stretch.data(), result.size());
        in = in.subspan(count * inBytes);
        out = out.subspan(count * outBytes);
    }
}

void roundTo(StorageType type, std::span<float> values)
{
    std::array<std::byte, kStretch * 2> halves;
    while (type != StorageType::f32 && !values.empty()) {
        const std::span<float> stretch = values.first(std::min(kStretch, values.size()));
        const std::span<std::byte> half = std::span(halves).first(stretch.size() * 2);
        convertElements(StorageType::f32, std::as_bytes(stretch), type, half);
        widen(type, half, stretch);
        values = values.subspan(stretch.size());
    }
}

} // namespace sida::checkpoint
