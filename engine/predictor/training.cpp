// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/training.h"

#include "engine/base/units.h"
#include "engine/base/version.h"
#include "engine/predictor/capture_file.h"
#include "engine/predictor/decoder_training.h"
#include "engine/predictor/evaluation.h"
#include "engine/predictor/lstm_torch.h"
#include "engine/predictor/shadow_network.h"
#include "engine/predictor/shadow_torch.h"
#include "engine/predictor/stage_progress.h"
#include "engine/predictor/trainable_torch.h"
#include "engine/predictor/trainer.h"
#include "engine/predictor/training_plan.h"

#include <ATen/Parallel.h>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <map>
#include <optional>

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
    if (options.patience < 0)
        return wrongOption("patience", "0 or more epochs", options.patience);
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

tl::unexpected<Error> tooFewSamples(const dataset::Dataset& data)
{
    return badInput(fmt::format(
        "{}: expected at least two different samples, one to learn from and one to judge by",
        data.info.path.string()));
}

Status checkData(const model::Model& model, const dataset::Dataset& data, const api::TrainOptions& options)
{
    const api::ModelInfo& info = model.info();
    if (api::predictableLayers(info).empty())
        return badInput(
            fmt::format("{}: the model has no MoE layer in its encoder to predict", info.path.string()));
    const auto differs
        = [&](const dataset::Sample& sample) { return sample.ids != data.samples.front().ids; };
    if (data.isHeld() && std::none_of(data.samples.begin(), data.samples.end(), differs))
        return tooFewSamples(data);
    if (!data.isHeld() && options.decoder && capturesDecoder(info, data))
        return failure(
            ErrorKind::usage,
            fmt::format(
                "{}: the decoder's part is trained from memory, and these {} samples are more than the {} of "
                "memory that data may take; use fewer (--limit), or train without it (--decoder none)",
                data.info.path.string(), units::formatCount(data.info.samples),
                units::formatBytes(data.file->options.memoryBytes)));
    return {};
}

NetworkShape lstmShape(const api::ModelInfo& model, const api::TrainOptions& options)
{
    NetworkShape shape;
    shape.embeddingDim = model.dModel;
    shape.hiddenDim = options.hiddenDim > 0 ? options.hiddenDim : model.dModel <= 256 ? 128 : 256;
    for (const api::MoeLayerInfo& layer : api::predictableLayers(model))
        shape.experts.push_back(layer.experts);
    shape.sparsemax = options.paperSparsemax ? Sparsemax::paper : Sparsemax::textbook;
    return shape;
}

/// Surrogates four times as wide as the model, but no wider than one expert needs to be on a large model:
/// they have to cost less than the dense part they stand beside.
ShadowShape shadowShapeFor(const api::ModelInfo& model, const api::TrainOptions& options)
{
    constexpr int kWidest = 768;
    ShadowShape shape;
    shape.width = model.dModel;
    shape.hidden = options.hiddenDim > 0 ? options.hiddenDim : std::min(4 * model.dModel, kWidest);
    for (const api::MoeLayerInfo& layer : api::predictableLayers(model))
        shape.experts.push_back(layer.experts);
    return shape;
}

std::string_view lossName(api::TrainLoss loss)
{
    switch (loss) {
    case api::TrainLoss::l1:
        return "truncated-l1";
    case api::TrainLoss::kl:
        return "truncated-kl";
    case api::TrainLoss::crossEntropy:
        return "cross-entropy";
    }
    return "";
}

/// Everything that training one kind needs.
struct Job {
    const model::Model& model;
    const dataset::Dataset& data;
    const api::TrainOptions& options;
    const CaptureFile& capture;
    const ProgressSink& progress;
    const std::function<void(const api::TrainEpoch&)>& epochDone;
    const std::stop_token& stop;

