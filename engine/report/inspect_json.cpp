// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/inspect_json.h"

#include "engine/api/consistency.h"
#include "engine/api/figures.h"
#include "engine/report/run_json.h"

#include <algorithm>

namespace sida::report
{

namespace
{

Json moeLayersOf(const std::vector<api::MoeLayerInfo>& layers)
{
    Json out = Json::array();
    for (const api::MoeLayerInfo& layer : layers)
        out.push_back({{"name", layer.name}, {"experts", layer.experts}});
    return out;
}

/// Negative means that the file does not say.
Json orNull(double value)
{
    return value < 0 ? Json(nullptr) : Json(value);
}

Json pairsObject(const std::vector<std::pair<std::string, std::string>>& pairs)
{
    Json out = Json::object();
    for (const auto& [key, value] : pairs)
        out[key] = value;
    return out;
}

Json planObject(const PlannedRun& planned)
{
    const api::BudgetPlan& budget = planned.budget;
    Json byPurpose = Json::object();
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < api::kPurposes; ++i) {
        byPurpose[std::string(api::name(static_cast<api::Purpose>(i)))] = budget.byPurpose[i];
        sum += budget.byPurpose[i];
    }
    const auto aLayer = [&](int count) {
        return budget.moeLayers > 0 ? Json(static_cast<double>(count) / budget.moeLayers) : Json(nullptr);
    };
    return {
        {"policy", api::name(planned.options.policy)},
        {"device", api::name(planned.options.device)},
        {"dtype", api::name(planned.options.dtype)},
        {"batch_size", planned.options.batchSize},
        {"by_purpose", byPurpose},
        {"planned_bytes", sum},
        {"budget_bytes", budget.budgetBytes},
        {"slots", budget.slots},
        {"slot_bytes", budget.slotBytes},
        {"experts", budget.experts},
        {"slots_per_layer", aLayer(budget.slots)},
        {"experts_per_layer", aLayer(budget.experts)},
        {"smallest_bytes", budget.smallestBytes},
        {"resident_bytes", budget.residentBytes}};
}

Json curveOf(const std::vector<api::TrainEpoch>& epochs)
{
    Json out = Json::array();
    for (const api::TrainEpoch& epoch : epochs)
        out.push_back(
            {{"kind", epoch.kind},
             {"epoch", epoch.epoch},
             {"loss", epoch.loss},
             {"held_out_top1", epoch.heldOutTop1},
             {"held_out_top3", epoch.heldOutTop3},
             {"seconds", epoch.seconds}});
    return out;
}

Json headOf(const api::ModelInfo& model)
{
    if (model.labels == 0)
        return nullptr;
    const api::HeadPooling& trained = model.headPooling;
    Json head = {{"labels", model.labels}, {"pooling", api::name(trained.pooling)}};
    head["padded_length"] = trained.paddedLength > 0 ? Json(trained.paddedLength) : Json(nullptr);
    head["pooling_source"] = trained.source.empty() ? Json(nullptr) : Json(trained.source);
    return head;
}

} // namespace

std::string inspectJson(const api::ModelInfo& model, const std::optional<PlannedRun>& planned)
{
    Json files = Json::array();
    for (const api::FileInfo& file : model.files)
        files.push_back({{"name", file.name}, {"bytes", file.bytes}});
    Json out
        = {{"kind", "model"},
           {"architecture", model.architecture},
           {"layers", model.layers},
           {"moe_layers", moeLayersOf(model.moeLayers)},
           {"d_model", model.dModel},
           {"d_ff", model.dFf},
           {"dtype", api::name(model.storageDtype)},
           {"parameters", model.parameters},
           {"expert_bytes", model.expertBytes},
           {"expert_count", model.expertCount},
           {"dense_bytes", model.denseBytes},
           {"head", headOf(model)},
           {"tokenizer", model.hasTokenizer},
           {"files", files}};
    out["path"] = model.path.string();
    out["identity"] = model.identity;
    out["ignored_tensors"] = model.ignoredTensors;
    if (planned)
        out["plan"] = planObject(*planned);
    return dump(out);
}

std::string inspectJson(const api::DatasetInfo& dataset)
{
    Json out
        = {{"kind", "dataset"},
           {"task", api::name(dataset.task)},
           {"samples", dataset.samples},
           {"tokens", dataset.tokens > 0 ? Json(dataset.tokens) : Json(nullptr)},
           {"longest", dataset.longest > 0 ? Json(dataset.longest) : Json(nullptr)},
           {"labelled", dataset.labelled},
           {"truncated", dataset.truncated}};
    out["path"] = dataset.path.string();
    out["identity"] = dataset.identity;
    return dump(out);
}

