// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session_support.h"

#include "engine/base/clock.h"
#include "engine/profile/recorder.h"

#include <atomic>
#include <gtest/gtest.h>
#include <new>
#include <sys/mman.h>
#include <thread>

namespace sida::session::test
{

namespace
{

/// Numbers that a process and its child both see.
struct Shared {
    std::atomic<std::uint32_t> batches{0}; ///< the child has been told that these are written
    std::atomic<Nanoseconds> lastRecorded{0};

    static Shared* make()
    {
        void* memory
            = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        return new (memory) Shared;
    }
};

constexpr std::uint32_t kNeverReached = 1'000'000;

/// Records batch after batch until it is killed.
void recordForever(const fs::path& path, Shared& shared, std::uint32_t pauseAt = kNeverReached)
{
    auto writer = SessionWriter::create(path, someHeader(kNeverReached), false);
    for (std::uint32_t batch = 0; writer; ++batch) {
        if (batch >= pauseAt)
            std::this_thread::sleep_for(std::chrono::hours(1));
        if (!(*writer)->write(someBatch(batch, 1)))
            return;
        shared.batches.store(batch + 1);
    }
}

void waitForBatches(const Shared& shared, std::uint32_t batches)
{
    while (shared.batches.load() < batches)
        std::this_thread::yield();
}

/// A session whose process was killed after `batches`, with its log beside it.
void leaveKilledSession(const fs::path& path, std::uint32_t batches)
{
    Shared& shared = *Shared::make();
    Child child([&] { recordForever(path, shared, batches); });
    waitForBatches(shared, batches);
    child.kill();
}

} // namespace

TEST(KilledSession, HoldsEverythingThatHadBeenWritten)
{
    const TemporaryFolder folder;
    Shared& shared = *Shared::make();
    Child child([&] { recordForever(folder / "run.sida", shared); });
    waitForBatches(shared, 300); // long enough for the log to have been folded in at times
    child.kill();

    const auto found = read(folder / "run.sida");
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ((*found)->state, api::RecordingState::recovered);
    const auto written = static_cast<std::uint32_t>((*found)->rows.batches.size());
    EXPECT_GE(written, shared.batches.load());
    api::Recording expected = someRecording(written, 1);
    expected.header = someHeader(kNeverReached);
    expectSame(**found, expected);
}

TEST(KilledSession, LosesLessThanOneSecondOfARunningRecorder)
{
    const TemporaryFolder folder;
    Shared& shared = *Shared::make();
    Child child([&] {
        const SessionClock clock;
        auto writer = SessionWriter::create(folder / "run.sida", someHeader(0), false);
        profile::Recorder recorder;
        profile::Recorder::Producer& producer = recorder.addProducer("test");
        const profile::RecordingPump pump(recorder, someHeader(0), writer->get(), {}, {});
        for (std::uint32_t batch = 0;; ++batch) {
            const Nanoseconds now = clock.now();
            producer.record(api::BatchRow{batch, now, now, 1, 1, -1});
            shared.lastRecorded.store(now);
            std::this_thread::sleep_for(std::chrono::microseconds(200));
        }
    });
    while (shared.lastRecorded.load() < 1'500'000'000)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    child.kill();

    const auto found = read(folder / "run.sida");
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ((*found)->state, api::RecordingState::recovered);
    ASSERT_FALSE((*found)->rows.batches.empty());
    EXPECT_LT(shared.lastRecorded.load() - (*found)->rows.batches.back().begin, 1'000'000'000);
}

TEST(KilledSession, IsRecoveredWithoutTouchingTheFileItsLogOrTheFolder)
{
    const TemporaryFolder folder;
    leaveKilledSession(folder / "run.sida", 10);
    ASSERT_TRUE(fs::exists(folder / "run.sida-wal"));
    fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
    const std::string before = stateOf(folder.path());
    const auto found = read(folder / "run.sida");
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ((*found)->rows.batches.size(), 10U);
    EXPECT_EQ(stateOf(folder.path()), before);
}

TEST(KilledSession, LeavesNoCopyBehind)
{
    const TemporaryFolder folder;
    const TemporaryFolder scratch;
    leaveKilledSession(folder / "run.sida", 3);
    ::setenv("TMPDIR", scratch.path().c_str(), 1);
    const auto found = read(folder / "run.sida");
    ::unsetenv("TMPDIR");
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_TRUE(fs::is_empty(scratch.path()));
}

TEST(KilledSession, WithoutItsLogStillOpensWithWhatIsInTheFile)
{
    const TemporaryFolder folder;
    leaveKilledSession(folder / "run.sida", 10);
    fs::copy_file(folder / "run.sida", folder / "alone.sida");
    const auto found = read(folder / "alone.sida");
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ((*found)->state, api::RecordingState::recovered);
    EXPECT_EQ((*found)->header.modelName, "switch-tiny");
}

TEST(KilledSession, ALogThatWasCutGivesWhatCameBeforeTheCut)
{
    const TemporaryFolder folder;
    leaveKilledSession(folder / "run.sida", 12);
    const std::string log = contentOf(folder / "run.sida-wal");
    std::size_t last = 0;
    for (std::size_t part = 0; part <= 40; ++part) {
        fs::copy_file(folder / "run.sida", folder / "cut.sida", fs::copy_options::overwrite_existing);
        writeContent(folder / "cut.sida-wal", log.substr(0, log.size() * part / 40));
        const auto found = read(folder / "cut.sida");
        ASSERT_TRUE(found) << part << ": " << found.error().message;
        const auto& rows = (*found)->rows;
        EXPECT_GE(rows.batches.size(), last);
        EXPECT_EQ(rows.layers.size(), rows.batches.size() * 3) << "half a chunk is in the file";
        last = rows.batches.size();
    }
    EXPECT_EQ(last, 12U);
}

TEST(KilledSession, ANewOneInItsPlaceDoesNotInheritItsLog)
{
    const TemporaryFolder folder;
    leaveKilledSession(folder / "run.sida", 10);
    {
        const auto writer = SessionWriter::create(folder / "run.sida", someHeader(5), true);
        ASSERT_TRUE(writer) << writer.error().message;
        ASSERT_TRUE((*writer)->write(someBatch(0, 9)));
    }
    const auto found = read(folder / "run.sida");
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ((*found)->rows.uses, someBatch(0, 9).uses);
}

} // namespace sida::session::test
