// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/switch_info.h"

#include "engine/base/sha256.h"

#include <array>
#include <bit>
#include <cstring>
#include <fmt/format.h>
#include <limits>

namespace sida::model
{

namespace
{

static_assert(std::endian::native == std::endian::little, "identities are made of little-endian floats");

std::uint64_t elementsOf(const std::vector<StoredTensor>& tensors)
{
    std::uint64_t sum = 0;
    for (const StoredTensor& tensor : tensors)
        sum += tensor.entry->elements();
    return sum;
}

std::uint64_t denseElements(const SwitchLayout& layout)
{
    std::uint64_t sum = elementsOf({layout.embedding, layout.relativeBias, layout.finalNorm});
    for (const SwitchBlockLayout& block : layout.blocks) {
        sum += elementsOf(
            {block.attentionNorm, block.query, block.key, block.value, block.output, block.feedForwardNorm});
        sum += block.sparse() ? elementsOf({block.router}) : elementsOf({block.wi, block.wo});
        if (block.routerBias)
            sum += elementsOf({*block.routerBias});
    }
    if (layout.head) {
        const SwitchHeadLayout& head = *layout.head;
        sum += elementsOf({head.dense, head.denseBias, head.projection, head.projectionBias});
    }
    return sum;
}

api::DType storageOf(const StoredTensor& tensor)
{
    switch (tensor.entry->type) {
    case checkpoint::StorageType::bf16:
        return api::DType::bf16;
    case checkpoint::StorageType::f16:
        return api::DType::f16;
    default:
        return api::DType::f32;
    }
}

/// A predictor is trained for one set of routers: the digest changes with any of them, and with the sizes.
Result<std::string> identityOf(const SwitchLayout& layout)
{
    const SwitchConfig& config = layout.config;
    Sha256 digest;
    digest.update("sida-model-1\n");
    digest.update(fmt::format(
        "{} {} {} {} {} {}\n", config.dModel, config.dFf, config.dKv, config.heads, config.layers,
        config.experts));
    for (std::size_t i = 0; i < layout.blocks.size(); ++i) {
        const SwitchBlockLayout& block = layout.blocks[i];
        if (!block.sparse())
            continue;
        digest.update(fmt::format("encoder.block.{}.layer.1.mlp.router.classifier.weight\n", i));
        std::vector<float> weight(block.router.entry->elements());
        SIDA_TRY(block.router.file->readF32(*block.router.entry, weight));
        digest.update(std::as_bytes(std::span<const float>(weight)));
    }
    return digest.hex();
}

std::vector<api::FileInfo> filesOf(const checkpoint::Checkpoint& checkpoint)
{
    std::vector<api::FileInfo> files;
    for (const auto& file : checkpoint.files())
        files.push_back({file->path().filename().string(), file->fileBytes()});
    constexpr std::array kOthers{"config.json",           "model.safetensors.index.json", "tokenizer.json",
                                 "tokenizer_config.json", "special_tokens_map.json",      "spiece.model"};
    for (const char* name : kOthers) {
        std::error_code error;
        const auto bytes = std::filesystem::file_size(checkpoint.folder() / name, error);
        if (!error)
            files.push_back({name, bytes});
    }
    return files;
}

std::string architectureOf(const SwitchLayout& layout)
{
    std::string text = "switch_transformers encoder";
    if (layout.head)
        text += " classifier";
    else if (layout.hasDecoder)
        text += " (the decoder is not used)";
    return text;
}

/// The folder's name; one that only says "model" is told with the folder it stands in.
std::string nameOf(const std::filesystem::path& folder)
{
    const std::filesystem::path whole
        = (std::filesystem::absolute(folder) / "").lexically_normal().parent_path();
    const std::string name = whole.filename().string();
    const std::string parent = whole.parent_path().filename().string();
    return name == "model" && !parent.empty() ? parent + "/" + name : name;
}

} // namespace

Result<api::ModelInfo> describeSwitch(const checkpoint::Checkpoint& checkpoint, const SwitchLayout& layout)
{
    const SwitchConfig& config = layout.config;
    api::ModelInfo info;
    info.path = checkpoint.folder();
    info.name = nameOf(checkpoint.folder());
    info.architecture = architectureOf(layout);
    info.layers = config.layers;
    info.dModel = config.dModel;
    info.dFf = config.dFf;
    info.heads = config.heads;
    info.vocabulary = config.vocabulary;
    info.labels = layout.head ? layout.head->labels : 0;
    info.ignoredTensors = layout.ignored;
    info.files = filesOf(checkpoint);
    for (const api::FileInfo& file : info.files)
        info.hasTokenizer = info.hasTokenizer || file.name == "tokenizer.json" || file.name == "spiece.model";

    info.storageDtype = storageOf(layout.embedding);
    for (std::size_t i = 0; i < layout.blocks.size(); ++i) {
        const auto& experts = layout.blocks[i].experts;
        if (experts.empty())
            continue;
        const int count = static_cast<int>(experts.size());
        info.moeLayers.push_back({fmt::format("encoder.block.{}.layer.1.mlp", i), count});
        info.expertCount += count;
        info.storageDtype = storageOf(experts.front().wi);
    }
    const std::uint64_t dense = denseElements(layout);
    const std::uint64_t expert
        = 2 * static_cast<std::uint64_t>(config.dFf) * static_cast<std::uint64_t>(config.dModel);
    info.denseBytes = dense * sizeof(float);
    info.expertBytes = info.expertCount > 0 ? expert * sizeof(float) : 0;
    info.parameters = dense + expert * static_cast<std::uint64_t>(info.expertCount);
    SIDA_TRY_ASSIGN(info.identity, identityOf(layout));
    return info;
}

} // namespace sida::model
