// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/training.h"

#include "engine/base/units.h"
#include "engine/base/version.h"
#include "engine/predictor/stage_progress.h"
#include "engine/predictor/trainer.h"

#include <ATen/Parallel.h>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <map>

namespace sida::predictor
{

namespace
{

/// Sets libtorch's threads and puts the old number back.
class ThreadCount
{
public:
    explicit ThreadCount(int wanted)
        : m_before(at::get_num_threads())
    {
        if (wanted > 0)
            at::set_num_threads(wanted);
    }
    ~ThreadCount() { at::set_num_threads(m_before); }
    ThreadCount(const ThreadCount&) = delete;
    ThreadCount& operator=(const ThreadCount&) = delete;

private:
    int m_before;
};

/// Threads for the optimiser's steps. They meet after every small operation: on a machine with one other busy
/// program, two threads on two cores took ten times as long as one, so some cores are left alone.
int stepThreads(const api::TrainOptions& options)
{
    return options.threads > 0 ? options.threads : std::clamp(at::get_num_threads() / 2, 1, 4);
}

tl::unexpected<Error> wrongOption(std::string_view name, std::string_view expected, double found)
{
    return failure(ErrorKind::usage, fmt::format("{}: expected {}, found {}", name, expected, found));
}

Status checkOptions(const api::TrainOptions& options)
{
    if (options.epochs < 1)
        return wrongOption("epochs", "at least 1", options.epochs);
    if (options.batchSize < 1)
        return wrongOption("batch size", "at least 1", options.batchSize);
    if (options.hiddenDim < 0 || options.hiddenDim > 8192)
        return wrongOption("hidden width", "1 to 8192, or 0 to have it chosen", options.hiddenDim);
    if (options.topT < 1)
        return wrongOption("top T", "at least 1", options.topT);
    if (!(options.learningRate >= 0 && options.learningRate <= 1))
        return wrongOption(
            "learning rate", "more than 0 and at most 1, or 0 for the default", options.learningRate);
    if (!(options.crossEntropyWeight >= 0 && std::isfinite(options.crossEntropyWeight)))
        return wrongOption("cross-entropy weight", "0 or more", options.crossEntropyWeight);
    if (!(options.heldOutShare > 0 && options.heldOutShare < 1))
        return wrongOption("held-out share", "more than 0 and less than 1", options.heldOutShare);
    return {};
}

/// What could not be written after an hour of training is better refused before it.
Status checkOutput(const std::filesystem::path& output)
{
    std::error_code ignored;
    if (output.empty())
        return failure(ErrorKind::usage, "Training needs a name for the predictor file to write");
    const auto folder = std::filesystem::absolute(output, ignored).parent_path();
    if (!std::filesystem::is_directory(folder, ignored))
        return badInput(fmt::format("{}: the folder {} does not exist", output.string(), folder.string()));
    if (std::filesystem::is_directory(output, ignored))
        return badInput(fmt::format("{}: is a folder; name a file to write", output.string()));
    return {};
}

Status checkData(const model::Model& model, const dataset::Dataset& data)
{
    const api::ModelInfo& info = model.info();
    if (api::predictableLayers(info).empty())
        return badInput(
            fmt::format("{}: the model has no MoE layer in its encoder to predict", info.path.string()));
    if (!data.isHeld())
        return failure(
            ErrorKind::usage,
            fmt::format(
                "{}: training keeps its samples in memory, and these {} are more than the {} that it may "
                "take; "
                "use fewer (--limit)",
                data.info.path.string(), units::formatCount(data.info.samples),
                units::formatBytes(data.file->options.memoryBytes)));
    bool different = false;
    for (const dataset::Sample& sample : data.samples) {
        different = different || sample.ids != data.samples.front().ids;
        for (const std::int32_t id : sample.ids)
            if (id < 0 || id >= info.vocabulary)
                return badInput(fmt::format(
                    "{}: token id {} lies outside the model's vocabulary of {}", data.info.path.string(), id,
                    info.vocabulary));
    }
    if (!different)
        return badInput(fmt::format(
            "{}: expected at least two different samples, one to learn from and one to judge by",
            data.info.path.string()));
    return {};
}

NetworkShape chooseShape(const api::ModelInfo& model, const api::TrainOptions& options)
{
    NetworkShape shape;
    shape.embeddingDim = model.dModel;
    shape.hiddenDim = options.hiddenDim > 0 ? options.hiddenDim : model.dModel <= 256 ? 128 : 256;
    for (const api::MoeLayerInfo& layer : api::predictableLayers(model))
        shape.experts.push_back(layer.experts);
    shape.sparsemax = options.paperSparsemax ? Sparsemax::paper : Sparsemax::textbook;
    return shape;
}

Status writeResult(
    const api::ModelInfo& model, const api::TrainOptions& options, const NetworkShape& shape,
    NetworkWeights weights, const api::TrainResult& result)
{
    PredictorFile file;
    file.info.modelIdentity = model.identity;
    const auto layers = api::predictableLayers(model);
    file.info.moeLayers.assign(layers.begin(), layers.end());
    file.info.loss = "truncated-l1";
    file.info.topT = options.topT;
    file.shape = shape;
    file.weights = std::move(weights);
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    return writePredictorFile(
        options.output, file,
        {{"ce_weight", fmt::format("{}", options.crossEntropyWeight)},
         {"held_out_top1", fmt::format("{:.6f}", result.heldOutTop1)},
         {"held_out_top3", fmt::format("{:.6f}", result.heldOutTop3)},
         {"trained_rows", fmt::format("{}", result.trainedTokens)},
         {"epochs", fmt::format("{}", result.bestEpoch)},
         {"seed", fmt::format("{}", options.seed)},
         {"created", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now))},
         {"creator", fmt::format("SiDA Studio {}", version())}});
}

