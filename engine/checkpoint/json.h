// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace sida::checkpoint
{

/// Deepest nesting of arrays and objects that a JSON file may have.
constexpr int kMaxJsonDepth = 64;

/// Strict JSON (RFC 8259, UTF-8) from an untrusted file: a key that stands twice in one object, nesting
/// deeper than kMaxJsonDepth, bytes after the value and NUL bytes are errors too. `where` begins each
/// message: the file, and the line if it is one of many.
Result<nlohmann::json> parseJson(std::string_view text, const std::string& where);

/// "an array", "a number": what was found, for messages.
std::string_view kindOf(const nlohmann::json& value);

} // namespace sida::checkpoint
