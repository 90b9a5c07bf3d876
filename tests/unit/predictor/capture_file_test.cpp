// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/predictor/capture_file.h"

#include "engine/predictor/capture.h"
#include "tests/unit/predictor/fake_model.h"
#include "tests/unit/predictor/predictor_samples.h"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iterator>
#include <numeric>

namespace sida::predictor
{
namespace
{

using testing::AllOf;
using testing::HasSubstr;

std::string contentOf(const std::filesystem::path& path)
{
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

void write(const std::filesystem::path& path, const std::string& content)
{
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

/// Some 75,000 tokens: several parts.
class CaptureFileTest : public testing::Test
{
protected:
    Result<CaptureFile>
    capture(const std::filesystem::path& path, bool resume = false, const std::stop_token& stop = {})
    {
        return CaptureFile::capture(m_model, m_data, {path, 3, 64, resume}, {}, stop);
    }
    std::string errorOf(const std::filesystem::path& path, bool resume = false)
    {
        const auto result = capture(path, resume);
        return result ? std::string() : result.error().message;
    }
    CaptureLayout layout() const
    {
        SampleIndex index;
        for (const auto& sample : m_data.samples)
            index.add(sample.ids);
        return captureLayout(m_model.info(), m_data.info, index, 3);
    }

    test::TemporaryFolder m_folder;
    test::FakeModel m_model;
    dataset::Dataset m_data = test::randomDataset(10000);
    const std::filesystem::path m_path = m_folder / "routing.capture";
};

TEST_F(CaptureFileTest, givesBackIdsAndRoutingOfAnySamples)
{
    const auto file = capture(m_path);
    ASSERT_TRUE(file) << file.error().message;
    const auto held = captureRouting(m_model, m_data, 3, 64, {}, {});
    ASSERT_TRUE(held);
    ASSERT_GT(layout().chunks.size(), 3U);
    EXPECT_EQ(file->bytes(), std::filesystem::file_size(m_path));
    EXPECT_EQ(file->index().tokens(), held->tokens());
    const std::vector<std::uint64_t> wanted{9999, 0, 4711, 4711, 1};
    CapturedTokens tokens;
    ASSERT_TRUE(file->read(wanted, tokens));
    std::size_t token = 0;
    for (const std::uint64_t sample : wanted)
        for (std::size_t i = 0; i < m_data.samples[sample].ids.size(); ++i, ++token) {
            EXPECT_EQ(tokens.ids[token], m_data.samples[sample].ids[i]);
            const std::size_t there = 3 * (held->firstToken[sample] + i);
            for (std::size_t l = 0; l < 2; ++l)
                for (std::size_t t = 0; t < 3; ++t) {
                    EXPECT_EQ(tokens.layers[l].indices[3 * token + t], held->layers[l].indices[there + t]);
                    EXPECT_NEAR(
                        tokens.layers[l].logits[3 * token + t],
                        held->layers[l].logits[there + t] - held->layers[l].logits[there], 2e-3);
                }
        }
    EXPECT_EQ(tokens.ids.size(), token);
}

TEST_F(CaptureFileTest, aCaptureThatWasStoppedGoesOnAndEqualsOneInOneGo)
{
    const std::filesystem::path whole = m_folder / "whole.capture";
    ASSERT_TRUE(capture(whole));
    int passes = 0;
    for (int stops = 0; stops < 2; ++stops) {
        std::stop_source source;
        int since = 0;
        m_model.onForward = [&] {
            ++passes;
            if (++since == 60)
                source.request_stop();
        };
        const auto stopped = capture(m_path, true, source.get_token());
        ASSERT_FALSE(stopped);
        EXPECT_EQ(stopped.error().kind, ErrorKind::cancelled);
    }
    const auto before = std::filesystem::file_size(m_path);
    EXPECT_GT(before, layout().header.size());
    EXPECT_LT(before, layout().fileBytes);
    EXPECT_THAT(errorOf(m_path), AllOf(HasSubstr("routing.capture"), HasSubstr("--resume")));
    m_model.onForward = [&] { ++passes; };
    const auto file = capture(m_path, true);
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_GT(file->reusedTokens(), 0U);
    EXPECT_LT(file->reusedTokens(), file->index().tokens());
    EXPECT_EQ(contentOf(m_path), contentOf(whole));
}

TEST_F(CaptureFileTest, aFileCutAnywhereGoesOnFromItsLastWholePart)
{
    ASSERT_TRUE(capture(m_path));
    const std::string whole = contentOf(m_path);
    const auto second = static_cast<std::size_t>(layout().chunks[1].offset);
    for (const std::size_t bytes :
         {std::size_t{0}, std::size_t{5}, std::size_t{100}, layout().header.size(), second - 1, second,
          second + 40, whole.size() - 1}) {
        write(m_path, whole.substr(0, bytes));
        const auto file = capture(m_path, true);
        ASSERT_TRUE(file) << bytes << ": " << file.error().message;
        EXPECT_TRUE(contentOf(m_path) == whole) << "cut at " << bytes;
        EXPECT_EQ(file->reusedTokens() > 0, bytes >= second) << "cut at " << bytes;
    }
}

TEST_F(CaptureFileTest, aCompleteFileIsTakenWithoutRunningTheModel)
{
    ASSERT_TRUE(capture(m_path));
    m_model.onForward = [] { ADD_FAILURE() << "the model runs"; };
    const auto again = capture(m_path);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->reusedTokens(), again->index().tokens());
}

TEST_F(CaptureFileTest, aDamagedFileIsAnErrorThatNamesItAndWhatToDoAndStaysAsItIs)
{
    ASSERT_TRUE(capture(m_path));
    const std::string whole = contentOf(m_path);
    const auto& chunks = layout().chunks;
    for (const std::uint64_t at :
         {std::uint64_t{40}, chunks[1].offset, chunks[1].offset + 30, chunks[1].offset + kChunkHeader + 7}) {
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 1);
        write(m_path, damaged);
        for (const bool resume : {false, true})
            EXPECT_THAT(errorOf(m_path, resume), AllOf(HasSubstr("routing.capture"), HasSubstr("delete")))
                << at;
        EXPECT_TRUE(contentOf(m_path) == damaged);
    }
    write(m_path, whole + "more");
    EXPECT_THAT(errorOf(m_path, true), AllOf(HasSubstr("bytes"), HasSubstr("delete")));
}

TEST_F(CaptureFileTest, anotherModelAnotherDatasetAndAnotherFileAreRefusedByName)
{
    ASSERT_TRUE(capture(m_path));
    const std::string identity = m_model.info().identity;
    m_model.info().identity = "another";
    EXPECT_THAT(errorOf(m_path, true), AllOf(HasSubstr("model_identity"), HasSubstr("another")));
    m_model.info().identity = identity;
    m_data.samples.back().ids.front() ^= 1;
    EXPECT_THAT(errorOf(m_path, true), HasSubstr("tokens_sha256"));
    const std::filesystem::path other = m_folder / "letter.txt";
    write(other, "Dear reader, this is a letter and not a capture.");
    EXPECT_THAT(errorOf(other, true), AllOf(HasSubstr("letter.txt"), HasSubstr("another file")));
    EXPECT_EQ(contentOf(other), "Dear reader, this is a letter and not a capture.");
    EXPECT_THAT(errorOf(m_folder / "absent" / "a.capture"), HasSubstr("absent"));
}

TEST_F(CaptureFileTest, numbersThatAForgerPutThereNeverIndexAnything)
{
    ASSERT_TRUE(capture(m_path));
    std::string forged = contentOf(m_path);
    const CaptureLayout::Chunk chunk = layout().chunks[0];
    const auto payload = static_cast<std::size_t>(chunk.offset) + kChunkHeader;
    forged[payload + 4] = static_cast<char>(200); // the first expert of the first token
    const auto header = chunkHeader(
        0, std::as_bytes(std::span(forged)).subspan(payload, static_cast<std::size_t>(chunk.payload)));
    std::transform(
        header.begin(), header.end(), forged.begin() + static_cast<std::ptrdiff_t>(chunk.offset),
        [](std::byte value) { return static_cast<char>(value); });
    write(m_path, forged);
    const auto file = capture(m_path);
    ASSERT_TRUE(file) << file.error().message;
    CapturedTokens tokens;
    const std::uint64_t first = 0;
    const Status read = file->read({&first, 1}, tokens);
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().message, AllOf(HasSubstr("experts"), HasSubstr("delete")));
}

TEST_F(CaptureFileTest, theMemoryOfACaptureDoesNotGrowWithTheDataset)
{
    const auto peakOf = [&](int sentences) {
        m_data = test::randomDataset(sentences);
        const auto file = capture(m_folder / std::to_string(sentences));
        EXPECT_TRUE(file);
        return file ? file->peakBytes() : 0;
    };
    const std::uint64_t small = peakOf(10000);
    const std::uint64_t large = peakOf(60000);
    EXPECT_GT(small, 0U);
    EXPECT_LT(static_cast<double>(large), 1.1 * static_cast<double>(small));
    EXPECT_LT(large, layout().fileBytes / 4) << "of what is on disk";
}

} // namespace
} // namespace sida::predictor
