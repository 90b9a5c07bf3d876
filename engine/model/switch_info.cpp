// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/switch_info.h"

#include "engine/base/sha256.h"
#include "engine/model/synthetic.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <fmt/format.h>
#include <unordered_set>

namespace sida::model
{

namespace
{

static_assert(std::endian::native == std::endian::little, "identities are made of little-endian floats");

/// Sums up the dense part; a tensor that serves twice (a tied copy) counts once. What stays float32 in every
/// compute type, and what has a type of its own, is counted as that.
class DenseCount
{
public:
    DenseCount(const SwitchConfig& config, api::DType compute)
        : m_matrix(elementBytes(compute))
        , m_router(elementBytes(config.routerDtype))
    {
    }

    void add(const SwitchStackLayout& stack)
    {
        add(stack.embedding, kFloat);
        add(stack.relativeBias, kFloat);
        add(stack.finalNorm, kFloat);
        for (const SwitchBlockLayout& block : stack.blocks) {
            add(block.attention);
            if (block.cross)
                add(*block.cross);
            add(block.feedForwardNorm, kFloat);
            if (!block.sparse()) {
                add(block.wi, m_matrix);
                add(block.wo, m_matrix);
                continue;
            }
            add(block.router, m_router);
            if (block.routerBias)
                add(*block.routerBias, kFloat);
        }
    }
    void add(const SwitchHeadLayout& head)
    {
        for (const StoredTensor& tensor : {head.dense, head.projection})
            add(tensor, m_matrix);
        for (const StoredTensor& tensor : {head.denseBias, head.projectionBias})
            add(tensor, kFloat);
    }
    void addMatrix(const StoredTensor& tensor) { add(tensor, m_matrix); }

    std::uint64_t elements() const { return m_elements; }
    std::uint64_t bytes() const { return m_bytes; }

private:
    static constexpr std::uint64_t kFloat = sizeof(float);

    void add(const StoredTensor& tensor, std::uint64_t elementBytes)
    {
        if (!m_counted.insert(tensor.entry).second)
            return;
        m_elements += tensor.entry->elements();
        m_bytes += tensor.entry->elements() * elementBytes;
    }
    void add(const SwitchAttentionLayout& attention)
    {
        add(attention.norm, kFloat);
        for (const StoredTensor& tensor : {attention.query, attention.key, attention.value, attention.output})
            add(tensor, m_matrix);
    }

