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
#include <fmt/ranges.h>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace sida::cli
{

namespace
{

struct TrainSettings {
    std::string model;
    std::string dataset;
    std::string task;
    std::string output;
    std::string capture;
    std::string kind = "auto";
    std::string loss = "l1";
    std::string sparsemax = "textbook";
    std::string budget;
    std::string decoder = "causal";
    std::string decoderSource = "mean";
    int maxNewTokens = 64;
    double crossEntropyWeight = 0.005;
    double learningRate = 0;
    int hiddenDim = 0;
    int batchSize = 64;
    int patience = 0;
    bool resume = false;
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

const std::map<std::string, api::PredictorKind> kKinds{
    {"lstm", api::PredictorKind::lstm},
    {"shadow", api::PredictorKind::shadow},
    {"auto", api::PredictorKind::automatic}};
const std::map<std::string, api::TrainLoss> kLosses{
    {"l1", api::TrainLoss::l1}, {"kl", api::TrainLoss::kl}, {"ce", api::TrainLoss::crossEntropy}};

/// One of the names, or a usage error that lists them.
template <typename T>
Result<T> choice(std::string_view option, const std::string& text, const std::map<std::string, T>& known)
{
    if (const auto found = known.find(text); found != known.end())
        return found->second;
    std::vector<std::string> names;
    for (const auto& [name, value] : known)
        names.push_back(name);
    return failure(
        ErrorKind::usage, fmt::format("{} '{}': expected {}", option, text, fmt::join(names, ", ")));
}

Result<api::TrainOptions> trainOptions(const TrainSettings& settings)
{
    const std::map<std::string, bool> variants{{"textbook", false}, {"paper", true}};
    api::TrainOptions options;
    SIDA_TRY_ASSIGN(options.kind, choice("--kind", settings.kind, kKinds));
    SIDA_TRY_ASSIGN(options.loss, choice("--loss", settings.loss, kLosses));
    SIDA_TRY_ASSIGN(options.paperSparsemax, choice("--sparsemax", settings.sparsemax, variants));
    const std::map<std::string, bool> decoders{{"causal", true}, {"none", false}};
    const std::map<std::string, bool> sources{{"mean", true}, {"none", false}};
    SIDA_TRY_ASSIGN(options.decoder, choice("--decoder", settings.decoder, decoders));
    SIDA_TRY_ASSIGN(options.decoderReadsSource, choice("--decoder-source", settings.decoderSource, sources));
    options.maxNewTokens = settings.maxNewTokens;
    if (!settings.budget.empty()) {
        SIDA_TRY_ASSIGN(options.budget, units::parseBudget(settings.budget));
    }
    options.output = settings.output;
    options.capture = settings.capture;
    options.epochs = settings.epochs;
    options.threads = settings.threads;
    options.seed = settings.seed;
    options.crossEntropyWeight = settings.crossEntropyWeight;
    options.learningRate = settings.learningRate;
    options.hiddenDim = settings.hiddenDim;
    options.batchSize = settings.batchSize;
    options.patience = settings.patience;
    options.resume = settings.resume;
    return options;
}

void writeEpoch(std::ostream& out, const api::TrainEpoch& epoch)
{
    out << fmt::format(
        "  {} epoch {:>3}  loss {}  held-out hit rate: top 1 {}, top 3 {}  {}\n", epoch.kind, epoch.epoch,
        units::formatNumber(epoch.loss), units::formatNumber(epoch.heldOutTop1),
        units::formatNumber(epoch.heldOutTop3), seconds(epoch.seconds));
    out.flush();
}

void writeDecoder(std::ostream& out, const api::TrainedDecoder& decoder)
{
    out << "  for the decoder: a causal part\n";
    writeRows(
        out,
        {{"best epoch", std::to_string(decoder.bestEpoch)},
         {"held-out hit rate",
          fmt::format(
              "top 1 {}, top 3 {}", units::formatNumber(decoder.heldOutTop1),
              units::formatNumber(decoder.heldOutTop3))},
         {"decoder inputs",
          fmt::format(
              "{} trained on, {} held out, of {}", units::formatCount(decoder.trainedTokens),
              units::formatCount(decoder.heldOutTokens),
              decoder.generated ? "the model's own generations" : "the dataset's targets")},
         {"time",
          fmt::format(
              "{} capturing, {} training", seconds(decoder.captureSeconds), seconds(decoder.trainSeconds))}});
}

void writeResult(std::ostream& out, const api::TrainResult& result)
{
    for (const api::TrainCandidate& one : result.candidates)
        out << fmt::format(
            "  {:<6} of {} uses of experts {} miss an LRU cache of {} slots beside its {}; {} a sentence\n",
            one.kind, units::formatCount(one.uses), units::formatCount(one.misses),
            units::formatCount(one.slots), units::formatBytes(one.bytes), seconds(one.secondsPerSentence));
    if (!result.candidates.empty())
        out << fmt::format("  {} leaves fewer misses on the held-out sentences and is kept\n", result.kind);
    out << result.output.string() << ": a predictor of kind " << result.kind << '\n';
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
         {"routing",
          fmt::format(
              "{} of it{}; {} tokens captured, {} found there", units::formatBytes(result.captureBytes),
              result.capture.empty() ? "" : fmt::format(" in {}", result.capture.string()),
              units::formatCount(result.capturedTokens), units::formatCount(result.reusedTokens))},
         {"time",
          fmt::format(
              "{} capturing, {} training", seconds(result.captureSeconds), seconds(result.trainSeconds))}});
    if (result.decoder)
        writeDecoder(out, *result.decoder);
}

Status execute(const TrainSettings& settings, Context& context)
{
    SIDA_TRY_ASSIGN(const api::TrainOptions options, trainOptions(settings));
    SIDA_TRY_ASSIGN(const api::DatasetOptions data, datasetOptions(settings));
    SIDA_TRY(checkInput(settings.model));
    SIDA_TRY(checkInput(settings.dataset));
    std::vector<std::filesystem::path> inputs{settings.model, settings.dataset};
    if (!settings.capture.empty())
        inputs.emplace_back(settings.capture);
    SIDA_TRY(checkResultFile(
        {"--output", settings.output, ResultKind::predictor, false}, inputs, context.inspector));

    const std::unique_ptr<api::Engine> engine = context.makeEngine();
    ProgressLine progress(context.err, context.showProgress);
    SIDA_TRY_ASSIGN(
        const api::ModelInfo model, engine->loadModel(settings.model, progress.sink(), context.stop));
    SIDA_TRY_ASSIGN(
        const api::DatasetInfo dataset,
        engine->loadDataset(settings.dataset, data, progress.sink(), context.stop));
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
    parser
        ->add_option(
            "--kind", settings->kind,
            "lstm, the paper's network; shadow, the model's dense path with small blocks for the experts; "
            "auto, "
            "the one of both that leaves fewer misses")
        ->type_name("K");
    parser->add_option("--loss", settings->loss, "l1 or kl over the 30 largest router logits, or ce")
        ->type_name("L");
    parser
        ->add_option(
            "--ce-weight", settings->crossEntropyWeight, "Weight of the cross-entropy beside l1 or kl")
        ->check(CLI::Range(0.0, 1000.0))
        ->type_name("X");
    parser->add_option("--learning-rate", settings->learningRate, "At its highest; 0 = the kind's own")
        ->check(CLI::Range(0.0, 1.0))
        ->type_name("X");
    parser->add_option("--hidden", settings->hiddenDim, "Hidden units; 0 = chosen from the model's width")
        ->check(CLI::Range(0, 8192))
        ->type_name("N");
    parser
        ->add_option(
            "--sparsemax", settings->sparsemax, "Of lstm: textbook, or paper as the authors wrote it")
        ->type_name("S");
    parser
        ->add_option(
            "--decoder", settings->decoder,
            "With task seq2seq or score: causal, a second part for the decoder's layers too; or none")
        ->type_name("D");
    parser
        ->add_option(
            "--decoder-source", settings->decoderSource,
            "What the causal part reads beside the decoder's inputs: mean, of the source's embeddings; or "
            "none")
        ->type_name("S");
    parser
        ->add_option(
            "--max-new-tokens", settings->maxNewTokens,
            "Longest generation that the causal part learns from where there are no targets")
        ->check(CLI::Range(1, 65536))
        ->type_name("N");
    parser->add_option("--batch-size", settings->batchSize, "Samples of a step")
        ->check(CLI::Range(1, 65536))
        ->type_name("N");
    parser
        ->add_option(
            "--patience", settings->patience,
            "End after so many epochs without a better held-out hit rate; 0 = never")
        ->check(CLI::Range(0, 10000))
        ->type_name("N");
    parser->add_option("--budget", settings->budget, "For experts and predictor, by which auto judges (20%)")
        ->type_name("SIZE");
    parser->add_flag(
        "--resume", settings->resume,
        "Keep the captured routing in OUTPUT.capture and the state after every epoch in "
        "OUTPUT.KIND.training, "
        "and go on from them");
    parser
        ->add_option(
            "--capture", settings->capture,
            "Where the routing of the dataset is kept, and taken from when it is there already")
        ->type_name("FILE");
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
