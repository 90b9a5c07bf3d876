// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/tokenizer/charsmap.h"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sida::tokenizer
{

/// Takes whitespace away at the ends.
struct Strip {
    bool left = false;
    bool right = false;
};
/// Puts `content` in the place of each `pattern`, which is not empty.
struct Replace {
    std::string pattern;
    std::string content;
};
/// Puts `content` in the place of each run of two or more spaces.
struct ReplaceSpaces {
    std::string content;
};

/// What is done to a text before it is cut into words: steps, one after another.
class Normalizer
{
public:
    using Step = std::variant<Charsmap, Strip, Replace, ReplaceSpaces>;
    void add(Step step) { m_steps.push_back(std::move(step)); }
    /// Of valid UTF-8. A text that steps make longer than 256 MiB is cut.
    std::string apply(std::string_view text) const;

private:
    std::vector<Step> m_steps;
};

} // namespace sida::tokenizer
