// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/training_plan.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <numeric>
#include <utility>

namespace sida::predictor
{

namespace
{

/// Like std::shuffle, whose result differs between standard libraries.
template <typename T>
void shuffle(std::vector<T>& values, std::mt19937_64& random)
{
    for (std::size_t i = values.size(); i > 1; --i)
        std::swap(values[i - 1], values[random() % i]);
}

} // namespace

Split splitSamples(const SampleIndex& samples, double heldOutShare, std::uint64_t seed)
{
    std::vector<std::uint64_t> order(samples.samples());
    std::iota(order.begin(), order.end(), std::uint64_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::uint64_t a, std::uint64_t b) {
        return samples.keys[a] < samples.keys[b];
    });
    std::vector<std::vector<std::uint64_t>> groups;
    for (const std::uint64_t sample : order) {
        if (groups.empty() || samples.keys[groups.back().front()] != samples.keys[sample])
            groups.emplace_back();
        groups.back().push_back(sample);
    }
    std::mt19937_64 random(seed);
    shuffle(groups, random);
    const auto wanted = static_cast<std::uint64_t>(
        std::max(1.0, std::round(heldOutShare * static_cast<double>(samples.samples()))));
    Split split;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        const bool judge = split.heldOut.size() < wanted && i + 1 < groups.size();
        auto& side = judge ? split.heldOut : split.train;
        side.insert(side.end(), groups[i].begin(), groups[i].end());
    }
    std::sort(split.train.begin(), split.train.end());
    std::sort(split.heldOut.begin(), split.heldOut.end());
    return split;
}

std::vector<std::vector<std::uint64_t>> shuffledBatches(
    const SampleIndex& samples, std::vector<std::uint64_t> indices, int batchSize, std::mt19937_64& random)
{
    shuffle(indices, random);
    std::stable_sort(indices.begin(), indices.end(), [&](std::uint64_t a, std::uint64_t b) {
        return samples.length(a) < samples.length(b);
    });
    const auto size = static_cast<std::size_t>(batchSize);
    std::vector<std::vector<std::uint64_t>> batches;
    for (std::size_t begin = 0; begin < indices.size(); begin += size) {
        const std::size_t end = std::min(indices.size(), begin + size);
        batches.emplace_back(
            indices.begin() + static_cast<std::ptrdiff_t>(begin),
            indices.begin() + static_cast<std::ptrdiff_t>(end));
    }
    shuffle(batches, random);
    return batches;
}

double learningRateFactor(std::uint64_t step, std::uint64_t total)
{
    const double warmUp = std::ceil(static_cast<double>(total) / 20);
    const double now = static_cast<double>(step);
    if (now < warmUp)
        return (now + 1) / warmUp;
    const double rest = std::max(1.0, static_cast<double>(total) - warmUp);
    return 0.5 * (1 + std::cos(std::numbers::pi * (now - warmUp) / rest));
}

} // namespace sida::predictor
