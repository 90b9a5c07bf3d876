// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dataset/choose_task.h"

#include <fmt/format.h>

namespace sida::dataset
{

namespace
{

/// Of SST-2, MRPC, RTE and MultiRC.
constexpr int kBenchmarkLabels = 2;

api::Task suggest(const RowSource& source, const ModelTraits& traits)
{
    if (traits.labels == kBenchmarkLabels)
        return source.suggestedTask().value_or(api::Task::classify);
    if (traits.labels > 0)
        return api::Task::classify;
    return traits.generates && source.hasTargets() ? api::Task::seq2seq : api::Task::text;
}

} // namespace

Result<api::Task> chooseTask(
    const std::string& where, const std::optional<api::Task>& wanted, const RowSource& source,
    const ModelTraits& traits)
{
    if (!wanted)
        return suggest(source, traits);
    const std::string_view task = api::name(*wanted);
    if (api::classifies(*wanted) && traits.labels == 0)
        return badInput(fmt::format(
            "{}: task {} needs a model with a classifier head, and this model has none; use task {}", where,
            task, traits.generates ? "seq2seq, score or text" : "text"));
    if (api::classifies(*wanted) && *wanted != api::Task::classify && traits.labels != kBenchmarkLabels)
        return badInput(fmt::format(
            "{}: task {} needs a classifier head with {} labels, found one with {}; use task classify", where,
            task, kBenchmarkLabels, traits.labels));
    if ((*wanted == api::Task::seq2seq || *wanted == api::Task::score) && !traits.generates)
        return badInput(fmt::format(
            "{}: task {} needs a model with a decoder and a language-model head, and this model has none; "
            "use task {}",
            where, task, traits.labels > 0 ? "classify or text" : "text"));
    return *wanted;
}

} // namespace sida::dataset