    Result<std::unique_ptr<Trainable>> network(api::PredictorKind kind) const
    {
        if (kind == api::PredictorKind::lstm)
            return makeTrainableLstm(lstmShape(model.info(), options), model.embeddings(), options.seed);
        SIDA_TRY_ASSIGN(const model::SwitchWeights* weights, shadowedEncoder(model));
        return makeTrainableShadow(
            *weights, shadowShapeFor(model.info(), options), model.embeddings(), options.seed);
    }
    std::string fingerprint(std::string_view kind) const
    {
        const api::TrainOptions& o = options;
        return fmt::format(
            "{} {} {} {} {} {} {} {} {} {} {} {} {} {} {}", model.info().identity, data.info.identity,
            capture.index().samples(), capture.index().tokens(), kind, lossName(o.loss), o.epochs,
            o.hiddenDim, o.batchSize, o.learningRate, o.topT, o.crossEntropyWeight, o.heldOutShare,
            o.paperSparsemax, o.seed);
    }
    Status
    write(const Trainable& network, const std::filesystem::path& path, const api::TrainResult& result) const;
    Result<api::TrainResult> train(api::PredictorKind kind, const std::filesystem::path& output) const;
    Result<api::TrainCandidate>
    judge(const std::filesystem::path& file, const api::TrainResult& result) const;
    Result<api::TrainResult> trainBoth(const std::filesystem::path& output) const;
};

Status
Job::write(const Trainable& network, const std::filesystem::path& path, const api::TrainResult& result) const
{
    api::PredictorInfo info;
    info.modelIdentity = model.info().identity;
    const auto layers = api::predictableLayers(model.info());
    info.moeLayers.assign(layers.begin(), layers.end());
    info.loss = lossName(options.loss);
    info.topT = options.topT;
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    info.curve = result.epochs;
    return network.write(
        path, std::move(info),
        {{"ce_weight", fmt::format("{}", options.crossEntropyWeight)},
         {"held_out_top1", fmt::format("{:.6f}", result.heldOutTop1)},
         {"held_out_top3", fmt::format("{:.6f}", result.heldOutTop3)},
         {"trained_rows", fmt::format("{}", result.trainedTokens)},
         {"epochs", fmt::format("{}", result.bestEpoch)},
         {"seed", fmt::format("{}", options.seed)},
         {"created", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now))},
         {"creator", fmt::format("SiDA Studio {}", version())}});
}

constexpr std::string_view kCaptureSuffix = "capture";

/// Beside the output, while it is being made.
std::filesystem::path besides(const std::filesystem::path& output, std::string_view what)
{
    std::filesystem::path path = output;
    path += fmt::format(".{}", what);
    return path;
}

Result<api::TrainResult> Job::train(api::PredictorKind kind, const std::filesystem::path& output) const
{
    const std::string name(kind == api::PredictorKind::lstm ? "lstm" : "shadow");
    SIDA_TRY_ASSIGN(const std::unique_ptr<Trainable> trainable, network(kind));
    Trainer trainer(*trainable, options, capture);
    const std::filesystem::path kept = besides(options.output, name + ".training");
    std::error_code ignored;
    if (options.resume && std::filesystem::exists(kept, ignored))
        SIDA_TRY(trainer.load(kept, fingerprint(name)));
    StageProgress stage(progress, "Training the predictor", trainer.steps());
    while (!trainer.finished()) {
        SIDA_TRY_ASSIGN(api::TrainEpoch epoch, trainer.runEpoch([&] {
            stage.report(trainer.stepsDone());
            return !stop.stop_requested();
        }));
        epoch.kind = name;
        if (options.resume)
            SIDA_TRY(trainer.save(kept, fingerprint(name)));
        if (epochDone)
            epochDone(epoch);
    }
    trainer.restoreBest();
    api::TrainResult result = trainer.result();
    result.output = options.output;
    result.kind = name;
    result.trainSeconds = stage.seconds();
    if (stop.stop_requested())
        return failure(ErrorKind::cancelled, "Training was stopped; nothing was written");
    SIDA_TRY(write(*trainable, output, result));
    return result;
}

/// Held-out sentences as `judge` wants them: sentence by sentence, as they wait for an answer.
struct HeldOutSentences {
    dataset::Dataset data;
    std::vector<std::vector<std::uint64_t>> plan;
    RoutingTrace trace;
};

