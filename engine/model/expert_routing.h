// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/experts/expert_source.h"
#include "engine/experts/hash_table.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sida::model
{

/// Which expert each (token, choice) pair of one layer goes to, and the order that puts pairs of one expert
/// side by side.
struct ExpertRouting {
    /// In expertOfPair: the pair goes to no expert and has no row.
    static constexpr std::uint16_t kNoExpert = 0xFFFF;

    std::size_t k = 1;
    std::vector<std::uint16_t> expertOfPair; ///< [tokens * k]
    std::vector<float> weightOfPair; ///< [tokens * k], what the expert's output is multiplied by
    std::vector<std::uint32_t> rowOfPair; ///< [tokens * k], its row in the sorted order
    std::vector<experts::ActiveExpert> active; ///< by expert, only those with rows

    void resize(std::size_t tokens, std::size_t choices);
    /// Fills rowOfPair and active from expertOfPair, keeping the order of tokens within an expert.
    void sortPairs(std::size_t experts);

private:
    std::vector<std::uint32_t> m_firstRow;
};

} // namespace sida::model
