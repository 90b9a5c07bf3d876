// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/decoder_training.h"

#include "engine/predictor/causal_torch.h"
#include "engine/predictor/stage_progress.h"
#include "engine/predictor/trainer.h"
#include "engine/predictor/training_plan.h"
#include "engine/predictor/training_source.h"

#include <fmt/format.h>
#include <map>

namespace sida::predictor
{

Result<TrainedCausal> trainCausal(
    const model::Model& model, const dataset::Dataset& data, const DecoderCapture& capture,
    NetworkShape shape, const api::TrainOptions& options, const std::string& fingerprint,
    const ProgressSink& progress, const std::function<void(const api::TrainEpoch&)>& epochDone,
    const std::stop_token& stop)
{
    const HeldCapture source(capture.inputs.samples, capture.routing);
    const Split split = splitSamples(source.index(), options.heldOutShare, options.seed);
    if (split.train.empty() || split.heldOut.empty())
        return badInput(fmt::format(
            "{}: the decoder's part needs at least two different targets, one to learn from and one to judge "
            "by; train without it (--decoder none)",
            data.info.path.string()));
    const auto layers = api::decoderMoeLayers(model.info());
    shape.experts.clear();
    for (const api::MoeLayerInfo& layer : layers)
        shape.experts.push_back(layer.experts);
    TrainableCausal network(
        shape, options.decoderReadsSource, data.samples, model.embeddings(), model.decoderEmbeddings(),
        options.seed);
    Trainer trainer(network, options, source);
    std::filesystem::path kept = options.output;
    kept += ".causal.training";
    std::error_code ignored;
    if (options.resume && std::filesystem::exists(kept, ignored))
        SIDA_TRY(trainer.load(kept, fingerprint));
    StageProgress stage(progress, "Training the decoder's part", trainer.steps());
    while (!trainer.finished()) {
        SIDA_TRY_ASSIGN(api::TrainEpoch epoch, trainer.runEpoch([&] {
            stage.report(trainer.stepsDone());
            return !stop.stop_requested();
        }));
        epoch.kind = "causal";
        if (options.resume)
            SIDA_TRY(trainer.save(kept, fingerprint));
        if (epochDone)
            epochDone(epoch);
    }
    trainer.restoreBest();
    const api::TrainResult result = trainer.result();
    TrainedCausal trained;
    trained.part = network.part(layers);
    trained.part.info.heldOutTop1 = result.heldOutTop1;
    trained.part.info.heldOutTop3 = result.heldOutTop3;
    api::TrainedDecoder& told = trained.result;
    told.epochs = result.epochs;
    told.bestEpoch = result.bestEpoch;
    told.heldOutTop1 = result.heldOutTop1;
    told.heldOutTop3 = result.heldOutTop3;
    told.heldOutTop1ByLayer = result.heldOutTop1ByLayer;
    told.heldOutTop3ByLayer = result.heldOutTop3ByLayer;
    told.trainedTokens = result.trainedTokens;
    told.heldOutTokens = result.heldOutTokens;
    told.generated = capture.generated;
    told.trainSeconds = stage.seconds();
    return trained;
}

Status writeCausal(const std::filesystem::path& file, const TrainedCausal& trained)
{
    return addCausalPart(
        file, trained.part,
        {{"decoder_held_out_top1", fmt::format("{:.6f}", trained.result.heldOutTop1)},
         {"decoder_held_out_top3", fmt::format("{:.6f}", trained.result.heldOutTop3)},
         {"decoder_trained_rows", fmt::format("{}", trained.result.trainedTokens)},
         {"decoder_epochs", fmt::format("{}", trained.result.bestEpoch)},
         {"decoder_learned_from", trained.result.generated ? "generations" : "targets"}});
}

} // namespace sida::predictor
