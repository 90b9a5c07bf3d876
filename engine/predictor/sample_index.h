// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/info.h"
#include "engine/base/result.h"
#include "engine/dataset/dataset.h"

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace sida::predictor
{

/// What is kept in memory of a dataset that may be too large for it: 16 bytes a sample.
struct SampleIndex {
    std::vector<std::uint64_t> firstToken{0}; ///< of each sample, and the number of tokens
    std::vector<std::uint64_t> keys; ///< a digest of each sample's ids: equal sentences have equal keys

    std::uint64_t samples() const { return keys.size(); }
    std::uint64_t tokens() const { return firstToken.back(); }
    std::uint64_t length(std::uint64_t sample) const { return firstToken[sample + 1] - firstToken[sample]; }
    void add(const std::vector<std::int32_t>& ids);
    /// SHA-256 over lengths and ids' digests: tells whether two datasets give the same tokens.
    std::string identity() const;
};

/// Called with one sample after the other, in the dataset's order; an error ends the pass.
using SampleSink = std::function<Status(const dataset::Sample&)>;

/// One pass over samples `begin` and on, held or read from the file. A file that was changed since it was
/// loaded is an error, and so is stopping.
Status forEachSample(
    const dataset::Dataset& data, std::uint64_t begin, const SampleSink& sink, std::stop_token stop);

/// Ids outside the model's vocabulary are refused.
Result<SampleIndex>
indexSamples(const api::ModelInfo& model, const dataset::Dataset& data, const std::stop_token& stop);

} // namespace sida::predictor
