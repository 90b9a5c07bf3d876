// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/progress_line.h"
#include "app/cli/result_files.h"
#include "engine/base/units.h"
#include "engine/report/inspect_json.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sida::cli
{

namespace
{

struct EvaluateSettings {
    std::string model;
    std::string dataset;
    std::string training;
    std::string predictor;
    std::string task;
    std::string budget;
    int topK = 1;
    int batchSize = 1;
    int threads = 0;
    int maxLength = 512;
    std::uint64_t limit = 0;
    std::uint64_t seed = 0;
    bool json = false;
};

Status checkFiles(const EvaluateSettings& settings)
{
    SIDA_TRY(checkInput(settings.model));
    SIDA_TRY(checkInput(settings.dataset));
    if (!settings.training.empty())
        SIDA_TRY(checkInput(settings.training));
    if (!settings.predictor.empty())
        SIDA_TRY(checkInput(settings.predictor));
    return {};
}

std::size_t answerOf(const api::SampleOutput& output)
{
    return static_cast<std::size_t>(
        std::max_element(output.logits.begin(), output.logits.end()) - output.logits.begin());
}

/// The model's answers with its own routers and with the predictor in their place.
Result<report::Fidelity>
measureFidelity(api::Engine& engine, const EvaluateSettings& settings, api::Task task, Context& context)
{
    ProgressLine progress(context.err, context.showProgress);
    api::RunObserver observer;
    observer.started = [](const api::RunHeader&) {};
    observer.rows = [](const std::shared_ptr<const api::RecordingChunk>&) {};
    observer.progress = progress.sink();
    api::RunOptions options;
    options.policy = api::Policy::resident;
    options.topK = settings.topK;
    options.batchSize = settings.batchSize;
    options.threads = settings.threads;
    options.keepOutputs = true;
    SIDA_TRY_ASSIGN(const api::RunResult exact, engine.run(options, observer, context.stop));
    options.routing = api::Routing::predicted;
    SIDA_TRY_ASSIGN(const api::RunResult predicted, engine.run(options, observer, context.stop));
    if (exact.stopped || predicted.stopped)
        return failure(ErrorKind::cancelled, "Evaluation was stopped");
    report::Fidelity fidelity;
    fidelity.exact = exact.figures.metric;
    fidelity.predicted = predicted.figures.metric;
    if (task == api::Task::text || task == api::Task::score || exact.outputs.empty()
        || exact.outputs.size() != predicted.outputs.size())
        return fidelity;
    std::size_t equal = 0;
    for (std::size_t i = 0; i < exact.outputs.size(); ++i)
        equal += task == api::Task::seq2seq
            ? exact.outputs[i].generatedIds == predicted.outputs[i].generatedIds
            : answerOf(exact.outputs[i]) == answerOf(predicted.outputs[i]);
    fidelity.equalOutputs = static_cast<double>(equal) / static_cast<double>(exact.outputs.size());
    return fidelity;
}

std::string percent(double share)
{
    return fmt::format("{:.1f} %", 100 * share);
}

void writeRows(std::ostream& out, const std::vector<api::GuessFigures>& rows, std::string_view one)
{
    out << fmt::format(
        "  {:<17}{:>9}{:>9}{:>11}{:>9}{:>12}{:>9}{:>14}{:>14}\n", "", "top 1", "top 3", "precision", "recall",
        "misses", "", "fetched", "wasted");
    for (const api::GuessFigures& row : rows) {
        const auto known = [&row](double share) { return row.guessed ? percent(share) : std::string("-"); };
        out << fmt::format(
            "  {:<17}{:>9}{:>9}{:>11}{:>9}{:>12}{:>9}{:>14}{:>14}\n", row.name, known(row.top1),
            known(row.top3), known(row.precision), known(row.recall), units::formatCount(row.misses),
            percent(
                static_cast<double>(row.misses) / static_cast<double>(std::max<std::uint64_t>(row.uses, 1))),
            units::formatBytes(row.prefetchedBytes), units::formatBytes(row.wastedBytes));
    }
    for (const api::GuessFigures& row : rows)
        if (row.secondsPerBatch > 0)
            out << fmt::format(
                "  {} takes {} a {} and {} of its own, which leaves {} slots\n", row.name,
                units::formatDuration(std::llround(row.secondsPerBatch * 1e9)), one,
                units::formatBytes(row.predictorBytes), units::formatCount(row.slots));
}

void writeTable(
    std::ostream& out, const api::EvaluateResult& result, const std::optional<report::Fidelity>& fidelity)
{
    out << fmt::format(
        "{} batches, {} tokens; an LRU cache of {} slots for {} experts, {} guess{} a token fetched\n",
        units::formatCount(result.batches), units::formatCount(result.tokens),
        units::formatCount(result.slots), units::formatCount(static_cast<std::uint64_t>(result.experts)),
        result.topK, result.topK == 1 ? "" : "es");
    writeRows(out, result.rows, "batch");
    if (const auto& decoder = result.decoder) {
        out << fmt::format(
            "decoder: {} steps, {} inputs from {}; {} of the slots for its {} experts\n",
            units::formatCount(decoder->steps), units::formatCount(decoder->tokens),
            decoder->generated ? "the model's own generations" : "the targets",
            units::formatCount(decoder->slots),
            units::formatCount(static_cast<std::uint64_t>(decoder->experts)));
        writeRows(out, decoder->rows, "step");
    }
    if (!fidelity)
        return;
    const auto number = [](const std::optional<double>& value) {
        return value ? units::formatNumber(*value) : std::string("-");
    };
    out << fmt::format(
        "  metric: {} with exact routing, {} with predicted routing; fidelity {}, equal answers {}\n",
        number(fidelity->exact), number(fidelity->predicted), number(fidelity->value()),
        number(fidelity->equalOutputs));
}

Status execute(const EvaluateSettings& settings, Context& context)
{
    SIDA_TRY(checkFiles(settings));
    api::DatasetOptions data;
    if (!settings.task.empty()) {
        SIDA_TRY_ASSIGN(data.task, api::parseTask(settings.task));
    }
    data.maxLength = settings.maxLength;
    data.limit = settings.limit;
    api::EvaluateOptions options;
    if (!settings.budget.empty()) {
        SIDA_TRY_ASSIGN(options.budget, units::parseBudget(settings.budget));
    }
    options.trainingData = settings.training;
    options.topK = settings.topK;
    options.batchSize = settings.batchSize;
    options.threads = settings.threads;
    options.seed = settings.seed;

    const std::unique_ptr<api::Engine> engine = context.makeEngine();
    ProgressLine progress(context.err, context.showProgress);
    SIDA_TRY_ASSIGN(
        [[maybe_unused]] const api::ModelInfo model,
        engine->loadModel(settings.model, progress.sink(), context.stop));
    SIDA_TRY_ASSIGN(
        const api::DatasetInfo dataset,
        engine->loadDataset(settings.dataset, data, progress.sink(), context.stop));
    if (!settings.predictor.empty()) {
        SIDA_TRY_ASSIGN(
            [[maybe_unused]] const api::PredictorInfo predictor, engine->loadPredictor(settings.predictor));
    }
    SIDA_TRY_ASSIGN(
        const api::EvaluateResult result, engine->evaluate(options, progress.sink(), context.stop));
    std::optional<report::Fidelity> fidelity;
    if (!settings.predictor.empty()) {
        SIDA_TRY_ASSIGN(fidelity, measureFidelity(*engine, settings, dataset.task, context));
    }
    progress.wipe();
    if (settings.json)
        context.out << report::evaluateJson(result, fidelity) << '\n';
    else
        writeTable(context.out, result, fidelity);
    if (settings.training.empty() && !settings.json)
        context.err
            << "note: without --train there are no rows for the most frequent experts and for the token\n";
    return {};
}

} // namespace

Command addEvaluate(CLI::App& app)
{
    CLI::App* parser
        = app.add_subcommand("evaluate", "Judge a predictor beside chance, tables and the truth");
    auto settings = std::make_shared<EvaluateSettings>();
    parser->add_option("--model", settings->model, "Model folder")->required()->type_name("DIR");
    parser->add_option("--dataset", settings->dataset, "What it is judged on: TSV, CSV, JSON Lines or text")
        ->required()
        ->type_name("FILE");
    parser
        ->add_option(
            "--train", settings->training,
            "What the predictor was trained on: the tables of frequent experts are learned from it")
        ->type_name("FILE");
    parser->add_option("--predictor", settings->predictor, "Predictor from `sida train`")->type_name("FILE");
    parser->add_option("--task", settings->task, "As for `sida run`")->type_name("T");
    parser->add_option("--budget", settings->budget, "For experts and predictor (20% of all experts)")
        ->type_name("SIZE");
    parser->add_option("--top-k", settings->topK, "Guesses per token that are fetched")
        ->check(CLI::Range(1, 3))
        ->type_name("N");
    parser->add_option("--batch-size", settings->batchSize, "Samples in a batch")
        ->check(CLI::Range(1, 65536))
        ->type_name("N");
    parser->add_option("--threads", settings->threads, "Threads that compute; 0 = all of the machine")
        ->check(CLI::Range(0, 256))
        ->type_name("N");
    parser->add_option("--max-length", settings->maxLength, "Tokens of a sample; the rest is cut off")
        ->check(CLI::Range(1, 65536))
        ->type_name("N");
    parser->add_option("--limit", settings->limit, "Only the first N samples; 0 = all")
        ->check(CLI::NonNegativeNumber)
        ->type_name("N");
    parser->add_option("--seed", settings->seed, "Of chance")->check(CLI::NonNegativeNumber)->type_name("N");
    parser->add_flag("--json", settings->json, "Print one JSON object");
    return {parser, [settings](Context& context) { return execute(*settings, context); }};
}

} // namespace sida::cli
