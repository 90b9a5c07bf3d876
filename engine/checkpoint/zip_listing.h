// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace sida::checkpoint
{

/// One file inside a zip archive that is stored as it is.
struct ZipEntry {
    std::string name;
    std::uint64_t begin = 0; ///< absolute offset of its bytes in the archive
    std::uint64_t end = 0;
};

/// Exactly as many bytes as `out` holds, from that offset.
using ReadAt = std::function<Status(std::uint64_t offset, std::span<std::byte> out)>;

/// What an archive of `fileBytes` holds. Compressed or encrypted entries, and ranges outside the archive, are
/// errors. `where` begins each message.
Result<std::vector<ZipEntry>>
listStoredZip(const ReadAt& readAt, std::uint64_t fileBytes, const std::string& where);

} // namespace sida::checkpoint
