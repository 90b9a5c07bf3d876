// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <string>
#include <string_view>

namespace sida::tokenizer
{

/// Checks what libsentencepiece trusts without looking: that the table of its normaliser, a double-array trie
/// of byte sequences, is a tree that stays inside its arrays. A file that fails could make the library read
/// foreign memory. Returns the model's kind: "unigram", "bpe", "word" or "char".
Result<std::string> checkSentencePieceModel(std::string_view model, const std::string& where);

} // namespace sida::tokenizer
