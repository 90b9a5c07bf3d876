// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session_support.h"

#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

namespace sida::session::test
{

using testing::AllOf;
using testing::HasSubstr;

namespace
{

std::string whyNotCreated(const fs::path& path, bool replace)
{
    const auto writer = SessionWriter::create(path, someHeader(1), replace);
    return writer ? std::string() : writer.error().message;
}

} // namespace

TEST(SessionPlace, AFileThatIsNoSessionIsNeverReplaced)
{
    const TemporaryFolder folder;
    writeContent(folder / "thesis.txt", "years of work");
    query(folder / "other.db", "CREATE TABLE t(x); PRAGMA application_id = 7");
    const std::string before = stateOf(folder.path());
    for (const bool replace : {false, true}) {
        for (const char* name : {"thesis.txt", "other.db"})
            EXPECT_THAT(
                whyNotCreated(folder / name, replace),
                AllOf(HasSubstr(name), HasSubstr("not a session"), HasSubstr("nothing was changed")));
        EXPECT_THAT(whyNotCreated(folder.path(), replace), HasSubstr("a folder"));
    }
    EXPECT_EQ(stateOf(folder.path()), before);
}

TEST(SessionPlace, ASessionIsReplacedOnlyWhenAsked)
{
    const TemporaryFolder folder;
    const api::Recording old = someRecording(3, 1);
    writeSession(folder / "run.sida", old);
    EXPECT_THAT(
        whyNotCreated(folder / "run.sida", false), AllOf(HasSubstr("--force"), HasSubstr("run.sida")));
    expectSame(**read(folder / "run.sida"), old);

    EXPECT_EQ(whyNotCreated(folder / "run.sida", true), "");
    const auto found = read(folder / "run.sida");
    ASSERT_TRUE(found);
    EXPECT_TRUE((*found)->rows.empty());
}

TEST(SessionPlace, AFileIsASessionFromTheMomentItAppears)
{
    const TemporaryFolder folder;
    const auto writer = SessionWriter::create(folder / "run.sida", someHeader(5), false);
    ASSERT_TRUE(writer);
    EXPECT_TRUE(isSession(folder / "run.sida"));
    const auto found = read(folder / "run.sida");
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ((*found)->header.modelName, "switch-tiny");
    EXPECT_TRUE((*found)->rows.empty());
    for (const auto& entry : fs::directory_iterator(folder.path()))
        EXPECT_NE(entry.path().extension(), ".tmp");
}

TEST(SessionPlace, ASessionThatIsBeingRecordedHereIsNotReplaced)
{
    const TemporaryFolder folder;
    const auto writer = SessionWriter::create(folder / "run.sida", someHeader(1), false);
    ASSERT_TRUE(writer);
    EXPECT_THAT(whyNotCreated(folder / "run.sida", true), HasSubstr("open"));
    EXPECT_TRUE((*writer)->write(someBatch(0, 1)));
}

TEST(SessionPlace, AFinishedSessionTakesNothingMoreAndMayBeReplaced)
{
    const TemporaryFolder folder;
    const auto writer = SessionWriter::create(folder / "run.sida", someHeader(1), false);
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*writer)->finish(api::RecordingState::complete, "", {}));
    const Status late = (*writer)->write(someBatch(0, 1));
    ASSERT_FALSE(late);
    EXPECT_THAT(late.error().message, HasSubstr("finished"));
    EXPECT_FALSE((*writer)->finish(api::RecordingState::complete, "", {}));
    EXPECT_EQ(whyNotCreated(folder / "run.sida", true), "");
}

TEST(SessionPlace, ALinkThatPointsNowhereBecomesTheSession)
{
    const TemporaryFolder folder;
    fs::create_symlink("missing/target.sida", folder / "link.sida");
    EXPECT_EQ(whyNotCreated(folder / "link.sida", false), "");
    EXPECT_TRUE(isSession(folder / "link.sida"));
}

