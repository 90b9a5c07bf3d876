// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>

namespace sida::checkpoint
{

// Widening to float32. `in` holds out.size() elements, little-endian, at any alignment. Exact for bf16 and
// f16 (subnormals, infinities and NaN included, whatever the thread's rounding of subnormals); f64 is rounded
// to nearest.
void widenBf16(std::span<const std::byte> in, std::span<float> out);
void widenF16(std::span<const std::byte> in, std::span<float> out);
void widenF64(std::span<const std::byte> in, std::span<float> out);

} // namespace sida::checkpoint
