// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/tokenizer/word_splitter.h"

#include "engine/tokenizer/utf8.h"

namespace sida::tokenizer
{

void WordSplitter::split(
    std::string_view text, bool isFirst, const std::function<bool(std::string_view)>& take) const
{
    if (!atWhitespace) {
        splitPart(text, isFirst, take);
        return;
    }
    for (std::size_t at = 0; at < text.size();) {
        if (const std::size_t skipped = whitespaceAtStart(text.substr(at)); skipped > 0) {
            at += skipped;
            continue;
        }
        std::size_t end = at;
        while (end < text.size() && !isWhitespace(characterAt(text, end)))
            end += characterBytes(text[end]);
        if (!splitPart(text.substr(at, end - at), isFirst && at == 0, take))
            return;
        at = end;
    }
}

/// False when no more words are wanted.
bool WordSplitter::splitPart(
    std::string_view part, bool isFirst, const std::function<bool(std::string_view)>& take) const
{
    if (part.empty())
        return true;
    if (!hasMetaspace)
        return take(part);
    std::string marked;
    marked.reserve(part.size() + space.size());
    for (const char c : part) {
        if (c == ' ')
            marked += space;
        else
            marked += c;
    }
    const bool wantsSpace = prepend == Prepend::always || (prepend == Prepend::first && isFirst);
    if (wantsSpace && !marked.starts_with(space))
        marked.insert(0, space);
    if (!splits)
        return take(marked);
    for (std::size_t at = 0; at < marked.size();) {
        const std::size_t end = std::min(marked.find(space, at + 1), marked.size());
        if (!take(std::string_view(marked).substr(at, end - at)))
            return false;
        at = end;
    }
    return true;
}

} // namespace sida::tokenizer
