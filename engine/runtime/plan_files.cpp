// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/plan_files.h"

#include "engine/dataset/dataset.h"
#include "engine/model/model_sizes.h"
#include "engine/predictor/predictor.h"
#include "engine/runtime/plan.h"
#include "engine/tokenizer/tokenizer.h"

#include <memory>
#include <optional>

namespace sida::runtime
{

namespace
{

bool decodes(std::optional<api::Task> task)
{
    return task == api::Task::seq2seq || task == api::Task::score;
}

Result<dataset::Dataset> readDataset(
    const PlanFiles& files, const api::ModelInfo& model, const ProgressSink& progress,
    const std::stop_token& stop)
{
    std::unique_ptr<tokenizer::Tokenizer> tokenizer;
    if (model.hasTokenizer) {
        SIDA_TRY_ASSIGN(tokenizer::Tokenizer opened, tokenizer::Tokenizer::open(files.model));
        tokenizer = std::make_unique<tokenizer::Tokenizer>(std::move(opened));
    }
    dataset::ModelTraits traits{model.vocabulary, model.labels, tokenizer.get()};
    traits.labelNames = model.labelNames;
    traits.generates = model.generates;
    return dataset::loadDataset(files.dataset, files.data, traits, progress, stop);
}

/// The largest batch that could be, when no dataset says more.
BatchShape shapeOf(const PlanFiles& files)
{
    BatchShape shape{files.run.batchSize, std::max(files.data.maxLength, files.run.paperPooling)};
    shape.generates = files.data.task == api::Task::seq2seq;
    if (shape.generates)
        shape.targetLength = files.run.maxNewTokens;
    else if (files.data.task == api::Task::score)
        shape.targetLength = files.data.maxLength;
    return shape;
}

} // namespace

Result<api::BudgetPlan>
planFiles(const PlanFiles& files, const ProgressSink& progress, const std::stop_token& stop)
{
    model::LoadOptions options{files.load.dtype, files.load.decoder || decodes(files.data.task)};
    SIDA_TRY_ASSIGN(std::unique_ptr<model::Model> model, model::modelSizes(files.model, options));
    BatchShape shape = shapeOf(files);
    if (!files.dataset.empty()) {
        SIDA_TRY_ASSIGN(const dataset::Dataset data, readDataset(files, model->info(), progress, stop));
        shape = largestBatch(data, files.run);
        if (decodes(data.info.task) && !options.decoder) {
            options.decoder = true;
            SIDA_TRY_ASSIGN(model, model::modelSizes(files.model, options));
        }
    }
    std::unique_ptr<predictor::Predictor> predictor;
    if (needsPredictor(files.run)) {
        SIDA_TRY_ASSIGN(predictor, predictor::loadPredictor(files.predictor));
        SIDA_TRY(predictor->attach(*model));
    }
    return planBudget(*model, predictor.get(), files.run, shape);
}

} // namespace sida::runtime
