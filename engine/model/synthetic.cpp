// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/synthetic.h"

#include "engine/api/types.h"
#include "engine/checkpoint/quote.h"
#include "engine/checkpoint/random_tensors.h"
#include "engine/model/compute_type.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <optional>

namespace sida::model
{

namespace
{

using checkpoint::quote;
using checkpoint::RandomTensor;

constexpr std::string_view kPrefix = "synthetic:";
constexpr int kVocabulary = 32128;
constexpr int kKv = 64;
constexpr int kBuckets = 32;

struct Shape {
    std::string_view name;
    int dModel, dFf, heads, layers, sparseStep, experts;
    api::DType dtype; ///< as published
    bool tied;
};

constexpr std::array<Shape, 9> kShapes{{
    {"switch-base-8", 768, 3072, 12, 12, 2, 8, api::DType::f32, true},
    {"switch-base-16", 768, 3072, 12, 12, 2, 16, api::DType::f32, true},
    {"switch-base-32", 768, 3072, 12, 12, 2, 32, api::DType::f32, true},
    {"switch-base-64", 768, 3072, 12, 12, 2, 64, api::DType::f32, true},
    {"switch-base-128", 768, 3072, 12, 12, 2, 128, api::DType::f32, true},
    {"switch-base-256", 768, 3072, 12, 12, 2, 256, api::DType::f32, true},
    {"switch-large-128", 1024, 4096, 16, 24, 2, 128, api::DType::bf16, true},
    {"switch-xxl-128", 4096, 10240, 64, 24, 2, 128, api::DType::bf16, true},
    {"switch-c-2048", 2080, 6144, 30, 15, 1, 2048, api::DType::bf16, false},
}};

std::string shapeNames()
{
    std::string names;
    for (const Shape& shape : kShapes)
        names += fmt::format("{}{}", names.empty() ? "" : ", ", shape.name);
    return names;
}

struct Spec {
    Shape shape{};
    std::uint64_t seed = 0;
};

std::optional<std::uint64_t> wholeNumber(std::string_view text)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

Status applyOption(const std::string& whole, std::string_view option, Spec& spec)
{
    const std::size_t equals = option.find('=');
    const std::string_view key = option.substr(0, equals);
    const std::string_view value = equals == std::string_view::npos ? "" : option.substr(equals + 1);
    const auto number = wholeNumber(value);
    constexpr std::uint64_t kMostExperts = 65535;
    constexpr std::uint64_t kMostLayers = 512;
    if (key == "dtype") {
        SIDA_TRY_ASSIGN(spec.shape.dtype, api::parseDType(value));
    } else if (key == "seed" && number) {
        spec.seed = *number;
    } else if (key == "experts" && number && *number >= 1 && *number <= kMostExperts) {
        spec.shape.experts = static_cast<int>(*number);
    } else if (key == "layers" && number && *number >= 1 && *number <= kMostLayers) {
        spec.shape.layers = static_cast<int>(*number);
    } else {
        return badInput(fmt::format(
            "{}: {}: expected dtype=f32, bf16 or f16, seed=N, experts=N (1 to {}) or layers=N (1 to {})",
            whole, quote(option), kMostExperts, kMostLayers));
    }
    return {};
}

Result<Spec> parse(const std::string& whole)
{
    std::string_view rest = std::string_view(whole).substr(kPrefix.size());
    const auto next = [&rest] {
        const std::string_view part = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(rest.size(), part.size() + 1));
        return part;
    };
    const std::string_view name = next();
    const auto shape = std::find_if(
        kShapes.begin(), kShapes.end(), [&](const Shape& candidate) { return candidate.name == name; });
    if (shape == kShapes.end())
        return badInput(fmt::format("{}: no such shape; the known ones are {}", whole, shapeNames()));
    Spec spec{*shape};
    while (!rest.empty())
        SIDA_TRY(applyOption(whole, next(), spec));
    return spec;
}

/// Names and deviations of all weights, as Hugging Face initialises them.
class TensorList
{
public:
    explicit TensorList(const Shape& shape)
        : m_shape(shape)
        , m_type(storageTypeOf(shape.dtype))
        , m_width(inverseRoot(shape.dModel))
    {
        const std::vector<std::int64_t> embedding{kVocabulary, shape.dModel};
        add("shared.weight", embedding, 1);
        for (const bool decoder : {false, true}) {
            const std::string stack = decoder ? "decoder" : "encoder";
            for (int block = 0; block < shape.layers; ++block)
                addBlock(stack, block, decoder);
            addNorm(stack + ".final_layer_norm.weight");
        }
        if (!shape.tied)
            add("lm_head.weight", embedding, m_width);
    }

