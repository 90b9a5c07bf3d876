// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/recording_limit.h"
#include "session_support.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sida::session::test
{

namespace
{

/// Half a second of a run: one batch and an event of each kind.
api::RecordingChunk halfSecond(std::uint32_t number)
{
    const Nanoseconds begin = number * Nanoseconds{500'000'000};
    api::RecordingChunk chunk;
    chunk.batches = {{number, begin, begin + 500'000'000, 1, 10, -1}};
    chunk.layers = {{number, 0, begin, begin + 1000}};
    chunk.uses = {{number, {0, 1}, 6, 5, api::Outcome::hit, 0, begin + 10}};
    chunk.samples = {{number, number, 10, 1, 1}};
    return chunk;
}

std::shared_ptr<const api::Recording>
recorded(const fs::path& file, double seconds, std::uint64_t bytes, std::uint64_t& leftOut)
{
    auto writer = SessionWriter::create(file, someHeader(20), false);
    EXPECT_TRUE(writer) << writer.error().message;
    RecordingLimit limit(**writer, seconds, bytes);
    for (std::uint32_t number = 0; number < 20; ++number)
        EXPECT_TRUE(limit.write(halfSecond(number)));
    leftOut = limit.leftOut();
    api::Figures figures;
    figures.batches = 20;
    EXPECT_TRUE((*writer)->finish(api::RecordingState::complete, {}, figures, leftOut));
    auto recording = readSession(file, {}, {});
    EXPECT_TRUE(recording) << recording.error().message;
    return *recording;
}

} // namespace

TEST(RecordingLimit, WithoutOneEveryEventIsRecorded)
{
    const TemporaryFolder folder;
    std::uint64_t leftOut = 1;
    const auto recording = recorded(folder / "run.sida", 0, 0, leftOut);
    EXPECT_EQ(recording->rows.uses.size(), 20U);
    EXPECT_EQ(leftOut, 0U);
    EXPECT_EQ(recording->rows.droppedEvents, 0U);
}

TEST(RecordingLimit, AfterSoManySecondsOnlyBatchesAndAnswersAreRecorded)
{
    const TemporaryFolder folder;
    std::uint64_t leftOut = 0;
    const auto recording = recorded(folder / "run.sida", 3, 0, leftOut);
    EXPECT_EQ(recording->rows.uses.size(), 6U);
    EXPECT_EQ(recording->rows.batches.size(), 20U);
    EXPECT_EQ(recording->rows.samples.size(), 20U);
    EXPECT_EQ(leftOut, 28U);
    EXPECT_EQ(recording->rows.droppedEvents, 28U);
    EXPECT_THAT(
        query(folder / "run.sida", "SELECT time_ns, text FROM notes"),
        testing::ElementsAre(testing::AllOf(
            testing::StartsWith("3000000000|"), testing::HasSubstr("limit of 3.00 s for recording"))));
}

TEST(RecordingLimit, AFileThatIsLargeEnoughGetsNoMoreEvents)
{
    const TemporaryFolder folder;
    std::uint64_t leftOut = 0;
    const auto recording = recorded(folder / "run.sida", 0, 1, leftOut);
    EXPECT_EQ(recording->rows.uses.size(), 1U);
    EXPECT_EQ(recording->rows.batches.size(), 20U);
    EXPECT_EQ(leftOut, 38U);
}

} // namespace sida::session::test
