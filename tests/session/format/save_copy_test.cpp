// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session_support.h"

#include <gtest/gtest.h>

namespace sida::session::test
{

TEST(SaveCopy, IsTheSameSessionInOneFile)
{
    const TemporaryFolder folder;
    writeSession(folder / "run.sida", someRecording(12, 3));
    const std::string before = contentOf(folder / "run.sida");
    const Status saved = saveCopy(folder / "run.sida", folder / "copy.sida", {}, {});
    ASSERT_TRUE(saved) << saved.error().message;
    EXPECT_EQ(contentOf(folder / "run.sida"), before);
    const auto original = readSession(folder / "run.sida", {}, {});
    const auto copy = readSession(folder / "copy.sida", {}, {});
    ASSERT_TRUE(copy) << copy.error().message;
    EXPECT_EQ((*copy)->rows.uses, (*original)->rows.uses);
    EXPECT_EQ((*copy)->rows.transfers, (*original)->rows.transfers);
    EXPECT_EQ((*copy)->state, (*original)->state);
    EXPECT_FALSE(fs::exists(folder / "copy.sida-wal"));
}

TEST(SaveCopy, OfASessionThatIsBeingRecordedHoldsWhatIsThere)
{
    const TemporaryFolder folder;
    const api::Recording recording = someRecording(6, 3);
    auto writer = SessionWriter::create(folder / "run.sida", recording.header, false);
    ASSERT_TRUE(writer) << writer.error().message;
    ASSERT_TRUE((*writer)->write(recording.rows));
    const Status saved = saveCopy(folder / "run.sida", folder / "copy.sida", {}, {});
    ASSERT_TRUE(saved) << saved.error().message;
    const auto copy = readSession(folder / "copy.sida", {}, {});
    ASSERT_TRUE(copy) << copy.error().message;
    EXPECT_EQ((*copy)->rows.batches, recording.rows.batches);
    EXPECT_EQ((*copy)->state, api::RecordingState::recovered);
}

TEST(SaveCopy, ReplacesWhatIsThereOnlyWhenItIsWhole)
{
    const TemporaryFolder folder;
    writeSession(folder / "a.sida", someRecording(3, 1));
    writeSession(folder / "b.sida", someRecording(5, 2));
    std::stop_source stop;
    stop.request_stop();
    const std::string before = contentOf(folder / "b.sida");
    EXPECT_FALSE(saveCopy(folder / "a.sida", folder / "b.sida", {}, stop.get_token()));
    EXPECT_EQ(contentOf(folder / "b.sida"), before);
    EXPECT_TRUE(saveCopy(folder / "a.sida", folder / "b.sida", {}, {}));
    EXPECT_EQ((*readSession(folder / "b.sida", {}, {}))->rows.batches.size(), 3U);
    int files = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder / "."))
        ++files;
    EXPECT_EQ(files, 2);
}

TEST(SaveCopy, RefusesItselfAndWhatIsNoSession)
{
    const TemporaryFolder folder;
    writeSession(folder / "a.sida", someRecording(3, 1));
    EXPECT_FALSE(saveCopy(folder / "a.sida", folder / "a.sida", {}, {}));
    EXPECT_FALSE(saveCopy(folder / "nothing.sida", folder / "b.sida", {}, {}));
    EXPECT_FALSE(saveCopy(folder / "a.sida", folder / "no/such/folder/b.sida", {}, {}));
}

} // namespace sida::session::test
