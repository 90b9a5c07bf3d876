// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Trains a predictor with options that the command line of the product does not offer, and prints what each
// epoch brought: how the defaults were found.
#include "engine/dataset/dataset.h"
#include "engine/model/model.h"
#include "engine/predictor/training.h"
#include "engine/tokenizer/tokenizer.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <optional>

namespace
{

using namespace sida;

template <typename T>
T valueOrExit(Result<T> result)
{
    if (!result) {
        fmt::print(stderr, "{}\n", result.error().message);
        std::exit(1);
    }
    return std::move(*result);
}

void trainAndPrint(
    const std::string& modelFolder, const std::string& datasetFile, const api::DatasetOptions& datasetOptions,
    const api::TrainOptions& options)
{
    const auto model = valueOrExit(model::loadModel(modelFolder, {}, {}));
    std::optional<tokenizer::Tokenizer> tokenizer;
    if (model->info().hasTokenizer)
        tokenizer = valueOrExit(tokenizer::Tokenizer::open(modelFolder));
    const auto data = valueOrExit(dataset::loadDataset(
        datasetFile, datasetOptions,
        {model->info().vocabulary, model->info().labels, tokenizer ? &*tokenizer : nullptr}, {}, {}));
    const auto print = [](const api::TrainEpoch& epoch) {
        fmt::print(
            "epoch {:3}  loss {:.5f}  held-out top-1 {:.4f}  top-3 {:.4f}  {:.2f} s\n", epoch.epoch,
            epoch.loss, epoch.heldOutTop1, epoch.heldOutTop3, epoch.seconds);
    };
    const auto result = valueOrExit(predictor::train(*model, data, options, {}, print, {}));
    fmt::print(
        "{} tokens learned, {} held out; captured in {:.1f} s, trained in {:.1f} s\n", result.trainedTokens,
        result.heldOutTokens, result.captureSeconds, result.trainSeconds);
    fmt::print(
        "best epoch {}: top-1 {:.4f} [{:.4f}]  top-3 {:.4f} [{:.4f}]\n", result.bestEpoch, result.heldOutTop1,
        fmt::join(result.heldOutTop1ByLayer, ", "), result.heldOutTop3,
        fmt::join(result.heldOutTop3ByLayer, ", "));
}

} // namespace

int main(int argc, char** argv)
{
    CLI::App app("Trains a predictor and prints every epoch.");
    std::string modelFolder;
    std::string datasetFile;
    api::DatasetOptions datasetOptions;
    api::TrainOptions options;
    app.add_option("--model", modelFolder, "model folder")->required();
    app.add_option("--dataset", datasetFile, "file to learn from")->required();
    app.add_option("--output", options.output, "predictor to write")->required();
    app.add_option("--limit", datasetOptions.limit, "first N samples");
    app.add_option("--epochs", options.epochs, "passes over the data");
    app.add_option("--hidden", options.hiddenDim, "width of the network");
    app.add_option("--batch-size", options.batchSize, "sentences a step");
    app.add_option("--learning-rate", options.learningRate, "at its highest");
    app.add_option("--top-t", options.topT, "experts the loss compares");
    app.add_option("--ce-weight", options.crossEntropyWeight, "weight of the cross-entropy");
    app.add_option("--seed", options.seed, "of split, weights and order");
    app.add_option("--threads", options.threads, "0 = all cores");
    app.add_flag("--paper-sparsemax", options.paperSparsemax, "the attention of the authors' code");
    CLI11_PARSE(app, argc, argv);
    trainAndPrint(modelFolder, datasetFile, datasetOptions, options);
    return 0;
}
