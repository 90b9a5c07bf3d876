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

using FourFloats = float __attribute__((vector_size(16)));
using FourHalves = std::uint16_t __attribute__((vector_size(8)));

/// Four rows of four to four columns.
template <typename Vec, typename T>
void transposeFour(const T* rows, std::size_t stride, T* columns, std::size_t columnStride)
{
    Vec row[4];
    for (std::size_t r = 0; r < 4; ++r)
        std::memcpy(&row[r], rows + r * stride, sizeof(Vec));
    const Vec low01 = __builtin_shufflevector(row[0], row[1], 0, 4, 1, 5);
    const Vec low23 = __builtin_shufflevector(row[2], row[3], 0, 4, 1, 5);
    const Vec high01 = __builtin_shufflevector(row[0], row[1], 2, 6, 3, 7);
    const Vec high23 = __builtin_shufflevector(row[2], row[3], 2, 6, 3, 7);
    const Vec column[4] = {
        __builtin_shufflevector(low01, low23, 0, 1, 4, 5), __builtin_shufflevector(low01, low23, 2, 3, 6, 7),
        __builtin_shufflevector(high01, high23, 0, 1, 4, 5),
        __builtin_shufflevector(high01, high23, 2, 3, 6, 7)};
    for (std::size_t c = 0; c < 4; ++c)
        std::memcpy(columns + c * columnStride, &column[c], sizeof(Vec));
}

template <typename Vec, typename T>
void packRowsOf(const T* weight, std::size_t stride, std::size_t outputs, std::size_t inputs, T* packed)
{
    for (std::size_t first = 0; first < outputs; first += kPanel) {
        const std::size_t width = std::min(kPanel, outputs - first);
        T* panel = packed + first * inputs;
        if (width < kPanel)
            std::memset(panel, 0, inputs * kPanel * sizeof(T));
        const std::size_t fours = inputs / 4 * 4;
        const std::size_t widthFours = width / 4 * 4;
        const T* rows = weight + first * stride;
        for (std::size_t i = 0; i < fours; i += 4) {
            for (std::size_t o = 0; o < widthFours; o += 4)
                transposeFour<Vec>(rows + o * stride + i, stride, panel + i * kPanel + o, kPanel);
        }
        for (std::size_t o = 0; o < width; ++o) {
            for (std::size_t i = o < widthFours ? fours : 0; i < inputs; ++i)
                panel[i * kPanel + o] = rows[o * stride + i];
        }
    }
}

template <typename Vec, typename T>
void unpackRowsOf(const T* packed, std::size_t outputs, std::size_t inputs, T* weight)
{
    const std::size_t fours = inputs / 4 * 4;
    for (std::size_t first = 0; first < outputs; first += kPanel) {
        const T* panel = packed + first * inputs;
        T* rows = weight + first * inputs;
        for (std::size_t o = 0; o < kPanel; o += 4) {
            for (std::size_t i = 0; i < fours; i += 4)
                transposeFour<Vec>(panel + i * kPanel + o, kPanel, rows + o * inputs + i, inputs);
        }
        for (std::size_t o = 0; o < kPanel; ++o) {
            for (std::size_t i = fours; i < inputs; ++i)
                rows[o * inputs + i] = panel[i * kPanel + o];
        }
    }
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
    packRowsOf<FourFloats>(weight, stride, outputs, inputs, packed);
}

void packRows(
    const std::uint16_t* weight, std::size_t stride, std::size_t outputs, std::size_t inputs,
    std::uint16_t* packed)
{
    packRowsOf<FourHalves>(weight, stride, outputs, inputs, packed);
}

void unpackRows(const float* packed, std::size_t outputs, std::size_t inputs, float* weight)
{
    unpackRowsOf<FourFloats>(packed, outputs, inputs, weight);
}

void unpackRows(const std::uint16_t* packed, std::size_t outputs, std::size_t inputs, std::uint16_t* weight)
{
    unpackRowsOf<FourHalves>(packed, outputs, inputs, weight);
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
