// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/dataset/batch.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sida::predictor::test
{

/// Sentences and, per sentence and MoE layer, the logits [length, experts] of the reference implementation.
struct Golden {
    std::vector<std::vector<std::int32_t>> sentences;
    std::vector<std::vector<std::vector<float>>> logits; ///< by sentence, then by layer
};

/// Reads `input_ids.<i>` and `<prefix>.<layer>.<i>`.
Golden readGolden(const std::filesystem::path& file, const std::string& prefix, std::size_t layers);

std::vector<std::int32_t> readIds(const std::filesystem::path& file, const std::string& name);
std::vector<float> readTensor(const std::filesystem::path& file, const std::string& name);

/// The sentences at `indices`, padded.
dataset::TokenBatch batchOf(const Golden& golden, const std::vector<std::size_t>& indices);

} // namespace sida::predictor::test
