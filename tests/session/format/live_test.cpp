// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session_support.h"

#include <atomic>
#include <gtest/gtest.h>
#include <new>
#include <sqlite3.h>
#include <sys/mman.h>
#include <thread>

namespace sida::session::test
{

namespace
{

constexpr int kReads = 12;
constexpr std::uint32_t kMany = 1'000'000;

/// Reads again and again; each time it must be a whole number of chunks, and never less than before.
/// Gives what went wrong.
std::string readAgainAndAgain(const fs::path& path)
{
    std::size_t last = 0;
    for (int i = 0; i < kReads; ++i) {
        const auto found = read(path);
        if (!found)
            return found.error().message;
        const auto& rows = (*found)->rows;
        if ((*found)->state != api::RecordingState::recovered)
            return "a session that is being recorded has not ended";
        if (rows.layers.size() != rows.batches.size() * 3 || rows.uses.size() != rows.batches.size() * 24)
            return "half a chunk was read";
        if (rows.batches.size() < last)
            return "rows vanished";
        last = rows.batches.size();
    }
    return {};
}

std::array<std::string, 2> twoReaders(const fs::path& path)
{
    std::array<std::string, 2> problems;
    {
        const std::jthread first([&] { problems[0] = readAgainAndAgain(path); });
        const std::jthread second([&] { problems[1] = readAgainAndAgain(path); });
    }
    return problems;
}

} // namespace

TEST(LiveSession, TwoReadersOfTheSameProgramSeeWholeChunks)
{
    const TemporaryFolder folder;
    auto writer = SessionWriter::create(folder / "run.sida", someHeader(kMany), false);
    ASSERT_TRUE(writer);
    Status status;
    std::uint32_t batches = 0;
    std::jthread recording([&](const std::stop_token& stop) {
        while (status && !stop.stop_requested())
            status = (*writer)->write(someBatch(batches++, 1));
    });
    EXPECT_EQ(twoReaders(folder / "run.sida"), (std::array<std::string, 2>{}));
    recording.request_stop();
    recording.join();
    ASSERT_TRUE(status) << status.error().message;
    ASSERT_TRUE((*writer)->finish(api::RecordingState::complete, "", {}));
    EXPECT_FALSE(fs::exists(folder / "run.sida-wal"));
    EXPECT_EQ((*read(folder / "run.sida"))->rows.batches.size(), batches);
}

TEST(LiveSession, TwoReadersOfAnotherProgramSeeWholeChunks)
{
    const TemporaryFolder folder;
    void* memory = ::mmap(nullptr, 64, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    auto& written = *new (memory) std::atomic<std::uint32_t>{0};
    Child child([&] {
        auto writer = SessionWriter::create(folder / "run.sida", someHeader(kMany), false);
        while (writer && (*writer)->write(someBatch(written.load(), 1)))
            written.fetch_add(1);
    });
    while (written.load() == 0)
        std::this_thread::yield();
    EXPECT_EQ(twoReaders(folder / "run.sida"), (std::array<std::string, 2>{}));
    child.kill();
}

TEST(LiveSession, AReaderFromOutsideDoesNotTakeTheLogAwayFromTheRecording)
{
    const TemporaryFolder folder;
    auto writer = SessionWriter::create(folder / "run.sida", someHeader(9), false);
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*writer)->write(someBatch(0, 1)));
    // Looking at the file from this process must not give up SQLite's locks on it ...
    EXPECT_TRUE(isSession(folder / "run.sida"));
    ASSERT_TRUE(read(folder / "run.sida"));
    // ... or the last outsider to leave would take the log with it.
    Child outsider([&] { query(folder / "run.sida", "SELECT count(*) FROM batches"); });
    EXPECT_EQ(outsider.wait(), 0);
    EXPECT_TRUE(fs::exists(folder / "run.sida-wal"));
    ASSERT_TRUE((*writer)->write(someBatch(1, 1)));
    ASSERT_TRUE((*writer)->finish(api::RecordingState::complete, "", {}));
    EXPECT_EQ((*read(folder / "run.sida"))->rows.batches.size(), 2U);
}

TEST(LiveSession, EndsWellWhileSomebodyElseHasItOpen)
{
    const TemporaryFolder folder;
    auto writer = SessionWriter::create(folder / "run.sida", someHeader(9), false);
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*writer)->write(someBatch(0, 1)));
    void* memory = ::mmap(nullptr, 64, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    auto& opened = *new (memory) std::atomic<bool>{false};
    Child outsider([&] {
        sqlite3* connection = nullptr;
        sqlite3_open((folder / "run.sida").c_str(), &connection);
        sqlite3_exec(connection, "BEGIN; SELECT * FROM batches", nullptr, nullptr, nullptr);
        opened.store(true);
        std::this_thread::sleep_for(std::chrono::hours(1));
    });
    while (!opened.load())
        std::this_thread::yield();
    const Status finished = (*writer)->finish(api::RecordingState::complete, "", {});
    EXPECT_TRUE(finished) << finished.error().message;
    writer->reset();
    outsider.kill();
    const auto found = read(folder / "run.sida");
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ((*found)->state, api::RecordingState::complete);
    EXPECT_EQ((*found)->rows.batches.size(), 1U);
}

} // namespace sida::session::test
