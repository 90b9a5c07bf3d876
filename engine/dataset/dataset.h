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
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace sida::dataset
{

/// What a dataset must fit.
struct ModelTraits {
    int vocabulary = 0; ///< ids must be below it
    int labels = 0; ///< labels must be below it; 0 = no classifier head
    const tokenizer::Tokenizer* tokenizer = nullptr; ///< null: only `input_ids` can be read
    bool generates = false; ///< it has a decoder and a language-model head: tasks seq2seq and score
    std::vector<std::string> labelNames = {}; ///< the config's id2label; empty where it has none
};

struct Dataset {
    /// How to read the samples again, for a file too large to be held.
    struct File {
        api::DatasetOptions options;
        ModelTraits traits;
        std::uint64_t bytes = 0;
        std::filesystem::file_time_type changed;
    };

    api::DatasetInfo info;
    std::vector<Sample> samples; ///< all, or none when the file is read again for each pass (BatchStream)
    bool anyLabelled = false; ///< some samples can be judged by; info.labelled is true only if all can
    std::optional<File> file = std::nullopt; ///< set if and only if the samples are not held

    bool isHeld() const { return !file; }
};

/// Reads the files of SST-2, MRPC, RTE and MultiRC as GLUE, SuperGLUE and the Hugging Face hub have them, TSV
/// (no quoting, as GLUE is written, unless its header has quotes) and CSV (RFC 4180) with a header, JSON
/// Lines and plain text (one sample a line); the file's ending decides, else its first line. Names of columns
/// and keys stand in columns.h; others are ignored. A label is an integer, a name that model or benchmark has
/// for it, or -1 or (JSON) null for none. JSON Lines may have `input_ids` instead of text and `labels`
/// instead of `target`.
///
/// An empty text is a sample of only `</s>`. Lines with nothing on them are no samples; in plain text, where
/// that shifts the numbers of those that follow, a warning tells how many there were. `info.labelled` is true
/// if every sample has a label, or for tasks seq2seq and score a target. Without a wanted task a model with a
/// classifier head classifies (the benchmark's task when it has two labels and the columns are the
/// benchmark's), one that generates does so if there are targets, and any other gives `text`.
///
/// A wrong row is an error that names file, line and column, what was expected and what was found. Lines are
/// at most 16 MiB long and UTF-8; a byte order mark and "\r\n" are fine.
///
/// Every row is read and checked. Samples that take more than `options.memoryBytes` are not kept: a
/// BatchStream then reads them again.
Result<Dataset> loadDataset(
    const std::filesystem::path& file, const api::DatasetOptions& options, const ModelTraits& traits,
    const ProgressSink& progress, const std::stop_token& stop);

/// True if the file is one that loadDataset is likely to read; looks at its name and its first 64 KiB only.
bool looksLikeDataset(const std::filesystem::path& path);

} // namespace sida::dataset
