// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/safetensors.h"
#include "tests/unit/checkpoint/raw_safetensors.h"

#include <array>
#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>
#include <thread>

namespace sida::checkpoint
{

namespace
{

using test::contentOf;
using test::rawSafetensors;
using test::TempFolder;
using testing::ElementsAre;
using testing::HasSubstr;

std::span<const std::byte> bytesOf(const auto& values)
{
    return std::as_bytes(std::span(values));
}

TEST(Safetensors, ReadsWhatTheReferenceWrote)
{
    // What safetensors 0.8.0 writes for {"test": zeros((2, 2), int32)}.
    TempFolder folder;
    const auto path = folder.file(
        "m.safetensors",
        rawSafetensors(
            R"({"test":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]}}    )", std::string(16, '\0')));
    const auto file = SafetensorsFile::open(path);
    ASSERT_TRUE(file) << file.error().message;
    ASSERT_EQ(file->tensors().size(), 1u);
    const TensorEntry& entry = file->tensors()[0];
    EXPECT_EQ(entry.name, "test");
    EXPECT_EQ(entry.type, StorageType::i32);
    EXPECT_THAT(entry.shape, ElementsAre(2, 2));
    EXPECT_EQ(entry.elements(), 4u);
    EXPECT_EQ(file->fileBytes(), std::filesystem::file_size(path));
}

TEST(Safetensors, GivesBackWhatWasWritten)
{
    TempFolder folder;
    const std::array<float, 3> floats = {1.5f, -2.0f, 0.25f};
    const std::array<std::int64_t, 2> ids = {7, -9};
    const std::array<std::byte, 1> flag = {std::byte{1}};
    const std::map<std::string, std::string> metadata = {{"format", "pt"}, {"quote\"", "line\nbreak"}};
    const auto path = folder / "m.safetensors";
    ASSERT_TRUE(writeSafetensors(
        path,
        {{"flag", StorageType::boolean, {}, bytesOf(flag)},
         {"weights", StorageType::f32, {3, 1}, bytesOf(floats)},
         {"ids", StorageType::i64, {2}, bytesOf(ids)},
         {"empty", StorageType::f32, {0, 4}, {}}},
        metadata));
    const auto file = SafetensorsFile::open(path);
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(file->metadata(), metadata);
    ASSERT_NE(file->find("weights"), nullptr);
    std::array<float, 3> read{};
    ASSERT_TRUE(file->readF32(*file->find("weights"), read));
    EXPECT_EQ(read, floats);
    std::array<std::int64_t, 2> readIds{};
    ASSERT_TRUE(file->read(*file->find("ids"), std::as_writable_bytes(std::span(readIds))));
    EXPECT_EQ(readIds, ids);
    EXPECT_TRUE(file->readF32(*file->find("empty"), {}));
    EXPECT_EQ(file->find("flag")->elements(), 1u);
    EXPECT_EQ(file->find("weight"), nullptr);
    EXPECT_EQ(file->find("weights2"), nullptr);
}

TEST(Safetensors, IsWrittenByteForByteAsTheReferenceWritesIt)
{
    TempFolder folder;
    const std::array<std::byte, 8> zeros{};
    const auto path = folder / "m.safetensors";
    ASSERT_TRUE(writeSafetensors(
        path,
        {{"b", StorageType::f32, {2}, zeros},
         {"u", StorageType::u8, {8}, zeros},
         {"h", StorageType::f16, {4}, zeros},
         {"a", StorageType::f32, {2}, zeros},
         {"z", StorageType::i64, {1}, zeros}},
        {{"format", "pt"}}));
    // safetensors 0.8.0: the widest type first, then by name, the header padded to eight bytes.
    EXPECT_EQ(
        contentOf(path),
        rawSafetensors(
            R"({"__metadata__":{"format":"pt"},"z":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},)"
            R"("a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},"b":{"dtype":"F32","shape":[2],"data_offsets":[16,24]},)"
            R"("h":{"dtype":"F16","shape":[4],"data_offsets":[24,32]},"u":{"dtype":"U8","shape":[8],"data_offsets":[32,40]}} )",
            std::string(40, '\0')));
}

TEST(Safetensors, OfNoTensorsIsValid)
{
    TempFolder folder;
    const auto path = folder / "m.safetensors";
    ASSERT_TRUE(writeSafetensors(path, {}));
    EXPECT_EQ(contentOf(path), rawSafetensors("{}      "));
    EXPECT_TRUE(SafetensorsFile::open(path)->tensors().empty());
}

TEST(Safetensors, IsNotWrittenWhenSizesOrNamesAreWrong)
{
    TempFolder folder;
    const std::array<std::byte, 8> bytes{};
    const auto path = folder / "m.safetensors";
    const auto refused = [&](std::vector<TensorToWrite> tensors) {
        const Status status = writeSafetensors(path, std::move(tensors));
        return !status && !std::filesystem::exists(path);
    };
    EXPECT_TRUE(refused({{"a", StorageType::f32, {3}, bytes}}));
    EXPECT_TRUE(refused({{"a", StorageType::f32, {-2}, bytes}}));
    EXPECT_TRUE(refused({{"a", StorageType::f32, {2}, bytes}, {"a", StorageType::u8, {8}, bytes}}));
    EXPECT_TRUE(refused({{"__metadata__", StorageType::f32, {2}, bytes}}));
    EXPECT_TRUE(refused({{"\xff", StorageType::f32, {2}, bytes}}));
}

