// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <ostream>
#include <string_view>

namespace sida
{

/// Writes a result beside its place and renames it there, so that it is whole or absent. A device such as
/// /dev/stdout is written to directly. On failure the old file is untouched and nothing is left behind.
Status
writeFileAtomically(const std::filesystem::path& path, const std::function<Status(std::ostream&)>& write);
Status writeFileAtomically(const std::filesystem::path& path, std::string_view content);

/// The file that a result of this name replaces: the target of a link, which goes on pointing there.
Result<std::filesystem::path> targetOf(const std::filesystem::path& path);
/// Where it is written until it is whole: beside its place.
std::filesystem::path temporaryBeside(const std::filesystem::path& target);

/// Whole content of a regular file of at most `limit` bytes; the error names the file and the sizes.
Result<std::string> readSmallFile(const std::filesystem::path& path, std::uint64_t limit);

} // namespace sida
