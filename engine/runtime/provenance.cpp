// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/provenance.h"

#include "engine/base/units.h"
#include "engine/base/version.h"
#include "engine/device/cuda/module.h"
#include "engine/runtime/compute_threads.h"
#include "engine/runtime/machine.h"

#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>

namespace sida::runtime
{

namespace
{

std::string nowInUtc()
{
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

std::string absolutePath(const std::filesystem::path& path)
{
    std::error_code error;
    const std::filesystem::path absolute = std::filesystem::absolute(path, error);
    return (error ? path : absolute).lexically_normal().string();
}

void addOptions(api::Provenance& facts, int maxLength, const api::RunOptions& options)
{
    auto add = [&](const char* key, std::string value) { facts.emplace_back(key, std::move(value)); };
    add("policy", std::string(api::name(options.policy)));
    add("routing", std::string(api::name(options.routing)));
    add("eviction", std::string(api::name(options.eviction)));
    add("top_k", std::to_string(options.topK));
    add("lookahead", std::to_string(options.lookahead));
    add("budget", units::exactBudget(options.budget));
    if (options.prefetchLimit.kind != units::Budget::Kind::unlimited)
        add("prefetch_limit", units::exactBudget(options.prefetchLimit));
    add("dtype", std::string(api::name(options.dtype)));
    add("expert_capacity", std::string(api::name(options.capacity)));
    if (options.paperPooling > 0)
        add("paper_pooling", std::to_string(options.paperPooling));
    add("max_new_tokens", std::to_string(options.maxNewTokens));
    add("threads", std::to_string(inferenceThreads(options)));
    add("batch_size", std::to_string(options.batchSize));
    add("order", std::string(api::name(options.order)));
    add("max_length", std::to_string(maxLength));
    add("repeat", std::to_string(options.repeat));
    add("seed", std::to_string(options.seed));
}

std::string deviceName(api::DeviceKind kind)
{
    if (kind == api::DeviceKind::cuda) {
        if (const auto module = cuda::loadModule()) {
            if (const auto devices = (*module)->devices(); devices && !devices->empty())
                return devices->front().name;
        }
    }
    return describeCpu().name;
}

void addInputs(
    api::Provenance& facts, const api::ModelInfo& model, const api::DatasetInfo& data,
    const api::PredictorInfo* predictor)
{
    auto add = [&](const char* key, std::string value) { facts.emplace_back(key, std::move(value)); };
    add("model_path", absolutePath(model.path));
    add("model_architecture", model.architecture);
    add("model_identity", model.identity);
    add("model_parameters", std::to_string(model.parameters));
    add("model_storage_dtype", std::string(api::name(model.storageDtype)));
    if (model.labels > 0) {
        const api::HeadPooling& trained = model.headPooling;
        add("model_head_pooling", std::string(api::name(trained.pooling)));
        if (trained.paddedLength > 0)
            add("model_head_padded_length", std::to_string(trained.paddedLength));
        if (!trained.source.empty())
            add("model_head_pooling_source", trained.source);
    }
    add("dataset_path", absolutePath(data.path));
    add("dataset_identity", data.identity);
    add("dataset_task", std::string(api::name(data.task)));
    add("dataset_samples", std::to_string(data.samples));
    if (!predictor)
        return;
    add("predictor_path", absolutePath(predictor->path));
    add("predictor_kind", predictor->kind);
    add("predictor_identity", predictor->modelIdentity);
    if (predictor->heldOutTop3 >= 0)
        add("predictor_held_out_top3", fmt::format("{:.4f}", predictor->heldOutTop3));
    if (predictor->decoder)
        add("predictor_decoder", predictor->decoder->kind);
}

} // namespace

api::RunHeader describeRun(
    const model::Model& model, const api::DatasetInfo& data, int maxLength,
    const api::PredictorInfo* predictor, const api::RunOptions& options)
{
    const api::ModelInfo& info = model.info();
    api::RunHeader header;
    header.modelName = info.name;
    header.datasetName = data.name;
    header.predictorName = predictor ? predictor->path.filename().string() : std::string();
    if (predictor)
        header.training = predictor->curve;
    header.policy = options.policy;
    header.routing = options.routing;
    header.eviction = options.eviction;
    header.device = options.device;
    header.dtype = options.dtype;
    header.batchSize = options.batchSize;
    header.topK = options.topK;
    header.lookahead = options.lookahead;
    for (const api::MoeLayerInfo& layer : info.moeLayers) {
        header.moeLayers.push_back(layer.name);
        header.expertsPerLayer.push_back(layer.experts);
    }
    header.expertBytes = info.expertBytes;

    api::Provenance& facts = header.provenance;
    facts
        = {{"sida_version", version()},
           {"created", nowInUtc()},
           {"host", hostName()},
           {"os", operatingSystem()},
           {"device", deviceName(options.device)}};
    for (const auto& [library, number] : libraryVersions()) {
        if (library != "sida_studio")
            facts.emplace_back(library, number);
    }
    addInputs(facts, info, data, predictor);
    addOptions(facts, maxLength, options);
    return header;
}

} // namespace sida::runtime
