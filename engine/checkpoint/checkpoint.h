// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/checkpoint/tensor_file.h"

#include <map>

namespace sida::checkpoint
{

/// A model folder as Hugging Face writes it: config.json with model.safetensors or pytorch_model.bin, or with
/// shards and their index.
/// Opening reads headers only.
class Checkpoint
{
public:
    static Result<Checkpoint> open(const std::filesystem::path& folder);
    /// A checkpoint that is no folder: one file of tensors that somebody made up.
    static Result<Checkpoint>
    of(const std::filesystem::path& name, std::string configText, std::unique_ptr<TensorFile> file);

    struct Tensor {
        const TensorFile* file = nullptr;
        const TensorEntry* entry = nullptr;
    };

    const std::filesystem::path& folder() const { return m_folder; }
    const std::string& configText() const
    {
        return m_configText;
    } ///< config.json, at most 4 MiB, not yet parsed
    const std::vector<std::unique_ptr<TensorFile>>& files() const { return m_files; }
    const std::map<std::string, Tensor, std::less<>>& tensors() const { return m_tensors; } ///< by name
    std::vector<std::string> names() const; ///< sorted
    bool contains(std::string_view name) const;
    /// An error that names the folder and the tensor when it is not there.
    Result<Tensor> find(std::string_view name) const;

private:
    Status
    addTensors(const TensorFile& file, const std::map<std::string, std::string, std::less<>>& fileOfTensor);

    std::filesystem::path m_folder;
    std::string m_configText;
    std::vector<std::unique_ptr<TensorFile>> m_files;
    std::map<std::string, Tensor, std::less<>> m_tensors;
    /// In the index and in no shard. Published indexes list the tied copies that their shards leave out, so
    /// only asking for one is an error.
    std::map<std::string, std::string, std::less<>> m_promised;
};

} // namespace sida::checkpoint
