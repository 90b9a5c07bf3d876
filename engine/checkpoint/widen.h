// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/checkpoint/tensor_file.h"

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

// Narrowing to a half type, rounded to nearest even as torch does; too large for f16 is infinite. `out` holds
// in.size() elements.
void narrowBf16(std::span<const float> in, std::span<std::byte> out);
void narrowF16(std::span<const float> in, std::span<std::byte> out);

/// From one of F32, BF16, F16 and F64 to one of the first three; both spans hold the same number of elements.
void convertElements(
    StorageType from, std::span<const std::byte> in, StorageType to, std::span<std::byte> out);

/// Rounds values in place to what the type can hold.
void roundTo(StorageType type, std::span<float> values);

} // namespace sida::checkpoint
