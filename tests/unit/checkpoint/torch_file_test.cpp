// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/torch_file.h"

#include "tests/support/raw_torch_file.h"
#include "tests/support/temp_folder.h"

#include <array>
#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sida::checkpoint
{

namespace
{

using test::RawZip;
using test::TempFolder;
using test::torchFile;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
namespace pickle = test::pickle;

std::string floats(const std::vector<float>& values)
{
    std::string raw(values.size() * sizeof(float), '\0');
    std::memcpy(raw.data(), values.data(), raw.size());
    return raw;
}

const std::string kSix = floats({0, 1, 2, 3, 4, 5});
const std::string kStorage = pickle::storage("FloatStorage", "0", 6);

class TorchFileTest : public testing::Test
{
protected:
    Result<TorchFile> open(const std::string& content)
    {
        return TorchFile::open(m_folder.file("pytorch_model.bin", content));
    }
    /// The error for a state_dict whose only entry is "w".
    std::string errorFor(const std::string& value)
    {
        return messageOf(torchFile(pickle::dict({{"w", value}}), {{"0", kSix}}));
    }
    std::string messageOf(const std::string& content)
    {
        const auto file = open(content);
        if (file)
            return "no error";
        EXPECT_NE(file.error().kind, ErrorKind::internal);
        EXPECT_THAT(file.error().message, HasSubstr("pytorch_model.bin"));
        return file.error().message;
    }
    static std::vector<float> values(const TorchFile& file, const std::string& name)
    {
        const TensorEntry* entry = file.find(name);
        EXPECT_NE(entry, nullptr) << name;
        std::vector<float> out(entry->elements());
        const Status status = file.readF32(*entry, out);
        EXPECT_TRUE(status) << status.error().message;
        return out;
    }

    TempFolder m_folder;
};

TEST_F(TorchFileTest, TensorsMayShareAStorageBePartsOfItOrLieInItWithStrides)
{
    const auto file = open(torchFile(
        pickle::dict(
            {{"whole", pickle::tensor(kStorage, 0, {2, 3}, {3, 1})},
             {"tied", pickle::tensor(kStorage, 0, {2, 3}, {3, 1})},
             {"part", pickle::tensor(kStorage, 4, {2}, {1})},
             {"transposed", pickle::tensor(kStorage, 0, {3, 2}, {1, 3})},
             {"every second", pickle::tensor(kStorage, 1, {3}, {2})},
             {"row", pickle::tensor(kStorage, 3, {1, 3}, {77, 1})},
             {"scalar", pickle::tensor(kStorage, 2, {}, {})},
             {"empty", pickle::tensor(kStorage, 6, {0, 4}, {4, 1})}}),
        {{"0", kSix}}));
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_THAT(values(*file, "whole"), ElementsAre(0, 1, 2, 3, 4, 5));
    EXPECT_THAT(values(*file, "tied"), ElementsAre(0, 1, 2, 3, 4, 5));
    EXPECT_THAT(values(*file, "part"), ElementsAre(4, 5));
    EXPECT_THAT(values(*file, "transposed"), ElementsAre(0, 3, 1, 4, 2, 5));
    EXPECT_THAT(values(*file, "every second"), ElementsAre(1, 3, 5));
    EXPECT_THAT(values(*file, "row"), ElementsAre(3, 4, 5));
    EXPECT_THAT(values(*file, "scalar"), ElementsAre(2));
    EXPECT_THAT(values(*file, "empty"), testing::IsEmpty());
    EXPECT_EQ(file->find("nothing"), nullptr);

    const TensorEntry& transposed = *file->find("transposed");
    std::array<float, 2> stretch{};
    ASSERT_TRUE(file->readF32(transposed, 3, stretch));
    EXPECT_THAT(stretch, ElementsAre(4, 2));
    std::vector<std::byte> halves(12);
    ASSERT_TRUE(file->readAs(StorageType::bf16, transposed, halves));
    EXPECT_EQ(halves[2], std::byte{0x40}) << "the second element is 3, in bfloat16 0x4040";
    EXPECT_EQ(halves[3], std::byte{0x40});
}

TEST_F(TorchFileTest, ParametersMetadataAndNewerPickleProtocolsAreUnderstood)
{
    const std::string tensor = pickle::tensor(kStorage, 0, {6}, {1});
    const std::string parameter = pickle::global("torch._utils", "_rebuild_parameter") + "(" + tensor + "\x88"
        + pickle::global("collections", "OrderedDict") + ")RtR";
    const std::string metadata = "}" + pickle::text("_metadata") + "}s";
    const std::string stackGlobal = "\x8c\x0b" + std::string("collections") + "\x8c\x0bOrderedDict\x93";
    const std::string frame = "\x95" + std::string(8, '\x01');
    const auto file = open(torchFile(
        "\x80\x04" + frame + stackGlobal + ")R\x94" + pickle::text("w") + parameter + "s" + metadata + "b.",
        {{"0", kSix}}));
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_THAT(values(*file, "w"), ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST_F(TorchFileTest, NothingButTensorsAndDictionariesCanBeNamed)
{
    for (const auto& [module, name] : std::vector<std::pair<std::string, std::string>>{
             {"os", "system"},
             {"builtins", "eval"},
             {"torch._utils", "_rebuild_device_tensor"},
             {"torch", "load"},
             {"collections", "deque"}}) {
        const std::string attack = pickle::global(module, name) + "(" + pickle::text("touch /tmp/x") + "tR";
        EXPECT_THAT(errorFor(attack), AllOf(HasSubstr(module + "." + name), HasSubstr("state_dict")));
    }
    // Opcodes that build objects of classes, or look names up, are not known at all.
    for (const char opcode : {'i', 'o', '\x81', '\x82', 'P', 'B'})
        EXPECT_THAT(errorFor(std::string(1, opcode)), HasSubstr("opcode"));
}

TEST_F(TorchFileTest, AViewThatDoesNotFitItsStorageIsRefused)
{
    const auto view
        = [](std::int64_t offset, std::vector<std::int64_t> shape, std::vector<std::int64_t> strides) {
              return pickle::tensor(kStorage, offset, shape, strides);
          };
    constexpr std::int64_t kHuge = std::int64_t{1} << 62;
    for (const std::string& value :
         {view(1, {2, 3}, {3, 1}), view(-1, {1}, {1}), view(7, {0}, {1}), view(0, {2, 2}, {5, 1}),
          view(0, {kHuge, 4}, {4, 1}), view(0, {2}, {kHuge}), view(kHuge, {1}, {1}), view(0, {-1}, {1}),
          view(0, {2}, {-1}), view(0, {2, 3}, {1}), view(0, {kHuge}, {0}), view(0, {7}, {0})})
        EXPECT_THAT(errorFor(value), AllOf(HasSubstr("'w'"), testing::Not(HasSubstr("no error"))));
    EXPECT_THAT(errorFor(view(0, {100, 100}, {0, 0})), HasSubstr("expanded"));
    EXPECT_THAT(
        errorFor(view(0, std::vector<std::int64_t>(17, 1), std::vector<std::int64_t>(17, 1))),
        HasSubstr("shape"));
}

TEST_F(TorchFileTest, AStorageMustBeThereAndHaveTheBytesItClaims)
{
    const auto of = [](const std::string& storage) { return pickle::tensor(storage, 0, {1}, {1}); };
    EXPECT_THAT(errorFor(of(pickle::storage("FloatStorage", "1", 6))), HasSubstr("'1'"));
    EXPECT_THAT(
        errorFor(of(pickle::storage("FloatStorage", "0", 7))), AllOf(HasSubstr("7"), HasSubstr("24 bytes")));
    EXPECT_THAT(errorFor(of(pickle::storage("HalfStorage", "0", 6))), HasSubstr("24 bytes"));
    EXPECT_THAT(errorFor(of(pickle::storage("FloatStorage", "0", -6))), HasSubstr("-6"));
    EXPECT_THAT(errorFor(of(pickle::text("x"))), HasSubstr("storage"));
    EXPECT_THAT(errorFor(pickle::text("x")), AllOf(HasSubstr("'w'"), HasSubstr("text")));
    EXPECT_THAT(errorFor("}"), HasSubstr("a dictionary"));
}

TEST_F(TorchFileTest, APickleThatIsNoStateDictIsRefused)
{
    const std::string tensor = pickle::tensor(kStorage, 0, {6}, {1});
    const auto error = [&](const std::string& pickled) {
        return messageOf(torchFile(pickled, {{"0", kSix}}));
    };
    EXPECT_THAT(error("\x80\x02" + tensor + "."), HasSubstr("dictionary"));
    EXPECT_THAT(error("\x80\x02]."), HasSubstr("a list"));
    EXPECT_THAT(error("\x80\x02}K\x01" + tensor + "s."), HasSubstr("names"));
    EXPECT_THAT(error(pickle::dict({{"w", tensor}, {"w", tensor}})), HasSubstr("twice"));
    EXPECT_THAT(error(pickle::dict({{"\xff", tensor}})), HasSubstr("UTF-8"));
    EXPECT_THAT(error("\x80\x09}."), HasSubstr("protocol"));
    for (const std::string& broken :
         {std::string(), std::string("\x80\x02"), std::string("."), std::string("\x80\x02u."),
          std::string("\x80\x02(u."), std::string("\x80\x02}(K\x01u."), std::string("\x80\x02}h\x07."),
          std::string("\x80\x02}q\x09."), std::string("\x80\x02X\xff\xff\xff\xff."),
          std::string("\x80\x02NR."), std::string("\x80\x02)NR."), std::string("\x80\x02)Q"),
          std::string("\x80\x02\x8a\x09"), std::string("\x80\x02}}b"), std::string("\x80\x02\x87."),
          std::string("\x80\x02ctorch\nFloat")})
        EXPECT_NE(error(broken), "no error");
}

TEST_F(TorchFileTest, AnotherFileThanAnArchiveOfTorchSaysWhatToDo)
{
    EXPECT_THAT(
        messageOf("\x80\x02\x8a\x0a" + std::string(40, 'x')),
        AllOf(HasSubstr("before version 1.6"), HasSubstr("save it again")));
    EXPECT_THAT(messageOf("version https://git-lfs.github.com/spec/v1"), HasSubstr("zip archive"));
    EXPECT_THAT(messageOf(""), HasSubstr("0 bytes"));
    EXPECT_THAT(messageOf(RawZip::archive({{"word/document.xml", "<a/>"}})), HasSubstr("data.pkl"));
    EXPECT_THAT(
        messageOf(RawZip::archive({{"a/data.pkl", "."}, {"b/data.pkl", "."}})), HasSubstr("one data.pkl"));
    EXPECT_THAT(
        messageOf(RawZip::archive({{"a/data.pkl", "x", 8}})),
        AllOf(HasSubstr("a/data.pkl"), HasSubstr("compressed")));
    EXPECT_THAT(messageOf(RawZip::archive({{"a/data.pkl", "x", 0, 1}})), HasSubstr("encrypted"));
    EXPECT_THAT(
        messageOf(RawZip::archive({{"a/data.pkl", "\x80\x02}."}, {"a/byteorder", "big"}})),
        HasSubstr("byte order"));
}

TEST_F(TorchFileTest, AnArchiveThatWasCutOrWhoseListLiesIsRefused)
{
    const std::string whole
        = torchFile(pickle::dict({{"w", pickle::tensor(kStorage, 0, {6}, {1})}}), {{"0", kSix}});
    ASSERT_TRUE(open(whole));
    // The last two bytes are the length of a comment, on which nothing depends.
    for (std::size_t size = 0; size + 2 < whole.size(); size += 3)
        EXPECT_NE(messageOf(whole.substr(0, size)), "no error") << size;
    std::string outside = whole;
    const std::size_t directory = outside.find("PK\x01\x02");
    // The size of the first entry, as stored and as it would be unpacked.
    for (const std::size_t at : {directory + 20, directory + 24})
        outside.replace(at, 4, "\xff\xff\xff\x0f");
    EXPECT_NE(messageOf(outside), "no error");
}

} // namespace

} // namespace sida::checkpoint