std::string inspectJson(const api::PredictorInfo& predictor)
{
    Json out
        = {{"kind", "predictor"},
           {"predictor_kind", predictor.kind},
           {"moe_layers", moeLayersOf(predictor.moeLayers)},
           {"embedding_dim", predictor.embeddingDim},
           {"hidden_dim", predictor.hiddenDim},
           {"sparsemax", predictor.sparsemax},
           {"loss", predictor.loss},
           {"top_t", predictor.topT},
           {"held_out_top1", orNull(predictor.heldOutTop1)},
           {"held_out_top3", orNull(predictor.heldOutTop3)},
           {"parameters", predictor.parameters},
           {"bytes", predictor.bytes}};
    out["model_identity"] = predictor.modelIdentity;
    out["path"] = predictor.path.string();
    out["training"] = curveOf(predictor.curve);
    out["decoder"] = nullptr;
    if (predictor.decoder)
        out["decoder"]
            = {{"kind", predictor.decoder->kind},
               {"moe_layers", moeLayersOf(predictor.decoder->moeLayers)},
               {"hidden_dim", predictor.decoder->hiddenDim},
               {"sparsemax", predictor.decoder->sparsemax},
               {"reads_source", predictor.decoder->readsSource},
               {"held_out_top1", orNull(predictor.decoder->heldOutTop1)},
               {"held_out_top3", orNull(predictor.decoder->heldOutTop3)},
               {"parameters", predictor.decoder->parameters}};
    out["metadata"] = pairsObject(predictor.metadata);
    return dump(out);
}

std::string inspectJson(const api::Recording& recording, const std::filesystem::path& session)
{
    api::FigureAccumulator sums(recording.header);
    sums.add(recording.rows);
    const api::Figures figures = sums.figures();
    Json out;
    out["kind"] = "session";
    // A session that was closed is complete, whatever the reason for which its run ended.
    out["state"] = recording.state == api::RecordingState::recovered ? "recovered" : "complete";
    out["ended"] = api::name(recording.state);
    out["failure"] = recording.failure.empty() ? Json(nullptr) : Json(recording.failure);
    out["provenance"] = pairsObject(recording.header.provenance);
    out["training"] = curveOf(recording.header.training);
    out["batches"] = figures.batches;
    const Json run = runObject(recording.header, figures, session);
    for (const auto& [key, value] : run.items())
        out[key] = value;
    const api::Consistency consistency = api::checkConsistency(recording);
    out["consistency"] = {{"checked", consistency.checked}, {"problems", consistency.problems}};
    out["routed"] = sums.routed();
    out["predicted"] = recording.header.predictorName.empty() ? Json(nullptr) : Json(sums.predicted());
    return dump(out);
}

std::string doctorJson(const api::DoctorReport& report)
{
    Json devices = Json::array();
    for (const api::DeviceInfo& device : report.devices) {
        const auto rate = [](double measured) { return measured > 0 ? Json(measured) : Json(nullptr); };
        devices.push_back(
            {{"kind", api::name(device.kind)},
             {"name", device.name},
             {"total_bytes", device.totalBytes},
             {"free_bytes", device.freeBytes},
             {"host_to_device_bytes_per_s", rate(device.hostToDeviceBytesPerSecond)},
             {"pageable_host_to_device_bytes_per_s", rate(device.pageableBytesPerSecond)},
             {"device_copy_bytes_per_s", rate(device.deviceCopyBytesPerSecond)},
             {"device_read_bytes_per_s", rate(device.deviceReadBytesPerSecond)},
             {"details", pairsObject(device.details)}});
    }
    Json out;
    out["devices"] = devices;
    out["host_read_bytes_per_s"] = report.hostReadBytesPerSecond;
    out["host_copy_bytes_per_s"] = report.hostCopyBytesPerSecond;
    out["versions"] = pairsObject(report.versions);
    out["notes"] = report.notes;
    return dump(out);
}

