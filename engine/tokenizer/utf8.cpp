// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/tokenizer/utf8.h"

#include "engine/checkpoint/quote.h"

#include <utf8proc.h>

namespace sida::tokenizer
{

char32_t characterAt(std::string_view text, std::size_t at)
{
    utf8proc_int32_t character = 0;
    utf8proc_iterate(
        reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at),
        static_cast<utf8proc_ssize_t>(text.size() - at), &character);
    return static_cast<char32_t>(character);
}

bool isWhitespace(char32_t c)
{
    return (c >= 0x9 && c <= 0xd) || c == 0x20 || c == 0x85 || c == 0xa0 || c == 0x1680
        || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f
        || c == 0x3000;
}

bool isWordCharacter(char32_t character)
{
    switch (utf8proc_category(static_cast<utf8proc_int32_t>(character))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_PC:
        return true;
    default:
        return character == 0x200c || character == 0x200d;
    }
}

std::size_t whitespaceAtEnd(std::string_view text)
{
    std::size_t begin = text.size();
    while (begin > 0) {
        std::size_t at = begin - 1;
        while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80)
            --at;
        if (!isWhitespace(characterAt(text, at)))
            break;
        begin = at;
    }
    return text.size() - begin;
}

std::size_t whitespaceAtStart(std::string_view text)
{
    std::size_t end = 0;
    while (end < text.size() && isWhitespace(characterAt(text, end)))
        end += characterBytes(text[end]);
    return end;
}

std::string validUtf8(std::string_view text)
{
    std::string valid;
    valid.reserve(text.size());
    while (true) {
        const std::size_t wrong = checkpoint::findInvalidUtf8(text);
        valid.append(text, 0, wrong);
        if (wrong == std::string_view::npos)
            return valid;
        valid += "\ufffd";
        text.remove_prefix(wrong + 1);
    }
}

} // namespace sida::tokenizer
