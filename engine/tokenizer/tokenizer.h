// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sida::tokenizer
{

/// T5's tokenizer as Hugging Face's fast one has it: the ids are equal for every text. Special strings are
/// split out first, the rest is normalised, cut into words and written with the pieces of a unigram model;
/// `</s>` comes after each text, and truncation keeps it.
class Tokenizer
{
public:
    /// From a model folder: tokenizer.json if it is there, else spiece.model with tokenizer_config.json.
    static Result<Tokenizer> open(const std::filesystem::path& folder);
    ~Tokenizer();
    Tokenizer(Tokenizer&&) noexcept;
    Tokenizer& operator=(Tokenizer&&) noexcept;

    struct Encoding {
        std::vector<std::int32_t> ids;
        bool truncated = false;
    };
    /// `text </s>`, or `text </s> second </s>`, at most maxLength ids (>= 1); pairs are cut longest first.
    Encoding
    encode(std::string_view text, const std::optional<std::string_view>& second, int maxLength) const;
    /// Text of the ids; padding, `</s>` and ids outside the vocabulary are left out, sentinels stay.
    std::string decode(const std::vector<std::int32_t>& ids) const;
    int vocabulary() const; ///< pieces and sentinels
    const std::string& description() const; ///< "SentencePiece unigram, 32,000 pieces"

private:
    struct State;
    explicit Tokenizer(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

} // namespace sida::tokenizer
