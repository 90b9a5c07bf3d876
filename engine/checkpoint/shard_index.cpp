// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/shard_index.h"

#include "engine/base/atomic_file.h"
#include "engine/checkpoint/json.h"
#include "engine/checkpoint/quote.h"

#include <fmt/format.h>
#include <set>

namespace sida::checkpoint
{

namespace
{

/// 61,440 experts make an index of some 15 MB.
constexpr std::uint64_t kMaxIndexBytes = 100'000'000;

bool isPlainShardName(std::string_view name, std::string_view suffix)
{
    if (name.size() <= suffix.size() || name.size() > 255 || !name.ends_with(suffix))
        return false;
    return name.find_first_of(std::string_view("/\\\0", 3)) == std::string_view::npos;
}

} // namespace

Result<ShardIndex> readShardIndex(const std::filesystem::path& file, std::string_view suffix)
{
    const std::string where = file.string();
    SIDA_TRY_ASSIGN(const std::string text, readSmallFile(file, kMaxIndexBytes));
    SIDA_TRY_ASSIGN(const nlohmann::json root, parseJson(text, where));
    if (!root.is_object())
        return badInput(fmt::format("{}: expected an object with weight_map, found {}", where, kindOf(root)));
    const auto map = root.find("weight_map");
    if (map == root.end() || !map->is_object() || map->empty())
        return badInput(fmt::format(
            "{}: expected weight_map, an object of tensor and file names, found {}", where,
            map == root.end() ? "none" : kindOf(*map)));
    ShardIndex index;
    std::set<std::string> files;
    for (const auto& [tensor, shard] : map->items()) {
        if (!shard.is_string())
            return badInput(fmt::format(
                "{}: weight_map, tensor {}: expected the name of a file, found {}", where, quote(tensor),
                kindOf(shard)));
        const auto& name = shard.get_ref<const std::string&>();
        if (!isPlainShardName(name, suffix))
            return badInput(fmt::format(
                "{}: weight_map, tensor {}: expected the name of a {} file in the same folder, found {}",
                where, quote(tensor), suffix, quote(name)));
        files.insert(name);
        index.fileOfTensor.emplace(tensor, name);
    }
    index.files.assign(files.begin(), files.end());
    return index;
}

} // namespace sida::checkpoint
