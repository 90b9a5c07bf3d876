// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/dataset/batch_stream.h"
#include "tests/unit/dataset/dataset_fixture.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace sida::dataset
{

namespace
{

using testing::HasSubstr;

class BatchStreamTest : public DatasetTest
{
protected:
    static constexpr std::uint64_t kSamples = 3000;
    static constexpr std::uint64_t kSmallMemory = 20'000;

    /// Samples of 1 to 23 tokens; the first token and the label tell which one it is.
    static std::string rows(std::uint64_t count = kSamples)
    {
        std::string content;
        for (std::uint64_t i = 0; i < count; ++i) {
            content += fmt::format("{{\"label\":{},\"input_ids\":[{}", i % 2, 3 + i % 290);
            for (std::uint64_t token = 0; token < i * 7 % 23; ++token)
                content += ",5";
            content += "]}\n";
        }
        return content;
    }
    Dataset loaded(std::uint64_t memoryBytes)
    {
        m_options.memoryBytes = memoryBytes;
        auto dataset = load("d.jsonl", rows());
        EXPECT_TRUE(dataset) << dataset.error().message;
        return std::move(*dataset);
    }
    static std::vector<TokenBatch> pass(BatchStream& stream)
    {
        std::vector<TokenBatch> batches;
        while (true) {
            auto batch = stream.next();
            EXPECT_TRUE(batch) << batch.error().message;
            if (!batch || !*batch)
                return batches;
            batches.push_back(std::move(**batch));
        }
    }
};

TEST_F(BatchStreamTest, GivesEverySampleOnceWithItsIdsAndLabel)
{
    for (const std::uint64_t memory : {kSmallMemory, 256 * units::kMiB}) {
        const Dataset data = loaded(memory);
        EXPECT_EQ(data.isHeld(), memory != kSmallMemory);
        EXPECT_EQ(data.info.samples, kSamples);
        BatchStream stream(data, 4);
        std::vector<int> seen(kSamples);
        const std::vector<TokenBatch> batches = pass(stream);
        EXPECT_EQ(batches.size(), BatchStream::batches(data, 4));
        for (const TokenBatch& batch : batches) {
            for (std::size_t row = 0; row < batch.samples.size(); ++row) {
                const std::uint64_t i = batch.samples[row];
                ASSERT_LT(i, kSamples);
                ++seen[i];
                EXPECT_EQ(
                    batch.ids[row * static_cast<std::size_t>(batch.length)], static_cast<int>(3 + i % 290));
                EXPECT_EQ(batch.lengths[row], static_cast<int>(1 + i * 7 % 23));
                EXPECT_EQ(batch.labels[row], static_cast<int>(i % 2));
            }
        }
        EXPECT_THAT(seen, testing::Each(1));
    }
}

TEST_F(BatchStreamTest, HoldsNoMoreSamplesHoweverLongTheFileIs)
{
    m_options.memoryBytes = kSmallMemory;
    std::vector<std::uint64_t> peaks;
    for (const std::uint64_t samples : {1000, 4000, 16000}) {
        const auto data = load("d.jsonl", rows(samples));
        ASSERT_TRUE(data) << data.error().message;
        EXPECT_FALSE(data->isHeld());
        EXPECT_EQ(data->samples.capacity(), 0u) << "nothing is left of what was read to check it";
        BatchStream stream(*data, 4);
        EXPECT_EQ(pass(stream).size(), samples / 4);
        peaks.push_back(stream.peakSamplesHeld());
    }
    EXPECT_LE(peaks[0] * (sizeof(Sample) + 23 * sizeof(std::int32_t)), kSmallMemory / 4);
    EXPECT_THAT(peaks, testing::Each(peaks[0]));
}

TEST_F(BatchStreamTest, PutsSamplesOfLikeLengthTogetherInEachWindow)
{
    const Dataset data = loaded(kSmallMemory);
    BatchStream stream(data, 4);
    std::uint64_t padded = 0;
    for (const TokenBatch& batch : pass(stream))
        padded += static_cast<std::uint64_t>(batch.rows) * static_cast<std::uint64_t>(batch.length);
    EXPECT_LT(static_cast<double>(padded), 1.25 * static_cast<double>(data.info.tokens));
}

TEST_F(BatchStreamTest, GivesTheSameBatchesInEveryPassAndCountsThemOn)
{
    for (const std::uint64_t memory : {kSmallMemory, 256 * units::kMiB}) {
        const Dataset data = loaded(memory);
        BatchStream stream(data, 7);
        const auto first = pass(stream);
        const auto second = pass(stream);
        ASSERT_EQ(first.size(), second.size());
        for (std::size_t i = 0; i < first.size(); ++i) {
            EXPECT_EQ(first[i].samples, second[i].samples);
            EXPECT_EQ(first[i].ids, second[i].ids);
            EXPECT_EQ(first[i].number, i);
            EXPECT_EQ(second[i].number, first.size() + i);
        }
    }
}

TEST_F(BatchStreamTest, HoldsAWholeBatchHoweverLargeItIs)
{
    const Dataset data = loaded(1);
    BatchStream stream(data, 500);
    EXPECT_EQ(pass(stream).size(), 6u);
    EXPECT_EQ(stream.peakSamplesHeld(), 500u);
}

TEST_F(BatchStreamTest, KeepsToTheLimitInEveryPass)
{
    m_options.limit = 901;
    const Dataset data = loaded(kSmallMemory);
    EXPECT_FALSE(data.isHeld());
    BatchStream stream(data, 10);
    for (int i = 0; i < 2; ++i) {
        const auto batches = pass(stream);
        EXPECT_EQ(batches.size(), 91u);
        EXPECT_EQ(batches.back().rows, 1);
    }
}

TEST_F(BatchStreamTest, SaysThatTheFileWasChangedAfterItHadBeenLoaded)
{
    const Dataset data = loaded(kSmallMemory);
    m_folder.file("d.jsonl", rows(kSamples + 1));
    BatchStream stream(data, 4);
    const auto batch = stream.next();
    ASSERT_FALSE(batch);
    EXPECT_EQ(batch.error().kind, ErrorKind::badInput);
    EXPECT_THAT(batch.error().message, HasSubstr("d.jsonl: the file was changed after it had been loaded"));
}

TEST_F(BatchStreamTest, CanBeStoppedWhileItReads)
{
    const Dataset data = loaded(kSmallMemory);
    std::stop_source stop;
    BatchStream stream(data, 4, stop.get_token());
    stop.request_stop();
    const auto batch = stream.next();
    ASSERT_FALSE(batch);
    EXPECT_EQ(batch.error().kind, ErrorKind::cancelled);
}

} // namespace

} // namespace sida::dataset
