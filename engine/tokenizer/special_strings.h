// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sida::tokenizer
{

/// A string that stands for one id wherever it occurs in a text.
struct SpecialString {
    std::string text;
    std::int32_t id = 0;
    bool takesSpaceBefore = false; ///< whitespace before it belongs to it
    bool takesSpaceAfter = false;
    bool isWord = false; ///< only where no word goes on before or after it
};

/// `</s>`, `<pad>`, `<unk>`, the sentinels and what a tokenizer adds to them.
class SpecialStrings
{
public:
    /// Those of a folder without tokenizer.json. `pieces` is the number of SentencePiece ids, above which the
    /// sentinels begin: `<extra_id_0>` is the highest. How many there are, tokenizer_config.json says; 100
    /// when it does not or is not there.
    static Result<SpecialStrings> read(const std::filesystem::path& folder, int pieces);

    void add(const SpecialString& special);

    /// A stretch of plain text and the special string behind it.
    struct Part {
        std::string_view text;
        std::optional<std::int32_t> id; ///< nothing at the end of the text
        std::size_t next = 0; ///< where the text goes on
    };
    /// The next part from `from` on. Of special strings that begin at one place the longest counts.
    Part next(std::string_view text, std::size_t from) const;
    /// Nothing for an id that is none.
    std::optional<std::string_view> text(std::int32_t id) const;
    /// In the order of their ids.
    const std::map<std::int32_t, SpecialString>& all() const { return m_all; }

private:
    struct Match {
        std::size_t at = 0;
        const SpecialString* special = nullptr;
    };
    std::optional<Match> find(std::string_view text, std::size_t from) const;

    std::map<std::int32_t, SpecialString> m_all;
    std::map<std::string, std::int32_t, std::less<>> m_ids;
    std::string m_firstBytes;
    std::vector<std::size_t> m_lengths; ///< descending
};

/// The sentinel of that number: "<extra_id_7>".
std::string sentinel(int number);

} // namespace sida::tokenizer
