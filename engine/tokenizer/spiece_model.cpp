// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/atomic_file.h"
#include "engine/base/units.h"
#include "engine/tokenizer/pipeline.h"
#include "engine/tokenizer/protobuf_fields.h"

#include <array>
#include <bit>
#include <fmt/format.h>

namespace sida::tokenizer
{

namespace fs = std::filesystem;

namespace
{

constexpr std::uint64_t kMaxModelBytes = 64 * 1024 * 1024;

// Field numbers of sentencepiece_model.proto.
constexpr std::uint64_t kPiece = 1;
constexpr std::uint64_t kTextInPiece = 1;
constexpr std::uint64_t kScoreInPiece = 2;
constexpr std::uint64_t kTrainerSpec = 2;
constexpr std::uint64_t kModelTypeInTrainerSpec = 3;
constexpr std::uint64_t kNormalizerSpec = 3;
constexpr std::uint64_t kCharsmapInNormalizerSpec = 2;

constexpr std::uint64_t kUnigramType = 1;

struct SpieceModel {
    std::vector<Unigram::Piece> pieces;
    std::uint64_t type = kUnigramType;
    std::string_view charsmap;
};

/// A float32 that protocol buffers store as 4 little-endian bytes.
double floatOf(std::string_view bytes)
{
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bits |= std::uint32_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    return double{std::bit_cast<float>(bits)};
}

/// False when the part is broken.
bool readPart(const ProtobufFields::Field& field, SpieceModel& model)
{
    ProtobufFields inner(field.bytes);
    Unigram::Piece piece;
    while (const auto part = inner.next()) {
        if (field.number == kPiece && part->number == kTextInPiece)
            piece.text = part->bytes;
        else if (field.number == kPiece && part->number == kScoreInPiece && part->bytes.size() == 4)
            piece.score = floatOf(part->bytes);
        else if (field.number == kTrainerSpec && part->number == kModelTypeInTrainerSpec)
            model.type = part->value;
        else if (field.number == kNormalizerSpec && part->number == kCharsmapInNormalizerSpec)
            model.charsmap = part->bytes;
    }
    if (field.number == kPiece)
        model.pieces.push_back(std::move(piece));
    return !inner.broken();
}

tl::unexpected<Error> damaged(const std::string& where)
{
    return badInput(fmt::format(
        "{}: expected a SentencePiece model, found something else or a damaged one; copy the file again",
        where));
}

Result<SpieceModel> parse(std::string_view content, const std::string& where)
{
    constexpr std::array<const char*, 5> kTypes = {"", "unigram", "bpe", "word", "char"};
    SpieceModel model;
    ProtobufFields fields(content);
    while (const auto field = fields.next()) {
        if (field->number >= kPiece && field->number <= kNormalizerSpec && !readPart(*field, model))
            return damaged(where);
    }
    if (fields.broken() || model.pieces.empty() || model.type == 0 || model.type >= kTypes.size())
        return damaged(where);
    if (model.type != kUnigramType)
        return failure(
            ErrorKind::unsupported,
            fmt::format(
                "{}: expected a SentencePiece model of kind unigram, as T5 and Switch models have, found one "
                "of kind {}",
                where, kTypes[model.type]));
    return model;
}

} // namespace

Result<Pipeline> readSentencePiece(const fs::path& folder)
{
    const fs::path file = folder / "spiece.model";
    const std::string where = file.string();
    SIDA_TRY_ASSIGN(const std::string content, readSmallFile(file, kMaxModelBytes));
    SIDA_TRY_ASSIGN(SpieceModel parsed, parse(content, where));
    Normalizer normalizer;
    if (!parsed.charsmap.empty()) {
        std::optional<Charsmap> map = Charsmap::parse(parsed.charsmap);
        if (!map)
            return damaged(where);
        normalizer.add(std::move(*map));
    }
    const auto count = static_cast<int>(parsed.pieces.size());
    SIDA_TRY_ASSIGN(SpecialStrings specials, SpecialStrings::read(folder, count));
    // Hugging Face has the sentinels among the pieces too: text that only normalises to one becomes it.
    for (const auto& [id, special] : specials.all()) {
        if (id == static_cast<int>(parsed.pieces.size()))
            parsed.pieces.push_back({special.text, 0});
    }
    SIDA_TRY_ASSIGN(Unigram model, Unigram::make(std::move(parsed.pieces), kUnknown, where));
    SIDA_TRY(checkIds(model, where));
    WordSplitter words;
    words.atWhitespace = true;
    return Pipeline{
        std::move(specials),
        std::move(normalizer),
        {},
        words,
        std::move(model),
        {TextPart::first, kEnd},
        {TextPart::first, kEnd, TextPart::second, kEnd},
        fmt::format(
            "SentencePiece unigram, {} pieces", units::formatCount(static_cast<std::uint64_t>(count)))};
}

} // namespace sida::tokenizer
