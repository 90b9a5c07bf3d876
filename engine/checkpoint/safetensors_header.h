// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/checkpoint/safetensors.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sida::checkpoint
{

/// Longest header that the reference implementation accepts, in bytes.
constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;

struct SafetensorsHeader {
    std::vector<TensorEntry> tensors; ///< in the order of their data, offsets absolute
    std::vector<std::uint32_t> byName; ///< indices into tensors, sorted by name
    std::map<std::string, std::string> metadata;
};

/// Parses and checks the JSON part of a file of `fileBytes`, whose data begins at `dataBegin`. Memory is a
/// small multiple of the text. `where` begins each message.
Result<SafetensorsHeader> parseSafetensorsHeader(
    std::string_view text, std::uint64_t dataBegin, std::uint64_t fileBytes, const std::string& where);

} // namespace sida::checkpoint
