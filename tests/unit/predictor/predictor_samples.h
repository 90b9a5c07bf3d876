// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/dataset/batch.h"
#include "engine/predictor/predictor_file.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sida::predictor::test
{

/// A network with random weights, as a file would hold it.
PredictorFile
randomPredictor(int embeddingDim, int hiddenDim, const std::vector<int>& experts, std::uint64_t seed = 1);

std::vector<float> randomValues(std::size_t count, std::uint64_t seed, float scale = 1);

/// Sentences of these lengths with random ids below `vocabulary`.
dataset::TokenBatch randomBatch(const std::vector<int>& lengths, int vocabulary, std::uint64_t seed = 5);

/// A folder that is removed with all it holds at the end of a test.
class TemporaryFolder
{
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    std::filesystem::path operator/(const std::string& name) const { return m_path / name; }
    std::size_t fileCount() const;

private:
    std::filesystem::path m_path;
};

} // namespace sida::predictor::test
