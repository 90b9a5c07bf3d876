// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/checkpoint.h"
#include "tests/unit/checkpoint/raw_safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sida::checkpoint
{

namespace
{

using test::rawSafetensors;
using test::TempFolder;
using testing::ElementsAre;
using testing::HasSubstr;

std::string oneByteTensors(const std::vector<std::string>& names)
{
    std::string header = "{";
    for (std::size_t i = 0; i < names.size(); ++i)
        header += (i == 0 ? "\"" : ",\"") + names[i] + R"(":{"dtype":"U8","shape":[1],"data_offsets":[)"
            + std::to_string(i) + "," + std::to_string(i + 1) + "]}";
    return rawSafetensors(header + "}", std::string(names.size(), 'x'));
}

std::string refusal(const TempFolder& folder)
{
    const auto checkpoint = Checkpoint::open(folder.path());
    if (checkpoint)
        return "accepted";
    EXPECT_THAT(checkpoint.error().message, HasSubstr(folder.path().string()));
    return checkpoint.error().message;
}

void writeIndex(const TempFolder& folder, const std::string& weightMap)
{
    folder.file("config.json", "{}");
    folder.file(
        "model.safetensors.index.json", R"({"metadata":{"total_size":2},"weight_map":)" + weightMap + "}");
}

TEST(Checkpoint, OpensASingleFile)
{
    TempFolder folder;
    folder.file("config.json", R"({"model_type":"switch_transformers"})");
    folder.file("model.safetensors", oneByteTensors({"b", "a"}));
    const auto checkpoint = Checkpoint::open(folder.path());
    ASSERT_TRUE(checkpoint) << checkpoint.error().message;
    EXPECT_EQ(checkpoint->configText(), R"({"model_type":"switch_transformers"})");
    EXPECT_THAT(checkpoint->names(), ElementsAre("a", "b"));
    EXPECT_TRUE(checkpoint->contains("a"));
    EXPECT_FALSE(checkpoint->contains("c"));
    EXPECT_EQ(checkpoint->find("b")->entry->name, "b");
}

TEST(Checkpoint, NamesTheFolderAndTheTensorThatIsMissing)
{
    TempFolder folder;
    folder.file("config.json", "{}");
    folder.file("model.safetensors", oneByteTensors({"a"}));
    const auto tensor = Checkpoint::open(folder.path())->find("shared.weight");
    ASSERT_FALSE(tensor);
    EXPECT_THAT(tensor.error().message, HasSubstr(folder.path().string()));
    EXPECT_THAT(tensor.error().message, HasSubstr("'shared.weight'"));
}

TEST(Checkpoint, JoinsTheShardsOfAnIndex)
{
    TempFolder folder;
    writeIndex(folder, R"({"a":"model-1.safetensors","b":"model-2.safetensors"})");
    folder.file("model-1.safetensors", oneByteTensors({"a"}));
    folder.file("model-2.safetensors", oneByteTensors({"b"}));
    auto checkpoint = Checkpoint::open(folder.path());
    ASSERT_TRUE(checkpoint) << checkpoint.error().message;
    const Checkpoint moved = std::move(*checkpoint);
    EXPECT_EQ(moved.files().size(), 2u);
    const auto tensor = moved.find("b");
    ASSERT_TRUE(tensor);
    std::byte value{};
    ASSERT_TRUE(tensor->file->read(*tensor->entry, std::span(&value, 1)));
    EXPECT_EQ(value, std::byte{'x'});
}

TEST(Checkpoint, RefusesATensorThatStandsInTwoShards)
{
    TempFolder folder;
    writeIndex(folder, R"({"a":"1.safetensors","b":"2.safetensors"})");
    folder.file("1.safetensors", oneByteTensors({"a"}));
    folder.file("2.safetensors", oneByteTensors({"a", "b"}));
    EXPECT_THAT(refusal(folder), HasSubstr("'a' stands in two shards, '1.safetensors' and '2.safetensors'"));
}

TEST(Checkpoint, RefusesAnIndexThatNamesTheWrongShard)
{
    TempFolder folder;
    writeIndex(folder, R"({"a":"1.safetensors","b":"1.safetensors","c":"2.safetensors"})");
    folder.file("1.safetensors", oneByteTensors({"a"}));
    folder.file("2.safetensors", oneByteTensors({"b", "c"}));
    EXPECT_THAT(refusal(folder), HasSubstr("'b' into '1.safetensors', found it in '2.safetensors'"));
}

TEST(Checkpoint, NamesTheShardThatIsMissing)
{
    TempFolder folder;
    writeIndex(folder, R"({"a":"model-00001-of-00002.safetensors"})");
    EXPECT_THAT(refusal(folder), HasSubstr("'model-00001-of-00002.safetensors', found no such file"));
}

TEST(Checkpoint, ToleratesTiedCopiesInTheIndexUntilOneIsAskedFor)
{
    TempFolder folder;
    writeIndex(folder, R"({"shared.weight":"1.safetensors","lm_head.weight":"1.safetensors"})");
    folder.file("1.safetensors", oneByteTensors({"shared.weight"}));
    const auto checkpoint = Checkpoint::open(folder.path());
    ASSERT_TRUE(checkpoint) << checkpoint.error().message;
    EXPECT_FALSE(checkpoint->contains("lm_head.weight"));
    EXPECT_THAT(
        checkpoint->find("lm_head.weight").error().message,
        HasSubstr("'1.safetensors', which does not hold it"));
}

TEST(Checkpoint, NeverLeavesItsFolderForAShard)
{
    for (const char* name :
         {"../1.safetensors", "/etc/1.safetensors", "sub/1.safetensors", "..", ".safetensors",
          "a\\\\b.safetensors", "weights.bin", "", "a\\u0000.safetensors"}) {
        TempFolder folder;
        writeIndex(folder, std::string(R"({"a":")") + name + "\"}");
        EXPECT_THAT(refusal(folder), HasSubstr("expected the name of a .safetensors file in the same folder"))
            << name;
    }
}

TEST(Checkpoint, RefusesAMalformedIndex)
{
    const auto refusedIndex = [](const std::string& text) {
        TempFolder folder;
        folder.file("config.json", "{}");
        folder.file("model.safetensors.index.json", text);
        return refusal(folder);
    };
    EXPECT_THAT(refusedIndex("[]"), HasSubstr("found an array"));
    EXPECT_THAT(refusedIndex("{}"), HasSubstr("expected weight_map"));
    EXPECT_THAT(refusedIndex(R"({"weight_map":{}})"), HasSubstr("expected weight_map"));
    EXPECT_THAT(refusedIndex(R"({"weight_map":[]})"), HasSubstr("found an array"));
    EXPECT_THAT(refusedIndex(R"({"weight_map":{"a":1}})"), HasSubstr("found a number"));
    EXPECT_THAT(
        refusedIndex(R"({"weight_map":{"a":"1.safetensors","a":"2.safetensors"}})"),
        HasSubstr("stands twice"));
    EXPECT_THAT(refusedIndex("{"), HasSubstr("not valid JSON"));
}

TEST(Checkpoint, NamesTheShardThatIsDamaged)
{
    TempFolder folder;
    writeIndex(folder, R"({"a":"1.safetensors"})");
    folder.file("1.safetensors", "cut");
    EXPECT_THAT(refusal(folder), HasSubstr("1.safetensors: 3 bytes"));
}

TEST(Checkpoint, SaysWhatAModelFolderNeeds)
{
    TempFolder folder;
    EXPECT_THAT(refusal(folder), HasSubstr("expected config.json"));
    folder.file("config.json", "{}");
    EXPECT_THAT(refusal(folder), HasSubstr("model.safetensors or pytorch_model.bin"));
    folder.file("pytorch_model.bin", "");
    const auto pickled = Checkpoint::open(folder.path());
    ASSERT_FALSE(pickled);
    EXPECT_EQ(pickled.error().kind, ErrorKind::badInput);
    EXPECT_THAT(pickled.error().message, HasSubstr("pytorch_model.bin"));
    EXPECT_THAT(Checkpoint::open(folder / "config.json").error().message, HasSubstr("found a file"));
    EXPECT_THAT(Checkpoint::open(folder / "absent").error().message, HasSubstr("no such folder"));
}

TEST(Checkpoint, RefusesAConfigOfUnreasonableSize)
{
    TempFolder folder;
    folder.file("config.json", std::string(4 * 1024 * 1024 + 1, ' '));
    folder.file("model.safetensors", oneByteTensors({"a"}));
    EXPECT_THAT(refusal(folder), HasSubstr("config.json"));
}

} // namespace

} // namespace sida::checkpoint
