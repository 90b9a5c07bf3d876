// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/top_experts.h"

#include "engine/predictor/fast_math.h"
#include "engine/predictor/kernels.h"

#include <cstddef>

namespace sida::predictor
{

void topIndices(std::span<const float> logits, std::span<std::uint16_t> best)
{
    std::size_t found = 0;
    for (std::size_t i = 0; i < logits.size(); ++i) {
        if (found == best.size() && !(logits[i] > logits[best[found - 1]]))
            continue;
        std::size_t place = found < best.size() ? found++ : found - 1;
        for (; place > 0 && logits[i] > logits[best[place - 1]]; --place)
            best[place] = best[place - 1];
        best[place] = static_cast<std::uint16_t>(i);
    }
}

void fillTable(
    std::span<const std::uint32_t> tokens, std::span<const float> logits, const std::vector<int>& experts,
    experts::HashTable& table)
{
    const auto k = static_cast<std::size_t>(table.k);
    std::size_t begin = 0;
    for (const std::uint32_t token : tokens)
        for (std::size_t l = 0; l < experts.size(); ++l) {
            const auto row = logits.subspan(begin, static_cast<std::size_t>(experts[l]));
            begin += row.size();
            experts::LayerTable& layer = table.layers[l];
            const std::span<std::uint16_t> best(layer.experts.data() + token * k, k);
            topIndices(row, best);
            const float largest = row[best.front()];
            const float total = sumOfExponentials(row, largest);
            for (std::size_t i = 0; i < k; ++i)
                layer.alpha[token * k + i] = exponential(row[best[i]] - largest) / total;
        }
}

} // namespace sida::predictor
