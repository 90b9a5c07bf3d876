// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/tokenizer/normalizer.h"
#include "engine/tokenizer/special_strings.h"
#include "engine/tokenizer/unigram.h"
#include "engine/tokenizer/word_splitter.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

namespace sida::tokenizer
{

enum class TextPart : std::uint8_t { first, second };
/// What stands around the ids of the texts: a text or a special id, one after another.
using Template = std::vector<std::variant<TextPart, std::int32_t>>;

// Ids that T5's tokenizers and models agree on.
constexpr std::int32_t kPad = 0;
constexpr std::int32_t kEnd = 1;
constexpr std::int32_t kUnknown = 2;

/// All that makes ids of a text, in the order in which it is applied.
struct Pipeline {
    SpecialStrings rawSpecials; ///< found in the text as it is
    Normalizer normalizer;
    SpecialStrings normalizedSpecials; ///< found in the normalised text
    WordSplitter words;
    Unigram model;
    Template single;
    Template pair;
    std::string description; ///< "SentencePiece unigram, 32,000 pieces"
};

/// From tokenizer.json, as it says.
Result<Pipeline> readTokenizerJson(const std::filesystem::path& file);

/// From a folder with spiece.model alone, as Hugging Face makes a fast tokenizer of it (transformers 5.17).
Result<Pipeline> readSentencePiece(const std::filesystem::path& folder);

/// That `<pad>`, `</s>` and `<unk>` have the ids that T5's models give them.
Status checkIds(const Unigram& model, const std::string& where);

} // namespace sida::tokenizer
