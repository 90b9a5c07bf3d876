// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/checkpoint/safetensors_header.h"
#include "engine/checkpoint/storage_type.h"
#include "engine/checkpoint/torch_file.h"
#include "engine/dataset/dataset.h"
#include "tests/fuzz/formats/mutator.h"
#include "tests/support/raw_torch_file.h"
#include "tests/support/temp_folder.h"

#include <cstring>
#include <gtest/gtest.h>

namespace sida
{

namespace
{

namespace fs = std::filesystem;
using test::Mutator;
using test::TempFolder;

const fs::path kTokenizer = fs::path(SIDA_SOURCE_DIR) / "tests/fixtures/tokenizer";

void expectUsableMessage(const Error& error)
{
    EXPECT_EQ(error.message.find('\n'), std::string::npos) << error.message;
    EXPECT_FALSE(error.message.empty());
    EXPECT_NE(error.kind, ErrorKind::internal) << error.message;
}

/// What every reader of a header relies on, whatever the header was.
void expectSound(const checkpoint::SafetensorsHeader& header, std::uint64_t begin, std::uint64_t end)
{
    std::uint64_t at = begin;
    for (const checkpoint::TensorEntry& entry : header.tensors) {
        ASSERT_EQ(entry.begin, at);
        ASSERT_EQ(checkpoint::dataBytes(entry.type, entry.shape), entry.end - entry.begin);
        at = entry.end;
    }
    ASSERT_EQ(at, end);
    ASSERT_EQ(header.byName.size(), header.tensors.size());
}

TEST(FormatsFuzz, SafetensorsHeadersAreRefusedOrSound)
{
    constexpr std::uint64_t kBegin = 300;
    constexpr std::uint64_t kEnd = kBegin + 40;
    const std::string valid
        = R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,4],"data_offsets":[0,32]},)"
          R"("b":{"dtype":"BF16","shape":[4],"data_offsets":[32,40],"note":[1,{"x":null}]}})";
    Mutator mutator(
        20260101,
        {"{",
         "}",
         "[",
         "]",
         ",",
         ":",
         "\"a\"",
         "\"dtype\"",
         "\"F4\"",
         "-1",
         "0",
         "18446744073709551615",
         "1e9",
         "null",
         "\\u0000",
         "[[[[[[[[",
         "\"shape\":[0]",
         "\"__metadata__\":",
         "true",
         "\xff"});
    int accepted = 0;
    for (int round = 0; round < 40'000; ++round) {
        const auto header
            = checkpoint::parseSafetensorsHeader(mutator.mutate(valid), kBegin, kEnd, "m.safetensors");
        if (header) {
            ++accepted;
            expectSound(*header, kBegin, kEnd);
        } else {
            expectUsableMessage(header.error());
        }
    }
    EXPECT_GT(accepted, 0) << "mutations so wild that they test only the first check";
    EXPECT_LT(accepted, 30'000);
}

TEST(FormatsFuzz, SafetensorsFilesAreRefusedOrReadable)
{
    TempFolder folder;
    const std::vector<std::byte> data(40, std::byte{0x3f});
    ASSERT_TRUE(checkpoint::writeSafetensors(
        folder / "valid",
        {{"a", checkpoint::StorageType::f32, {2, 4}, std::span(data).first(32)},
         {"b", checkpoint::StorageType::f16, {4}, std::span(data).first(8)}}));
    const std::string valid = test::contentOf(folder / "valid");
    Mutator mutator(
        20260102, {std::string(8, '\xff'), std::string(8, '\0'), "{}", std::string("\xff\0\0\0", 4)});
    for (int round = 0; round < 1500; ++round) {
        const fs::path path = folder.file("m.safetensors", mutator.mutate(valid));
        const auto file = checkpoint::SafetensorsFile::open(path);
        if (!file) {
            expectUsableMessage(file.error());
            continue;
        }
        for (const checkpoint::TensorEntry& entry : file->tensors()) {
            std::vector<std::byte> raw(entry.end - entry.begin);
            EXPECT_TRUE(file->read(entry, raw));
        }
    }
}

