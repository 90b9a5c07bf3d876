// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace sida::checkpoint
{

/// model.safetensors.index.json: which file holds which tensor.
struct ShardIndex {
    std::vector<std::string> files; ///< plain names ending in .safetensors, sorted, each once
    std::map<std::string, std::string, std::less<>> fileOfTensor;
};

/// Reads and checks the index; does not look at the files it names.
Result<ShardIndex> readShardIndex(const std::filesystem::path& file);

} // namespace sida::checkpoint
