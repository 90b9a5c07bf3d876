// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/switch_config.h"

#include "engine/checkpoint/json.h"
#include "engine/checkpoint/quote.h"

#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <nlohmann/json.hpp>

namespace sida::model
{

namespace
{

using checkpoint::quote;
using nlohmann::json;

/// A value as it may stand in a message.
std::string shown(const json& value)
{
    return quote(value.dump(-1, ' ', false, json::error_handler_t::replace), 40);
}

/// Reads keys of one object. JSON's null counts as absent.
class Reader
{
public:
    Reader(const json& object, const std::string& where)
        : m_object(object)
        , m_where(where)
    {
    }

    const json* find(const char* key) const
    {
        const auto found = m_object.find(key);
        return found == m_object.end() || found->is_null() ? nullptr : &*found;
    }

    Status integer(const char* key, int least, int most, int& value) const
    {
        const json* found = find(key);
        if (found == nullptr)
            return {};
        if (found->is_number_integer()) {
            const bool fits = found->is_number_unsigned()
                ? found->get<std::uint64_t>() <= static_cast<std::uint64_t>(most)
                : found->get<std::int64_t>() <= most;
            const bool enough = found->is_number_unsigned() || found->get<std::int64_t>() >= least;
            if (fits && enough && found->get<int>() >= least) {
                value = found->get<int>();
                return {};
            }
        }
        return badInput(fmt::format(
            "{}: \"{}\" must be a whole number from {} to {}, found {}", m_where, key, least, most,
            shown(*found)));
    }