TEST(FormatsFuzz, TorchFilesAreRefusedOrReadable)
{
    namespace pickle = test::pickle;
    TempFolder folder;
    const std::string storage = pickle::storage("FloatStorage", "0", 10);
    const std::string pickled = pickle::dict(
        {{"a", pickle::tensor(storage, 0, {2, 4}, {4, 1})},
         {"b", pickle::tensor(storage, 1, {3, 2}, {1, 3})}});
    const std::string data(40, '\x3f');
    const std::vector<std::string> pieces{
        "(",
        "}",
        ")",
        "t",
        "u",
        "R",
        "Q",
        "b",
        ".",
        "h",
        "q\x01",
        "\x94",
        "\x8a\x08",
        std::string(8, '\xff'),
        std::string(4, '\0'),
        "ctorch\nHalfStorage\n",
        "cos\nsystem\n",
        "PK\x01\x02",
        "PK\x05\x06"};
    const std::string valid = test::torchFile(pickled, {{"0", data}});
    Mutator inFile(20260107, pieces);
    Mutator inPickle(20260108, pieces);
    int accepted = 0;
    constexpr int kRounds = 6000;
    for (int round = 0; round < kRounds; ++round) {
        const std::string content = round % 2 == 0 ? inFile.mutate(valid)
                                                   : test::torchFile(inPickle.mutate(pickled), {{"0", data}});
        const auto file = checkpoint::TorchFile::open(folder.file("m.bin", content));
        if (!file) {
            expectUsableMessage(file.error());
            continue;
        }
        ++accepted;
        for (const checkpoint::TensorEntry& entry : file->tensors()) {
            ASSERT_LE(entry.bytes(), data.size());
            std::vector<std::byte> raw(entry.bytes());
            EXPECT_TRUE(file->read(entry, raw));
        }
    }
    EXPECT_GT(accepted, 0) << "mutations so wild that they test only the first check";
    EXPECT_LT(accepted, kRounds * 9 / 10);
}

class DatasetFuzz : public testing::Test
{
protected:
    static void SetUpTestSuite()
    {
        auto opened = tokenizer::Tokenizer::open(kTokenizer);
        ASSERT_TRUE(opened) << opened.error().message;
        s_tokenizer = std::make_unique<tokenizer::Tokenizer>(std::move(*opened));
    }
    static void TearDownTestSuite() { s_tokenizer.reset(); }

    /// Loads mutations of a valid file; what is accepted must keep the promises of Sample.
    void fuzz(const std::string& name, const std::string& valid, Mutator mutator)
    {
        const dataset::ModelTraits traits{s_tokenizer->vocabulary(), 2, s_tokenizer.get()};
        api::DatasetOptions options;
        options.maxLength = 16;
        int accepted = 0;
        for (int round = 0; round < 2000; ++round) {
            const auto loaded
                = dataset::loadDataset(m_folder.file(name, mutator.mutate(valid)), options, traits, {}, {});
            if (!loaded) {
                expectUsableMessage(loaded.error());
                continue;
            }
            ++accepted;
            ASSERT_FALSE(loaded->samples.empty());
            for (const dataset::Sample& sample : loaded->samples) {
                ASSERT_TRUE(!sample.ids.empty() && sample.ids.size() <= 16);
                ASSERT_TRUE(sample.label >= -1 && sample.label < 2);
                for (const std::int32_t id : sample.ids)
                    ASSERT_TRUE(id >= 0 && id < traits.vocabulary);
            }
        }
        EXPECT_GT(accepted, 0);
        EXPECT_LT(accepted, 2000);
    }

    static inline std::unique_ptr<tokenizer::Tokenizer> s_tokenizer;
    TempFolder m_folder;
};

TEST_F(DatasetFuzz, JsonLines)
{
    fuzz(
        "d.jsonl",
        "{\"sentence\":\"the "
        "film\",\"label\":1}\n{\"input_ids\":[5,6,1],\"label\":0}\r\n{\"sentence1\":\"a\",\"sentence2\":"
        "\"b "
        "<extra_id_3>\"}\n{\"passage\":{\"text\":\"a\",\"questions\":[{\"question\":\"b\",\"answers\":[{"
        "\"text\":\"c\","
        "\"label\":1}]}]}}\n",
        Mutator(
            20260103,
            {"\"passage\"", "\"label\"", "{", "}", "[", "]", "\n", "\"", "\\", "\\ud800", "null", "-1",
             "1e99", "4294967296", "\"input_ids\":[]", "[[[[[[[[[[", "\xed\xa0\x80", "</s>",
             std::string(1, '\0')}));
}

