// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/head_pooling.h"

#include <fmt/format.h>

namespace sida::api
{

std::string_view name(Pooling value)
{
    switch (value) {
    case Pooling::realTokens:
        return "real_tokens";
    case Pooling::padded:
        return "padded";
    case Pooling::unknown:
        break;
    }
    return "unknown";
}

std::optional<Pooling> parsePooling(std::string_view text)
{
    for (const Pooling pooling : {Pooling::realTokens, Pooling::padded})
        if (text == name(pooling))
            return pooling;
    return std::nullopt;
}

std::string words(const HeadPooling& pooling)
{
    switch (pooling.pooling) {
    case Pooling::realTokens:
        return "real tokens";
    case Pooling::padded:
        return pooling.paddedLength > 0 ? fmt::format("padding to {} tokens", pooling.paddedLength)
                                        : std::string("padding to a length that is not known");
    case Pooling::unknown:
        break;
    }
    return "not known";
}

} // namespace sida::api
