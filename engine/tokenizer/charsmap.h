// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sida::tokenizer
{

/// SentencePiece's table of normalisation rules, applied as Hugging Face's `Precompiled` does it: grapheme
/// cluster by grapheme cluster. A cluster below 6 bytes is replaced as a whole by the shortest rule that
/// begins it; any other goes character by character.
class Charsmap
{
public:
    /// u32 size of a double-array trie (darts-clone), the trie, then replacements that end in NUL each. The
    /// whole table is walked: it must stay inside its arrays and lead to no circle. Nothing when it does not.
    static std::optional<Charsmap> parse(std::string_view blob);

    std::string apply(std::string_view text) const;

private:
    Charsmap() = default;
    void indexAscii();
    /// What the shortest rule that begins the text puts in its place.
    std::optional<std::string_view> replacement(std::string_view text) const;
    void applyToCluster(std::string_view cluster, std::string& out) const;

    std::vector<std::uint32_t> m_units;
    std::string m_replacements;
    std::vector<bool> m_asciiStays; ///< [128] no rule begins with this character
};

} // namespace sida::tokenizer
