// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/convert.h"

#include "engine/checkpoint/checkpoint.h"
#include "tests/support/raw_torch_file.h"
#include "tests/support/stored_checkpoints.h"
#include "tests/support/temp_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace sida::checkpoint
{

namespace
{

namespace fs = std::filesystem;
using test::TempFolder;
using testing::AllOf;
using testing::HasSubstr;

class ConvertStored : public testing::TestWithParam<std::string>
{
protected:
    fs::path from() const { return test::storedCheckpoint(GetParam()); }

    TempFolder m_folder;
};

TEST_P(ConvertStored, KeepsEveryTensorAndItsTypeInOneFileOrMany)
{
    const auto original = Checkpoint::open(from()).value();
    const auto expected = test::expectedOf(from()).digests;
    for (const std::uint64_t shardBytes : {std::uint64_t{5'000'000'000}, std::uint64_t{8'000}}) {
        const fs::path out = m_folder / std::to_string(shardBytes);
        const auto converted = convertCheckpoint(from(), out, {shardBytes}, {}, {});
        ASSERT_TRUE(converted) << converted.error().message;
        const auto written = Checkpoint::open(out);
        ASSERT_TRUE(written) << written.error().message;
        EXPECT_EQ(written->files().size() > 1, shardBytes == 8'000);
        EXPECT_EQ(static_cast<int>(written->files().size()), converted->files);
        EXPECT_EQ(fs::exists(out / "model.safetensors.index.json"), shardBytes == 8'000);
        EXPECT_EQ(written->configText(), original.configText());
        for (const auto& [name, digest] : test::digestsOf(*written))
            EXPECT_EQ(digest, expected.at(name)) << name;
        EXPECT_EQ(written->tensors().size() + converted->dropped, expected.size());
        for (const auto& [name, tensor] : original.tensors()) {
            if (!written->contains(name)) {
                EXPECT_TRUE(name.ends_with("embed_tokens.weight") || name.ends_with("lm_head.weight"))
                    << name;
                continue;
            }
            EXPECT_EQ(written->find(name)->entry->type, tensor.entry->type);
            EXPECT_EQ(written->find(name)->entry->shape, tensor.entry->shape);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(
    Variants, ConvertStored, testing::ValuesIn(test::storedCheckpoints()),
    [](const auto& variant) { return test::testName(variant.param); });

class Convert : public testing::Test
{
protected:
    Result<Converted> convert(const ProgressSink& progress = {}, const std::stop_token& stop = {})
    {
        return convertCheckpoint(m_from, m_folder / "out", {20'000}, progress, stop);
    }
    std::vector<std::string> leftovers() const
    {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(m_folder.path()))
            names.push_back(entry.path().filename().string());
        return names;
    }

    const fs::path m_from = test::storedCheckpoint("v4-bin");
    TempFolder m_folder;
};

TEST_F(Convert, TiedCopiesOfOneStorageAreWrittenOnceAndUntiedTensorsAlways)
{
    const auto converted = convert();
    ASSERT_TRUE(converted) << converted.error().message;
    EXPECT_EQ(converted->dropped, 3u);
    const auto written = Checkpoint::open(m_folder / "out").value();
    EXPECT_TRUE(written.contains("shared.weight"));
    EXPECT_FALSE(written.contains("lm_head.weight"));

    const std::string storage = test::pickle::storage("FloatStorage", "0", 2);
    const std::string tensor = test::pickle::tensor(storage, 0, {2}, {1});
    fs::create_directory(m_folder / "untied");
    m_folder.file("untied/config.json", R"({"tie_word_embeddings": false})");
    m_folder.file(
        "untied/pytorch_model.bin",
        test::torchFile(
            test::pickle::dict({{"shared.weight", tensor}, {"lm_head.weight", tensor}}),
            {{"0", std::string(8, 'x')}}));
    const auto untied = convertCheckpoint(m_folder / "untied", m_folder / "out2", {}, {}, {});
    ASSERT_TRUE(untied) << untied.error().message;
    EXPECT_EQ(untied->tensors, 2);
}

TEST_F(Convert, TokenizerAndConfigurationComeAlongAndTheIndexCountsEveryByte)
{
    fs::copy(m_from, m_folder / "from");
    m_folder.file("from/tokenizer.json", "{}");
    m_folder.file("from/notes.txt", "mine");
    const auto converted = convertCheckpoint(m_folder / "from", m_folder / "out", {20'000}, {}, {});
    ASSERT_TRUE(converted) << converted.error().message;
    EXPECT_EQ(test::contentOf(m_folder / "out/tokenizer.json"), "{}");
    EXPECT_FALSE(fs::exists(m_folder / "out/notes.txt"));
    const auto index = nlohmann::json::parse(test::contentOf(m_folder / "out/model.safetensors.index.json"));
    EXPECT_EQ(index["metadata"]["total_size"], converted->bytes);
    EXPECT_EQ(static_cast<int>(index["weight_map"].size()), converted->tensors);
    EXPECT_EQ(index["weight_map"]["shared.weight"].get<std::string>().substr(0, 6), "model-");
}

TEST_F(Convert, ProgressEndsWithEveryByteAndNothingTemporaryIsLeft)
{
    Progress last;
    const auto converted = convert([&](const Progress& progress) { last = progress; });
    ASSERT_TRUE(converted);
    EXPECT_EQ(last.done, converted->bytes);
    EXPECT_EQ(last.total, converted->bytes);
    EXPECT_THAT(leftovers(), testing::ElementsAre("out"));
}

TEST_F(Convert, StoppedItLeavesNothing)
{
    std::stop_source stop;
    stop.request_stop();
    const auto converted = convert({}, stop.get_token());
    ASSERT_FALSE(converted);
    EXPECT_EQ(converted.error().kind, ErrorKind::cancelled);
    EXPECT_THAT(leftovers(), testing::IsEmpty());
}

TEST_F(Convert, APlaceThatIsTakenIsRefusedAndAnEmptyFolderIsFine)
{
    m_folder.file("out", "mine");
    EXPECT_THAT(convert().error().message, AllOf(HasSubstr("out"), HasSubstr("is a file")));
    fs::remove(m_folder / "out");
    fs::create_directory(m_folder / "out");
    m_folder.file("out/a", "mine");
    EXPECT_THAT(convert().error().message, HasSubstr("holds files already"));
    EXPECT_EQ(test::contentOf(m_folder / "out/a"), "mine");
    fs::remove(m_folder / "out/a");
    EXPECT_TRUE(convert());
    EXPECT_THAT(
        convertCheckpoint(m_from, m_folder / "no/where", {}, {}, {}).error().message, HasSubstr("no folder"));
    EXPECT_THAT(
        convertCheckpoint(m_folder / "no", m_folder / "out2", {}, {}, {}).error().message,
        HasSubstr("no such folder"));
}

} // namespace

} // namespace sida::checkpoint
