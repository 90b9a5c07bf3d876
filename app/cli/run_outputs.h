// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/result_files.h"
#include "engine/api/info.h"
#include "engine/api/options.h"
#include "engine/api/results.h"

#include <filesystem>
#include <memory>
#include <ostream>
#include <vector>

namespace sida::cli
{

/// The kind that the file's name asks for; /dev/stdout and other devices get JSON Lines.
Result<ResultKind> outputsKind(const std::filesystem::path& path);

/// The file of `--outputs`: one entry per sample in the dataset's order, whatever the order in which they
/// come. In safetensors `logits.<i>` [labels] or `last_hidden_state.<i>` [length, d_model],
/// `generated_ids.<i>`, and for scoring `logits.<i>` [target length, vocabulary]; in JSON Lines what
/// docs/command-line.md lists for the task. What it keeps in memory does not grow with the dataset.
class OutputsWriter
{
public:
    /// What there will be at most, known before the run.
    struct Shape {
        api::Task task = api::Task::text;
        std::uint64_t samples = 0;
        std::int64_t mostRows = 1; ///< of one sample: tokens of the input, of the target, or generated ones
        std::int64_t width = 1; ///< values of a row
    };
    static Shape
    shapeOf(const api::ModelInfo& model, const api::DatasetInfo& dataset, const api::RunOptions& options);

    /// Refused when a file of that kind cannot hold so many samples. `out` is where standard output goes.
    static Result<std::unique_ptr<OutputsWriter>>
    open(const std::filesystem::path& path, ResultKind kind, const Shape& shape, std::ostream& out);

    virtual ~OutputsWriter() = default;

    /// Each sample once.
    virtual Status add(const std::vector<api::SampleOutput>& samples) = 0;
    /// A file appears in its place; without this call there is none. What a device got, it has.
    virtual Status finish() = 0;
};

} // namespace sida::cli
