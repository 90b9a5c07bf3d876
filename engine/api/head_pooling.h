// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sida::api
{

/// How the positions of a sample become one vector for a classifier's head.
enum class Pooling : std::uint8_t {
    unknown,
    realTokens, ///< the mean over real tokens, padding masked out
    /// The mean over all positions of a sample padded to one length, where padding attends and is routed like
    /// tokens: the SiDA-MoE authors' way.
    padded,
};
std::string_view name(Pooling value); ///< as in config.json and in `--json`
std::optional<Pooling> parsePooling(std::string_view text); ///< of the two that are known

/// What a classifier's head was trained with. It answers best when it is run with the same.
struct HeadPooling {
    Pooling pooling = Pooling::unknown;
    int paddedLength = 0; ///< tokens that samples were padded to; 0 = not known
    std::string source
        = {}; ///< what says so: "config.json", or "layout" of the file's tensors; empty = nothing

    bool operator==(const HeadPooling&) const = default;
};

/// "real tokens", "padding to 128 tokens", ...
std::string words(const HeadPooling& pooling);

} // namespace sida::api
