// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/growing_safetensors.h"
#include "tests/support/temp_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>

namespace sida::checkpoint
{

namespace
{

using testing::ElementsAre;
using testing::HasSubstr;

std::uint64_t roomFor(const std::vector<TensorHeader>& tensors)
{
    std::uint64_t bytes = 0;
    for (const TensorHeader& tensor : tensors)
        bytes += GrowingSafetensors::headerBytes(tensor, 1'000'000'000);
    return bytes;
}

TEST(GrowingSafetensors, IsReadBackTensorByTensorInTheOrderInWhichTheyCame)
{
    const test::TempFolder folder;
    const TensorHeader ids{"ids \"quoted\"", StorageType::i64, {2}};
    const TensorHeader large{"large", StorageType::f32, {700'000}}; // more than is gathered before writing
    const TensorHeader none{"none", StorageType::f32, {0, 4}};
    auto file = GrowingSafetensors::create(folder / "a.safetensors", roomFor({ids, large, none}));
    ASSERT_TRUE(file) << file.error().message;
    std::vector<float> values(700'000);
    std::iota(values.begin(), values.end(), 0.5F);
    const std::vector<std::int64_t> numbers = {7, -3};
    ASSERT_TRUE(file->add(large, std::as_bytes(std::span(values))));
    ASSERT_TRUE(file->add(none, {}));
    ASSERT_TRUE(file->add(ids, std::as_bytes(std::span(numbers))));
    ASSERT_TRUE(file->commit());

    const auto opened = SafetensorsFile::open(folder / "a.safetensors");
    ASSERT_TRUE(opened) << opened.error().message;
    ASSERT_EQ(opened->tensors().size(), 3U);
    EXPECT_EQ(opened->tensors().front().name, "large");
    std::vector<float> read(values.size());
    ASSERT_TRUE(opened->readF32(*opened->find("large"), read));
    EXPECT_EQ(read, values);
    std::vector<std::int64_t> readNumbers(2);
    ASSERT_TRUE(
        opened->read(*opened->find("ids \"quoted\""), 0, std::as_writable_bytes(std::span(readNumbers))));
    EXPECT_EQ(readNumbers, numbers);
    EXPECT_THAT(opened->find("none")->shape, ElementsAre(0, 4));
}

TEST(GrowingSafetensors, WithoutATensorIsAFileWithoutOne)
{
    const test::TempFolder folder;
    auto file = GrowingSafetensors::create(folder / "a.safetensors", 0);
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->commit());
    const auto opened = SafetensorsFile::open(folder / "a.safetensors");
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_TRUE(opened->tensors().empty());
}

TEST(GrowingSafetensors, RefusesMoreThanTheHeaderHasRoomFor)
{
    const test::TempFolder folder;
    const auto tooLong = GrowingSafetensors::create(folder / "a.safetensors", 100'000'000);
    ASSERT_FALSE(tooLong);
    EXPECT_THAT(tooLong.error().message, HasSubstr("at most 100000000"));
    const TensorHeader one{"one", StorageType::f32, {1}};
    auto file = GrowingSafetensors::create(folder / "a.safetensors", roomFor({one}));
    ASSERT_TRUE(file);
    const std::vector<float> value = {1};
    ASSERT_TRUE(file->add(one, std::as_bytes(std::span(value))));
    EXPECT_FALSE(file->add({"two", StorageType::f32, {1}}, std::as_bytes(std::span(value))));
    EXPECT_FALSE(file->add({"o", StorageType::f32, {2}}, std::as_bytes(std::span(value)))) << "wrong size";
    EXPECT_TRUE(file->commit()) << "what was there before stays whole";
    EXPECT_TRUE(SafetensorsFile::open(folder / "a.safetensors"));
}

} // namespace

} // namespace sida::checkpoint
