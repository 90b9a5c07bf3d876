// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/switch_layout.h"

#include "engine/checkpoint/quote.h"

#include <array>
#include <cstdint>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <limits>
#include <set>

namespace sida::model
{

namespace
{

using checkpoint::Checkpoint;
using checkpoint::quote;
using checkpoint::StorageType;

std::string shapeText(const std::vector<std::int64_t>& shape)
{
    return fmt::format("[{}]", fmt::join(shape, ", "));
}

/// Looks tensors up, checks them, and remembers which ones were asked for.
class Finder
{
public:
    explicit Finder(const Checkpoint& checkpoint)
        : m_checkpoint(checkpoint)
        , m_prefix(
              checkpoint.contains("switch_transformers.encoder.final_layer_norm.weight")
                  ? "switch_transformers."
                  : "")
    {
    }

    /// Name in the file of a part of the model proper. SiDA's classifiers have a prefix, the head has none.
    std::string named(std::string_view name) const { return m_prefix + std::string(name); }
    bool has(std::string_view name) const { return m_checkpoint.contains(named(name)); }

    Status take(std::string_view name, const std::vector<std::int64_t>& shape, StoredTensor& tensor)
    {
        return takeFull(named(name), shape, tensor);
    }

    Status takeFull(const std::string& name, const std::vector<std::int64_t>& shape, StoredTensor& tensor)
    {
        SIDA_TRY_ASSIGN(tensor, m_checkpoint.find(name));
        SIDA_TRY(checkType(tensor));
        if (tensor.entry->shape != shape)
            return badInput(fmt::format(
                "{}: tensor {} must have the shape {} that config.json asks for, found {}; the two files do "
                "not belong together",
                tensor.file->path().string(), quote(name), shapeText(shape), shapeText(tensor.entry->shape)));
        m_taken.insert(name);
        return {};
    }

    /// For a tensor whose first dimension says something that config.json does not: [rows, width].
    Status takeRows(const std::string& name, std::int64_t width, int mostRows, StoredTensor& tensor)
    {
        SIDA_TRY_ASSIGN(tensor, m_checkpoint.find(name));
        SIDA_TRY(checkType(tensor));
        const auto& shape = tensor.entry->shape;
        if (shape.size() != 2 || shape[1] != width || shape[0] < 1 || shape[0] > mostRows)
            return badInput(fmt::format(
                "{}: tensor {} must have the shape [1 to {}, {}], found {}", tensor.file->path().string(),
                quote(name), mostRows, width, shapeText(shape)));
        m_taken.insert(name);
        return {};
    }

    bool taken(const std::string& name) const { return m_taken.contains(name); }

private:
    static Status checkType(const StoredTensor& tensor)
    {
        const StorageType type = tensor.entry->type;
        if (type == StorageType::f32 || type == StorageType::bf16 || type == StorageType::f16)
            return {};
        return badInput(fmt::format(
            "{}: tensor {} is stored as {}; weights must be F32, BF16 or F16", tensor.file->path().string(),
            quote(tensor.entry->name), checkpoint::name(type)));
    }

