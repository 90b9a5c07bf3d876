// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/predictor_header.h"

#include "engine/checkpoint/quote.h"
#include "engine/predictor/file_fields.h"
#include "engine/predictor/sparsemax.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>
#include <span>

namespace sida::predictor
{

namespace fs = std::filesystem;

namespace
{

constexpr std::string_view kFormat = "sida-predictor";
constexpr std::size_t kMostLayers = 4096;

bool isModuleName(const std::string& name)
{
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'
            || c == '.';
    };
    return !name.empty() && std::all_of(name.begin(), name.end(), allowed);
}

Status checkKind(const FileFields& fields)
{
    SIDA_TRY_ASSIGN(const std::string format, fields.text("format"));
    if (format != kFormat)
        return fields.wrong("format", fmt::format("\"{}\"", kFormat));
    SIDA_TRY_ASSIGN(const int version, fields.integer("version", 1, 1'000'000));
    if (version > kFileVersion)
        return badInput(fmt::format(
            "{}: predictor format version {} is newer than version {}, the newest this program reads; update "
            "SiDA Studio or train the predictor again",
            fields.path().string(), version, kFileVersion));
    SIDA_TRY_ASSIGN(const std::string kind, fields.text("kind"));
    if (kind != "lstm" && kind != "shadow")
        return fields.wrong("kind", "\"lstm\" or \"shadow\"");
    return {};
}

Result<std::vector<api::MoeLayerInfo>> readLayers(const FileFields& fields, const std::string& prefix = "")
{
    const std::string namesField = prefix + "moe_layers";
    const std::string countsField = prefix + "experts";
    SIDA_TRY_ASSIGN(const std::vector<std::string> names, fields.list(namesField, kMostLayers));
    SIDA_TRY_ASSIGN(const std::vector<std::string> counts, fields.list(countsField, kMostLayers));
    if (names.size() != counts.size())
        return badInput(fmt::format(
            "{}: metadata field {}: expected {} numbers, one for each name in {}, found {}",
            fields.path().string(), countsField, names.size(), namesField, counts.size()));
    std::vector<api::MoeLayerInfo> layers;
    std::set<std::string> seen;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (!isModuleName(names[i]) || !seen.insert(names[i]).second)
            return fields.wrong(namesField, "different module names like encoder.block.1.layer.1.mlp");
        const auto experts = parseWhole<int>(counts[i]);
        if (!experts || *experts < 1 || *experts > kMostExperts)
            return fields.wrong(countsField, fmt::format("numbers from 1 to {}", kMostExperts));
        layers.push_back({names[i], *experts});
    }
    return layers;
}

// The curve of the training: five lists of the same length.
constexpr std::size_t kMostPoints = 1000;

Result<std::vector<double>> readNumbers(const FileFields& fields, const std::string& field, double most)
{
    SIDA_TRY_ASSIGN(const std::vector<std::string> parts, fields.list(field, kMostPoints));
    std::vector<double> numbers;
    for (const std::string& part : parts) {
        const auto number = parseWhole<double>(part);
        if (!number || !(*number >= 0 && *number <= most))
            return fields.wrong(field, fmt::format("numbers from 0 to {} between commas", most));
        numbers.push_back(*number);
    }
    return numbers;
}

Status readCurve(const FileFields& fields, bool there, api::PredictorInfo& info)
{
    if (!there)
        return {};
    SIDA_TRY_ASSIGN(const std::vector<double> epochs, readNumbers(fields, "curve_epoch", 1e9));
    SIDA_TRY_ASSIGN(const std::vector<double> loss, readNumbers(fields, "curve_loss", 1e30));
    SIDA_TRY_ASSIGN(const std::vector<double> top1, readNumbers(fields, "curve_top1", 1));
    SIDA_TRY_ASSIGN(const std::vector<double> top3, readNumbers(fields, "curve_top3", 1));
    SIDA_TRY_ASSIGN(const std::vector<double> seconds, readNumbers(fields, "curve_seconds", 1e12));
    for (const auto* list : {&loss, &top1, &top3, &seconds})
        if (list->size() != epochs.size())
            return fields.wrong("curve_epoch", "as many values as the other fields of the curve have");
    for (std::size_t i = 0; i < epochs.size(); ++i)
        info.curve.push_back({static_cast<int>(epochs[i]), loss[i], top1[i], top3[i], seconds[i], info.kind});
    return {};
}