Result<api::TrainResult> captureAndTrain(
    const model::Model& model, const dataset::Dataset& data, const api::TrainOptions& options,
    const ProgressSink& progress, const std::function<void(const api::TrainEpoch&)>& epochDone,
    const std::stop_token& stop)
{
    const ThreadCount threads(options.threads);
    const Nanoseconds start = monotonicNow();
    SIDA_TRY_ASSIGN(
        const Capture capture, captureRouting(model, data, options.topT, options.batchSize, progress, stop));
    const Nanoseconds captured = monotonicNow();
    const ThreadCount fewer(stepThreads(options));
    const NetworkShape shape = chooseShape(model.info(), options);
    Trainer trainer(shape, options, data, capture, model.embeddings());
    StageProgress stage(progress, "Training the predictor", trainer.steps());
    std::uint64_t steps = 0;
    for (int i = 0; i < options.epochs; ++i) {
        SIDA_TRY_ASSIGN(const api::TrainEpoch epoch, trainer.runEpoch([&] {
            stage.report(++steps);
            return !stop.stop_requested();
        }));
        if (epochDone)
            epochDone(epoch);
    }
    api::TrainResult result = trainer.result();
    result.output = options.output;
    result.captureSeconds = static_cast<double>(captured - start) / 1e9;
    result.trainSeconds = stage.seconds();
    if (stop.stop_requested())
        return failure(ErrorKind::cancelled, "Training was stopped; nothing was written");
    SIDA_TRY(writeResult(model.info(), options, shape, trainer.bestWeights(), result));
    return result;
}

} // namespace

Result<api::TrainResult> train(
    const model::Model& model, const dataset::Dataset& data, const api::TrainOptions& options,
    const ProgressSink& progress, const std::function<void(const api::TrainEpoch&)>& epoch,
    const std::stop_token& stop)
{
    SIDA_TRY(checkOptions(options));
    SIDA_TRY(checkOutput(options.output));
    SIDA_TRY(checkData(model, data));
    try {
        return captureAndTrain(model, data, options, progress, epoch, stop);
    } catch (const std::exception& exception) {
        return failure(
            ErrorKind::internal,
            fmt::format("{}: training the predictor failed: {}", options.output.string(), exception.what()));
    }
}

} // namespace sida::predictor
