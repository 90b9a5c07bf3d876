// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/checkpoint/safetensors.h"
#include "tests/support/tiny_model.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace sida::test
{

/// A tiny model in a folder of its own that a test can take apart: tensors and config.json are changed here
/// and written again with save(). The folder goes away with the object.
class ModelFolder
{
public:
    struct Tensor {
        checkpoint::StorageType type = checkpoint::StorageType::f32;
        std::vector<std::int64_t> shape;
        std::vector<std::byte> data;
    };

    explicit ModelFolder(const TinyModel& model = {});
    ~ModelFolder();
    ModelFolder(const ModelFolder&) = delete;
    ModelFolder& operator=(const ModelFolder&) = delete;

    const std::filesystem::path& path() const { return m_path; }
    std::map<std::string, Tensor>& tensors() { return m_tensors; }
    std::string& config() { return m_config; }
    /// Replaces the value of a number in config.json.
    void setConfig(const std::string& key, const std::string& value);
    void save() const;

private:
    std::filesystem::path m_path;
    std::string m_config;
    std::map<std::string, Tensor> m_tensors;
};

} // namespace sida::test