    Status boolean(const char* key, bool& value) const
    {
        const json* found = find(key);
        if (found == nullptr)
            return {};
        if (!found->is_boolean())
            return badInput(
                fmt::format("{}: \"{}\" must be true or false, found {}", m_where, key, shown(*found)));
        value = found->get<bool>();
        return {};
    }

private:
    const json& m_object;
    const std::string& m_where;
};

Status checkFamily(const Reader& reader, const std::string& where)
{
    const json* type = reader.find("model_type");
    if (type != nullptr && type->is_string() && *type == "switch_transformers")
        return {};
    return badInput(fmt::format(
        "{}: \"model_type\" must be \"switch_transformers\", found {}; models of other families cannot be "
        "run yet",
        where, type == nullptr ? std::string("none") : shown(*type)));
}

Status readSizes(const Reader& reader, SwitchConfig& config)
{
    SIDA_TRY(reader.integer("d_model", 1, 1 << 16, config.dModel));
    SIDA_TRY(reader.integer("d_kv", 1, 1 << 12, config.dKv));
    SIDA_TRY(reader.integer("d_ff", 1, 1 << 20, config.dFf));
    SIDA_TRY(reader.integer("num_heads", 1, 1 << 12, config.heads));
    SIDA_TRY(reader.integer("num_layers", 1, 1 << 12, config.layers));
    SIDA_TRY(reader.integer("num_experts", 1, 1 << 16, config.experts));
    SIDA_TRY(reader.integer("expert_capacity", 1, 1 << 30, config.expertCapacity));
    SIDA_TRY(reader.integer("vocab_size", 1, 1 << 24, config.vocabulary));
    SIDA_TRY(reader.integer("relative_attention_num_buckets", 4, 1 << 16, config.buckets));
    SIDA_TRY(reader.integer("relative_attention_max_distance", 2, 1 << 20, config.maxDistance));
    return {};
}

/// The decoder keys of a SiDA classifier are those of the model it was made from, and mean nothing: only
/// their form is checked here.
Status readStacks(const Reader& reader, SwitchConfig& config)
{
    config.decoderLayers = config.layers;
    SIDA_TRY(reader.integer("num_decoder_layers", 0, 1 << 12, config.decoderLayers));
    const auto sparsity = [&](const char* layersKey, const char* stepKey, SwitchSparsity& stack) -> Status {
        SIDA_TRY(reader.integer(layersKey, 0, 1 << 12, stack.sparseLayers));
        if (reader.find(stepKey) != nullptr) {
            int step = 0;
            SIDA_TRY(reader.integer(stepKey, 0, 1 << 12, step));
            stack.step = step;
        }
        return {};
    };
    SIDA_TRY(sparsity("num_sparse_encoder_layers", "encoder_sparse_step", config.encoderSparsity));
    return sparsity("num_sparse_decoder_layers", "decoder_sparse_step", config.decoderSparsity);
}

Status readTokens(const Reader& reader, SwitchConfig& config)
{
    const int last = config.vocabulary - 1;
    SIDA_TRY(reader.integer("pad_token_id", 0, last, config.padToken));
    SIDA_TRY(reader.integer("eos_token_id", 0, last, config.eosToken));
    config.decoderStartToken = config.padToken;
    return reader.integer("decoder_start_token_id", 0, last, config.decoderStartToken);
}

Status readRouterDtype(const Reader& reader, const std::string& where, SwitchConfig& config)
{
    const json* found = reader.find("router_dtype");
    if (found == nullptr)
        return {};
    if (*found == "float32")
        config.routerDtype = api::DType::f32;
    else if (*found == "bfloat16")
        config.routerDtype = api::DType::bf16;
    else if (*found == "float16")
        config.routerDtype = api::DType::f16;
    else
        return badInput(fmt::format(
            "{}: \"router_dtype\" must be \"float32\", \"bfloat16\" or \"float16\", found {}", where,
            shown(*found)));
    return {};
}

Status readEpsilon(const Reader& reader, const std::string& where, SwitchConfig& config)
{
    const json* found = reader.find("layer_norm_epsilon");
    if (found == nullptr)
        return {};
    const double value = found->is_number() ? found->get<double>() : std::numeric_limits<double>::quiet_NaN();
    if (!(value > 0 && value <= 1))
        return badInput(fmt::format(
            "{}: \"layer_norm_epsilon\" must be a number above 0 and at most 1, found {}", where,
            shown(*found)));
    config.epsilon = static_cast<float>(value);
    return {};
}

Status readActivation(const Reader& reader, const std::string& where, SwitchConfig& config)
{
    const json* found = reader.find("dense_act_fn");
    if (found == nullptr)
        return {};
    const auto activation
        = found->is_string() ? parseActivation(found->get_ref<const std::string&>()) : std::nullopt;
    if (!activation)
        return badInput(fmt::format(
            "{}: \"dense_act_fn\" {} is not known; the known ones are {}", where, shown(*found),
            activationNames()));
    config.activation = *activation;
    return {};
}

Status readHeadPooling(const Reader& reader, const std::string& where, SwitchConfig& config)
{
    const json* own = reader.find("sida_studio");
    if (own == nullptr)
        return {};
    if (!own->is_object())
        return badInput(fmt::format("{}: \"sida_studio\" must be an object, found {}", where, shown(*own)));
    const std::string inside = where + ": \"sida_studio\"";
    const Reader entries(*own, inside);
    const json* pooling = entries.find("head_pooling");
    if (pooling == nullptr)
        return {};
    const auto known
        = pooling->is_string() ? api::parsePooling(pooling->get_ref<const std::string&>()) : std::nullopt;
    if (!known)
        return badInput(fmt::format(
            "{}: \"head_pooling\" must be \"{}\" or \"{}\", found {}", inside,
            api::name(api::Pooling::realTokens), api::name(api::Pooling::padded), shown(*pooling)));
    config.headPooling = {*known, 0, "config.json"};
    if (*known == api::Pooling::padded)
        SIDA_TRY(entries.integer("head_padded_length", 1, 1 << 16, config.headPooling.paddedLength));
    return {};
}

} // namespace

bool SwitchSparsity::wantsExperts(int block, int layers) const
{
    const int every = step ? *step : sparseLayers > 0 ? layers / sparseLayers : 0;
    return every == 1 || (every > 1 && block % every == 1);
}

namespace
{

/// Names are a convenience: a list that cannot be used is no reason to refuse a model.
std::vector<std::string> labelNames(const Reader& reader)
{
    const json* names = reader.find("id2label");
    std::vector<std::string> result;
    if (names == nullptr || !names->is_object())
        return result;
    for (std::size_t label = 0; label < names->size(); ++label) {
        const auto name = names->find(std::to_string(label));
        if (name == names->end() || !name->is_string())
            return {};
        result.push_back(name->get<std::string>());
    }
    return result;
}

} // namespace

Result<SwitchConfig> parseSwitchConfig(std::string_view text, const std::string& where)
{
    SIDA_TRY_ASSIGN(const json object, checkpoint::parseJson(text, where));
    if (!object.is_object())
        return badInput(
            fmt::format("{}: expected a JSON object, found {}", where, checkpoint::kindOf(object)));
    const Reader reader(object, where);
    SIDA_TRY(checkFamily(reader, where));

    SwitchConfig config;
    SIDA_TRY(readSizes(reader, config));
    SIDA_TRY(readStacks(reader, config));
    SIDA_TRY(readTokens(reader, config));
    SIDA_TRY(readRouterDtype(reader, where, config));
    SIDA_TRY(readEpsilon(reader, where, config));
    SIDA_TRY(readActivation(reader, where, config));
    SIDA_TRY(readHeadPooling(reader, where, config));
    SIDA_TRY(reader.boolean("tie_word_embeddings", config.tiedEmbeddings));
    config.statesTied = reader.find("tie_word_embeddings") != nullptr;
    config.labelNames = labelNames(reader);
    // Distances up to a quarter of the buckets have one of their own; the rest share the logarithmic ones.
    if (config.maxDistance <= config.buckets / 4)
        return badInput(fmt::format(
            "{}: \"relative_attention_max_distance\" {} must be more than a quarter of "
            "\"relative_attention_num_buckets\" {}",
            where, config.maxDistance, config.buckets));
    return config;
}

} // namespace sida::model
