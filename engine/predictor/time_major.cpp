// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/time_major.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace sida::predictor
{

TimeMajor::TimeMajor(const dataset::TokenBatch& batch)
{
    const auto rows = static_cast<std::size_t>(batch.rows);
    std::vector<std::size_t> order(rows);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return batch.lengths[a] > batch.lengths[b];
    });
    std::vector<std::uint32_t> firstPacked(rows);
    std::uint32_t tokens = 0;
    for (std::size_t row = 0; row < rows; ++row) {
        firstPacked[row] = tokens;
        tokens += static_cast<std::uint32_t>(batch.lengths[row]);
    }
    for (const std::size_t row : order)
        lengths.push_back(batch.lengths[row]);
    packed.reserve(tokens);
    ids.reserve(tokens);
    stepBegin.push_back(0);
    std::size_t running = rows;
    for (int step = 0; !lengths.empty() && step < lengths.front(); ++step) {
        while (running > 0 && lengths[running - 1] <= step)
            --running;
        for (std::size_t rank = 0; rank < running; ++rank) {
            const std::size_t row = order[rank];
            packed.push_back(firstPacked[row] + static_cast<std::uint32_t>(step));
            ids.push_back(
                batch.ids[row * static_cast<std::size_t>(batch.length) + static_cast<std::size_t>(step)]);
        }
        stepBegin.push_back(static_cast<std::uint32_t>(packed.size()));
    }
}

} // namespace sida::predictor
