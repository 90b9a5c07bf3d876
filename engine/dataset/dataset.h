// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/info.h"
#include "engine/api/options.h"
#include "engine/base/progress.h"
#include "engine/base/result.h"
#include "engine/dataset/batch.h"
#include "engine/tokenizer/tokenizer.h"

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace sida::dataset
{

struct Sample {
    std::vector<std::int32_t> ids; ///< never empty; ends in `</s>` when it was text
    int label = -1; ///< -1 = none
};

struct Dataset {
    api::DatasetInfo info;
    std::vector<Sample> samples;
};

/// What a dataset must fit.
struct ModelTraits {
    int vocabulary = 0; ///< ids must be below it
    int labels = 0; ///< labels must be below it; 0 = no classifier head
    const tokenizer::Tokenizer* tokenizer = nullptr; ///< null: only `input_ids` can be read
};

/// Reads SST-2 TSV (header `sentence<TAB>label`, or `index<TAB>sentence` without labels), JSON Lines with
/// `sentence` or `text` (optional `label`) or `input_ids`, and plain text (one sample a line). A wrong row is
/// an error that names file, line and column, what was expected and what was found.
Result<Dataset> loadDataset(
    const std::filesystem::path& file, const api::DatasetOptions& options, const ModelTraits& traits,
    const ProgressSink& progress, const std::stop_token& stop);

/// Sample indices of each batch: samples of like length together, so that little is padded. The order is a
/// function of the lengths alone.
std::vector<std::vector<std::uint64_t>> planBatches(const std::vector<Sample>& samples, int batchSize);

TokenBatch makeBatch(
    const std::vector<Sample>& samples, const std::vector<std::uint64_t>& indices, std::uint32_t number);

} // namespace sida::dataset
