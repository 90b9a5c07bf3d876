// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/profile/recorder.h"
#include "engine/profile/recording_pump.h"
#include "engine/session/recording_limit.h"
#include "session_support.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

namespace sida::session::test
{

namespace
{

constexpr std::uint32_t kEventsOfAThread = 100'000;

/// Three threads record as fast as they can into rings of that size, through the pump into a session.
std::shared_ptr<const api::Recording> burst(const fs::path& file, std::size_t ringSize)
{
    const api::RunHeader header = someHeader(kEventsOfAThread / 64 + 1);
    auto writer = SessionWriter::create(file, header, false);
    EXPECT_TRUE(writer) << writer.error().message;
    RecordingLimit limit(**writer, 0, 0);
    profile::Recorder recorder(true, ringSize);
    profile::RecordingPump pump(recorder, header, &limit, {}, {}, false);
    {
        std::vector<std::jthread> threads;
        for (const char* name : {"inference", "hash", "transfer"})
            threads.emplace_back([&producer = recorder.addProducer(name)] {
                for (std::uint32_t i = 0; i < kEventsOfAThread; ++i)
                    producer.record(api::UseRow{
                        i / 64, {0, static_cast<std::uint16_t>(i % 8)}, 1, 1, api::Outcome::hit, 0, i + 1});
            });
    }
    const auto kept = pump.finish(api::RecordingState::complete, {});
    EXPECT_TRUE((*writer)->finish(api::RecordingState::complete, {}, pump.figures(), limit.leftOut()));
    EXPECT_EQ(kept->rows.uses.size(), 0U);
    auto recording = readSession(file, {}, {});
    EXPECT_TRUE(recording) << recording.error().message;
    return *recording;
}

} // namespace

TEST(Burst, ThatFitsTheRingsIsRecordedToTheLastEvent)
{
    const TemporaryFolder folder;
    const auto recording = burst(folder / "run.sida", 2 * std::size_t{kEventsOfAThread});
    EXPECT_EQ(recording->rows.uses.size(), 3U * kEventsOfAThread);
    EXPECT_EQ(recording->rows.droppedEvents, 0U);
    EXPECT_TRUE(recording->notes.empty());
}

TEST(Burst, ThatIsTooFastIsCountedToTheLastEventAndTheSessionSaysWhere)
{
    const TemporaryFolder folder;
    const auto recording = burst(folder / "run.sida", 1024);
    EXPECT_GT(recording->rows.droppedEvents, 0U);
    EXPECT_EQ(recording->rows.uses.size() + recording->rows.droppedEvents, 3U * kEventsOfAThread);
    ASSERT_FALSE(recording->notes.empty());
    for (const api::Note& note : recording->notes)
        EXPECT_THAT(note.text, testing::HasSubstr("events before this moment were lost"));
}

} // namespace sida::session::test