TEST(Safetensors, ReadsDataThatBeginsAtAnOddOffset)
{
    TempFolder folder;
    const float value = 2.5f;
    std::string data(4, '\0');
    std::memcpy(data.data(), &value, 4);
    const auto path = folder.file(
        "m.safetensors", rawSafetensors(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} )", data));
    const auto file = SafetensorsFile::open(path);
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(file->tensors()[0].begin % 2, 1u);
    std::array<float, 1> read{};
    ASSERT_TRUE(file->readF32(file->tensors()[0], read));
    EXPECT_EQ(read[0], value);
}

TEST(Safetensors, WidensTensorsLargerThanOneChunk)
{
    TempFolder folder;
    std::vector<std::uint16_t> halves(300'001);
    for (std::size_t i = 0; i < halves.size(); ++i)
        halves[i] = static_cast<std::uint16_t>(0x3f80u + i % 128);
    const auto path = folder / "m.safetensors";
    ASSERT_TRUE(writeSafetensors(
        path, {{"w", StorageType::bf16, {static_cast<std::int64_t>(halves.size())}, bytesOf(halves)}}));
    const auto file = SafetensorsFile::open(path);
    std::vector<float> read(halves.size());
    ASSERT_TRUE(file->readF32(file->tensors()[0], read));
    for (std::size_t i = 0; i < read.size(); ++i)
        ASSERT_EQ(read[i], 1.0f + static_cast<float>(i % 128) / 128.0f) << i;
}

TEST(Safetensors, RefusesToWidenIntegers)
{
    TempFolder folder;
    const std::array<std::int32_t, 1> one = {1};
    const auto path = folder / "m.safetensors";
    ASSERT_TRUE(writeSafetensors(path, {{"ids", StorageType::i32, {1}, bytesOf(one)}}));
    const auto file = SafetensorsFile::open(path);
    std::array<float, 1> out{};
    const Status status = file->readF32(file->tensors()[0], out);
    ASSERT_FALSE(status);
    EXPECT_THAT(
        status.error().message, HasSubstr("tensor 'ids' has type I32, expected F32, BF16, F16 or F64"));
}

TEST(Safetensors, RefusesABufferOfTheWrongSize)
{
    TempFolder folder;
    const std::array<float, 2> values{};
    const auto path = folder / "m.safetensors";
    ASSERT_TRUE(writeSafetensors(path, {{"w", StorageType::f32, {2}, bytesOf(values)}}));
    const auto file = SafetensorsFile::open(path);
    std::array<float, 3> wrong{};
    EXPECT_FALSE(file->readF32(file->tensors()[0], wrong));
    EXPECT_FALSE(file->read(file->tensors()[0], std::as_writable_bytes(std::span(wrong))));
}

TEST(Safetensors, SaysSoWhenTheFileBecameShorterWhileItWasOpen)
{
    TempFolder folder;
    const std::vector<float> values(100'000, 1.0f);
    const auto path = folder / "m.safetensors";
    ASSERT_TRUE(writeSafetensors(path, {{"w", StorageType::f32, {100'000}, bytesOf(values)}}));
    const auto file = SafetensorsFile::open(path);
    std::filesystem::resize_file(path, 1000);
    std::vector<float> out(values.size());
    const Status status = file->readF32(file->tensors()[0], out);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().kind, ErrorKind::io);
    EXPECT_THAT(status.error().message, HasSubstr("became shorter"));
}

TEST(Safetensors, CanBeReadFromSeveralThreadsAtOnce)
{
    TempFolder folder;
    std::vector<std::vector<float>> tensors(8, std::vector<float>(50'000));
    std::vector<TensorToWrite> toWrite;
    for (std::size_t t = 0; t < tensors.size(); ++t) {
        std::iota(tensors[t].begin(), tensors[t].end(), static_cast<float>(t * 100'000));
        toWrite.push_back({"t" + std::to_string(t), StorageType::f32, {50'000}, bytesOf(tensors[t])});
    }
    const auto path = folder / "m.safetensors";
    ASSERT_TRUE(writeSafetensors(path, toWrite));
    const auto file = SafetensorsFile::open(path);
    std::vector<std::vector<float>> read(tensors.size(), std::vector<float>(50'000));
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < tensors.size(); ++t)
        threads.emplace_back(
            [&, t] { EXPECT_TRUE(file->readF32(*file->find("t" + std::to_string(t)), read[t])); });
    threads.clear();
    EXPECT_EQ(read, tensors);
}

TEST(StorageType, HasTheFormatsNamesAndSizes)
{
    EXPECT_EQ(name(StorageType::bf16), "BF16");
    EXPECT_EQ(bits(StorageType::bf16), 16);
    EXPECT_EQ(name(StorageType::f6E3m2), "F6_E3M2");
    EXPECT_EQ(bits(StorageType::f4), 4);
    EXPECT_EQ(name(StorageType::u64), "U64");
    EXPECT_EQ(bits(StorageType::c64), 64);
}

} // namespace

} // namespace sida::checkpoint
