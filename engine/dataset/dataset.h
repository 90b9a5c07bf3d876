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

/// Reads TSV (no quoting, as GLUE is written) and CSV (RFC 4180) with a header, JSON Lines and plain text
/// (one sample a line); the file's ending decides, else its first line. Columns and keys, in any order,
/// others are ignored: `sentence`, `text` or `sentence1`; `sentence2` for pairs; `label`, an integer, -1 or
/// (JSON) null for none; in JSON Lines `input_ids` instead of text. SST-2's test split (`index`, `sentence`)
/// has no labels.
///
/// An empty text is a sample of only `</s>`. Lines with nothing on them are no samples; in plain text, where
/// that shifts the numbers of those that follow, a warning tells how many there were. `info.labelled` is true
/// if every sample has a label. Without a wanted task a model with a classifier head classifies (`sst2` when
/// it has two labels and the columns are SST-2's), any other gives `text`.
///
/// A wrong row is an error that names file, line and column, what was expected and what was found. Lines are
/// at most 16 MiB long and UTF-8; a byte order mark and "\r\n" are fine.
Result<Dataset> loadDataset(
    const std::filesystem::path& file, const api::DatasetOptions& options, const ModelTraits& traits,
    const ProgressSink& progress, const std::stop_token& stop);

/// True if the file is one that loadDataset is likely to read; looks at its name and its first 64 KiB only.
bool looksLikeDataset(const std::filesystem::path& path);

/// Sample indices of each batch: samples of like length together, so that little is padded. The order is a
/// function of the lengths alone: shortest first, equal ones as in the file.
std::vector<std::vector<std::uint64_t>> planBatches(const std::vector<Sample>& samples, int batchSize);

TokenBatch makeBatch(
    const std::vector<Sample>& samples, const std::vector<std::uint64_t>& indices, std::uint32_t number);

} // namespace sida::dataset