    const std::uint64_t m_matrix;
    const std::uint64_t m_router;
    std::unordered_set<const checkpoint::TensorEntry*> m_counted;
    std::uint64_t m_elements = 0;
    std::uint64_t m_bytes = 0;
};

DenseCount countDense(const SwitchLayout& layout, api::DType compute)
{
    DenseCount count(layout.config, compute);
    count.add(layout.encoder);
    if (layout.decoder)
        count.add(*layout.decoder);
    if (layout.decoder && layout.languageHead)
        count.addMatrix(*layout.languageHead);
    if (layout.head)
        count.add(*layout.head);
    return count;
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

/// Most values that identities are made of: a look at a model of terabytes takes no longer than one at a
/// small one.
constexpr std::uint64_t kIdentityValues = 8'000'000;

/// A predictor is trained for one set of routers: the digest changes with any of them, and with the sizes.
/// Of routers that are larger together than kIdentityValues it takes evenly spaced rows, each layer the same.
/// It does not depend on what of the model is loaded.
Result<std::string> identityOf(const SwitchLayout& layout)
{
    const SwitchConfig& config = layout.config;
    Sha256 digest;
    digest.update("sida-model-1\n");
    digest.update(fmt::format(
        "{} {} {} {} {} {}\n", config.dModel, config.dFf, config.dKv, config.heads, config.layers,
        config.experts));
    const std::vector<const SwitchBlockLayout*> blocks = blocksOf(layout, true);
    std::uint64_t values = 0;
    for (const SwitchBlockLayout* block : blocks)
        values += block->sparse() ? block->router.entry->elements() : 0;
    const std::uint64_t every = std::max<std::uint64_t>(1, (values + kIdentityValues - 1) / kIdentityValues);
    const auto width = static_cast<std::size_t>(config.dModel);
    for (const SwitchBlockLayout* block : blocks) {
        if (!block->sparse())
            continue;
        digest.update(block->feedForwardName + ".router.classifier.weight\n");
        const StoredTensor& router = block->router;
        if (every == 1) {
            std::vector<float> weight(router.entry->elements());
            SIDA_TRY(router.file->readF32(*router.entry, weight));
            digest.update(std::as_bytes(std::span<const float>(weight)));
            continue;
        }
        std::vector<float> row(width);
        for (std::uint64_t at = 0; at < block->experts.size(); at += every) {
            SIDA_TRY(router.file->readF32(*router.entry, at * width, row));
            digest.update(std::as_bytes(std::span<const float>(row)));
        }
    }
    return digest.hex();
}

std::vector<api::FileInfo> filesOf(const checkpoint::Checkpoint& checkpoint)
{
    std::vector<api::FileInfo> files;
    if (isSynthetic(checkpoint.folder()))
        return files;
    for (const auto& file : checkpoint.files())
        files.push_back({file->path().filename().string(), file->fileBytes()});
    constexpr std::array kOthers{
        "config.json",    "model.safetensors.index.json", "pytorch_model.bin.index.json",
        "tokenizer.json", "tokenizer_config.json",        "special_tokens_map.json",
        "spiece.model"};
    for (const char* name : kOthers) {
        std::error_code error;
        const auto bytes = std::filesystem::file_size(checkpoint.folder() / name, error);
        if (!error)
            files.push_back({name, bytes});
    }
    return files;
}

std::string architectureOf(const SwitchLayout& layout, const LoadOptions& options, bool synthetic)
{
    std::string text = synthetic ? "synthetic (random weights) switch_transformers encoder"
                                 : "switch_transformers encoder";
    if (layout.decoder && options.decoder)
        text += layout.canGenerate() ? "-decoder" : "-decoder without a language model head";
    if (layout.head)
        text += " classifier";
    else if (layout.decoder && !options.decoder)
        text += " (the decoder is not used)";
    return text;
}

/// What config.json says. Where it is silent the tensors may tell: upstream has no classifier of this family,
/// and the layout with a prefix is that of the SiDA-MoE authors, whose code pools over padding.
api::HeadPooling headPoolingOf(const SwitchLayout& layout)
{
    if (!layout.head)
        return {};
    if (layout.config.headPooling.pooling == api::Pooling::unknown && layout.prefixed)
        return {api::Pooling::padded, 0, "layout"};
    return layout.config.headPooling;
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

Result<api::ModelInfo> describeSwitch(
    const checkpoint::Checkpoint& checkpoint, const SwitchLayout& layout, const LoadOptions& options)
{
    const SwitchConfig& config = layout.config;
    api::ModelInfo info;
    info.path = checkpoint.folder();
    info.name = nameOf(checkpoint.folder());
    info.architecture = architectureOf(layout, options, isSynthetic(checkpoint.folder()));
    const std::vector<const SwitchBlockLayout*> blocks = blocksOf(layout, true);
    info.layers = static_cast<int>(blocks.size());
    info.dModel = config.dModel;
    info.dFf = config.dFf;
    info.heads = config.heads;
    info.vocabulary = config.vocabulary;
    info.labels = layout.head ? layout.head->labels : 0;
    info.headPooling = headPoolingOf(layout);
    info.labelNames = layout.config.labelNames;
    info.ignoredTensors = layout.ignored;
    info.files = filesOf(checkpoint);
    for (const api::FileInfo& file : info.files)
        info.hasTokenizer = info.hasTokenizer || file.name == "tokenizer.json" || file.name == "spiece.model";

    info.computeDtype = options.compute;
    info.generates = layout.canGenerate();
    info.decoderLoaded = layout.decoder && options.decoder;
    info.padToken = config.padToken;
    info.decoderStartToken = config.decoderStartToken;
    info.storageDtype = storageOf(layout.encoder.embedding);
    for (const SwitchBlockLayout* block : blocks) {
        info.expertCount += static_cast<int>(block->experts.size());
        if (block->sparse())
            info.storageDtype = storageOf(block->experts.front().wi);
    }
    for (const SwitchBlockLayout* block : blocksOf(layout, options.decoder)) {
        if (block->sparse())
            info.moeLayers.push_back({block->feedForwardName, static_cast<int>(block->experts.size())});
    }
    const DenseCount dense = countDense(layout, options.compute);
    const std::uint64_t expert
        = 2 * static_cast<std::uint64_t>(config.dFf) * static_cast<std::uint64_t>(config.dModel);
    info.denseBytes = dense.bytes();
    info.expertBytes = info.expertCount > 0 ? expert * elementBytes(options.compute) : 0;
    info.parameters = dense.elements() + expert * static_cast<std::uint64_t>(info.expertCount);
    SIDA_TRY_ASSIGN(info.identity, identityOf(layout));
    return info;
}

} // namespace sida::model
