// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <cstdint>

// Without it the vector versions of the callers could not take these functions in.
#define SIDA_INLINE inline __attribute__((always_inline))
#define SIDA_INLINE_LAMBDA __attribute__((always_inline))

namespace sida::predictor
{

/// e^x with a relative error below 3e-7, without branches, so that loops over it become vector code
/// (Cody-Waite reduction and a polynomial of degree 6).
SIDA_INLINE float exponential(float x)
{
    x = x < -87.0F ? -87.0F : x;
    x = x > 88.0F ? 88.0F : x;
    constexpr float kRound = 12582912.0F; // 1.5 * 2^23: adding it leaves the nearest integer in the low bits
    const float shifted = x * 1.44269504F + kRound;
    const float whole = shifted - kRound;
    const float r = (x - whole * 0.693359375F) + whole * 2.12194440e-4F;
    float p = 1.3888889e-3F;
    p = p * r + 8.3333333e-3F;
    p = p * r + 4.1666667e-2F;
    p = p * r + 1.6666667e-1F;
    p = p * r + 0.5F;
    p = p * r + 1.0F;
    p = p * r + 1.0F;
    // In unsigned arithmetic, where the constants wrap as intended.
    const std::uint32_t exponent = (std::bit_cast<std::uint32_t>(shifted) - 0x4B400000U + 127U) << 23U;
    return p * std::bit_cast<float>(exponent);
}

SIDA_INLINE float sigmoid(float x)
{
    return 1.0F / (1.0F + exponential(-x));
}

SIDA_INLINE float hyperbolicTangent(float x)
{
    return 2.0F / (1.0F + exponential(-2.0F * x)) - 1.0F;
}

} // namespace sida::predictor
