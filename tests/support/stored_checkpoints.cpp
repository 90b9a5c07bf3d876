// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/stored_checkpoints.h"

#include "engine/base/sha256.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace sida::test
{

namespace fs = std::filesystem;

namespace
{

const fs::path kFolder = fs::path(SIDA_SOURCE_DIR) / "tests/fixtures/checkpoints";

} // namespace

std::vector<std::string> storedCheckpoints()
{
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(kFolder)) {
        if (entry.is_directory())
            names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

fs::path storedCheckpoint(const std::string& name)
{
    return kFolder / name;
}

std::string testName(std::string name)
{
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

ExpectedCheckpoint expectedOf(const fs::path& folder)
{
    std::ifstream stream(folder / "expected.json");
    const auto object = nlohmann::json::parse(stream);
    ExpectedCheckpoint expected;
    expected.digests = object.at("tensors").get<TensorDigests>();
    expected.moeLayers = object.at("moe_layers").get<int>();
    expected.labels = object.at("labels").get<int>();
    expected.decoder = object.at("decoder").get<bool>();
    expected.generates = object.at("generates").get<bool>();
    return expected;
}

TensorDigests digestsOf(const checkpoint::Checkpoint& checkpoint)
{
    TensorDigests digests;
    for (const auto& [name, tensor] : checkpoint.tensors()) {
        std::vector<float> values(tensor.entry->elements());
        if (const Status read = tensor.file->readF32(*tensor.entry, values); !read)
            throw std::runtime_error(read.error().message);
        Sha256 digest;
        digest.update(std::as_bytes(std::span<const float>(values)));
        digests[name] = digest.hex();
    }
    return digests;
}

} // namespace sida::test
