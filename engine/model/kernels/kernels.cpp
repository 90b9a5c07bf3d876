// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/kernels/kernels.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

namespace sida::model::kernels
{

extern const Kernels kBaseline;
#ifdef SIDA_X86_KERNELS
extern const Kernels kAvx2;
extern const Kernels kAvx512;
#endif

namespace
{

struct Available {
    std::array<const Kernels*, 3> sets{};
    std::size_t count = 0;

    Available()
    {
        sets[count++] = &kBaseline;
#ifdef SIDA_X86_KERNELS
        if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
            sets[count++] = &kAvx2;
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")
            && __builtin_cpu_supports("avx512vl"))
            sets[count++] = &kAvx512;
#endif
    }
};

const Available& available()
{
    static const Available sets;
    return sets;
}

} // namespace

const Kernels& kernels()
{
    return *available().sets[available().count - 1];
}

std::size_t availableKernels(const Kernels* const*& sets)
{
    sets = available().sets.data();
    return available().count;
}

std::uint16_t toHalf(float value, Element half)
{
    if (half == Element::bf16) {
        const auto bits = std::bit_cast<std::uint32_t>(value);
        if (std::isnan(value))
            return static_cast<std::uint16_t>(bits >> 16 | 0x40);
        return static_cast<std::uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
    }
    const auto sign = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16 & 0x8000);
    const float magnitude = std::fabs(value);
    if (std::isnan(value))
        return sign | 0x7E00;
    if (magnitude >= 65520.0F)
        return sign | 0x7C00;
    if (magnitude < 0x1p-14F) // below the normal numbers: whole multiples of 2^-24
        return static_cast<std::uint16_t>(
            sign | static_cast<std::uint16_t>(std::nearbyint(magnitude * 0x1p24F)));
    const auto bits = std::bit_cast<std::uint32_t>(magnitude);
    const std::uint32_t rounded = bits + 0xFFF + (bits >> 13 & 1);
    return static_cast<std::uint16_t>(sign | (rounded - (112U << 23)) >> 13);
}

float fromHalf(std::uint16_t bits, Element half)
{
    if (half == Element::bf16)
        return std::bit_cast<float>(std::uint32_t{bits} << 16);
    const std::uint32_t exponent = bits >> 10 & 0x1F;
    const std::uint32_t fraction = bits & 0x3FF;
    const float sign = (bits & 0x8000) != 0 ? -1.0F : 1.0F;
    if (exponent == 0)
        return sign * static_cast<float>(fraction) * 0x1p-24F;
    const std::uint32_t wide = exponent == 0x1F ? 0xFF : exponent + 112;
    return std::copysign(std::bit_cast<float>(wide << 23 | fraction << 13), sign);
}

void packRows(const float* weight, std::size_t stride, std::size_t outputs, std::size_t inputs, float* packed)
{
    for (std::size_t first = 0; first < outputs; first += kPanel) {
        const std::size_t width = std::min(kPanel, outputs - first);
        float* panel = packed + first * inputs;
        if (width < kPanel)
            std::memset(panel, 0, inputs * kPanel * sizeof(float));
        // Square blocks, so that both sides stay in the nearest cache.
        for (std::size_t block = 0; block < inputs; block += kPanel) {
            const std::size_t end = std::min(block + kPanel, inputs);
            for (std::size_t o = 0; o < width; ++o) {
                const float* row = weight + (first + o) * stride;
                for (std::size_t i = block; i < end; ++i)
                    panel[i * kPanel + o] = row[i];
            }
        }
    }
}

void packColumns(
    const float* weight, std::size_t stride, std::size_t inputs, std::size_t outputs, float* packed)
{
    for (std::size_t first = 0; first < outputs; first += kPanel) {
        const std::size_t width = std::min(kPanel, outputs - first);
        float* panel = packed + first * inputs;
        if (width < kPanel)
            std::memset(panel, 0, inputs * kPanel * sizeof(float));
        for (std::size_t i = 0; i < inputs; ++i)
            std::memcpy(panel + i * kPanel, weight + i * stride + first, width * sizeof(float));
    }
}

} // namespace sida::model::kernels
