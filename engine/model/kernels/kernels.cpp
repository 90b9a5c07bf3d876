// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/kernels/kernels.h"

#include <algorithm>
#include <array>
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