    std::vector<RandomTensor> take() { return std::move(m_tensors); }

private:
    static float inverseRoot(int value) { return 1 / std::sqrt(static_cast<float>(value)); }
    void add(std::string name, std::vector<std::int64_t> shape, float deviation)
    {
        m_tensors.push_back({std::move(name), m_type, std::move(shape), deviation, 0});
    }
    void addNorm(std::string name) { m_tensors.push_back({std::move(name), m_type, {m_shape.dModel}, 0, 1}); }

    void addAttention(const std::string& layer, const std::string& kind)
    {
        const int inner = m_shape.heads * kKv;
        addNorm(layer + "layer_norm.weight");
        add(layer + kind + ".q.weight", {inner, m_shape.dModel}, inverseRoot(kKv) * m_width);
        add(layer + kind + ".k.weight", {inner, m_shape.dModel}, m_width);
        add(layer + kind + ".v.weight", {inner, m_shape.dModel}, m_width);
        add(layer + kind + ".o.weight", {m_shape.dModel, inner}, inverseRoot(inner));
    }
    void addMatrices(const std::string& prefix)
    {
        add(prefix + "wi.weight", {m_shape.dFf, m_shape.dModel}, m_width);
        add(prefix + "wo.weight", {m_shape.dModel, m_shape.dFf}, inverseRoot(m_shape.dFf));
    }
    void addBlock(const std::string& stack, int block, bool decoder)
    {
        const std::string root = fmt::format("{}.block.{}.layer.", stack, block);
        addAttention(root + "0.", "SelfAttention");
        if (block == 0)
            add(root + "0.SelfAttention.relative_attention_bias.weight", {kBuckets, m_shape.heads}, m_width);
        if (decoder)
            addAttention(root + "1.", "EncDecAttention");
        const std::string layer = root + (decoder ? "2." : "1.");
        addNorm(layer + "layer_norm.weight");
        if (m_shape.sparseStep != 1 && block % m_shape.sparseStep != 1) {
            addMatrices(layer + "mlp.");
            return;
        }
        // Three times the deviation of other matrices: tokens then prefer an expert about as clearly as in a
        // trained model.
        add(layer + "mlp.router.classifier.weight", {m_shape.experts, m_shape.dModel}, 3 * m_width);
        for (int expert = 0; expert < m_shape.experts; ++expert)
            addMatrices(fmt::format("{}mlp.experts.expert_{}.", layer, expert));
    }

    const Shape& m_shape;
    const checkpoint::StorageType m_type;
    const float m_width;
    std::vector<RandomTensor> m_tensors;
};

std::string configText(const Shape& shape)
{
    return nlohmann::json{
        {"model_type", "switch_transformers"},
        {"d_model", shape.dModel},
        {"d_kv", kKv},
        {"d_ff", shape.dFf},
        {"num_heads", shape.heads},
        {"num_layers", shape.layers},
        {"num_decoder_layers", shape.layers},
        {"encoder_sparse_step", shape.sparseStep},
        {"decoder_sparse_step", shape.sparseStep},
        {"num_experts", shape.experts},
        {"vocab_size", kVocabulary},
        {"tie_word_embeddings", shape.tied},
        {"dense_act_fn", "relu"},
        {"pad_token_id", 0},
        {"eos_token_id", 1},
        {"decoder_start_token_id", 0}}
        .dump();
}

} // namespace

bool isSynthetic(const std::filesystem::path& name)
{
    return name.native().starts_with(kPrefix);
}

Result<checkpoint::Checkpoint> openSynthetic(const std::filesystem::path& name)
{
    SIDA_TRY_ASSIGN(const Spec spec, parse(name.string()));
    return checkpoint::Checkpoint::of(
        name, configText(spec.shape),
        std::make_unique<checkpoint::RandomTensors>(name, TensorList(spec.shape).take(), spec.seed));
}

} // namespace sida::model
