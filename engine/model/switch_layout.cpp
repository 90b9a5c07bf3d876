// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/switch_layout.h"

#include "engine/checkpoint/quote.h"
#include "engine/checkpoint/storage_type.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fmt/format.h>
#include <limits>
#include <span>
#include <unordered_set>

namespace sida::model
{

namespace
{

using checkpoint::Checkpoint;
using checkpoint::quote;
using checkpoint::shapeText;
using checkpoint::StorageType;

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
    bool prefixed() const { return !m_prefix.empty(); }
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
        m_taken.insert(tensor.entry);
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
        m_taken.insert(tensor.entry);
        return {};
    }

    bool taken(const StoredTensor& tensor) const { return m_taken.contains(tensor.entry); }

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
    std::unordered_set<const checkpoint::TensorEntry*> m_taken;
};

/// The stacks' embeddings and the language model's head.
///
/// Tied copies are all the same, so any that is there will do. An untied stack may have an embedding that
/// differs from the shared one.
Status findEmbeddings(Finder& finder, SwitchLayout& layout)
{
    constexpr std::array kTied{
        "shared.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight", "lm_head.weight"};
    constexpr std::array kEncoder{"encoder.embed_tokens.weight", "shared.weight"};
    constexpr std::array kDecoder{"decoder.embed_tokens.weight", "shared.weight"};
    constexpr std::array kHead{"lm_head.weight", "decoder.lm_head.weight"};
    const std::vector<std::int64_t> shape{layout.config.vocabulary, layout.config.dModel};
    const auto takeFirst = [&](std::span<const char* const> names, StoredTensor& tensor) {
        const auto found
            = std::find_if(names.begin(), names.end(), [&](const char* name) { return finder.has(name); });
        return finder.take(found == names.end() ? "shared.weight" : *found, shape, tensor);
    };
    layout.tiedHead = layout.config.tiedEmbeddings && layout.decoder;
    if (layout.config.tiedEmbeddings) {
        SIDA_TRY(takeFirst(kTied, layout.encoder.embedding));
        if (layout.decoder)
            layout.decoder->embedding = layout.encoder.embedding;
        return {};
    }
    SIDA_TRY(takeFirst(kEncoder, layout.encoder.embedding));
    if (!layout.decoder)
        return {};
    SIDA_TRY(takeFirst(kDecoder, layout.decoder->embedding));
    for (const char* name : kHead) {
        if (finder.has(name))
            return finder.take(name, shape, layout.languageHead.emplace());
    }
    return {};
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

Status findAttention(
    Finder& finder, const std::string& layer, std::string_view kind, const SwitchConfig& config,
    SwitchAttentionLayout& attention)
{
    const std::string root = fmt::format("{}{}.", layer, kind);
    SIDA_TRY(finder.take(layer + "layer_norm.weight", {config.dModel}, attention.norm));
    SIDA_TRY(finder.take(root + "q.weight", {config.inner(), config.dModel}, attention.query));
    SIDA_TRY(finder.take(root + "k.weight", {config.inner(), config.dModel}, attention.key));
    SIDA_TRY(finder.take(root + "v.weight", {config.inner(), config.dModel}, attention.value));
    return finder.take(root + "o.weight", {config.dModel, config.inner()}, attention.output);
}

/// One of the two stacks, as the file names it.
struct StackKind {
    const char* name;
    bool hasCross;
    int layers;
    const SwitchSparsity& sparsity;
};

Status
findBlock(Finder& finder, const StackKind& kind, int index, SwitchLayout& layout, SwitchBlockLayout& block)
{
    const SwitchConfig& config = layout.config;
    const std::string root = fmt::format("{}.block.{}.", kind.name, index);
    SIDA_TRY(findAttention(finder, root + "layer.0.", "SelfAttention", config, block.attention));
    if (kind.hasCross)
        SIDA_TRY(findAttention(finder, root + "layer.1.", "EncDecAttention", config, block.cross.emplace()));
    const std::string layer = root + (kind.hasCross ? "layer.2." : "layer.1.");
    SIDA_TRY(finder.take(layer + "layer_norm.weight", {config.dModel}, block.feedForwardNorm));

    block.feedForwardName = layer + "mlp";
    const std::string mlp = layer + "mlp.";
    const bool sparse = finder.has(mlp + "router.classifier.weight");
    if (sparse != kind.sparsity.wantsExperts(index, kind.layers))
        layout.warnings.push_back(fmt::format(
            "config.json makes {} block {} {}, but the file holds {} for it: the file decides", kind.name,
            index, sparse ? "dense" : "sparse", sparse ? "a router" : "no router"));
    if (sparse)
        return findExperts(finder, mlp, config, block);
    SIDA_TRY(finder.take(mlp + "wi.weight", {config.dFf, config.dModel}, block.wi));
    return finder.take(mlp + "wo.weight", {config.dModel, config.dFf}, block.wo);
}

Status findStack(Finder& finder, const StackKind& kind, SwitchLayout& layout, SwitchStackLayout& stack)
{
    const std::string root = std::string(kind.name) + '.';
    SIDA_TRY(finder.take(
        root + "block.0.layer.0.SelfAttention.relative_attention_bias.weight",
        {layout.config.buckets, layout.config.heads}, stack.relativeBias));
    for (int block = 0; block < kind.layers; ++block)
        SIDA_TRY(findBlock(finder, kind, block, layout, stack.blocks.emplace_back()));
    return finder.take(root + "final_layer_norm.weight", {layout.config.dModel}, stack.finalNorm);
}

/// Blocks that the file holds without a gap; c-2048 has more of them than its config.json says.
int decoderBlocksInFile(const Finder& finder)
{
    int blocks = 0;
    while (blocks < 1 << 12 && finder.has(fmt::format("decoder.block.{}.layer.0.layer_norm.weight", blocks)))
        ++blocks;
    return blocks;
}

Status findDecoder(Finder& finder, SwitchLayout& layout)
{
    // Remains of a decoder in an encoder's file are none.
    if (!finder.has("decoder.final_layer_norm.weight")
        && !finder.has("decoder.block.0.layer.1.EncDecAttention.q.weight"))
        return {};
    const int blocks = decoderBlocksInFile(finder);
    if (blocks > layout.config.decoderLayers) {
        layout.warnings.push_back(fmt::format(
            "config.json speaks of {} decoder blocks, but the file holds {}: the file decides",
            layout.config.decoderLayers, blocks));
        layout.config.decoderLayers = blocks;
    }
    const StackKind kind{"decoder", true, layout.config.decoderLayers, layout.config.decoderSparsity};
    return findStack(finder, kind, layout, layout.decoder.emplace());
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

/// What is left over must not be a part of a stack: leaving such a tensor out would give other results.
Status sortOutTheRest(const Finder& finder, const Checkpoint& checkpoint, SwitchLayout& layout)
{
    const std::string encoder = finder.named("encoder.block.");
    const std::string decoder = finder.named("decoder.block.");
    for (const auto& [name, tensor] : checkpoint.tensors()) {
        if (finder.taken(tensor))
            continue;
        const bool ofEncoder = name.starts_with(encoder);
        if (ofEncoder || (layout.decoder && name.starts_with(decoder)))
            return badInput(fmt::format(
                "{}: tensor {} belongs to no part of the {} that config.json and the routers describe; "
                "check {} and the number of experts",
                tensor.file->path().string(), quote(name), ofEncoder ? "encoder" : "decoder",
                ofEncoder ? "num_layers" : "num_decoder_layers"));
        layout.ignored.push_back(name);
    }
    return {};
}

/// c-2048 was published without `tie_word_embeddings`, but with a head of its own under the decoder.
void settleTied(const Finder& finder, SwitchLayout& layout)
{
    if (layout.config.statesTied || !finder.has("decoder.lm_head.weight"))
        return;
    layout.config.tiedEmbeddings = false;
    layout.warnings.push_back(
        "config.json does not say whether the embedding is tied to the head, and the file holds "
        "decoder.lm_head.weight: that is used as the head");
}

} // namespace

Result<SwitchLayout> layOutSwitch(const Checkpoint& checkpoint)
{
    SwitchLayout layout;
    SIDA_TRY_ASSIGN(
        layout.config,
        parseSwitchConfig(checkpoint.configText(), (checkpoint.folder() / "config.json").string()));
    Finder finder(checkpoint);
    layout.prefixed = finder.prefixed();
    const StackKind encoder{"encoder", false, layout.config.layers, layout.config.encoderSparsity};
    SIDA_TRY(findStack(finder, encoder, layout, layout.encoder));
    SIDA_TRY(findDecoder(finder, layout));
    settleTied(finder, layout);
    SIDA_TRY(findEmbeddings(finder, layout));
    SIDA_TRY(findHead(finder, checkpoint, layout));
    SIDA_TRY(sortOutTheRest(finder, checkpoint, layout));
    return layout;
}

std::vector<const SwitchBlockLayout*> blocksOf(const SwitchLayout& layout, bool withDecoder)
{
    std::vector<const SwitchBlockLayout*> blocks;
    for (const SwitchBlockLayout& block : layout.encoder.blocks)
        blocks.push_back(&block);
    if (withDecoder && layout.decoder) {
        for (const SwitchBlockLayout& block : layout.decoder->blocks)
            blocks.push_back(&block);
    }
    return blocks;
}

} // namespace sida::model
