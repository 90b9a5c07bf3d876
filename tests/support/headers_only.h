// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/checkpoint/checkpoint.h"

#include <cstdint>
#include <filesystem>

namespace sida::test
{

/// Writes a checkpoint of which only the headers and the index exist: the data of its files are holes, which
/// take no room on the disk.
void writeHeadersOnly(
    const std::filesystem::path& folder, const checkpoint::Checkpoint& model, std::uint64_t shardBytes);

} // namespace sida::test
