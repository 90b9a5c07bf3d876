// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/atomic_file.h"
#include "engine/base/units.h"
#include "engine/checkpoint/json.h"
#include "engine/checkpoint/quote.h"
#include "engine/tokenizer/base64.h"
#include "engine/tokenizer/pipeline.h"

#include <fmt/format.h>
#include <limits>
#include <utility>

namespace sida::tokenizer
{

namespace fs = std::filesystem;

namespace
{

using Json = nlohmann::json;

constexpr std::uint64_t kMaxFileBytes = 32 * 1024 * 1024;
constexpr std::size_t kMaxAddedTokens = 100'000;
/// Ids beyond this belong to no model.
constexpr std::int64_t kMaxId = 100'000'000;
constexpr std::size_t kMaxSpecialBytes = 1000;
constexpr std::size_t kMaxTemplateParts = 16;
constexpr std::size_t kMaxReplacementBytes = 16;

/// Walks tokenizer.json; messages name the path of keys.
class Reader
{
public:
    explicit Reader(std::string where)
        : m_where(std::move(where))
    {
    }

    Result<Pipeline> read(const Json& root);

private:
    /// A value with the path of keys that leads to it.
    struct At {
        const Json& value;
        std::string path;

        bool isNull() const { return value.is_null(); }
    };
    At member(const At& object, const char* key) const
    {
        static const Json kNothing;
        const auto found = object.value.is_object() ? object.value.find(key) : object.value.end();
        const bool exists = object.value.is_object() && found != object.value.end();
        return {exists ? *found : kNothing, object.path.empty() ? key : object.path + '.' + key};
    }
    static At item(const At& array, std::size_t index)
    {
        return {array.value[index], fmt::format("{}[{}]", array.path, index)};
    }
    tl::unexpected<Error> wrong(const At& at, std::string_view expected) const
    {
        const std::string found = at.value.is_string()
            ? checkpoint::quote(at.value.get_ref<const std::string&>(), 40)
            : at.value.is_number() ? at.value.dump()
                                   : std::string(checkpoint::kindOf(at.value));
        return badInput(fmt::format("{}: {}: expected {}, found {}", m_where, at.path, expected, found));
    }
    Result<std::string> text(const At& at) const;
    /// The default where there is nothing.
    Result<bool> flag(const At& at, bool byDefault) const;
    Result<std::int32_t> id(const At& at) const;
    Result<std::size_t> arraySize(const At& at, std::size_t most) const;

    Result<Unigram> model(const At& at) const;
    Status normalizer(const At& at, Normalizer& normalizer, int depth = 0) const;
    Status replace(const At& at, Normalizer& normalizer) const;
    Status words(const At& at, WordSplitter& splitter) const;
    Status metaspace(const At& at, WordSplitter& splitter) const;
    Status specials(const At& at, Pipeline& pipeline) const;
    Status templates(const At& at, Pipeline& pipeline) const;
    Result<Template> sequence(const At& at, const At& specialTokens) const;

