// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dataset/sample_reader.h"

#include "engine/dataset/choose_task.h"

#include <fmt/format.h>

namespace sida::dataset
{

SampleReader::SampleReader(LineReader lines, const ModelTraits& traits, std::uint64_t limit)
    : m_lines(std::move(lines))
    , m_traits(traits)
    , m_limit(limit)
{
}

Result<std::unique_ptr<SampleReader>> SampleReader::open(
    const std::filesystem::path& file, const api::DatasetOptions& options, const ModelTraits& traits,
    const ProgressSink& progress, const std::stop_token& stop)
{
    if (options.maxLength < 1)
        return failure(
            ErrorKind::usage,
            fmt::format("the maximal length: expected at least 1 token, found {}", options.maxLength));
    SIDA_TRY_ASSIGN(LineReader lines, LineReader::open(file, progress, stop));
    std::unique_ptr<SampleReader> reader(new SampleReader(std::move(lines), traits, options.limit));
    SIDA_TRY_ASSIGN(reader->m_rows, openRows(reader->m_lines, file));
    SIDA_TRY_ASSIGN(
        reader->m_task, chooseTask(reader->where(), options.task, *reader->m_rows, reader->m_traits));
    reader->m_builder.emplace(reader->where(), options.maxLength, reader->m_task, reader->m_traits);
    return reader;
}

Result<std::optional<Sample>> SampleReader::next()
{
    if (m_limit != 0 && m_read >= m_limit)
        return std::optional<Sample>();
    SIDA_TRY_ASSIGN(const std::optional<Row> row, m_rows->next());
    if (!row)
        return std::optional<Sample>();
    SIDA_TRY_ASSIGN(Sample sample, m_builder->build(*row));
    ++m_read;
    return std::optional(std::move(sample));
}

} // namespace sida::dataset
