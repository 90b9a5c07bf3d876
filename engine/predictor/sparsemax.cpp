// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/sparsemax.h"

#include <algorithm>
#include <cstddef>
#include <functional>

namespace sida::predictor
{

std::string_view name(Sparsemax value)
{
    switch (value) {
    case Sparsemax::textbook:
        return "textbook";
    case Sparsemax::paper:
        return "paper";
    case Sparsemax::none:
        return "none";
    }
    return "";
}

std::optional<Sparsemax> parseSparsemax(std::string_view text)
{
    for (const Sparsemax value : {Sparsemax::textbook, Sparsemax::paper, Sparsemax::none})
        if (name(value) == text)
            return value;
    return std::nullopt;
}

void sparsemaxRow(std::span<float> row, std::span<float> scratch, Sparsemax variant)
{
    if (row.empty())
        return;
    const float largest = *std::max_element(row.begin(), row.end());
    // The threshold is never below largest - 1, so only what lies above can be in the support: a handful of
    // values to sort instead of the whole row.
    std::size_t candidates = 0;
    for (const float value : row)
        if (value > largest - 1.0F)
            scratch[candidates++] = value - largest;
    const auto sorted = scratch.first(candidates);
    std::sort(sorted.begin(), sorted.end(), std::greater<>());
    float sum = 0;
    float supportSum = 0;
    std::size_t support = 0;
    for (std::size_t k = 0; k < sorted.size(); ++k) {
        if (1.0F + static_cast<float>(k + 1) * sorted[k] <= sum + sorted[k])
            break;
        sum += sorted[k];
        support = k + 1;
        supportSum = sum;
    }
    const float count = static_cast<float>(std::max<std::size_t>(support, 1));
    const float threshold = largest + (supportSum - thresholdConstant(variant)) / count;
    float total = 0;
    for (float& value : row) {
        value = std::max(0.0F, value - threshold);
        total += value;
    }
    const float scale = 1.0F / std::max(total, 1e-12F);
    for (float& value : row)
        value *= scale;
}

} // namespace sida::predictor
