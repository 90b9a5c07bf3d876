// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/tokenizer/tokenizer.h"

#include "engine/base/atomic_file.h"
#include "engine/base/log.h"
#include "engine/base/units.h"
#include "engine/checkpoint/quote.h"
#include "engine/tokenizer/special_strings.h"
#include "engine/tokenizer/spiece_check.h"
#include "engine/tokenizer/truncation.h"

#include <fmt/format.h>
#include <sentencepiece_processor.h>

namespace sida::tokenizer
{

namespace fs = std::filesystem;

namespace
{

constexpr std::uint64_t kMaxModelBytes = 64 * 1024 * 1024;
/// The library's time grows with the square of a run of unknown characters, so it gets no more than this at
/// once.
constexpr std::size_t kMaxStretchBytes = 4 * 1024;
constexpr std::size_t kAll = static_cast<std::size_t>(-1);
constexpr std::int32_t kPad = 0;
constexpr std::int32_t kEnd = 1;
constexpr std::int32_t kUnknown = 2;

Result<std::string> readModel(const fs::path& folder)
{
    const fs::path file = folder / "spiece.model";
    std::error_code error;
    if (fs::exists(file, error))
        return readSmallFile(file, kMaxModelBytes);
    if (fs::exists(folder / "tokenizer.json", error))
        return failure(
            ErrorKind::unsupported,
            fmt::format(
                "{}: has tokenizer.json and no spiece.model, and this version reads only spiece.model; copy "
                "spiece.model from the model's base repository, or give a dataset with input_ids",
                folder.string()));
    return badInput(fmt::format(
        "{}: expected the tokenizer's spiece.model, found none; add it, or give a dataset with input_ids",
        folder.string()));
}

Status checkIds(const sentencepiece::SentencePieceProcessor& processor, const std::string& where)
{
    struct Expected {
        std::int32_t id;
        const char* piece;
    };
    for (const Expected& expected : {Expected{kPad, "<pad>"}, {kEnd, "</s>"}, {kUnknown, "<unk>"}}) {
        if (processor.GetPieceSize() <= expected.id || processor.IdToPiece(expected.id) != expected.piece)
            return badInput(fmt::format(
                "{}: expected the piece {} at id {} as in T5's tokenizers, found {}; this file is of another "
                "kind of model",
                where, expected.piece, expected.id,
                processor.GetPieceSize() <= expected.id
                    ? std::string("none")
                    : checkpoint::quote(processor.IdToPiece(expected.id))));
    }
    if (processor.unk_id() != kUnknown)
        return badInput(fmt::format(
            "{}: expected id {} for unknown text, found {}", where, kUnknown, processor.unk_id()));
    return {};
}

/// Where to cut a long text: at a space, where SentencePiece starts a new word itself, else between
/// characters.
std::size_t stretchBytes(std::string_view text)
{
    if (text.size() <= kMaxStretchBytes)
        return text.size();
    const std::size_t space = text.rfind(' ', kMaxStretchBytes);
    if (space != std::string_view::npos && space > 0)
        return space;
    std::size_t size = kMaxStretchBytes;
    while (size > kMaxStretchBytes - 3 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80)
        --size;
    return size;
}

} // namespace

struct Tokenizer::State {
    sentencepiece::SentencePieceProcessor processor;
    SpecialStrings specials;
    std::string description;

    std::int32_t wordStart = kUnknown; ///< the piece U+2581 alone

