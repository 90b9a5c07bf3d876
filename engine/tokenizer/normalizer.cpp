// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/tokenizer/normalizer.h"

#include "engine/tokenizer/utf8.h"

#include <algorithm>

namespace sida::tokenizer
{

namespace
{

/// Lines have 16 MiB at most; only a hostile table makes so much of one.
constexpr std::size_t kMostBytes = std::size_t{256} << 20U;

void cut(std::string& text)
{
    if (text.size() <= kMostBytes)
        return;
    std::size_t end = kMostBytes;
    while ((static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
        --end;
    text.resize(end);
}

std::string apply(const Charsmap& map, std::string_view text)
{
    return map.apply(text);
}

std::string apply(const Strip& strip, std::string_view text)
{
    if (strip.left)
        text.remove_prefix(whitespaceAtStart(text));
    if (strip.right)
        text.remove_suffix(whitespaceAtEnd(text));
    return std::string(text);
}

std::string apply(const Replace& replace, std::string_view text)
{
    std::string out;
    while (out.size() <= kMostBytes) {
        const std::size_t at = text.find(replace.pattern);
        out.append(text, 0, at);
        if (at == std::string_view::npos)
            break;
        out += replace.content;
        text.remove_prefix(at + replace.pattern.size());
    }
    return out;
}

std::string apply(const ReplaceSpaces& replace, std::string_view text)
{
    std::string out;
    while (out.size() <= kMostBytes) {
        const std::size_t at = text.find("  ");
        out.append(text, 0, at);
        if (at == std::string_view::npos)
            break;
        out += replace.content;
        text.remove_prefix(std::min(text.find_first_not_of(' ', at), text.size()));
    }
    return out;
}

} // namespace

std::string Normalizer::apply(std::string_view text) const
{
    std::string result(text);
    for (const Step& step : m_steps) {
        result = std::visit([&](const auto& one) { return tokenizer::apply(one, result); }, step);
        cut(result);
    }
    return result;
}

} // namespace sida::tokenizer
