// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/engine_inspector.h"

#include "app/cli/run_settings.h"
#include "engine/dataset/row_source.h"
#include "engine/model/model.h"
#include "engine/predictor/predictor.h"
#include "engine/runtime/plan_files.h"

#include <fmt/format.h>

namespace sida::cli
{

Result<api::PathKind> EngineInspector::classify(const std::filesystem::path& path) const
{
    return api::classifyPath(path);
}

Result<api::ModelInfo> EngineInspector::model(const std::filesystem::path& folder) const
{
    return model::inspectModel(folder);
}

Result<api::DatasetInfo> EngineInspector::dataset(const std::filesystem::path& file) const
{
    SIDA_TRY_ASSIGN(dataset::LineReader reader, dataset::LineReader::open(file, {}, {}));
    SIDA_TRY_ASSIGN(const std::unique_ptr<dataset::RowSource> source, dataset::openRows(reader, file));
    api::DatasetInfo info;
    info.path = file;
    info.name = file.filename().string();
    info.labelled = true;
    while (true) {
        SIDA_TRY_ASSIGN(const std::optional<dataset::Row> row, source->next());
        if (!row)
            break;
        ++info.samples;
        info.labelled = info.labelled && (row->labelName || row->label.value_or(-1) >= 0);
    }
    if (info.samples == 0)
        return badInput(fmt::format("{}: expected at least one sample, found none", file.string()));
    if (info.labelled)
        info.task = source->suggestedTask().value_or(api::Task::classify);
    else if (source->hasTargets())
        info.task = api::Task::seq2seq;
    SIDA_TRY_ASSIGN(info.identity, reader.finish());
    return info;
}

Result<api::PredictorInfo> EngineInspector::predictor(const std::filesystem::path& file) const
{
    return predictor::inspectPredictor(file);
}

Result<api::BudgetPlan> EngineInspector::plan(
    const RunSettings& settings, const RunPlan& plan, const ProgressSink& progress,
    const std::stop_token& stop) const
{
    return runtime::planFiles(
        {settings.model, settings.predictor, settings.dataset, plan.load, plan.dataset, plan.run}, progress,
        stop);
}

} // namespace sida::cli
