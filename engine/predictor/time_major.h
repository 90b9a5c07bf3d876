// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/dataset/batch.h"

#include <cstdint>
#include <vector>

namespace sida::predictor
{

/// The order in which a recurrent network meets the real tokens of a batch: the first tokens of all
/// sentences, then the second ones, longest sentence first, so that the sentences still running are always
/// the first ones and padding never appears.
struct TimeMajor {
    std::vector<std::uint32_t> stepBegin; ///< first token of each time step, and the number of tokens
    std::vector<int> lengths; ///< of the sentences, longest first
    std::vector<std::uint32_t> packed; ///< where each token stands in packed order
    std::vector<std::int32_t> ids; ///< its token id

    explicit TimeMajor(const dataset::TokenBatch& batch);

    int steps() const { return static_cast<int>(stepBegin.size()) - 1; }
    int running(int step) const
    {
        const auto at = static_cast<std::size_t>(step);
        return static_cast<int>(stepBegin[at + 1] - stepBegin[at]);
    }
    /// Place of the token `step` of the sentence with that rank.
    std::uint32_t token(int step, int rank) const
    {
        return stepBegin[static_cast<std::size_t>(step)] + static_cast<std::uint32_t>(rank);
    }
};

} // namespace sida::predictor
