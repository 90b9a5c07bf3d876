// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dataset/dataset.h"

#include "engine/base/log.h"
#include "engine/dataset/sample_builder.h"

#include <algorithm>
#include <fmt/format.h>

namespace sida::dataset
{

namespace fs = std::filesystem;

namespace
{

constexpr int kSst2Labels = 2;

Result<api::Task> chooseTask(
    const std::string& where, const std::optional<api::Task>& wanted, const RowSource& source,
    const ModelTraits& traits)
{
    if (!wanted) {
        if (traits.labels == 0)
            return api::Task::text;
        return traits.labels == kSst2Labels && source.isSst2() ? api::Task::sst2 : api::Task::classify;
    }
    const bool needsHead = *wanted == api::Task::classify || *wanted == api::Task::sst2;
    if (needsHead && traits.labels == 0)
        return badInput(fmt::format(
            "{}: task {} needs a model with a classifier head, and this model has none; use task text", where,
            api::name(*wanted)));
    if (*wanted == api::Task::sst2 && traits.labels != kSst2Labels)
        return badInput(fmt::format(
            "{}: task sst2 needs a classifier head with {} labels, found one with {}; use task classify",
            where, kSst2Labels, traits.labels));
    return *wanted;
}

Status readSamples(RowSource& source, SampleBuilder& builder, std::uint64_t limit, Dataset& dataset)
{
    while (limit == 0 || dataset.samples.size() < limit) {
        SIDA_TRY_ASSIGN(const std::optional<Row> row, source.next());
        if (!row)
            break;
        SIDA_TRY_ASSIGN(Sample sample, builder.build(*row));
        dataset.samples.push_back(std::move(sample));
    }
    return {};
}

void describe(Dataset& dataset)
{
    api::DatasetInfo& info = dataset.info;
    info.samples = dataset.samples.size();
    info.labelled = true;
    for (const Sample& sample : dataset.samples) {
        info.tokens += sample.ids.size();
        info.longest = std::max(info.longest, static_cast<int>(sample.ids.size()));
        info.labelled = info.labelled && sample.label >= 0;
    }
}

} // namespace

Result<Dataset> loadDataset(
    const fs::path& file, const api::DatasetOptions& options, const ModelTraits& traits,
    const ProgressSink& progress, const std::stop_token& stop)
{
    if (options.maxLength < 1)
        return failure(
            ErrorKind::usage,
            fmt::format("the maximal length: expected at least 1 token, found {}", options.maxLength));
    SIDA_TRY_ASSIGN(LineReader reader, LineReader::open(file, progress, stop));
    SIDA_TRY_ASSIGN(const std::unique_ptr<RowSource> source, openRows(reader, file));
    Dataset dataset;
    dataset.info.path = file;
    dataset.info.name = file.filename().string();
    SIDA_TRY_ASSIGN(dataset.info.task, chooseTask(reader.where(), options.task, *source, traits));

    const bool classifies = dataset.info.task != api::Task::text;
    SampleBuilder builder(reader.where(), options.maxLength, classifies ? traits.labels : 0, traits);
    SIDA_TRY(readSamples(*source, builder, options.limit, dataset));
    SIDA_TRY_ASSIGN(dataset.info.identity, reader.finish());
    if (dataset.samples.empty())
        return badInput(fmt::format("{}: expected at least one sample, found none", reader.where()));
    if (source->skippedLines() > 0)
        spdlog::warn("{}: {} blank lines are no samples", reader.where(), source->skippedLines());
    describe(dataset);
    dataset.info.truncated = builder.truncated();
    return dataset;
}

} // namespace sida::dataset
