// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sida::tokenizer
{

/// Bytes of the character that begins with this byte. Text is valid UTF-8 here.
inline std::size_t characterBytes(char first)
{
    const auto byte = static_cast<unsigned char>(first);
    return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

/// The character at `at`, which is inside of the text.
char32_t characterAt(std::string_view text, std::size_t at);

/// Unicode's White_Space.
bool isWhitespace(char32_t character);

/// Letters, marks, digits and connecting punctuation: what a word consists of.
bool isWordCharacter(char32_t character);

/// Bytes of whitespace at the end or at the beginning.
std::size_t whitespaceAtEnd(std::string_view text);
std::size_t whitespaceAtStart(std::string_view text);

/// The text with U+FFFD for whatever is not UTF-8.
std::string validUtf8(std::string_view text);

} // namespace sida::tokenizer