/// Of a very long training every n-th epoch, and the last.
void writeCurve(const std::vector<api::TrainEpoch>& curve, std::map<std::string, std::string>& metadata)
{
    if (curve.empty())
        return;
    const std::size_t step = (curve.size() + kMostPoints - 1) / kMostPoints;
    std::vector<int> epochs;
    std::vector<double> loss;
    std::vector<double> top1;
    std::vector<double> top3;
    std::vector<double> seconds;
    for (std::size_t i = (curve.size() - 1) % step; i < curve.size(); i += step) {
        epochs.push_back(curve[i].epoch);
        loss.push_back(curve[i].loss);
        top1.push_back(curve[i].heldOutTop1);
        top3.push_back(curve[i].heldOutTop3);
        seconds.push_back(curve[i].seconds);
    }
    metadata["curve_epoch"] = fmt::format("{}", fmt::join(epochs, ","));
    metadata["curve_loss"] = fmt::format("{:.6g}", fmt::join(loss, ","));
    metadata["curve_top1"] = fmt::format("{:.6g}", fmt::join(top1, ","));
    metadata["curve_top3"] = fmt::format("{:.6g}", fmt::join(top3, ","));
    metadata["curve_seconds"] = fmt::format("{:.4g}", fmt::join(seconds, ","));
}

/// Fields that say where the predictor comes from: they may be missing, not malformed.
Status readProvenance(const FileFields& fields, api::PredictorInfo& info)
{
    SIDA_TRY_ASSIGN(info.heldOutTop1, fields.numberOr("held_out_top1", 0, 1, -1));
    SIDA_TRY_ASSIGN(info.heldOutTop3, fields.numberOr("held_out_top3", 0, 1, -1));
    for (const char* field : {"ce_weight", "trained_rows", "epochs", "seed"})
        SIDA_TRY(fields.numberOr(field, 0, 1e19, 0));
    return {};
}

/// The fields of the second part, when there is one.
Status readDecoder(const FileFields& fields, api::PredictorInfo& info)
{
    api::DecoderPartInfo decoder;
    SIDA_TRY_ASSIGN(decoder.kind, fields.text("decoder"));
    if (decoder.kind != "causal")
        return fields.wrong("decoder", "\"causal\"");
    SIDA_TRY_ASSIGN(decoder.moeLayers, readLayers(fields, "decoder_"));
    SIDA_TRY_ASSIGN(decoder.hiddenDim, fields.integer("decoder_hidden_dim", 1, kLargestWidth));
    SIDA_TRY_ASSIGN(decoder.sparsemax, fields.text("decoder_sparsemax"));
    if (!parseSparsemax(decoder.sparsemax))
        return fields.wrong("decoder_sparsemax", "\"textbook\" or \"paper\"");
    SIDA_TRY_ASSIGN(const std::string source, fields.text("decoder_source"));
    if (source != "mean" && source != "none")
        return fields.wrong("decoder_source", "\"mean\" or \"none\"");
    decoder.readsSource = source == "mean";
    SIDA_TRY_ASSIGN(decoder.heldOutTop1, fields.numberOr("decoder_held_out_top1", 0, 1, -1));
    SIDA_TRY_ASSIGN(decoder.heldOutTop3, fields.numberOr("decoder_held_out_top3", 0, 1, -1));
    info.decoder = std::move(decoder);
    return {};
}

Result<api::PredictorInfo> readInfo(const checkpoint::SafetensorsFile& file)
{
    const FileFields fields(file.path(), file.metadata());
    SIDA_TRY(checkKind(fields));
    api::PredictorInfo info;
    info.path = file.path();
    SIDA_TRY_ASSIGN(info.kind, fields.text("kind"));
    SIDA_TRY_ASSIGN(info.modelIdentity, fields.text("model_identity"));
    SIDA_TRY_ASSIGN(info.moeLayers, readLayers(fields));
    SIDA_TRY_ASSIGN(info.embeddingDim, fields.integer("embedding_dim", 1, kLargestWidth));
    SIDA_TRY_ASSIGN(info.hiddenDim, fields.integer("hidden_dim", 1, kLargestWidth));
    if (info.kind == "lstm") {
        SIDA_TRY_ASSIGN(info.sparsemax, fields.text("sparsemax"));
        if (!parseSparsemax(info.sparsemax))
            return fields.wrong("sparsemax", "\"textbook\", \"paper\" or \"none\"");
    }
    SIDA_TRY_ASSIGN(info.loss, fields.text("loss"));
    SIDA_TRY_ASSIGN(info.topT, fields.integer("top_t", 1, kMostExperts));
    SIDA_TRY(readProvenance(fields, info));
    SIDA_TRY(readCurve(fields, file.metadata().contains("curve_epoch"), info));
    if (file.metadata().contains("decoder"))
        SIDA_TRY(readDecoder(fields, info));
    info.bytes = file.fileBytes();
    info.metadata.assign(file.metadata().begin(), file.metadata().end());
    return info;
}

} // namespace

