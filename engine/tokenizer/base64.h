// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sida::tokenizer
{

/// Nothing if the text is not Base64 (RFC 4648, padded, without line breaks).
std::optional<std::string> decodeBase64(std::string_view text);

} // namespace sida::tokenizer
