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

/// Strings that stand for one id wherever they occur in a text: `</s>`, `<pad>`, `<unk>`, the sentinels and
/// what tokenizer_config.json adds.
class SpecialStrings
{
public:
    /// `pieces` is the number of SentencePiece ids, above which the sentinels begin: `<extra_id_0>` is the
    /// highest. How many there are, tokenizer_config.json says; 100 when it does not or is not there.
    static Result<SpecialStrings> read(const std::filesystem::path& folder, int pieces);

    struct Match {
        std::size_t at = 0;
        std::size_t length = 0;
        std::int32_t id = 0;
    };
    /// The first special string at or after `from`; the longest of those that begin there.
    std::optional<Match> find(std::string_view text, std::size_t from) const;
    /// Nothing for an id that is none.
    std::optional<std::string_view> text(std::int32_t id) const;
    /// One more than the highest id.
    int vocabulary() const { return m_vocabulary; }

private:
    void add(const std::string& text, std::int32_t id);

    std::map<std::string, std::int32_t, std::less<>> m_ids;
    std::map<std::int32_t, std::string> m_texts;
    std::string m_firstBytes;
    std::vector<std::size_t> m_lengths; ///< descending
    int m_vocabulary = 0;
};

} // namespace sida::tokenizer
