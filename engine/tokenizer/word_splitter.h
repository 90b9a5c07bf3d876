// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace sida::tokenizer
{

/// Cuts a text into the words that the model sees: at whitespace, if wanted, and as `Metaspace` does it,
/// which writes U+2581 for a space and begins a word with each.
struct WordSplitter {
    enum class Prepend : std::uint8_t { always, first, never };

    bool atWhitespace = false; ///< whitespace is left out
    bool hasMetaspace = true; ///< if not, the text goes to the model as it is
    std::string space = "\u2581";
    Prepend prepend = Prepend::always; ///< `space` at the beginning of each part, or of the text only
    bool splits = true; ///< before each `space`

    /// Hands out words until `take` says false. `isFirst`: nothing of the text came before.
    void split(std::string_view text, bool isFirst, const std::function<bool(std::string_view)>& take) const;

private:
    bool
    splitPart(std::string_view part, bool isFirst, const std::function<bool(std::string_view)>& take) const;
};

} // namespace sida::tokenizer
