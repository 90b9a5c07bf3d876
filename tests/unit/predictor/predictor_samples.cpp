// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/predictor/predictor_samples.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <random>
#include <stdexcept>

namespace sida::predictor::test
{

std::vector<float> randomValues(std::size_t count, std::uint64_t seed, float scale)
{
    std::mt19937_64 random(seed);
    std::normal_distribution<float> normal(0, scale);
    std::vector<float> values(count);
    std::generate(values.begin(), values.end(), [&] { return normal(random); });
    return values;
}

PredictorFile
randomPredictor(int embeddingDim, int hiddenDim, const std::vector<int>& experts, std::uint64_t seed)
{
    PredictorFile file;
    file.shape.embeddingDim = embeddingDim;
    file.shape.hiddenDim = hiddenDim;
    file.shape.experts = experts;
    file.info.modelIdentity = std::string(64, 'a');
    file.info.loss = "truncated-l1";
    file.info.topT = 30;
    for (std::size_t i = 0; i < experts.size(); ++i)
        file.info.moeLayers.push_back(
            {"encoder.block." + std::to_string(2 * i + 1) + ".layer.1.mlp", experts[i]});
    for (const TensorSlot& slot : tensorSlots(file.shape, file.info.moeLayers, file.weights)) {
        std::size_t count = 1;
        for (const std::int64_t size : slot.shape)
            count *= static_cast<std::size_t>(size);
        // Like trained weights: neither saturated nor so small that every network would look alike.
        *slot.values = randomValues(count, seed++, 1.5F / std::sqrt(static_cast<float>(slot.shape.back())));
    }
    return file;
}

dataset::TokenBatch randomBatch(const std::vector<int>& lengths, int vocabulary, std::uint64_t seed)
{
    std::mt19937_64 random(seed);
    dataset::TokenBatch batch;
    batch.rows = static_cast<int>(lengths.size());
    batch.length = *std::max_element(lengths.begin(), lengths.end());
    batch.lengths = lengths;
    for (std::size_t row = 0; row < lengths.size(); ++row) {
        batch.samples.push_back(row);
        for (int i = 0; i < batch.length; ++i)
            batch.ids.push_back(
                i < lengths[row]
                    ? static_cast<std::int32_t>(random() % static_cast<std::uint64_t>(vocabulary))
                    : 0);
    }
    return batch;
}

TemporaryFolder::TemporaryFolder()
{
    std::string pattern = (std::filesystem::temp_directory_path() / "sida-predictor-XXXXXX").string();
    if (!::mkdtemp(pattern.data()))
        throw std::runtime_error("no temporary folder");
    m_path = pattern;
}

TemporaryFolder::~TemporaryFolder()
{
    std::error_code ignored;
    std::filesystem::remove_all(m_path, ignored);
}

std::size_t TemporaryFolder::fileCount() const
{
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(m_path), std::filesystem::directory_iterator()));
}

} // namespace sida::predictor::test
