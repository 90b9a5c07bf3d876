// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/dataset/dataset.h"
#include "engine/dataset/line_reader.h"
#include "engine/dataset/row_source.h"
#include "engine/dataset/sample_builder.h"

#include <memory>
#include <optional>
#include <stop_token>

namespace sida::dataset
{

/// One pass over a dataset file: sample after sample, each held by the caller only.
class SampleReader
{
public:
    /// The tokenizer of `traits` must outlive the reader. Without a wanted task it is told from model and
    /// columns.
    static Result<std::unique_ptr<SampleReader>> open(
        const std::filesystem::path& file, const api::DatasetOptions& options, const ModelTraits& traits,
        const ProgressSink& progress, const std::stop_token& stop);
    SampleReader(const SampleReader&) = delete;
    SampleReader& operator=(const SampleReader&) = delete;

    /// Nothing at the end of the file or at the limit.
    Result<std::optional<Sample>> next();
    /// Reads on to the end of the file and gives its SHA-256; call once, last.
    Result<std::string> finish() { return m_lines.finish(); }

    api::Task task() const { return m_task; }
    const std::string& where() const { return m_lines.where(); }
    std::uint64_t truncated() const { return m_builder->truncated(); }
    std::uint64_t skippedLines() const { return m_rows->skippedLines(); }

private:
    SampleReader(LineReader lines, const ModelTraits& traits, std::uint64_t limit);

    LineReader m_lines;
    const ModelTraits m_traits;
    const std::uint64_t m_limit;
    std::uint64_t m_read = 0;
    api::Task m_task = api::Task::text;
    std::unique_ptr<RowSource> m_rows;
    std::optional<SampleBuilder> m_builder;
};

} // namespace sida::dataset
