// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/model/model_folder.h"

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

namespace sida::test
{

namespace fs = std::filesystem;

ModelFolder::ModelFolder(const TinyModel& model)
{
    std::string name = (fs::temp_directory_path() / "sida-model-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
        throw std::runtime_error("no temporary folder");
    m_path = name;
    writeTinyModel(m_path, model);
    const auto file = checkpoint::SafetensorsFile::open(m_path / "model.safetensors").value();
    for (const auto& entry : file.tensors()) {
        Tensor& tensor = m_tensors[entry.name];
        tensor.type = entry.type;
        tensor.shape = entry.shape;
        tensor.data.resize(entry.end - entry.begin);
        if (const Status read = file.read(entry, tensor.data); !read)
            throw std::runtime_error(read.error().message);
    }
    std::ifstream config(m_path / "config.json");
    m_config = (std::ostringstream() << config.rdbuf()).str();
}

ModelFolder::~ModelFolder()
{
    std::error_code ignored;
    fs::remove_all(m_path, ignored);
}

void ModelFolder::setConfig(const std::string& key, const std::string& value)
{
    auto object = nlohmann::json::parse(m_config);
    object[key] = nlohmann::json::parse(value);
    m_config = object.dump();
}

void ModelFolder::save() const
{
    std::vector<checkpoint::TensorToWrite> out;
    for (const auto& [name, tensor] : m_tensors)
        out.push_back({name, tensor.type, tensor.shape, tensor.data});
    if (const Status written = checkpoint::writeSafetensors(m_path / "model.safetensors", out, {}); !written)
        throw std::runtime_error(written.error().message);
    std::ofstream(m_path / "config.json") << m_config;
}

} // namespace sida::test
