// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/progress_line.h"
#include "app/cli/result_files.h"
#include "app/cli/text_table.h"
#include "engine/base/units.h"
#include "engine/report/inspect_json.h"

#include <cmath>
#include <fmt/format.h>
#include <memory>
#include <string>

namespace sida::cli
{

namespace
{

struct TrainSettings {
    std::string model;
    std::string dataset;
    std::string task;
    std::string output;
    std::string kind = "lstm";
    int epochs = 15;
    int threads = 0;
    int maxLength = 512;
    std::uint64_t limit = 0;
    std::uint64_t seed = 0;
    bool json = false;
};

std::string seconds(double value)
{
    return units::formatDuration(std::llround(value * 1e9));
}

Result<api::DatasetOptions> datasetOptions(const TrainSettings& settings)
{
    api::DatasetOptions options;
    if (!settings.task.empty()) {
        SIDA_TRY_ASSIGN(options.task, api::parseTask(settings.task));
    }
    options.maxLength = settings.maxLength;
    options.limit = settings.limit;
    return options;
}

void writeEpoch(std::ostream& out, const api::TrainEpoch& epoch)
{
    out << fmt::format(
        "  epoch {:>3}  loss {}  held-out hit rate: top 1 {}, top 3 {}  {}\n", epoch.epoch,
        units::formatNumber(epoch.loss), units::formatNumber(epoch.heldOutTop1),
        units::formatNumber(epoch.heldOutTop3), seconds(epoch.seconds));
    out.flush();
}

void writeResult(std::ostream& out, const api::TrainResult& result)
{
    out << result.output.string() << ": a predictor\n";
    writeRows(
        out,
        {{"best epoch", std::to_string(result.bestEpoch)},
         {"held-out hit rate",
          fmt::format(
              "top 1 {}, top 3 {}", units::formatNumber(result.heldOutTop1),
              units::formatNumber(result.heldOutTop3))},
         {"tokens",
          fmt::format(
              "{} trained on, {} held out", units::formatCount(result.trainedTokens),
              units::formatCount(result.heldOutTokens))},
         {"time",
          fmt::format(
              "{} capturing, {} training", seconds(result.captureSeconds), seconds(result.trainSeconds))}});
}

Status execute(const TrainSettings& settings, Context& context)
{
    if (settings.kind != "lstm")
        return failure(ErrorKind::usage, fmt::format("--kind '{}': expected lstm", settings.kind));
    SIDA_TRY_ASSIGN(const api::DatasetOptions data, datasetOptions(settings));
    SIDA_TRY(checkInput(settings.model));
    SIDA_TRY(checkInput(settings.dataset));
    SIDA_TRY(checkResultFile(
        {"--output", settings.output, ResultKind::predictor, false}, {settings.model, settings.dataset},
        context.inspector));

    const std::unique_ptr<api::Engine> engine = context.makeEngine();
    ProgressLine progress(context.err, context.showProgress);
    SIDA_TRY_ASSIGN(
        const api::ModelInfo model, engine->loadModel(settings.model, progress.sink(), context.stop));
    SIDA_TRY_ASSIGN(
        const api::DatasetInfo dataset,
        engine->loadDataset(settings.dataset, data, progress.sink(), context.stop));
    api::TrainOptions options;
    options.output = settings.output;
    options.epochs = settings.epochs;
    options.threads = settings.threads;
    options.seed = settings.seed;
    const auto tellEpoch = [&](const api::TrainEpoch& epoch) {
        if (settings.json)
            return;
        progress.wipe();
        writeEpoch(context.out, epoch);
    };
    SIDA_TRY_ASSIGN(
        const api::TrainResult result, engine->train(options, progress.sink(), tellEpoch, context.stop));
    progress.wipe();
    if (settings.json)
        context.out << report::trainJson(result) << '\n';
    else
        writeResult(context.out, result);
    return {};
}

} // namespace

Command addTrain(CLI::App& app)
{
    CLI::App* parser = app.add_subcommand("train", "Train a predictor for a model on a dataset");
    auto settings = std::make_shared<TrainSettings>();
    parser->add_option("--model", settings->model, "Model folder")->required()->type_name("DIR");
    parser->add_option("--dataset", settings->dataset, "TSV, CSV, JSON Lines or plain text")
        ->required()
        ->type_name("FILE");
    parser
        ->add_option(
            "--task", settings->task,
            "classify, sst2, mrpc, rte, multirc, text, seq2seq or score (default: told from model and data)")
        ->type_name("T");
    parser->add_option("--output", settings->output, "Predictor file to write")
        ->required()
        ->type_name("FILE");
    parser->add_option("--kind", settings->kind, "lstm, the network of the paper")->type_name("K");
    parser->add_option("--epochs", settings->epochs, "Passes over the captured routing")
        ->check(CLI::Range(1, 10000))
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
    parser->add_option("--seed", settings->seed, "Of the weights' start and the order of samples")
        ->check(CLI::NonNegativeNumber)
        ->type_name("N");
    parser->add_flag("--json", settings->json, "Print one JSON object");
    return {parser, [settings](Context& context) { return execute(*settings, context); }};
}

} // namespace sida::cli
