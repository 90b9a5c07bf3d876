// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/model.h"
#include "engine/model/synthetic.h"
#include "tests/support/temp_folder.h"

#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>

using namespace sida;
namespace fs = std::filesystem;

namespace
{

/// Writes a checkpoint of which only the headers and the index exist: the data of its files are holes, which
/// take no room on the disk.
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

TEST(LargeLayout, AModelOfThreeTerabytesIsInspectedFromItsHeaders)
{
    const test::TempFolder folder;
    const auto model = model::openSynthetic("synthetic:switch-c-2048").value();
    writeHeadersOnly(folder.path(), model, 10'000'000'000);
    const auto info = model::inspectModel(folder.path());
    ASSERT_TRUE(info) << info.error().message;
    EXPECT_EQ(info->expertCount, 61'440);
    EXPECT_EQ(info->moeLayers.size(), 30u);
    EXPECT_GT(info->files.size(), 300u);
    EXPECT_EQ(info->parameters, model::inspectModel("synthetic:switch-c-2048").value().parameters);
}

} // namespace
