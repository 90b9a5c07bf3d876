// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/checkpoint.h"

#include "engine/base/atomic_file.h"
#include "engine/checkpoint/quote.h"
#include "engine/checkpoint/safetensors.h"
#include "engine/checkpoint/shard_index.h"
#include "engine/checkpoint/torch_file.h"

#include <array>
#include <fmt/format.h>

namespace sida::checkpoint
{

namespace fs = std::filesystem;

namespace
{

constexpr std::uint64_t kMaxConfigBytes = 4 * 1024 * 1024;
/// The ways in which Hugging Face stores weights, in its order of preference.
struct WeightsFormat {
    const char* single;
    const char* index;
    const char* suffix;
};
constexpr std::array<WeightsFormat, 2> kFormats{{
    {"model.safetensors", "model.safetensors.index.json", ".safetensors"},
    {"pytorch_model.bin", "pytorch_model.bin.index.json", ".bin"},
}};

Status checkFolder(const fs::path& folder)
{
    std::error_code error;
    const fs::file_status status = fs::status(folder, error);
    if (!fs::exists(status))
        return badInput(fmt::format("{}: no such folder; name a model folder", folder.string()));
    if (!fs::is_directory(status))
        return badInput(fmt::format(
            "{}: expected a model folder (config.json and the weights), found a file", folder.string()));
    if (!fs::exists(folder / "config.json", error))
        return badInput(
            fmt::format("{}: expected config.json in a model folder, found none", folder.string()));
    return {};
}

/// As Hugging Face does: a single file is preferred to an index that lies beside it.
Result<ShardIndex> findFiles(const fs::path& folder)
{
    std::error_code error;
    for (const WeightsFormat& format : kFormats) {
        if (fs::exists(folder / format.single, error))
            return ShardIndex{{format.single}, {}};
        if (fs::exists(folder / format.index, error))
            return readShardIndex(folder / format.index, format.suffix);
    }
    return badInput(fmt::format(
        "{}: expected model.safetensors or pytorch_model.bin, or the .index.json of one, in a model folder, "
        "found none of them",
        folder.string()));
}

Result<std::unique_ptr<TensorFile>> openTensorFile(const fs::path& path)
{
    if (path.extension() == ".bin") {
        SIDA_TRY_ASSIGN(TorchFile file, TorchFile::open(path));
        return std::make_unique<TorchFile>(std::move(file));
    }
    SIDA_TRY_ASSIGN(SafetensorsFile file, SafetensorsFile::open(path));
    return std::make_unique<SafetensorsFile>(std::move(file));
}

} // namespace

Result<Checkpoint> Checkpoint::open(const fs::path& folder)
{
    SIDA_TRY(checkFolder(folder));
    Checkpoint checkpoint;
    checkpoint.m_folder = folder;
    SIDA_TRY_ASSIGN(checkpoint.m_configText, readSmallFile(folder / "config.json", kMaxConfigBytes));

    SIDA_TRY_ASSIGN(const ShardIndex index, findFiles(folder));
    std::error_code error;
    for (const std::string& shard : index.files) {
        if (!fs::exists(folder / shard, error))
            return badInput(fmt::format(
                "{}: the index names the shard {}, found no such file; download it again", folder.string(),
                quote(shard)));
        SIDA_TRY_ASSIGN(std::unique_ptr<TensorFile> file, openTensorFile(folder / shard));
        checkpoint.m_files.push_back(std::move(file));
        SIDA_TRY(checkpoint.addTensors(*checkpoint.m_files.back(), index.fileOfTensor));
    }
    for (const auto& [name, shard] : index.fileOfTensor) {
        if (!checkpoint.contains(name))
            checkpoint.m_promised.emplace(name, shard);
    }
    return checkpoint;
}

Result<Checkpoint>
Checkpoint::of(const fs::path& name, std::string configText, std::unique_ptr<TensorFile> file)
{
    Checkpoint checkpoint;
    checkpoint.m_folder = name;
    checkpoint.m_configText = std::move(configText);
    checkpoint.m_files.push_back(std::move(file));
    SIDA_TRY(checkpoint.addTensors(*checkpoint.m_files.back(), {}));
    return checkpoint;
}

Status Checkpoint::addTensors(
    const TensorFile& file, const std::map<std::string, std::string, std::less<>>& fileOfTensor)
{
    const std::string shard = file.path().filename().string();
    for (const TensorEntry& entry : file.tensors()) {
        const auto [at, isNew] = m_tensors.emplace(entry.name, Tensor{&file, &entry});
        if (!isNew)
            return badInput(fmt::format(
                "{}: the tensor {} stands in two shards, {} and {}; keep one", m_folder.string(),
                quote(entry.name), quote(at->second.file->path().filename().string()), quote(shard)));
        const auto promised = fileOfTensor.find(entry.name);
        if (promised != fileOfTensor.end() && promised->second != shard)
            return badInput(fmt::format(
                "{}: the index puts the tensor {} into {}, found it in {}", m_folder.string(),
                quote(entry.name), quote(promised->second), quote(shard)));
    }
    return {};
}

std::vector<std::string> Checkpoint::names() const
{
    std::vector<std::string> result;
    result.reserve(m_tensors.size());
    for (const auto& [name, tensor] : m_tensors)
        result.push_back(name);
    return result;
}

bool Checkpoint::contains(std::string_view name) const
{
    return m_tensors.contains(name);
}

Result<Checkpoint::Tensor> Checkpoint::find(std::string_view name) const
{
    if (const auto at = m_tensors.find(name); at != m_tensors.end())
        return at->second;
    if (const auto promised = m_promised.find(name); promised != m_promised.end())
        return badInput(fmt::format(
            "{}: the index puts the tensor {} into {}, which does not hold it; download the shard again",
            m_folder.string(), quote(name), quote(promised->second)));
    return badInput(
        fmt::format("{}: expected the tensor {}, found none of that name", m_folder.string(), quote(name)));
}

} // namespace sida::checkpoint
