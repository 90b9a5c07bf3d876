// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/headers_only.h"

#include <fmt/format.h>
#include <fstream>
#include <string>

namespace fs = std::filesystem;

namespace sida::test
{

void writeHeadersOnly(const fs::path& folder, const checkpoint::Checkpoint& model, std::uint64_t shardBytes)
{
    std::ofstream(folder / "config.json") << model.configText();
    std::string index = R"({"metadata":{},"weight_map":{)";
    std::string header;
    std::uint64_t bytes = 0;
    int shard = 1;
    const auto name = [&] { return fmt::format("model-{:05}.safetensors", shard); };
    const auto finish = [&] {
        header.back() = '}';
        const std::uint64_t length = header.size();
        std::ofstream stream(folder / name(), std::ios::binary);
        stream.write(reinterpret_cast<const char*>(&length), sizeof length);
        stream << header;
        stream.close();
        fs::resize_file(folder / name(), sizeof length + length + bytes);
        header.clear();
        bytes = 0;
        ++shard;
    };
    for (const checkpoint::TensorEntry& entry : model.files().front()->tensors()) {
        if (bytes > 0 && bytes + entry.bytes() > shardBytes)
            finish();
        header += fmt::format(
            R"({}"{}":{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}},)", header.empty() ? "{" : "",
            entry.name, checkpoint::name(entry.type), fmt::join(entry.shape, ","), bytes,
            bytes + entry.bytes());
        bytes += entry.bytes();
        index += fmt::format(R"("{}":"{}",)", entry.name, name());
    }
    finish();
    index.back() = '}';
    std::ofstream(folder / "model.safetensors.index.json") << index << '}';
}

} // namespace sida::test
