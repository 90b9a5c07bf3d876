// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sida::checkpoint
{

/// model.safetensors.index.json or pytorch_model.bin.index.json: which file holds which tensor.
struct ShardIndex {
    std::vector<std::string> files; ///< plain names, sorted, each once
    std::map<std::string, std::string, std::less<>> fileOfTensor;
};

/// Reads and checks the index of files that end in `suffix` (".safetensors"); does not look at them.
Result<ShardIndex> readShardIndex(const std::filesystem::path& file, std::string_view suffix);

} // namespace sida::checkpoint
