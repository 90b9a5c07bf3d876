// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/tokenizer/tokenizer.h"

#include "engine/checkpoint/quote.h"
#include "engine/tokenizer/pipeline.h"
#include "engine/tokenizer/truncation.h"
#include "engine/tokenizer/utf8.h"

#include <algorithm>
#include <fmt/format.h>

namespace sida::tokenizer
{

namespace fs = std::filesystem;

namespace
{

constexpr std::size_t kAll = static_cast<std::size_t>(-1);

Result<Pipeline> readFolder(const fs::path& folder)
{
    std::error_code error;
    if (fs::exists(folder / "tokenizer.json", error))
        return readTokenizerJson(folder / "tokenizer.json");
    if (fs::exists(folder / "spiece.model", error))
        return readSentencePiece(folder);
    return badInput(fmt::format(
        "{}: expected the tokenizer's tokenizer.json or spiece.model, found neither; add one, or give a "
        "dataset with input_ids",
        folder.string()));
}

} // namespace

Status checkIds(const Unigram& model, const std::string& where)
{
    const std::pair<std::int32_t, const char*> kExpected[]
        = {{kPad, "<pad>"}, {kEnd, "</s>"}, {kUnknown, "<unk>"}};
    for (const auto& [id, piece] : kExpected) {
        if (model.size() <= id || model.text(id) != piece)
            return badInput(fmt::format(
                "{}: expected the piece {} at id {} as in T5's tokenizers, found {}; this file is of another "
                "kind of model",
                where, piece, id,
                model.size() <= id ? std::string("none") : checkpoint::quote(model.text(id))));
    }
    if (model.unknown() != kUnknown)
        return badInput(
            fmt::format("{}: expected id {} for unknown text, found {}", where, kUnknown, model.unknown()));
    return {};
}

struct Tokenizer::State {
    Pipeline pipeline;

    /// Ids of the text, or its first ones, more than `enough`.
    std::vector<std::int32_t> ids(std::string_view text, std::size_t enough) const;
    void appendNormalized(
        std::string_view text, bool isFirst, std::size_t enough, Unigram::Scratch& scratch,
        std::vector<std::int32_t>& ids) const;
    void appendText(const std::string& pieces, std::string& text) const;
};

std::vector<std::int32_t> Tokenizer::State::ids(std::string_view text, std::size_t enough) const
{
    std::string repaired;
    if (checkpoint::findInvalidUtf8(text) != std::string_view::npos) {
        repaired = validUtf8(text);
        text = repaired;
    }
    std::vector<std::int32_t> result;
    Unigram::Scratch scratch;
    for (std::size_t at = 0; at < text.size() && result.size() <= enough;) {
        const SpecialStrings::Part part = pipeline.rawSpecials.next(text, at);
        appendNormalized(pipeline.normalizer.apply(part.text), at == 0, enough, scratch, result);
        if (part.id)
            result.push_back(*part.id);
        at = part.next;
    }
    return result;
}

void Tokenizer::State::appendNormalized(
    std::string_view text, bool isFirst, std::size_t enough, Unigram::Scratch& scratch,
    std::vector<std::int32_t>& ids) const
{
    for (std::size_t at = 0; at < text.size() && ids.size() <= enough;) {
        const SpecialStrings::Part part = pipeline.normalizedSpecials.next(text, at);
        pipeline.words.split(part.text, isFirst && at == 0, [&](std::string_view word) {
            pipeline.model.encode(word, scratch, ids);
            return ids.size() <= enough;
        });
        if (part.id)
            ids.push_back(*part.id);
        at = part.next;
    }
}

Tokenizer::Tokenizer(std::unique_ptr<State> state)
    : m_state(std::move(state))
{
}
Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

Result<Tokenizer> Tokenizer::open(const fs::path& folder)
{
    SIDA_TRY_ASSIGN(Pipeline pipeline, readFolder(folder));
    return Tokenizer(std::make_unique<State>(State{std::move(pipeline)}));
}

Tokenizer::Encoding
Tokenizer::encode(std::string_view text, const std::optional<std::string_view>& second, int maxLength) const
{
    const Template& around = second ? m_state->pipeline.pair : m_state->pipeline.single;
    const auto specials
        = static_cast<std::size_t>(std::count_if(around.begin(), around.end(), [](const auto& part) {
              return std::holds_alternative<std::int32_t>(part);
          }));
    const std::size_t limit = maxLength > 0 ? static_cast<std::size_t>(maxLength) : 1;
    const std::size_t room = limit > specials ? limit - specials : 0;
    // Of a pair both lengths are needed to know where to cut.
    std::vector<std::int32_t> first = m_state->ids(text, second ? kAll : room);
    std::vector<std::int32_t> other = second ? m_state->ids(*second, kAll) : std::vector<std::int32_t>();
    const auto [keptFirst, keptOther] = second ? longestFirst(first.size(), other.size(), room)
                                               : std::pair(std::min(first.size(), room), std::size_t{0});
    Encoding result;
    result.truncated = keptFirst < first.size() || keptOther < other.size() || (second && limit < specials);
    first.resize(keptFirst);
    other.resize(keptOther);
    for (const auto& part : around) {
        if (const auto* id = std::get_if<std::int32_t>(&part)) {
            result.ids.push_back(*id);
            continue;
        }
        const std::vector<std::int32_t>& ids = std::get<TextPart>(part) == TextPart::first ? first : other;
        result.ids.insert(result.ids.end(), ids.begin(), ids.end());
    }
    result.ids.resize(std::min(result.ids.size(), limit));
    return result;
}

/// Appends the text of pieces, with a space between it and what is there.
void Tokenizer::State::appendText(const std::string& pieces, std::string& text) const
{
    const std::string& space = pipeline.words.space;
    std::string part;
    for (std::size_t at = 0; at < pieces.size();) {
        const bool isSpace = pieces.compare(at, space.size(), space) == 0;
        part.push_back(isSpace ? ' ' : pieces[at]);
        at += isSpace ? space.size() : 1;
    }
    if (part.starts_with(' '))
        part.erase(0, 1);
    if (part.empty())
        return;
    if (!text.empty())
        text += ' ';
    text += part;
}

std::string Tokenizer::decode(const std::vector<std::int32_t>& ids) const
{
    const Pipeline& pipeline = m_state->pipeline;
    std::string text;
    std::string pieces;
    for (const std::int32_t id : ids) {
        if (id == kPad || id == kEnd)
            continue;
        if (id == kUnknown) {
            pieces += " \u2047 "; // as SentencePiece writes it
            continue;
        }
        const auto raw = pipeline.rawSpecials.text(id);
        const auto special = raw ? raw : pipeline.normalizedSpecials.text(id);
        if (!special) {
            if (id >= 0 && id < pipeline.model.size())
                pieces += pipeline.model.text(id);
            continue;
        }
        m_state->appendText(pieces, text);
        pieces.clear();
        if (!text.empty())
            text += ' ';
        text += *special;
    }
    m_state->appendText(pieces, text);
    return text;
}

int Tokenizer::vocabulary() const
{
    const Pipeline& pipeline = m_state->pipeline;
    std::int32_t most = pipeline.model.size() - 1;
    for (const SpecialStrings* specials : {&pipeline.rawSpecials, &pipeline.normalizedSpecials}) {
        if (!specials->all().empty())
            most = std::max(most, specials->all().rbegin()->first);
    }
    return most + 1;
}

const std::string& Tokenizer::description() const
{
    return m_state->pipeline.description;
}

} // namespace sida::tokenizer
