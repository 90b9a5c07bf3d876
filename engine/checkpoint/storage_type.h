// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/checkpoint/tensor_file.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sida::checkpoint
{

/// The type with that name in the format, or nothing.
std::optional<StorageType> storageType(std::string_view name);

/// Bytes of a dense tensor; nothing if the size overflows, or if the bits do not fill whole bytes.
std::optional<std::uint64_t> dataBytes(StorageType type, const std::vector<std::int64_t>& shape);

/// "[32128, 768]"
std::string shapeText(const std::vector<std::int64_t>& shape);

} // namespace sida::checkpoint