TEST_F(DatasetFuzz, Tsv)
{
    fuzz(
        "d.tsv", "\xef\xbb\xbfsentence\tlabel\nthe film is warm\t1\r\nthe plot </s> is thin\t0\n\t-1\n",
        Mutator(
            20260104,
            {"\t", "\n", "\r\n", "\"", "sentence", "label", "\xff", "\xef\xbb\xbf", "99999999999",
             std::string(1, '\0')}));
}

TEST_F(DatasetFuzz, Csv)
{
    fuzz(
        "d.csv", "text,label\n\"warm, \"\"funny\"\"\",1\r\nplain,0\n\"two\nlines\",-1\n",
        Mutator(
            20260105,
            {",", "\n", "\r\n", "\"", "\"\"", "text", "label", "\xc3", "-2", std::string(1, '\0')}));
}

TEST(FormatsFuzz, SentencePieceModelsAreRefusedOrEncode)
{
    TempFolder folder;
    const std::string valid = test::contentOf(kTokenizer / "spiece.model");
    ASSERT_FALSE(valid.empty());
    Mutator mutator(20260106, {std::string(4, '\xff'), std::string(4, '\0'), "<pad>", "\x1a", "\x0a"});
    for (int round = 0; round < 400; ++round) {
        // Half of them only in the first tenth, where the pieces are; the rest is the normaliser's table.
        const std::size_t cut = round % 2 == 0 ? valid.size() / 10 : valid.size();
        folder.file("spiece.model", mutator.mutate(valid.substr(0, cut)) + valid.substr(cut));
        const auto tokenizer = tokenizer::Tokenizer::open(folder.path());
        if (!tokenizer) {
            expectUsableMessage(tokenizer.error());
            continue;
        }
        const auto encoding
            = tokenizer->encode("The \ufb01lm caf\u00e9 \u2460 <extra_id_0> \U0001f600", "b", 32);
        EXPECT_FALSE(encoding.ids.empty());
        EXPECT_LE(encoding.ids.size(), 32u);
    }
}

TEST(FormatsFuzz, TokenizerJsonFilesAreRefusedOrEncode)
{
    TempFolder folder;
    const std::string valid = R"({"added_tokens":[{"id":1,"content":"</s>","lstrip":true,"rstrip":true},
{"id":9,"content":"[x]","single_word":true,"normalized":true}],
"normalizer":{"type":"Sequence","normalizers":[{"type":"Strip","strip_left":false,"strip_right":true},
{"type":"Replace","pattern":{"Regex":" {2,}"},"content":"_"},{"type":"Replace","pattern":{"String":"q"},"content":"a"}]},
"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},
{"type":"Metaspace","replacement":"_","prepend_scheme":"first","split":true}]},
"post_processor":{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A"}},{"SpecialToken":{"id":"</s>"}}],
"pair":[{"Sequence":{"id":"A"}},{"SpecialToken":{"id":"</s>"}},{"Sequence":{"id":"B"}},{"SpecialToken":{"id":"</s>"}}],
"special_tokens":{"</s>":{"ids":[1]}}},
"model":{"type":"Unigram","unk_id":2,"vocab":[["<pad>",0],["</s>",0],["<unk>",0],["_",-2],["a",-3],["b",-3.5],["_a",-4]]}})";
    Mutator mutator(
        20260107,
        {"{", "}", "[", "]", "\"", "null", "-1", "4294967296", "1e308", "-1e308", "\"B\"", "\"never\"",
         "\"\"", "0", "Sequence", "Precompiled", "\\u0000", "[[[[[[[["});
    int accepted = 0;
    for (int round = 0; round < 4000; ++round) {
        folder.file("tokenizer.json", mutator.mutate(valid));
        const auto tokenizer = tokenizer::Tokenizer::open(folder.path());
        if (!tokenizer) {
            expectUsableMessage(tokenizer.error());
            continue;
        }
        ++accepted;
        for (const std::string_view text : {"", "a  b[x] \u65e5 </s> qq [x]", "___"}) {
            const auto encoding = tokenizer->encode(text, "b", 8);
            EXPECT_LE(encoding.ids.size(), 8u);
            tokenizer->decode(encoding.ids);
        }
    }
    EXPECT_GT(accepted, 0);
    EXPECT_LT(accepted, 4000);
}

} // namespace

} // namespace sida