    std::vector<int> pieces(std::string_view text) const;
    void appendPieces(std::string_view text, std::size_t enough, std::vector<std::int32_t>& ids) const;
    /// Ids of the text, or its first ones, more than `enough`.
    std::vector<std::int32_t> ids(std::string_view text, std::size_t enough) const;
    void appendText(const std::vector<int>& pieces, std::string& text) const;
};

std::vector<int> Tokenizer::State::pieces(std::string_view text) const
{
    std::vector<int> result;
    if (const auto status = processor.Encode(text, &result); !status.ok()) {
        spdlog::warn("a text of {} bytes was taken for unknown: {}", text.size(), status.ToString());
        result.assign(1, kUnknown);
    }
    return result;
}

void Tokenizer::State::appendPieces(
    std::string_view text, std::size_t enough, std::vector<std::int32_t>& ids) const
{
    bool insideWord = false;
    while (!text.empty() && ids.size() <= enough) {
        const std::size_t bytes = stretchBytes(text);
        const std::vector<int> found = pieces(text.substr(0, bytes));
        auto from = found.begin();
        // The library takes the rest of a word for a word of its own; unknown characters form one piece.
        if (insideWord && from != found.end() && *from == wordStart)
            ++from;
        if (insideWord && from != found.end() && *from == kUnknown && ids.back() == kUnknown)
            ++from;
        ids.insert(ids.end(), from, found.end());
        insideWord = bytes < text.size() && text[bytes] != ' ' && !ids.empty();
        text.remove_prefix(bytes);
    }
}

std::vector<std::int32_t> Tokenizer::State::ids(std::string_view text, std::size_t enough) const
{
    std::vector<std::int32_t> result;
    std::size_t from = 0;
    while (result.size() <= enough) {
        const auto match = specials.find(text, from);
        if (!match) {
            appendPieces(text.substr(from), enough, result);
            break;
        }
        appendPieces(text.substr(from, match->at - from), enough, result);
        result.push_back(match->id);
        from = match->at + match->length;
    }
    return result;
}

void Tokenizer::State::appendText(const std::vector<int>& pieces, std::string& text) const
{
    std::string part;
    if (pieces.empty() || !processor.Decode(pieces, &part).ok() || part.empty())
        return;
    if (!text.empty())
        text += ' ';
    text += part;
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
    const std::string where = (folder / "spiece.model").string();
    SIDA_TRY_ASSIGN(const std::string model, readModel(folder));
    SIDA_TRY_ASSIGN(const std::string kind, checkSentencePieceModel(model, where));
    auto state = std::make_unique<State>();
    if (const auto status = state->processor.LoadFromSerializedProto(model); !status.ok())
        return badInput(fmt::format(
            "{}: expected a SentencePiece model, but the library says {}; copy the file again", where,
            checkpoint::quote(status.ToString(), 200)));
    SIDA_TRY(checkIds(state->processor, where));
    const int pieces = state->processor.GetPieceSize();
    SIDA_TRY_ASSIGN(state->specials, SpecialStrings::read(folder, pieces));
    state->wordStart = state->processor.PieceToId("\u2581");
    state->description = fmt::format(
        "SentencePiece {}, {} pieces", kind, units::formatCount(static_cast<std::uint64_t>(pieces)));
    return Tokenizer(std::move(state));
}

Tokenizer::Encoding
Tokenizer::encode(std::string_view text, const std::optional<std::string_view>& second, int maxLength) const
{
    const std::size_t ends = second ? 2 : 1;
    const std::size_t limit = maxLength > 0 ? static_cast<std::size_t>(maxLength) : 1;
    const std::size_t room = limit > ends ? limit - ends : 0;
    Encoding result;
    result.ids = m_state->ids(text, second ? kAll : room);
    if (!second) {
        result.truncated = result.ids.size() > room;
        result.ids.resize(std::min(result.ids.size(), room));
        result.ids.push_back(kEnd);
        return result;
    }
    const std::vector<std::int32_t> other = m_state->ids(*second, kAll);
    const auto [first, rest] = longestFirst(result.ids.size(), other.size(), room);
    result.truncated = first < result.ids.size() || rest < other.size() || limit < ends;
    result.ids.resize(first);
    result.ids.push_back(kEnd);
    result.ids.insert(result.ids.end(), other.begin(), other.begin() + static_cast<std::ptrdiff_t>(rest));
    result.ids.push_back(kEnd);
    result.ids.resize(std::min(result.ids.size(), limit));
    return result;
}

std::string Tokenizer::decode(const std::vector<std::int32_t>& ids) const
{
    std::string text;
    std::vector<int> pieces;
    for (const std::int32_t id : ids) {
        if (id >= 0 && id < m_state->processor.GetPieceSize()) {
            if (id != kPad && id != kEnd)
                pieces.push_back(id);
            continue;
        }
        const auto special = m_state->specials.text(id);
        if (!special)
            continue;
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
    return m_state->specials.vocabulary();
}

const std::string& Tokenizer::description() const
{
    return m_state->description;
}

} // namespace sida::tokenizer
