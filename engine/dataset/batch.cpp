// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dataset/batch.h"

#include <algorithm>
#include <numeric>

namespace sida::dataset
{

int TokenBatch::tokens() const
{
    return std::accumulate(lengths.begin(), lengths.end(), 0);
}

namespace
{

std::vector<std::vector<std::uint64_t>> cut(const std::vector<std::uint64_t>& order, int batchSize)
{
    const auto size = static_cast<std::size_t>(std::max(batchSize, 1));
    std::vector<std::vector<std::uint64_t>> batches;
    for (std::size_t from = 0; from < order.size(); from += size) {
        const std::size_t to = std::min(from + size, order.size());
        batches.emplace_back(
            order.begin() + static_cast<std::ptrdiff_t>(from),
            order.begin() + static_cast<std::ptrdiff_t>(to));
    }
    return batches;
}

std::vector<std::uint64_t> asInTheFile(std::size_t samples)
{
    std::vector<std::uint64_t> order(samples);
    std::iota(order.begin(), order.end(), std::uint64_t{0});
    return order;
}

} // namespace

std::vector<std::vector<std::uint64_t>> planBatches(const std::vector<Sample>& samples, int batchSize)
{
    std::vector<std::uint64_t> order = asInTheFile(samples.size());
    std::stable_sort(order.begin(), order.end(), [&](std::uint64_t a, std::uint64_t b) {
        return samples[a].ids.size() < samples[b].ids.size();
    });
    return cut(order, batchSize);
}

std::vector<std::vector<std::uint64_t>> planInOrder(std::size_t samples, int batchSize)
{
    return cut(asInTheFile(samples), batchSize);
}

TokenBatch
makeBatch(const std::vector<Sample>& samples, const std::vector<std::uint64_t>& indices, std::uint32_t number)
{
    TokenBatch batch;
    batch.number = number;
    batch.rows = static_cast<int>(indices.size());
    batch.samples = indices;
    for (const std::uint64_t index : indices) {
        batch.lengths.push_back(static_cast<int>(samples[index].ids.size()));
        batch.length = std::max(batch.length, batch.lengths.back());
        batch.labels.push_back(samples[index].label);
        batch.targets.push_back(samples[index].target);
    }
    const auto length = static_cast<std::size_t>(batch.length);
    batch.ids.assign(indices.size() * length, 0);
    for (std::size_t row = 0; row < indices.size(); ++row) {
        const std::vector<std::int32_t>& ids = samples[indices[row]].ids;
        std::copy(ids.begin(), ids.end(), batch.ids.begin() + static_cast<std::ptrdiff_t>(row * length));
    }
    return batch;
}

std::vector<std::int32_t>
decoderInputs(const std::vector<std::int32_t>& target, std::int32_t startToken, std::int32_t padToken)
{
    std::vector<std::int32_t> inputs;
    inputs.reserve(target.size());
    std::int32_t input = startToken;
    for (const std::int32_t label : target) {
        inputs.push_back(input);
        input = label == kNotScored ? padToken : label;
    }
    return inputs;
}

} // namespace sida::dataset
