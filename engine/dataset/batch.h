// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sida::dataset
{

/// A target of a position that is not scored, as Hugging Face marks it.
constexpr std::int32_t kNotScored = -100;

/// One sample as the model takes it.
struct Sample {
    std::vector<std::int32_t> ids; ///< never empty; ends in `</s>` when it was text
    int label = -1; ///< -1 = none
    /// What a decoder should give: ids that end in `</s>` when it was text, kNotScored where a position does
    /// not count; empty = none.
    std::vector<std::int32_t> target = {};
};

/// Samples that go through the model together, padded on the right with id 0 to the longest of them.
/// "Packed" order, used by everything that speaks of tokens: sample after sample, real tokens only.
struct TokenBatch {
    std::uint32_t number = 0; ///< counts over all repeats
    int rows = 0;
    int length = 0; ///< padded
    std::vector<std::int32_t> ids; ///< [rows * length]
    std::vector<int> lengths; ///< real tokens of each row, >= 1
    std::vector<std::uint64_t> samples; ///< index of each row in the dataset
    std::vector<int> labels; ///< of each row; -1 = none
    std::vector<std::vector<std::int32_t>> targets; ///< of each row, not padded; a row without one is empty
    int tokens() const; ///< real tokens of all rows
};

/// Sample indices of each batch: samples of like length together, so that little is padded. The order is a
/// function of the lengths alone: shortest first, equal ones as in the file.
std::vector<std::vector<std::uint64_t>> planBatches(const std::vector<Sample>& samples, int batchSize);

/// The same without regard to lengths: as in the file.
std::vector<std::vector<std::uint64_t>> planInOrder(std::size_t samples, int batchSize);

TokenBatch makeBatch(
    const std::vector<Sample>& samples, const std::vector<std::uint64_t>& indices, std::uint32_t number);

/// What a decoder reads to give `target`: the start token, then the target but its last; what does not count
/// is padding.
std::vector<std::int32_t>
decoderInputs(const std::vector<std::int32_t>& target, std::int32_t startToken, std::int32_t padToken);

} // namespace sida::dataset
