// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session_support.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sida::session::test
{

using testing::Each;
using testing::HasSubstr;

class RoundTrip : public testing::TestWithParam<unsigned>
{
};

TEST_P(RoundTrip, EveryRowAndTheHeaderComeBackAsTheyWere)
{
    const TemporaryFolder folder;
    const api::Recording recording = someRecording(20 + GetParam(), GetParam());
    writeSession(folder / "run.sida", recording);
    const auto found = read(folder / "run.sida");
    ASSERT_TRUE(found) << found.error().message;
    expectSame(**found, recording);
    EXPECT_EQ((*found)->state, api::RecordingState::complete);
    EXPECT_EQ(api::computeFigures(**found).latencyP95Ms, api::computeFigures(recording).latencyP95Ms);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RoundTrip, testing::Range(0U, 8U));

TEST(Session, ManyChunksGiveTheSameAsOne)
{
    const TemporaryFolder folder;
    const api::Recording recording = someRecording(30, 1);
    auto writer = SessionWriter::create(folder / "run.sida", recording.header, false);
    ASSERT_TRUE(writer);
    for (std::uint32_t batch = 0; batch < 30; ++batch)
        ASSERT_TRUE((*writer)->write(someBatch(batch, 1)));
    ASSERT_TRUE((*writer)->finish(api::RecordingState::complete, "", api::computeFigures(recording)));
    expectSame(**read(folder / "run.sida"), recording);
}

TEST(Session, RowsThatCameOutOfOrderAreReadInTheOrderOfTime)
{
    const TemporaryFolder folder;
    const api::Recording recording = someRecording(3, 2);
    auto writer = SessionWriter::create(folder / "run.sida", recording.header, false);
    ASSERT_TRUE(writer);
    for (const std::uint32_t batch : {0U, 2U, 1U})
        ASSERT_TRUE((*writer)->write(someBatch(batch, 2)));
    writer->reset();
    const auto found = read(folder / "run.sida");
    ASSERT_TRUE(found);
    EXPECT_EQ((*found)->rows.transfers, recording.rows.transfers);
    EXPECT_EQ((*found)->rows.uses, recording.rows.uses);
    EXPECT_EQ((*found)->rows.samples, recording.rows.samples);
}

TEST(Session, OneFileRemainsAfterTheEnd)
{
    const TemporaryFolder folder;
    writeSession(folder / "run.sida", someRecording(5, 3));
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder.path()))
        names.push_back(entry.path().filename().string());
    EXPECT_EQ(names, std::vector<std::string>{"run.sida"});
    EXPECT_EQ(query(folder / "run.sida", "PRAGMA journal_mode"), std::vector<std::string>{"delete"});
}

TEST(Session, HowARunEndedIsKept)
{
    const TemporaryFolder folder;
    writeSession(folder / "a.sida", someRecording(1, 4), api::RecordingState::failed, "the disk is full");
    writeSession(folder / "b.sida", someRecording(1, 4), api::RecordingState::stopped);
    EXPECT_EQ((*read(folder / "a.sida"))->state, api::RecordingState::failed);
    EXPECT_EQ((*read(folder / "a.sida"))->failure, "the disk is full");
    EXPECT_EQ((*read(folder / "b.sida"))->state, api::RecordingState::stopped);
}

TEST(Session, ARunWithoutABatchOrAModelOfExpertsOpens)
{
    const TemporaryFolder folder;
    api::Recording recording;
    writeSession(folder / "empty.sida", recording);
    const auto found = read(folder / "empty.sida");
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_TRUE((*found)->rows.empty());
    EXPECT_TRUE((*found)->header.moeLayers.empty());
}

TEST(Session, TheSummaryHoldsTheFiguresAndNothingWhereThereIsNone)
{
    const TemporaryFolder folder;
    api::Recording recording = someRecording(4, 5);
    recording.rows.hash.clear();
    const api::Figures figures = api::computeFigures(recording);
    writeSession(folder / "run.sida", recording);
    const std::string sql = "SELECT value FROM figures WHERE key = ";
    EXPECT_EQ(
        query(folder / "run.sida", sql + "'transfers.bytes'"),
        std::vector{std::to_string(figures.transferBytes) + ".0"});
    EXPECT_EQ(
        query(folder / "run.sida", sql + "'experts.evicted_early'"),
        std::vector{std::to_string(figures.outcomes[3]) + ".0"});
    EXPECT_EQ(query(folder / "run.sida", sql + "'hash.recall'"), std::vector<std::string>{"NULL"});
}

TEST(Session, ThePredictorsTrainingIsATableOfItsEpochs)
{
    const TemporaryFolder folder;
    writeSession(folder / "run.sida", someRecording(1, 5));
    EXPECT_EQ(
        query(
            folder / "run.sida", "SELECT kind, epoch, held_out_top3 FROM training_epochs ORDER BY position"),
        (std::vector<std::string>{"shadow|1|0.625", "shadow|2|0.875"}));
}

TEST(Session, ASessionFromBeforeThatTableOpens)
{
    const TemporaryFolder folder;
    api::Recording recording = someRecording(2, 5);
    writeSession(folder / "run.sida", recording);
    query(folder / "run.sida", "DROP TABLE training_epochs");
    const auto found = read(folder / "run.sida");
    ASSERT_TRUE(found) << found.error().message;
    recording.header.training.clear();
    expectSame(**found, recording);
}

TEST(Session, TextThatIsNotUtf8IsMadeReadable)
{
    const TemporaryFolder folder;
    api::Recording recording = someRecording(0, 0);
    recording.header.provenance = {{"model_path", "/models/caf\xE9"}};
    writeSession(folder / "run.sida", recording);
    EXPECT_EQ((*read(folder / "run.sida"))->header.provenance[0].second, "/models/caf\xEF\xBF\xBD");
}

TEST(Session, ReadingTellsHowFarItIsAndEndsWithEverything)
{
    const TemporaryFolder folder;
    writeSession(folder / "run.sida", someRecording(3, 6));
    std::vector<std::string> stages;
    const auto found = readSession(
        folder / "run.sida", [&](const Progress& progress) { stages.push_back(progress.stage); }, {});
    ASSERT_TRUE(found);
    EXPECT_FALSE(stages.empty());
    EXPECT_THAT(stages, Each(HasSubstr("the session")));
}

TEST(Session, ReadingCanBeStopped)
{
    const TemporaryFolder folder;
    writeSession(folder / "run.sida", someRecording(3, 7));
    std::stop_source source;
    source.request_stop();
    const auto found = readSession(folder / "run.sida", {}, source.get_token());
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().kind, ErrorKind::cancelled);
}

TEST(Session, ReadingChangesNeitherTheFileNorItsFolder)
{
    const TemporaryFolder folder;
    writeSession(folder / "run.sida", someRecording(3, 8));
    fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
    fs::permissions(folder / "run.sida", fs::perms::owner_read);
    const std::string before = stateOf(folder.path());
    ASSERT_TRUE(read(folder / "run.sida"));
    EXPECT_EQ(stateOf(folder.path()), before);
}

} // namespace sida::session::test