    std::string m_where;
};

Result<std::string> Reader::text(const At& at) const
{
    if (!at.value.is_string())
        return wrong(at, "a string");
    return at.value.get<std::string>();
}

Result<bool> Reader::flag(const At& at, bool byDefault) const
{
    if (at.isNull())
        return byDefault;
    if (!at.value.is_boolean())
        return wrong(at, "true or false");
    return at.value.get<bool>();
}

Result<std::int32_t> Reader::id(const At& at) const
{
    if (!at.value.is_number_unsigned() || at.value.get<std::uint64_t>() > std::uint64_t{kMaxId})
        return wrong(at, fmt::format("an id from 0 to {}", kMaxId));
    return at.value.get<std::int32_t>();
}

Result<std::size_t> Reader::arraySize(const At& at, std::size_t most) const
{
    if (!at.value.is_array())
        return wrong(at, "an array");
    if (at.value.size() > most)
        return badInput(fmt::format(
            "{}: {}: expected at most {} entries, found {}", m_where, at.path, most, at.value.size()));
    return at.value.size();
}

Result<Unigram> Reader::model(const At& at) const
{
    const At type = member(at, "type");
    // Files of old releases do without a type; a vocabulary of pairs is Unigram's alone.
    const bool isUnigram = type.isNull() ? member(at, "vocab").value.is_array() : type.value == "Unigram";
    if (!isUnigram)
        return wrong(type, "'Unigram', as T5 and Switch models have");
    SIDA_TRY_ASSIGN(const bool bytes, flag(member(at, "byte_fallback"), false));
    if (bytes)
        return wrong(member(at, "byte_fallback"), "false, as T5 and Switch models have");
    const At vocabulary = member(at, "vocab");
    SIDA_TRY_ASSIGN(const std::size_t count, arraySize(vocabulary, 1'000'000));
    std::vector<Unigram::Piece> pieces;
    pieces.reserve(count);
    for (const Json& entry : vocabulary.value) {
        if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_number())
            return wrong(item(vocabulary, pieces.size()), "a piece and its score");
        pieces.push_back({entry[0].get<std::string>(), entry[1].get<double>()});
    }
    SIDA_TRY_ASSIGN(const std::int32_t unknown, id(member(at, "unk_id")));
    return Unigram::make(std::move(pieces), unknown, m_where + ": model");
}

Status Reader::normalizer(const At& at, Normalizer& normalizer, int depth) const
{
    if (at.isNull())
        return {};
    SIDA_TRY_ASSIGN(const std::string type, text(member(at, "type")));
    if (type == "Sequence" && depth == 0) {
        const At steps = member(at, "normalizers");
        SIDA_TRY_ASSIGN(const std::size_t count, arraySize(steps, kMaxTemplateParts));
        for (std::size_t i = 0; i < count; ++i)
            SIDA_TRY(this->normalizer(item(steps, i), normalizer, depth + 1));
        return {};
    }
    if (type == "Precompiled") {
        const At encoded = member(at, "precompiled_charsmap");
        if (encoded.isNull())
            return {};
        SIDA_TRY_ASSIGN(const std::string base64, text(encoded));
        const std::optional<std::string> blob = decodeBase64(base64);
        if (blob && blob->empty())
            return {};
        std::optional<Charsmap> map = blob ? Charsmap::parse(*blob) : std::nullopt;
        if (!map)
            return badInput(fmt::format(
                "{}: {}: expected SentencePiece's table of rules in Base64, found something else or a "
                "damaged "
                "one; copy the file again",
                m_where, encoded.path));
        normalizer.add(std::move(*map));
        return {};
    }
    if (type == "Strip") {
        SIDA_TRY_ASSIGN(const bool left, flag(member(at, "strip_left"), true));
        SIDA_TRY_ASSIGN(const bool right, flag(member(at, "strip_right"), true));
        normalizer.add(Strip{left, right});
        return {};
    }
    if (type == "Replace")
        return replace(at, normalizer);
    return wrong(member(at, "type"), "Precompiled, Strip, Replace or one Sequence of them");
}

Status Reader::replace(const At& at, Normalizer& normalizer) const
{
    SIDA_TRY_ASSIGN(const std::string content, text(member(at, "content")));
    if (content.size() > kMaxReplacementBytes)
        return wrong(member(at, "content"), fmt::format("at most {} bytes", kMaxReplacementBytes));
    const At pattern = member(at, "pattern");
    if (const At plain = member(pattern, "String"); !plain.isNull()) {
        SIDA_TRY_ASSIGN(const std::string wanted, text(plain));
        if (wanted.empty())
            return wrong(plain, "a string that is not empty");
        normalizer.add(Replace{wanted, content});
        return {};
    }
    if (const At regex = member(pattern, "Regex"); regex.value != " {2,}")
        return wrong(regex, "' {2,}', the only regular expression that T5's tokenizers have");
    normalizer.add(ReplaceSpaces{content});
    return {};
}

Status Reader::words(const At& at, WordSplitter& splitter) const
{
    splitter.hasMetaspace = false;
    if (at.isNull())
        return {};
    const At steps = member(at, "pretokenizers");
    std::vector<At> all;
    if (member(at, "type").value == "Sequence") {
        SIDA_TRY_ASSIGN(const std::size_t count, arraySize(steps, 2));
        for (std::size_t i = 0; i < count; ++i)
            all.push_back(item(steps, i));
    } else {
        all.push_back(at);
    }
    for (const At& step : all) {
        SIDA_TRY_ASSIGN(const std::string type, text(member(step, "type")));
        if (type == "WhitespaceSplit" && !splitter.hasMetaspace)
            splitter.atWhitespace = true;
        else if (type == "Metaspace" && !splitter.hasMetaspace)
            SIDA_TRY(metaspace(step, splitter));
        else
            return wrong(member(step, "type"), "WhitespaceSplit, Metaspace, or one after the other");
    }
    return {};
}

Status Reader::metaspace(const At& at, WordSplitter& splitter) const
{
    splitter.hasMetaspace = true;
    SIDA_TRY_ASSIGN(splitter.space, text(member(at, "replacement")));
    if (splitter.space.empty() || splitter.space.size() > 4)
        return wrong(member(at, "replacement"), "one character");
    SIDA_TRY_ASSIGN(splitter.splits, flag(member(at, "split"), true));
    // Older files have a flag in the place of the scheme.
    SIDA_TRY_ASSIGN(const bool prefix, flag(member(at, "add_prefix_space"), true));
    const At scheme = member(at, "prepend_scheme");
    if (scheme.isNull())
        splitter.prepend = prefix ? WordSplitter::Prepend::always : WordSplitter::Prepend::never;
    else if (scheme.value == "always")
        splitter.prepend = WordSplitter::Prepend::always;
    else if (scheme.value == "first")
        splitter.prepend = WordSplitter::Prepend::first;
    else if (scheme.value == "never")
        splitter.prepend = WordSplitter::Prepend::never;
    else
        return wrong(scheme, "always, first or never");
    return {};
}

Status Reader::specials(const At& at, Pipeline& pipeline) const
{
    if (at.isNull())
        return {};
    SIDA_TRY_ASSIGN(const std::size_t count, arraySize(at, kMaxAddedTokens));
    for (std::size_t i = 0; i < count; ++i) {
        const At token = item(at, i);
        SpecialString special;
        SIDA_TRY_ASSIGN(special.id, id(member(token, "id")));
        SIDA_TRY_ASSIGN(special.text, text(member(token, "content")));
        if (special.text.empty() || special.text.size() > kMaxSpecialBytes)
            return wrong(member(token, "content"), fmt::format("1 to {} bytes", kMaxSpecialBytes));
        SIDA_TRY_ASSIGN(special.takesSpaceBefore, flag(member(token, "lstrip"), false));
        SIDA_TRY_ASSIGN(special.takesSpaceAfter, flag(member(token, "rstrip"), false));
        SIDA_TRY_ASSIGN(special.isWord, flag(member(token, "single_word"), false));
        SIDA_TRY_ASSIGN(const bool normalized, flag(member(token, "normalized"), false));
        const std::optional<std::int32_t> piece = pipeline.model.find(special.text);
        if (piece && *piece != special.id)
            return badInput(fmt::format(
                "{}: {}: expected id {} for {}, as the model's vocabulary has it, found {}", m_where,
                token.path, *piece, checkpoint::quote(special.text), special.id));
        if (!normalized) {
            pipeline.rawSpecials.add(special);
            continue;
        }
        special.text = pipeline.normalizer.apply(special.text);
        if (!special.text.empty())
            pipeline.normalizedSpecials.add(special);
    }
    return {};
}

Status Reader::templates(const At& at, Pipeline& pipeline) const
{
    if (at.isNull()) {
        pipeline.single = {TextPart::first};
        pipeline.pair = {TextPart::first, TextPart::second};
        return {};
    }
    if (member(at, "type").value == "Sequence") {
        const At steps = member(at, "processors");
        SIDA_TRY_ASSIGN(const std::size_t count, arraySize(steps, 1));
        if (count == 1 && member(item(steps, 0), "type").value != "Sequence")
            return templates(item(steps, 0), pipeline);
        return wrong(steps, "one TemplateProcessing");
    }
    if (member(at, "type").value != "TemplateProcessing")
        return wrong(member(at, "type"), "TemplateProcessing");
    const At tokens = member(at, "special_tokens");
    SIDA_TRY_ASSIGN(pipeline.single, sequence(member(at, "single"), tokens));
    SIDA_TRY_ASSIGN(pipeline.pair, sequence(member(at, "pair"), tokens));
    return {};
}

Result<Template> Reader::sequence(const At& at, const At& specialTokens) const
{
    SIDA_TRY_ASSIGN(const std::size_t count, arraySize(at, kMaxTemplateParts));
    Template result;
    for (std::size_t i = 0; i < count; ++i) {
        const At part = item(at, i);
        if (const At sequence = member(part, "Sequence"); !sequence.isNull()) {
            const At which = member(sequence, "id");
            if (which.value != "A" && which.value != "B")
                return wrong(which, "A or B");
            result.emplace_back(which.value == "A" ? TextPart::first : TextPart::second);
            continue;
        }
        SIDA_TRY_ASSIGN(const std::string name, text(member(member(part, "SpecialToken"), "id")));
        const At ids = member(member(specialTokens, name.c_str()), "ids");
        SIDA_TRY_ASSIGN(const std::size_t idCount, arraySize(ids, kMaxTemplateParts));
        for (std::size_t k = 0; k < idCount; ++k) {
            SIDA_TRY_ASSIGN(const std::int32_t special, id(item(ids, k)));
            result.emplace_back(special);
        }
    }
    return result;
}

Result<Pipeline> Reader::read(const Json& root)
{
    const At top{root, ""};
    SIDA_TRY_ASSIGN(Unigram unigram, model(member(top, "model")));
    SIDA_TRY(checkIds(unigram, m_where));
    Pipeline pipeline{{}, {}, {}, {}, std::move(unigram), {}, {}, {}};
    SIDA_TRY(normalizer(member(top, "normalizer"), pipeline.normalizer));
    SIDA_TRY(words(member(top, "pre_tokenizer"), pipeline.words));
    SIDA_TRY(specials(member(top, "added_tokens"), pipeline));
    SIDA_TRY(templates(member(top, "post_processor"), pipeline));
    pipeline.description = fmt::format(
        "tokenizer.json, unigram, {} pieces",
        units::formatCount(static_cast<std::uint64_t>(pipeline.model.size())));
    return pipeline;
}

} // namespace

Result<Pipeline> readTokenizerJson(const fs::path& file)
{
    SIDA_TRY_ASSIGN(const std::string content, readSmallFile(file, kMaxFileBytes));
    SIDA_TRY_ASSIGN(const Json root, checkpoint::parseJson(content, file.string()));
    if (!root.is_object())
        return badInput(
            fmt::format("{}: expected an object, found {}", file.string(), checkpoint::kindOf(root)));
    return Reader(file.string()).read(root);
}

} // namespace sida::tokenizer