Result<PredictorHeader> openHeader(const fs::path& path)
{
    SIDA_TRY_ASSIGN(checkpoint::SafetensorsFile file, checkpoint::SafetensorsFile::open(path));
    SIDA_TRY_ASSIGN(api::PredictorInfo info, readInfo(file));
    return PredictorHeader{std::move(file), std::move(info)};
}

Result<std::uint64_t>
checkTensors(const checkpoint::SafetensorsFile& file, const std::vector<TensorSlot>& slots)
{
    std::uint64_t parameters = 0;
    std::set<std::string_view> expected;
    for (const TensorSlot& slot : slots) {
        const checkpoint::TensorEntry* entry = file.find(slot.name);
        if (!entry)
            return badInput(fmt::format(
                "{}: tensor {} is missing; the predictor is incomplete, train it again", file.path().string(),
                slot.name));
        if (entry->type != checkpoint::StorageType::f32)
            return badInput(fmt::format(
                "{}: tensor {}: expected F32, found {}", file.path().string(), slot.name,
                checkpoint::name(entry->type)));
        if (entry->shape != slot.shape)
            return badInput(fmt::format(
                "{}: tensor {}: expected shape [{}] from the metadata, found [{}]", file.path().string(),
                slot.name, fmt::join(slot.shape, ", "), fmt::join(entry->shape, ", ")));
        parameters += entry->elements();
        expected.insert(slot.name);
    }
    for (const checkpoint::TensorEntry& entry : file.tensors())
        if (!expected.contains(entry.name))
            return badInput(fmt::format(
                "{}: tensor {} does not belong to a predictor of these layers", file.path().string(),
                checkpoint::quote(entry.name)));
    return parameters;
}

Status readTensors(const checkpoint::SafetensorsFile& file, const std::vector<TensorSlot>& slots)
{
    for (const TensorSlot& slot : slots) {
        const checkpoint::TensorEntry* entry = file.find(slot.name);
        slot.values->resize(entry->elements());
        SIDA_TRY(file.readF32(*entry, *slot.values));
        if (!std::all_of(slot.values->begin(), slot.values->end(), [](float v) { return std::isfinite(v); }))
            return badInput(fmt::format(
                "{}: tensor {}: expected finite numbers, found NaN or infinity; train the predictor again",
                file.path().string(), slot.name));
    }
    return {};
}

Status writeTensors(
    const fs::path& path, const api::PredictorInfo& info, const std::vector<TensorSlot>& slots,
    std::map<std::string, std::string> metadata)
{
    std::vector<std::string> names;
    std::vector<int> experts;
    for (const api::MoeLayerInfo& layer : info.moeLayers) {
        names.push_back(layer.name);
        experts.push_back(layer.experts);
    }
    metadata["format"] = kFormat;
    metadata["version"] = std::to_string(kFileVersion);
    metadata["kind"] = info.kind;
    metadata["model_identity"] = info.modelIdentity;
    metadata["moe_layers"] = fmt::format("{}", fmt::join(names, ","));
    metadata["experts"] = fmt::format("{}", fmt::join(experts, ","));
    metadata["embedding_dim"] = std::to_string(info.embeddingDim);
    metadata["hidden_dim"] = std::to_string(info.hiddenDim);
    metadata["loss"] = info.loss;
    metadata["top_t"] = std::to_string(info.topT);
    writeCurve(info.curve, metadata);
    std::vector<checkpoint::TensorToWrite> tensors;
    for (const TensorSlot& slot : slots)
        tensors.push_back(
            {slot.name, checkpoint::StorageType::f32, slot.shape, std::as_bytes(std::span(*slot.values))});
    return checkpoint::writeSafetensors(path, std::move(tensors), metadata);
}

} // namespace sida::predictor