TEST(SessionPlace, ASessionThatAnotherProcessRecordsIsNotReplaced)
{
    const TemporaryFolder folder;
    Child child([&] {
        const auto writer = SessionWriter::create(folder / "run.sida", someHeader(1), false);
        std::this_thread::sleep_for(std::chrono::hours(1));
    });
    while (!fs::exists(folder / "run.sida-wal"))
        std::this_thread::yield();
    EXPECT_THAT(
        whyNotCreated(folder / "run.sida", true),
        AllOf(HasSubstr("process"), HasSubstr("nothing was changed")));
    child.kill();
    EXPECT_EQ(whyNotCreated(folder / "run.sida", true), "");
}

TEST(SessionPlace, ALinkKeepsPointingWhereItDid)
{
    const TemporaryFolder folder;
    writeSession(folder / "target.sida", someRecording(2, 1));
    fs::create_symlink("target.sida", folder / "link.sida");
    EXPECT_EQ(whyNotCreated(folder / "link.sida", true), "");
    EXPECT_TRUE(fs::is_symlink(folder / "link.sida"));
    EXPECT_TRUE((*read(folder / "target.sida"))->rows.empty());
}

TEST(SessionPlace, AFolderThatIsMissingIsNamedAndNothingIsLeftBehind)
{
    const TemporaryFolder folder;
    const auto writer = SessionWriter::create(folder / "missing/run.sida", someHeader(1), false);
    ASSERT_FALSE(writer);
    EXPECT_EQ(writer.error().kind, ErrorKind::io);
    EXPECT_THAT(writer.error().message, HasSubstr("missing/run.sida"));
    EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(SessionPlace, AFullDiskIsAnErrorThatNamesTheFileAndWhatWasRecordedOpens)
{
    const TemporaryFolder folder;
    const fs::path path = folder / "run.sida";
    Child child([&] {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{1 << 20, 1 << 20};
        auto writer = SessionWriter::create(path, someHeader(10'000), false);
        if (!writer || ::setrlimit(RLIMIT_FSIZE, &limit) != 0)
            ::_exit(10);
        for (std::uint32_t batch = 0; batch < 10'000; ++batch) {
            const Status written = (*writer)->write(someBatch(batch, 1));
            if (written)
                continue;
            const bool named = written.error().message.find("run.sida") != std::string::npos;
            const bool closed = (*writer)->finish(api::RecordingState::failed, "full", {}).has_value();
            writer->reset();
            ::_exit(named && written.error().kind == ErrorKind::io ? (closed ? 0 : 1) : 11);
        }
        ::_exit(12);
    });
    EXPECT_LE(child.wait(), 1);
    const auto found = read(path);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_GT((*found)->rows.batches.size(), 10U);
    EXPECT_EQ((*found)->rows.layers.size(), (*found)->rows.batches.size() * 3);
}

TEST(SessionPlace, ARowThatComesTwiceIsRefusedAndTheChunkWithIt)
{
    const TemporaryFolder folder;
    auto writer = SessionWriter::create(folder / "run.sida", someHeader(9), false);
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*writer)->write(someBatch(0, 1)));
    const Status twice = (*writer)->write(someBatch(0, 2));
    ASSERT_FALSE(twice);
    EXPECT_EQ(twice.error().kind, ErrorKind::internal);
    ASSERT_TRUE((*writer)->write(someBatch(1, 1)));
    EXPECT_EQ((*read(folder / "run.sida"))->rows.samples.size(), 6U);
}

TEST(SessionPlace, IsToldFromTheContentAndNotFromTheName)
{
    const TemporaryFolder folder;
    writeSession(folder / "run.txt", someRecording(1, 1));
    writeContent(folder / "fake.sida", "SQLite format 3");
    EXPECT_TRUE(isSession(folder / "run.txt"));
    EXPECT_FALSE(isSession(folder / "fake.sida"));
    EXPECT_FALSE(isSession(folder.path()));
    EXPECT_FALSE(isSession(folder / "missing.sida"));
}

} // namespace sida::session::test