    const Checkpoint& m_checkpoint;
    std::string m_prefix;
    std::set<std::string, std::less<>> m_taken;
};

Status findEmbedding(Finder& finder, SwitchLayout& layout)
{
    // An untied encoder may have an embedding that differs from the shared one; tied copies are all the same.
    constexpr std::array kTied{
        "shared.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight", "lm_head.weight"};
    constexpr std::array kUntied{"encoder.embed_tokens.weight", "shared.weight"};
    const std::vector<std::int64_t> shape{layout.config.vocabulary, layout.config.dModel};
    if (!layout.config.tiedEmbeddings) {
        for (const char* name : kUntied) {
            if (finder.has(name))
                return finder.take(name, shape, layout.embedding);
        }
    } else {
        for (const char* name : kTied) {
            if (finder.has(name))
                return finder.take(name, shape, layout.embedding);
        }
    }
    return finder.take("shared.weight", shape, layout.embedding);
}

Status
findExperts(Finder& finder, const std::string& mlp, const SwitchConfig& config, SwitchBlockLayout& block)
{
    SIDA_TRY(finder.takeRows(
        finder.named(mlp + "router.classifier.weight"), config.dModel,
        std::numeric_limits<std::uint16_t>::max(), block.router));
    const auto experts = block.router.entry->shape[0];
    const std::string bias = mlp + "router.classifier.bias";
    if (finder.has(bias))
        SIDA_TRY(finder.take(bias, {experts}, block.routerBias.emplace()));
    block.experts.resize(static_cast<std::size_t>(experts));
    for (std::size_t e = 0; e < block.experts.size(); ++e) {
        const std::string expert = fmt::format("{}experts.expert_{}.", mlp, e);
        SIDA_TRY(finder.take(expert + "wi.weight", {config.dFf, config.dModel}, block.experts[e].wi));
        SIDA_TRY(finder.take(expert + "wo.weight", {config.dModel, config.dFf}, block.experts[e].wo));
    }
    return {};
}

Status findBlock(Finder& finder, int index, SwitchLayout& layout)
{
    const SwitchConfig& config = layout.config;
    SwitchBlockLayout& block = layout.blocks.emplace_back();
    const std::string root = fmt::format("encoder.block.{}.", index);
    const std::string attention = root + "layer.0.SelfAttention.";
    const std::string mlp = root + "layer.1.mlp.";

    SIDA_TRY(finder.take(root + "layer.0.layer_norm.weight", {config.dModel}, block.attentionNorm));
    SIDA_TRY(finder.take(attention + "q.weight", {config.inner(), config.dModel}, block.query));
    SIDA_TRY(finder.take(attention + "k.weight", {config.inner(), config.dModel}, block.key));
    SIDA_TRY(finder.take(attention + "v.weight", {config.inner(), config.dModel}, block.value));
    SIDA_TRY(finder.take(attention + "o.weight", {config.dModel, config.inner()}, block.output));
    SIDA_TRY(finder.take(root + "layer.1.layer_norm.weight", {config.dModel}, block.feedForwardNorm));

    const bool sparse = finder.has(mlp + "router.classifier.weight");
    if (sparse != config.wantsExperts(index))
        layout.warnings.push_back(fmt::format(
            "config.json makes encoder block {} {}, but the file holds {} for it: the file decides", index,
            sparse ? "dense" : "sparse", sparse ? "a router" : "no router"));
    if (sparse)
        return findExperts(finder, mlp, config, block);
    SIDA_TRY(finder.take(mlp + "wi.weight", {config.dFf, config.dModel}, block.wi));
    return finder.take(mlp + "wo.weight", {config.dModel, config.dFf}, block.wo);
}

Status findHead(Finder& finder, const Checkpoint& checkpoint, SwitchLayout& layout)
{
    constexpr std::array kNames{
        "classifier.dense.weight", "classifier.dense.bias", "classifier.out_proj.weight",
        "classifier.out_proj.bias"};
    constexpr int kMostLabels = 1 << 20;
    bool any = false;
    for (const char* name : kNames)
        any = any || checkpoint.contains(name);
    if (!any)
        return {};
    const int width = layout.config.dModel;
    SwitchHeadLayout& head = layout.head.emplace();
    SIDA_TRY(finder.takeFull(kNames[0], {width, width}, head.dense));
    SIDA_TRY(finder.takeFull(kNames[1], {width}, head.denseBias));
    SIDA_TRY(finder.takeRows(kNames[2], width, kMostLabels, head.projection));
    head.labels = static_cast<int>(head.projection.entry->shape[0]);
    return finder.takeFull(kNames[3], {head.labels}, head.projectionBias);
}

/// What is left over must not be a part of the encoder: leaving such a tensor out would give other results.
Status sortOutTheRest(const Finder& finder, const Checkpoint& checkpoint, SwitchLayout& layout)
{
    const std::string blocks = finder.named("encoder.block.");
    const std::string decoder = finder.named("decoder.block.");
    for (const std::string& name : checkpoint.names()) {
        if (finder.taken(name))
            continue;
        if (name.starts_with(blocks)) {
            SIDA_TRY_ASSIGN(const auto tensor, checkpoint.find(name));
            return badInput(fmt::format(
                "{}: tensor {} belongs to no part of the encoder that config.json and the routers describe; "
                "check num_layers and the number of experts",
                tensor.file->path().string(), quote(name)));
        }
        layout.hasDecoder = layout.hasDecoder || name.starts_with(decoder);
        layout.ignored.push_back(name);
    }
    return {};
}

} // namespace

Result<SwitchLayout> layOutSwitch(const Checkpoint& checkpoint)
{
    SwitchLayout layout;
    SIDA_TRY_ASSIGN(
        layout.config,
        parseSwitchConfig(checkpoint.configText(), (checkpoint.folder() / "config.json").string()));
    Finder finder(checkpoint);
    SIDA_TRY(findEmbedding(finder, layout));
    SIDA_TRY(finder.take(
        "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight",
        {layout.config.buckets, layout.config.heads}, layout.relativeBias));
    for (int block = 0; block < layout.config.layers; ++block)
        SIDA_TRY(findBlock(finder, block, layout));
    SIDA_TRY(finder.take("encoder.final_layer_norm.weight", {layout.config.dModel}, layout.finalNorm));
    SIDA_TRY(findHead(finder, checkpoint, layout));
    SIDA_TRY(sortOutTheRest(finder, checkpoint, layout));
    return layout;
}

} // namespace sida::model
