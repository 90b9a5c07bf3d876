// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dataset/dataset.h"

#include "engine/base/log.h"
#include "engine/dataset/sample_reader.h"

#include <algorithm>
#include <fmt/format.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace sida::dataset
{

namespace fs = std::filesystem;

namespace
{

/// A growing vector may be twice as large as what is in it, and ids are an allocation of their own.
constexpr std::uint64_t kSampleOverhead = 2 * sizeof(Sample) + 2 * sizeof(void*);

/// Counts samples into the description of the dataset, and keeps them while there is room.
class Collector
{
public:
    Collector(Dataset& dataset, std::uint64_t memoryBytes)
        : m_dataset(dataset)
        , m_memoryBytes(memoryBytes)
    {
        m_dataset.info.labelled = true;
    }

    void add(Sample sample)
    {
        count(sample);
        if (!m_keeps)
            return;
        m_bytes += kSampleOverhead + (sample.ids.size() + sample.target.size()) * sizeof(std::int32_t);
        m_keeps = m_bytes <= m_memoryBytes;
        if (m_keeps) {
            m_dataset.samples.push_back(std::move(sample));
            return;
        }
        std::vector<Sample>().swap(m_dataset.samples);
#ifdef __GLIBC__
        // Of millions of small pieces the library would keep nearly all, as measured.
        malloc_trim(0);
#endif
    }
    bool kept() const
    {
        return m_keeps;
    }

private:
    void count(const Sample& sample)
    {
        api::DatasetInfo& info = m_dataset.info;
        const bool scored = info.task == api::Task::seq2seq || info.task == api::Task::score;
        ++info.samples;
        info.tokens += sample.ids.size();
        info.longest = std::max(info.longest, static_cast<int>(sample.ids.size()));
        info.longestTarget = std::max(info.longestTarget, static_cast<int>(sample.target.size()));
        const bool labelled = scored ? !sample.target.empty() : sample.label >= 0;
        info.labelled = info.labelled && labelled;
        m_dataset.anyLabelled = m_dataset.anyLabelled || labelled;
    }

    Dataset& m_dataset;
    const std::uint64_t m_memoryBytes;
    std::uint64_t m_bytes = 0;
    bool m_keeps = true;
};

} // namespace

Result<Dataset> loadDataset(
    const fs::path& file, const api::DatasetOptions& options, const ModelTraits& traits,
    const ProgressSink& progress, const std::stop_token& stop)
{
    std::error_code error;
    const auto changed = fs::last_write_time(file, error);
    const std::uint64_t bytes = error ? 0 : fs::file_size(file, error);
    SIDA_TRY_ASSIGN(
        const std::unique_ptr<SampleReader> reader,
        SampleReader::open(file, options, traits, progress, stop));
    Dataset dataset;
    dataset.info.path = file;
    dataset.info.name = file.filename().string();
    dataset.info.task = reader->task();
    Collector collector(dataset, options.memoryBytes);
    while (true) {
        SIDA_TRY_ASSIGN(std::optional<Sample> sample, reader->next());
        if (!sample)
            break;
        collector.add(std::move(*sample));
    }
    SIDA_TRY_ASSIGN(dataset.info.identity, reader->finish());
    if (dataset.info.samples == 0)
        return badInput(fmt::format("{}: expected at least one sample, found none", reader->where()));
    if (reader->skippedLines() > 0)
        spdlog::warn("{}: {} blank lines are no samples", reader->where(), reader->skippedLines());
    dataset.info.truncated = reader->truncated();
    if (!collector.kept()) {
        dataset.file = Dataset::File{options, traits, bytes, changed};
        dataset.file->options.task = dataset.info.task;
    }
    return dataset;
}

} // namespace sida::dataset
