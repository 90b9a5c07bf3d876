// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/tiny_model.h"

#include "engine/checkpoint/safetensors.h"

#include <fmt/format.h>
#include <fstream>
#include <map>
#include <random>
#include <stdexcept>
#include <vector>

namespace sida::test
{

namespace
{

/// Collects tensors with random content; the storage outlives the spans given to the writer.
class RandomTensors
{
public:
    explicit RandomTensors(std::uint64_t seed)
        : m_random(seed)
    {
    }

    void add(std::string name, std::vector<std::int64_t> shape, float scale, float offset = 0)
    {
        std::int64_t elements = 1;
        for (const std::int64_t size : shape)
            elements *= size;
        std::normal_distribution<float> normal(offset, scale);
        std::vector<float>& values = m_values.emplace_back(static_cast<std::size_t>(elements));
        for (float& value : values)
            value = normal(m_random);
        m_tensors.push_back({std::move(name), checkpoint::StorageType::f32, std::move(shape), {}});
    }

    void write(const std::filesystem::path& path, const std::map<std::string, std::string>& metadata)
    {
        for (std::size_t i = 0; i < m_tensors.size(); ++i)
            m_tensors[i].data = std::as_bytes(std::span(m_values[i]));
        if (const Status written = checkpoint::writeSafetensors(path, m_tensors, metadata); !written)
            throw std::runtime_error(written.error().message);
    }

private:
    std::mt19937_64 m_random;
    std::vector<std::vector<float>> m_values;
    std::vector<checkpoint::TensorToWrite> m_tensors;
};

bool isSparse(const TinyModel& model, int block)
{
    return model.sparseStep == 1 || (model.sparseStep > 1 && block % model.sparseStep == 1);
}

void writeConfig(const std::filesystem::path& path, const TinyModel& model)
{
    std::ofstream(path) << fmt::format(
        R"({{"model_type": "switch_transformers", "d_model": {}, "d_kv": {}, "d_ff": {}, "num_heads": {},
  "num_layers": {}, "num_decoder_layers": {}, "num_sparse_encoder_layers": {}, "encoder_sparse_step": {},
  "decoder_sparse_step": {}, "tie_word_embeddings": {}, "num_experts": {}, "vocab_size": {}, "relative_attention_num_buckets": 32,
  "relative_attention_max_distance": 128, "layer_norm_epsilon": 1e-06, "router_bias": false,
  "router_dtype": "float32", "dense_act_fn": "relu", "pad_token_id": 0, "eos_token_id": 1}})",
        model.dModel, model.dKv, model.dFf, model.heads, model.layers, model.decoderLayers,
        model.sparseStep > 0 ? model.layers / model.sparseStep : 0, model.sparseStep, model.sparseStep,
        model.tied, model.experts, model.vocabulary);
}

void addAttention(RandomTensors& tensors, const TinyModel& model, const std::string& layer, const char* kind)
{
    const int inner = model.heads * model.dKv;
    for (const char* name : {"q", "k", "v"})
        tensors.add(layer + kind + name + ".weight", {inner, model.dModel}, 0.3F);
    tensors.add(layer + kind + "o.weight", {model.dModel, inner}, 0.3F);
}

void addFeedForward(RandomTensors& tensors, const TinyModel& model, int block, const std::string& mlp)
{
    const auto addMatrices = [&](const std::string& prefix) {
        tensors.add(prefix + "wi.weight", {model.dFf, model.dModel}, 0.3F);
        tensors.add(prefix + "wo.weight", {model.dModel, model.dFf}, 0.3F);
    };
    if (!isSparse(model, block)) {
        addMatrices(mlp);
        return;
    }
    tensors.add(mlp + "router.classifier.weight", {model.experts, model.dModel}, 1);
    for (int expert = 0; expert < model.experts; ++expert)
        addMatrices(fmt::format("{}experts.expert_{}.", mlp, expert));
}

void addBlock(RandomTensors& tensors, const TinyModel& model, const std::string& stack, int block)
{
    const std::string at = fmt::format("{}.block.{}.layer.", stack, block);
    addAttention(tensors, model, at + "0.", "SelfAttention.");
    if (block == 0)
        tensors.add(at + "0.SelfAttention.relative_attention_bias.weight", {32, model.heads}, 0.5F);
    tensors.add(at + "0.layer_norm.weight", {model.dModel}, 0.1F, 1);
    const bool decoder = stack == "decoder";
    if (decoder) {
        addAttention(tensors, model, at + "1.", "EncDecAttention.");
        tensors.add(at + "1.layer_norm.weight", {model.dModel}, 0.1F, 1);
    }
    const std::string last = at + (decoder ? "2." : "1.");
    tensors.add(last + "layer_norm.weight", {model.dModel}, 0.1F, 1);
    addFeedForward(tensors, model, block, last + "mlp.");
}

constexpr int kPredictorHidden = 12;

/// Names and expert counts of MoE layers, as a predictor's metadata lists them.
struct HeadLists {
    std::string layers;
    std::string experts;
};