namespace
{

Json trainedDecoder(const api::TrainedDecoder& decoder)
{
    return {
        {"kind", "causal"},
        {"best_epoch", decoder.bestEpoch},
        {"held_out_top1", decoder.heldOutTop1},
        {"held_out_top3", decoder.heldOutTop3},
        {"held_out_top1_by_layer", decoder.heldOutTop1ByLayer},
        {"held_out_top3_by_layer", decoder.heldOutTop3ByLayer},
        {"trained_tokens", decoder.trainedTokens},
        {"held_out_tokens", decoder.heldOutTokens},
        {"learned_from", decoder.generated ? "generations" : "targets"},
        {"capture_seconds", decoder.captureSeconds},
        {"train_seconds", decoder.trainSeconds},
        {"epochs", curveOf(decoder.epochs)}};
}

Json guessRows(const std::vector<api::GuessFigures>& guesses)
{
    Json rows = Json::array();
    for (const api::GuessFigures& row : guesses) {
        const auto known = [&row](const Json& value) { return row.guessed ? value : Json(nullptr); };
        rows.push_back(
            {{"name", row.name},
             {"top1", known(row.top1)},
             {"top3", known(row.top3)},
             {"top1_by_layer", known(row.top1ByLayer)},
             {"top3_by_layer", known(row.top3ByLayer)},
             {"precision", known(row.precision)},
             {"recall", known(row.recall)},
             {"slots", row.slots},
             {"uses", row.uses},
             {"misses", row.misses},
             {"prefetched_bytes", row.prefetchedBytes},
             {"wasted_bytes", row.wastedBytes},
             {"predictor_bytes", row.predictorBytes},
             {"seconds_per_batch", row.secondsPerBatch > 0 ? Json(row.secondsPerBatch) : Json(nullptr)}});
    }
    return rows;
}

} // namespace

std::string trainJson(const api::TrainResult& result)
{
    Json candidates = Json::array();
    for (const api::TrainCandidate& one : result.candidates)
        candidates.push_back(
            {{"kind", one.kind},
             {"held_out_top1", one.heldOutTop1},
             {"held_out_top3", one.heldOutTop3},
             {"bytes", one.bytes},
             {"slots", one.slots},
             {"uses", one.uses},
             {"misses", one.misses},
             {"seconds_per_sentence", one.secondsPerSentence}});
    Json out;
    out["output"] = result.output.string();
    out["predictor_kind"] = result.kind;
    out["candidates"] = candidates;
    out["best_epoch"] = result.bestEpoch;
    out["held_out_top1"] = result.heldOutTop1;
    out["held_out_top3"] = result.heldOutTop3;
    out["held_out_top1_by_layer"] = result.heldOutTop1ByLayer;
    out["held_out_top3_by_layer"] = result.heldOutTop3ByLayer;
    out["trained_tokens"] = result.trainedTokens;
    out["held_out_tokens"] = result.heldOutTokens;
    out["capture"] = result.capture.empty() ? Json() : Json(result.capture.string());
    out["capture_bytes"] = result.captureBytes;
    out["captured_tokens"] = result.capturedTokens;
    out["reused_tokens"] = result.reusedTokens;
    out["capture_seconds"] = result.captureSeconds;
    out["train_seconds"] = result.trainSeconds;
    out["epochs"] = curveOf(result.epochs);
    out["decoder"] = result.decoder ? trainedDecoder(*result.decoder) : Json(nullptr);
    return dump(out);
}

std::string evaluateJson(const api::EvaluateResult& result, const std::optional<Fidelity>& fidelity)
{
    Json out;
    out["batches"] = result.batches;
    out["tokens"] = result.tokens;
    out["top_k"] = result.topK;
    out["experts"] = result.experts;
    out["expert_bytes"] = result.expertBytes;
    out["slots"] = result.slots;
    out["rows"] = guessRows(result.rows);
    out["decoder"] = nullptr;
    if (const auto& decoder = result.decoder)
        out["decoder"]
            = {{"steps", decoder->steps},
               {"tokens", decoder->tokens},
               {"experts", decoder->experts},
               {"slots", decoder->slots},
               {"judged_on", decoder->generated ? "generations" : "targets"},
               {"rows", guessRows(decoder->rows)}};
    out["fidelity"] = nullptr;
    if (fidelity)
        out["fidelity"]
            = {{"exact_metric", fidelity->exact ? Json(*fidelity->exact) : Json(nullptr)},
               {"predicted_metric", fidelity->predicted ? Json(*fidelity->predicted) : Json(nullptr)},
               {"value", fidelity->value() ? Json(*fidelity->value()) : Json(nullptr)},
               {"equal_outputs", fidelity->equalOutputs ? Json(*fidelity->equalOutputs) : Json(nullptr)}};
    return dump(out);
}

} // namespace sida::report
