// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session_support.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace sida::session::test
{

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace
{

const std::vector<api::Note> kSome{{4'000'000, "slow since here"}, {9'000'000, ""}, {9'000'000, "zwölf"}};

} // namespace

TEST(SessionNotes, AreReadBackAsTheyWereSavedAndNothingElseChanges)
{
    const TemporaryFolder folder;
    const api::Recording recording = someRecording(3, 1);
    writeSession(folder / "run.sida", recording);
    EXPECT_THAT((*read(folder / "run.sida"))->notes, IsEmpty());
    ASSERT_TRUE(saveNotes(folder / "run.sida", kSome));
    const auto found = read(folder / "run.sida");
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ((*found)->notes, kSome);
    EXPECT_EQ((*found)->state, api::RecordingState::complete);
    expectSame(**found, recording);
}

TEST(SessionNotes, ReplaceThoseThatWereThereAndLeaveOneFile)
{
    const TemporaryFolder folder;
    writeSession(folder / "run.sida", someRecording(1, 1));
    ASSERT_TRUE(saveNotes(folder / "run.sida", kSome));
    ASSERT_TRUE(saveNotes(folder / "run.sida", {{7, "the only one"}}));
    EXPECT_THAT(query(folder / "run.sida", "SELECT time_ns, text FROM notes"), ElementsAre("7|the only one"));
    ASSERT_TRUE(saveNotes(folder / "run.sida", {}));
    EXPECT_THAT(query(folder / "run.sida", "SELECT * FROM notes"), IsEmpty());
    EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1);
}

TEST(SessionNotes, ThoseOfOtherProgramsAreReadInTheOrderOfTime)
{
    const TemporaryFolder folder;
    writeSession(folder / "run.sida", someRecording(1, 1));
    query(folder / "run.sida", "INSERT INTO notes(time_ns, text) VALUES (50, 'b'), (20, 'a')");
    EXPECT_THAT((*read(folder / "run.sida"))->notes, ElementsAre(api::Note{20, "a"}, api::Note{50, "b"}));
}

TEST(SessionNotes, WhatRecordingItselfNotedStaysAndIsNotWrittenTwice)
{
    const TemporaryFolder folder;
    {
        auto writer = SessionWriter::create(folder / "run.sida", someHeader(9), false);
        ASSERT_TRUE((*writer)->note(30, "the limit was reached"));
        ASSERT_TRUE((*writer)->write(someBatch(0, 1)));
        ASSERT_TRUE((*writer)->finish(api::RecordingState::complete, {}, {}));
    }
    ASSERT_TRUE(saveNotes(folder / "run.sida", {{10, "mine"}}));
    const std::vector<api::Note> both{{10, "mine"}, {30, "the limit was reached"}};
    const auto found = read(folder / "run.sida");
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ((*found)->notes, both);
    ASSERT_TRUE(saveNotes(folder / "run.sida", both));
    EXPECT_EQ((*read(folder / "run.sida"))->notes, both);
}

TEST(SessionNotes, AreRefusedWhileTheSessionIsBeingRecorded)
{
    const TemporaryFolder folder;
    auto writer = SessionWriter::create(folder / "run.sida", someHeader(2), false);
    ASSERT_TRUE(writer);
    const Status saved = saveNotes(folder / "run.sida", kSome);
    ASSERT_FALSE(saved);
    EXPECT_THAT(saved.error().message, HasSubstr("is recording this session"));
}

TEST(SessionNotes, AreRefusedForFilesThatAreNoSessions)
{
    const TemporaryFolder folder;
    writeContent(folder / "text.sida", "hello");
    EXPECT_FALSE(saveNotes(folder / "text.sida", kSome));
    EXPECT_EQ(contentOf(folder / "text.sida"), "hello");
    EXPECT_FALSE(saveNotes(folder / "missing.sida", kSome));
    EXPECT_FALSE(fs::exists(folder / "missing.sida"));
}

TEST(SessionNotes, ATriggerInTheFileDoesNothing)
{
    const TemporaryFolder folder;
    writeSession(folder / "run.sida", someRecording(2, 1));
    query(folder / "run.sida", "CREATE TRIGGER t AFTER INSERT ON notes BEGIN DELETE FROM batches; END");
    ASSERT_TRUE(saveNotes(folder / "run.sida", kSome));
    EXPECT_THAT(query(folder / "run.sida", "SELECT count(*) FROM batches"), ElementsAre("2"));
}

TEST(SessionNotes, ANoteOfARunThatWasKilledKeepsItRecovered)
{
    const TemporaryFolder folder;
    Child child([&] {
        auto writer = SessionWriter::create(folder / "run.sida", someHeader(9), false);
        (void)(*writer)->write(someBatch(0, 1));
        ::_exit(0);
    });
    ASSERT_EQ(child.wait(), 0);
    ASSERT_TRUE(saveNotes(folder / "run.sida", kSome));
    const auto found = read(folder / "run.sida");
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ((*found)->notes, kSome);
    EXPECT_EQ((*found)->state, api::RecordingState::recovered);
    EXPECT_EQ((*found)->rows.batches.size(), 1u);
}

} // namespace sida::session::test
