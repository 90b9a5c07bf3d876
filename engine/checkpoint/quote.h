// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sida::checkpoint
{

/// A string from a file as it may stand in a one-line message: in quotes, control characters and bytes that
/// are not UTF-8 as \xNN, cut after `limit` bytes.
std::string quote(std::string_view text, std::size_t limit = 80);

/// Offset of the first byte that is not part of valid UTF-8 (no overlong forms, no surrogates), or
/// std::string_view::npos.
std::size_t findInvalidUtf8(std::string_view text);

} // namespace sida::checkpoint
