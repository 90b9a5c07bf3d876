// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace sida::runtime
{

/// One row of a [rows, columns] matrix.
inline std::span<const float> rowOf(const std::vector<float>& matrix, std::size_t row, std::size_t rows)
{
    const std::size_t columns = matrix.size() / rows;
    return std::span(matrix).subspan(row * columns, columns);
}

inline std::int32_t mostProbable(std::span<const float> logits)
{
    return static_cast<std::int32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

} // namespace sida::runtime
