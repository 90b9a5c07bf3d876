// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

namespace sida::dataset
{

/// Samples that go through the model together, padded on the right with id 0 to the longest of them.
/// "Packed" order, used by everything that speaks of tokens: sample after sample, real tokens only.
struct TokenBatch {
    std::uint32_t number = 0; ///< counts over all repeats
    int rows = 0;
    int length = 0; ///< padded
    std::vector<std::int32_t> ids; ///< [rows * length]
    std::vector<int> lengths; ///< real tokens of each row, >= 1
    std::vector<std::uint64_t> samples; ///< index of each row in the dataset
    int tokens() const; ///< real tokens of all rows
};

} // namespace sida::dataset