Result<HeldOutSentences> readHeldOut(const CaptureFile& capture, const std::vector<std::uint64_t>& samples)
{
    constexpr std::size_t kMostTokens = 1'000'000; // enough for three digits, and bounded
    HeldOutSentences result;
    for (const CaptureLayout::Layer& layer : capture.layers())
        result.trace.experts.push_back(layer.experts);
    CapturedTokens read;
    std::size_t tokens = 0;
    for (const std::uint64_t sample : samples) {
        SIDA_TRY(capture.read({&sample, 1}, read));
        tokens += read.ids.size();
        if (!result.plan.empty() && tokens > kMostTokens)
            break;
        result.plan.push_back({result.data.samples.size()});
        result.data.samples.push_back({read.ids});
        auto& layers = result.trace.batches.emplace_back();
        for (const CapturedTokens::Layer& layer : read.layers) {
            auto& chosen = layers.emplace_back();
            for (std::size_t i = 0; i < layer.indices.size(); i += static_cast<std::size_t>(layer.top))
                chosen.push_back(layer.indices[i]);
        }
    }
    return result;
}

Result<api::TrainCandidate>
Job::judge(const std::filesystem::path& file, const api::TrainResult& result) const
{
    SIDA_TRY_ASSIGN(const std::unique_ptr<Predictor> predictor, loadPredictor(file));
    SIDA_TRY(predictor->attach(model));
    SIDA_TRY_ASSIGN(
        const HeldOutSentences heldOut,
        readHeldOut(capture, splitSamples(capture.index(), options.heldOutShare, options.seed).heldOut));
    api::TrainCandidate candidate;
    candidate.kind = result.kind;
    candidate.heldOutTop1 = result.heldOutTop1;
    candidate.heldOutTop3 = result.heldOutTop3;
    candidate.bytes = predictor->weightBytes();
    candidate.slots = slotsWithin(options.budget, model.info(), candidate.bytes);
    double seconds = 0;
    SIDA_TRY_ASSIGN(
        const api::GuessFigures figures,
        judgeGuess(
            result.kind, heldOut.trace,
            guessByPredictor(*predictor, model, heldOut.data, heldOut.plan, seconds), 1, candidate.slots,
            model.info().expertBytes));
    candidate.uses = figures.uses;
    candidate.misses = figures.misses;
    candidate.secondsPerSentence = seconds / static_cast<double>(heldOut.plan.size());
    return candidate;
}

void removeFiles(const std::vector<std::filesystem::path>& files)
{
    std::error_code ignored;
    for (const auto& file : files)
        std::filesystem::remove(file, ignored);
}

/// Removes what was made on the way, whatever the end.
struct Leftovers {
    std::vector<std::filesystem::path> files;
    ~Leftovers() { removeFiles(files); }
};

Status moveTo(const std::filesystem::path& from, const std::filesystem::path& to)
{
    std::error_code error;
    std::filesystem::rename(from, to, error);
    if (error)
        return failure(
            ErrorKind::io, fmt::format("{}: cannot write the predictor: {}", to.string(), error.message()));
    return {};
}

/// The kind that leaves fewer misses is kept, the quicker one of equals. What a predictor costs is in it: its
/// bytes are places that experts do not have.
Result<api::TrainResult> Job::trainBoth(const std::filesystem::path& output) const
{
    const Leftovers leftovers{{besides(options.output, "lstm"), besides(options.output, "shadow")}};
    std::vector<api::TrainResult> results;
    std::vector<api::TrainCandidate> candidates;
    for (const auto kind : {api::PredictorKind::lstm, api::PredictorKind::shadow}) {
        const auto& file = leftovers.files[results.size()];
        SIDA_TRY_ASSIGN(api::TrainResult result, train(kind, file));
        SIDA_TRY_ASSIGN(const api::TrainCandidate candidate, judge(file, result));
        results.push_back(std::move(result));
        candidates.push_back(candidate);
    }
    const bool shadow = candidates[1].misses != candidates[0].misses
        ? candidates[1].misses < candidates[0].misses
        : candidates[1].secondsPerSentence < candidates[0].secondsPerSentence;
    const std::size_t best = shadow ? 1 : 0;
    SIDA_TRY(moveTo(leftovers.files[best], output));
    api::TrainResult result = std::move(results[best]);
    result.trainSeconds += results[1 - best].trainSeconds;
    result.candidates = std::move(candidates);
    return result;
}

