// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/tokenizer/special_strings.h"

#include "engine/base/atomic_file.h"
#include "engine/checkpoint/json.h"
#include "engine/checkpoint/quote.h"
#include "engine/tokenizer/utf8.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <set>

namespace sida::tokenizer
{

namespace fs = std::filesystem;

namespace
{

using Json = nlohmann::json;

constexpr std::uint64_t kMaxConfigBytes = 16 * 1024 * 1024;
constexpr int kDefaultSentinels = 100;
/// Ids beyond this belong to no model; it bounds what a file can make us allocate.
constexpr int kMaxSentinels = 10'000;
constexpr int kMaxId = 100'000'000;
constexpr std::size_t kMaxSpecialBytes = 1000;

bool isSentinel(std::string_view text)
{
    return text.starts_with("<extra_id_") && text.ends_with(">");
}

/// A token is written as its text, or as an object that holds it under `content`.
std::string contentOf(const Json& token)
{
    if (token.is_string())
        return token.get<std::string>();
    if (token.is_object() && token.contains("content") && token["content"].is_string())
        return token["content"].get<std::string>();
    return {};
}

/// Sentinels among the tokens of a list or of an object's values.
int countSentinels(const Json& config, const char* key)
{
    const auto tokens = config.find(key);
    if (tokens == config.end() || !tokens->is_structured())
        return 0;
    std::set<std::string> found;
    for (const Json& token : *tokens) {
        std::string content = contentOf(token);
        if (isSentinel(content))
            found.insert(std::move(content));
    }
    return static_cast<int>(std::min(found.size(), std::size_t{kMaxSentinels} + 1));
}

Result<int> sentinelCount(const Json& config, const std::string& where)
{
    int count = kDefaultSentinels;
    if (const auto said = config.find("extra_ids"); said != config.end() && !said->is_null()) {
        if (!said->is_number_unsigned() || said->get<std::uint64_t>() > std::uint64_t{kMaxSentinels})
            return badInput(fmt::format(
                "{}: extra_ids: expected a number from 0 to {}, found {}", where, kMaxSentinels,
                said->is_number() ? said->dump() : std::string(checkpoint::kindOf(*said))));
        return said->get<int>();
    }
    for (const char* key : {"additional_special_tokens", "extra_special_tokens", "added_tokens_decoder"}) {
        if (const int found = countSentinels(config, key); found > 0) {
            count = found;
            break;
        }
    }
    if (count > kMaxSentinels)
        return badInput(
            fmt::format("{}: expected at most {} <extra_id_N>, found more", where, kMaxSentinels));
    return count;
}

bool endsInWord(std::string_view text)
{
    std::size_t at = text.size();
    while (at > 0 && (static_cast<unsigned char>(text[--at]) & 0xc0) == 0x80) { }
    return !text.empty() && isWordCharacter(characterAt(text, at));
}

bool beginsWithWord(std::string_view text)
{
    return !text.empty() && isWordCharacter(characterAt(text, 0));
}

} // namespace

std::string sentinel(int number)
{
    return fmt::format("<extra_id_{}>", number);
}

void SpecialStrings::add(const SpecialString& special)
{
    m_ids.insert_or_assign(special.text, special.id);
    m_all.insert_or_assign(special.id, special);
    const std::size_t length = special.text.size();
    if (m_firstBytes.find(special.text.front()) == std::string::npos)
        m_firstBytes += special.text.front();
    const auto place = std::lower_bound(m_lengths.begin(), m_lengths.end(), length, std::greater<>());
    if (place == m_lengths.end() || *place != length)
        m_lengths.insert(place, length);
}

Result<SpecialStrings> SpecialStrings::read(const fs::path& folder, int pieces)
{
    const fs::path file = folder / "tokenizer_config.json";
    const std::string where = file.string();
    Json config = Json::object();
    std::error_code error;
    if (fs::exists(file, error)) {
        SIDA_TRY_ASSIGN(const std::string text, readSmallFile(file, kMaxConfigBytes));
        SIDA_TRY_ASSIGN(config, checkpoint::parseJson(text, where));
        if (!config.is_object())
            return badInput(
                fmt::format("{}: expected an object, found {}", where, checkpoint::kindOf(config)));
    }
    SIDA_TRY_ASSIGN(const int sentinels, sentinelCount(config, where));
    SpecialStrings specials;
    specials.add({"<pad>", 0});
    specials.add({"</s>", 1});
    specials.add({"<unk>", 2});
    for (int number = 0; number < sentinels; ++number)
        specials.add({sentinel(number), pieces + sentinels - 1 - number});

    const auto added = config.find("added_tokens_decoder");
    if (added == config.end() || !added->is_object())
        return specials;
    for (const auto& [key, token] : added->items()) {
        const std::string content = contentOf(token);
        std::int32_t id = -1;
        const auto [end, status] = std::from_chars(key.data(), key.data() + key.size(), id);
        if (status != std::errc{} || end != key.data() + key.size() || id < 0 || id > kMaxId
            || content.empty() || content.size() > kMaxSpecialBytes)
            return badInput(fmt::format(
                "{}: added_tokens_decoder: expected an id with the token's content, found {}", where,
                checkpoint::quote(key)));
        if (const auto known = specials.m_ids.find(content); known != specials.m_ids.end()) {
            if (known->second != id)
                return badInput(fmt::format(
                    "{}: added_tokens_decoder: expected id {} for {}, which follows from spiece.model, found "
                    "{}",
                    where, known->second, checkpoint::quote(content), id));
            continue;
        }
        specials.add({content, id});
    }
    return specials;
}

std::optional<SpecialStrings::Match> SpecialStrings::find(std::string_view text, std::size_t from) const
{
    for (std::size_t at = text.find_first_of(m_firstBytes, from); at != std::string_view::npos;
         at = text.find_first_of(m_firstBytes, at + 1)) {
        for (const std::size_t length : m_lengths) {
            if (length > text.size() - at)
                continue;
            if (const auto found = m_ids.find(text.substr(at, length)); found != m_ids.end())
                return Match{at, &m_all.at(found->second)};
        }
    }
    return std::nullopt;
}

SpecialStrings::Part SpecialStrings::next(std::string_view text, std::size_t from) const
{
    for (std::size_t at = from;;) {
        const auto match = find(text, at);
        if (!match)
            return {text.substr(from), std::nullopt, text.size()};
        const SpecialString& special = *match->special;
        std::size_t begin = match->at;
        std::size_t end = begin + special.text.size();
        if (special.isWord && (endsInWord(text.substr(0, begin)) || beginsWithWord(text.substr(end)))) {
            at = end;
            continue;
        }
        if (special.takesSpaceBefore)
            begin -= whitespaceAtEnd(text.substr(from, begin - from));
        if (special.takesSpaceAfter)
            end += whitespaceAtStart(text.substr(end));
        return {text.substr(from, begin - from), special.id, end};
    }
}

std::optional<std::string_view> SpecialStrings::text(std::int32_t id) const
{
    const auto found = m_all.find(id);
    return found == m_all.end() ? std::nullopt : std::optional<std::string_view>(found->second.text);
}

} // namespace sida::tokenizer