/// A predictor's network for the sparse blocks of one stack.
HeadLists addNetwork(
    RandomTensors& tensors, const TinyModel& model, const std::string& prefix, const std::string& stack,
    int blocks)
{
    constexpr int kHidden = kPredictorHidden;
    tensors.add(prefix + "compression_fc.weight", {kHidden, model.dModel}, 0.3F);
    tensors.add(prefix + "compression_fc.bias", {kHidden}, 0.1F);
    for (const char* layer : {"l0", "l1"}) {
        tensors.add(fmt::format("{}lstm.weight_ih_{}", prefix, layer), {4 * kHidden, kHidden}, 0.3F);
        tensors.add(fmt::format("{}lstm.weight_hh_{}", prefix, layer), {4 * kHidden, kHidden}, 0.3F);
        tensors.add(fmt::format("{}lstm.bias_ih_{}", prefix, layer), {4 * kHidden}, 0.1F);
        tensors.add(fmt::format("{}lstm.bias_hh_{}", prefix, layer), {4 * kHidden}, 0.1F);
    }
    tensors.add(prefix + "residual_fc.weight", {kHidden, kHidden}, 0.3F);
    tensors.add(prefix + "residual_fc.bias", {kHidden}, 0.1F);
    const int mlp = stack == "decoder" ? 2 : 1;
    HeadLists lists;
    for (int block = 0; block < blocks; ++block) {
        if (!isSparse(model, block))
            continue;
        const std::string key
            = fmt::format("{}fc.{}-block-{}-layer-{}-mlp-router-classifier", prefix, stack, block, mlp);
        tensors.add(key + ".weight", {model.experts, kHidden}, 1);
        tensors.add(key + ".bias", {model.experts}, 0.1F);
        const char* separator = lists.layers.empty() ? "" : ",";
        lists.layers += fmt::format("{}{}.block.{}.layer.{}.mlp", separator, stack, block, mlp);
        lists.experts += fmt::format("{}{}", separator, model.experts);
    }
    return lists;
}

} // namespace

void writeTinyModel(const std::filesystem::path& folder, const TinyModel& model)
{
    std::filesystem::create_directories(folder);
    writeConfig(folder / "config.json", model);
    RandomTensors tensors(model.seed);
    tensors.add("shared.weight", {model.vocabulary, model.dModel}, 1);
    for (int block = 0; block < model.layers; ++block)
        addBlock(tensors, model, "encoder", block);
    tensors.add("encoder.final_layer_norm.weight", {model.dModel}, 0.1F, 1);
    for (int block = 0; block < model.decoderLayers; ++block)
        addBlock(tensors, model, "decoder", block);
    if (model.decoderLayers > 0)
        tensors.add("decoder.final_layer_norm.weight", {model.dModel}, 0.1F, 1);
    if (model.decoderLayers > 0 && !model.tied) {
        tensors.add("decoder.embed_tokens.weight", {model.vocabulary, model.dModel}, 1);
        tensors.add("lm_head.weight", {model.vocabulary, model.dModel}, 1);
    }
    if (model.labels > 0) {
        tensors.add("classifier.dense.weight", {model.dModel, model.dModel}, 0.3F);
        tensors.add("classifier.dense.bias", {model.dModel}, 0.1F);
        tensors.add("classifier.out_proj.weight", {model.labels, model.dModel}, 0.3F);
        tensors.add("classifier.out_proj.bias", {model.labels}, 0.1F);
    }
    tensors.write(folder / "model.safetensors", {{"format", "pt"}});
}

void writeTinyPredictor(
    const std::filesystem::path& file, const TinyModel& model, const std::string& modelIdentity, bool decoder)
{
    RandomTensors tensors(model.seed + 1000);
    const HeadLists encoder = addNetwork(tensors, model, "", "encoder", model.layers);
    std::map<std::string, std::string> metadata{
        {"format", "sida-predictor"},
        {"version", "1"},
        {"kind", "lstm"},
        {"model_identity", modelIdentity},
        {"moe_layers", encoder.layers},
        {"experts", encoder.experts},
        {"embedding_dim", fmt::format("{}", model.dModel)},
        {"hidden_dim", fmt::format("{}", kPredictorHidden)},
        {"sparsemax", "textbook"},
        {"loss", "truncated-l1"},
        {"top_t", "8"},
        {"ce_weight", "0.005"},
        {"held_out_top1", "0.5"},
        {"held_out_top3", "0.7"},
        {"trained_rows", "1"},
        {"epochs", "1"},
        {"seed", "1"},
        {"created", "2026-01-01"},
        {"creator", "test"}};
    if (decoder) {
        const HeadLists causal = addNetwork(tensors, model, "decoder.", "decoder", model.decoderLayers);
        tensors.add("decoder.source_fc.weight", {kPredictorHidden, model.dModel}, 0.3F);
        metadata.insert(
            {{"decoder", "causal"},
             {"decoder_moe_layers", causal.layers},
             {"decoder_experts", causal.experts},
             {"decoder_hidden_dim", fmt::format("{}", kPredictorHidden)},
             {"decoder_sparsemax", "textbook"},
             {"decoder_source", "mean"}});
    }
    tensors.write(file, metadata);
}

void writeTinyDataset(const std::filesystem::path& file, const TinyModel& model, int samples, int longest)
{
    std::mt19937_64 random(model.seed + 7);
    std::ofstream stream(file);
    for (int i = 0; i < samples; ++i) {
        stream << R"({"input_ids": [)";
        const auto length = random() % static_cast<std::uint64_t>(longest);
        for (std::uint64_t token = 0; token < length; ++token)
            stream << 3 + random() % static_cast<std::uint64_t>(model.vocabulary - 3) << ", ";
        stream << "1]";
        if (model.labels > 0)
            stream << R"(, "label": )" << random() % static_cast<std::uint64_t>(model.labels);
        stream << "}\n";
    }
}

} // namespace sida::test