/// The captured routing, from the file that the user named or from one beside the output.
Result<CaptureFile> captureFor(
    const model::Model& model, const dataset::Dataset& data, const api::TrainOptions& options,
    const ProgressSink& progress, const std::stop_token& stop)
{
    constexpr int kRows = 64; // of a forward pass; the training's batches are cut from the file
    const bool kept = options.resume || !options.capture.empty();
    const std::filesystem::path path
        = options.capture.empty() ? besides(options.output, kCaptureSuffix) : options.capture;
    Result<CaptureFile> capture
        = CaptureFile::capture(model, data, {path, options.topT, kRows, options.resume}, progress, stop);
    if (!capture && kept && capture.error().kind == ErrorKind::cancelled)
        return failure(
            ErrorKind::cancelled,
            fmt::format(
                "Training was stopped; the routing captured so far is in {}, and --resume goes on from it",
                path.string()));
    return capture;
}

Result<api::TrainResult> captureAndTrain(
    const model::Model& model, const dataset::Dataset& data, const api::TrainOptions& options,
    const ProgressSink& progress, const std::function<void(const api::TrainEpoch&)>& epochDone,
    const std::stop_token& stop)
{
    const ThreadCount threads(options.threads);
    const Nanoseconds start = monotonicNow();
    api::PredictorKind kind = options.kind;
    if (kind == api::PredictorKind::shadow)
        SIDA_TRY(shadowedEncoder(model));
    if (kind == api::PredictorKind::automatic && !shadowedEncoder(model))
        kind = api::PredictorKind::lstm;
    Leftovers unkept;
    if (!options.resume && options.capture.empty())
        unkept.files.push_back(besides(options.output, kCaptureSuffix));
    removeFiles(unkept.files); // of a training that was killed
    SIDA_TRY_ASSIGN(const CaptureFile capture, captureFor(model, data, options, progress, stop));
    const Nanoseconds captured = monotonicNow();
    if (splitSamples(capture.index(), options.heldOutShare, options.seed).heldOut.empty())
        return tooFewSamples(data);
    const bool withDecoder = options.decoder && capturesDecoder(model.info(), data);
    std::optional<DecoderCapture> decoderCapture;
    if (withDecoder) {
        SIDA_TRY_ASSIGN(
            decoderCapture,
            captureDecoder(
                model, data, options.topT, options.batchSize, options.maxNewTokens, progress, stop));
    }
    const Nanoseconds decoderCaptured = monotonicNow();
    const ThreadCount fewer(stepThreads(options));
    const Job job{model, data, options, capture, progress, epochDone, stop};
    // With a second part to come the first one is a result only when both are there.
    const auto output = withDecoder ? besides(options.output, "encoder") : options.output;
    const Leftovers unfinished{withDecoder ? std::vector{output} : std::vector<std::filesystem::path>{}};
    SIDA_TRY_ASSIGN(
        api::TrainResult result,
        kind == api::PredictorKind::automatic ? job.trainBoth(output) : job.train(kind, output));
    result.captureSeconds = static_cast<double>(captured - start) / 1e9;
    result.capture = options.capture;
    result.captureBytes = capture.bytes();
    result.reusedTokens = capture.reusedTokens();
    result.capturedTokens = capture.index().tokens() - capture.reusedTokens();
    if (withDecoder) {
        SIDA_TRY_ASSIGN(
            TrainedCausal decoder,
            trainCausal(
                model, data, *decoderCapture, lstmShape(model.info(), options), options,
                job.fingerprint(options.decoderReadsSource ? "causal-source" : "causal"), progress, epochDone,
                stop));
        SIDA_TRY(writeCausal(output, decoder));
        SIDA_TRY(moveTo(output, options.output));
        decoder.result.captureSeconds = static_cast<double>(decoderCaptured - captured) / 1e9;
        result.decoder = std::move(decoder.result);
    }
    if (options.resume)
        removeFiles(
            {besides(options.output, "lstm.training"), besides(options.output, "shadow.training"),
             besides(options.output, "causal.training")});
    if (options.resume && options.capture.empty())
        removeFiles({besides(options.output, kCaptureSuffix)});
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
    SIDA_TRY(checkData(model, data, options));
    try {
        return captureAndTrain(model, data, options, progress, epoch, stop);
    } catch (const std::exception& exception) {
        return failure(
            ErrorKind::internal,
            fmt::format("{}: training the predictor failed: {}", options.output.string(), exception.what()));
    }
}

} // namespace sida::predictor
