// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session_support.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

namespace sida::session::test
{

using testing::AllOf;
using testing::HasSubstr;

TEST(DamagedSession, ANewerFormatIsRefusedWithBothVersions)
{
    const TemporaryFolder folder;
    writeSession(folder / "run.sida", someRecording(1, 1));
    query(folder / "run.sida", "PRAGMA user_version = 4711");
    EXPECT_THAT(
        whyRefused(folder / "run.sida"),
        AllOf(HasSubstr("run.sida"), HasSubstr("version 4711"), HasSubstr("version 1")));
    query(folder / "run.sida", "PRAGMA user_version = 0");
    EXPECT_THAT(whyRefused(folder / "run.sida"), HasSubstr("version 0"));
}

TEST(DamagedSession, OtherFilesAreRefusedByWhatTheyAre)
{
    const TemporaryFolder folder;
    query(folder / "foreign.db", "CREATE TABLE t(x); PRAGMA application_id = 7");
    writeContent(folder / "text.sida", "hello\n" + std::string(5000, 'x'));
    writeContent(folder / "empty.sida", "");
    EXPECT_THAT(
        whyRefused(folder / "foreign.db"), AllOf(HasSubstr("foreign.db"), HasSubstr("another program")));
    EXPECT_THAT(whyRefused(folder / "text.sida"), HasSubstr("not a session"));
    EXPECT_THAT(whyRefused(folder / "empty.sida"), HasSubstr("not a session"));
    EXPECT_THAT(whyRefused(folder / "missing.sida"), HasSubstr("no such file"));
    EXPECT_THAT(whyRefused(folder.path()), HasSubstr("expected a session file"));
}

TEST(DamagedSession, AFileCutAtAnyPageIsRefused)
{
    const TemporaryFolder folder;
    writeSession(folder / "run.sida", someRecording(40, 2));
    const std::string whole = contentOf(folder / "run.sida");
    ASSERT_GT(whole.size(), 20 * 4096U);
    for (std::size_t size = 0; size < whole.size(); size += 4096) {
        for (const std::size_t more : {std::size_t{0}, std::size_t{1000}}) {
            writeContent(folder / "cut.sida", whole.substr(0, size + more));
            const std::string why = whyRefused(folder / "cut.sida");
            EXPECT_THAT(why, HasSubstr("cut.sida")) << size + more;
            EXPECT_EQ(why.find('\n'), std::string::npos) << why;
        }
    }
}

TEST(DamagedSession, AFlippedBitIsRefusedOrGivesARecordingThatKeepsTheRules)
{
    const TemporaryFolder folder;
    writeSession(folder / "run.sida", someRecording(12, 3));
    const std::string whole = contentOf(folder / "run.sida");
    std::mt19937 random(5);
    int refused = 0;
    for (int i = 0; i < 600; ++i) {
        std::string flipped = whole;
        // The head and the first pages hold what everything else hangs on.
        const std::size_t range = i % 3 == 0 ? 4096 : whole.size();
        flipped[random() % range] ^= static_cast<char>(1U << (random() % 8));
        writeContent(folder / "flipped.sida", flipped);
        const auto found = read(folder / "flipped.sida");
        if (!found) {
            ++refused;
            EXPECT_THAT(found.error().message, HasSubstr("flipped.sida"));
            continue;
        }
        const api::RunHeader& header = (*found)->header;
        EXPECT_EQ(header.moeLayers.size(), header.expertsPerLayer.size());
        for (const api::UseRow& use : (*found)->rows.uses) {
            ASSERT_LT(use.key.layer, header.moeLayers.size());
            ASSERT_LT(use.key.expert, header.expertsPerLayer[use.key.layer]);
            ASSERT_LT(static_cast<std::size_t>(use.outcome), api::kOutcomes);
        }
        for (const api::BatchRow& batch : (*found)->rows.batches)
            ASSERT_LE(batch.begin, batch.end);
        api::computeFigures(**found);
    }
    EXPECT_GT(refused, 20) << "the flips hit nothing that matters";
}

namespace
{

struct Damage {
    const char* sql;
    const char* named; ///< what the message must say
};

void PrintTo(const Damage& damage, std::ostream* out)
{
    *out << damage.sql;
}

} // namespace

class DamagedRows : public testing::TestWithParam<Damage>
{
};

TEST_P(DamagedRows, AreRefusedInOneLineThatNamesThePlace)
{
    const TemporaryFolder folder;
    writeSession(folder / "run.sida", someRecording(3, 4));
    query(folder / "run.sida", GetParam().sql);
    const std::string why = whyRefused(folder / "run.sida");
    EXPECT_THAT(why, AllOf(HasSubstr("run.sida"), HasSubstr(GetParam().named)));
    EXPECT_EQ(why.find('\n'), std::string::npos) << why;
}

INSTANTIATE_TEST_SUITE_P(
    All, DamagedRows,
    testing::Values(
        // A character is a number less one: char(100) is 99. The sixth of the eleven of a use is its outcome.
        Damage{
            "UPDATE uses_packed SET records = substr(records, 1, 5) || char(100) || substr(records, 7)",
            "row 1 of table 'uses': column 'outcome' must be a whole number from 0 to 3, found 99"},
        Damage{
            "UPDATE uses_packed SET records = char(17) || substr(records, 2)",
            "row 1 of table 'uses': column 'expert'"},
        Damage{"UPDATE uses_packed SET records = substr(records, 2)", "record 8 of column 'records' ends"},
        Damage{"UPDATE uses_packed SET records = records || char(1)", "longer than its 8 records"},
        Damage{"UPDATE uses_packed SET records = char(60000) || substr(records, 2)", "record 1"},
        Damage{"UPDATE uses_packed SET records = zeroblob(88)", "record 1"},
        Damage{"UPDATE uses_packed SET count = 33", "'count' must be a whole number from 1 to 32, found 33"},
        Damage{"UPDATE uses_packed SET count = 0", "'count'"},
        Damage{"UPDATE uses_packed SET base_ns = -1", "row 1 of table 'uses_packed': column 'base_ns'"},
        Damage{"UPDATE uses_packed SET base_ns = 9007199254740992", "'used_ns'"},
        Damage{"UPDATE uses_packed SET batch = 4294967296", "'batch'"},
        Damage{"UPDATE layers SET layer = layer + 3", "row 1 of table 'layers': column 'layer'"},
        Damage{"UPDATE hash SET layer = 77 WHERE batch = 1 AND layer = 2", "found 77"},
        Damage{"UPDATE batches SET batch = 4000000000 WHERE batch = 2", "'batch'"},
        Damage{"UPDATE batches SET end_ns = begin_ns - 1", "before it begins"},
        Damage{"UPDATE transfers_packed SET bytes = -1", "'bytes'"},
        Damage{
            "UPDATE transfers_packed SET records = substr(records, 1, 2) || char(4) || substr(records, 4)",
            "row 1 of table 'transfers': column 'kind'"},
        Damage{"UPDATE transfers_packed SET base_batch = 4294967295", "'batch'"},
        Damage{"UPDATE transfers_packed SET base_ns = 9223372036854775807", "'base_ns'"},
        Damage{
            "UPDATE evictions_packed SET records = substr(records, 1, 7) || char(3) || substr(records, 9)",
            "'reason'"},
        Damage{
            "UPDATE evictions_packed SET records = substr(records, 1, 8) || char(3) || substr(records, 10)",
            "'used'"},
        Damage{"UPDATE stalls_packed SET base_batch = 'x'", "something else"},
        Damage{
            "UPDATE stalls_packed SET records = substr(records, 1, 10) || char(9) || substr(records, 12)",
            "'cause'"},
        Damage{"UPDATE memory SET staging = 'much'", "'staging'"},
        Damage{"UPDATE samples SET label = -7", "'label'"},
        Damage{"UPDATE samples SET sample = zeroblob(20000000)", "damaged"},
        Damage{"UPDATE run SET policy = 'magic'", "magic"},
        Damage{"UPDATE run SET state = 'asleep'", "asleep"},
        Damage{"UPDATE run SET batch_size = -1", "'batch_size'"}, Damage{"DELETE FROM run", "'run' is empty"},
        Damage{"UPDATE moe_layers SET experts = 1000000000", "'experts'"},
        Damage{"UPDATE moe_layers SET layer = layer + 9", "'layer'"},
        Damage{"DROP TABLE stalls_packed", "stalls_packed"},
        Damage{"ALTER TABLE batches RENAME COLUMN samples TO guests", "samples"},
        Damage{
            "DROP TABLE stalls_packed; CREATE VIEW stalls_packed AS SELECT 0 base_ns, 0 base_batch, 1 count, "
            "'x' records, 0 rowid",
            "stalls_packed"},
        Damage{"CREATE VIRTUAL TABLE extra USING dbstat", "not stored"}));

TEST(DamagedSession, WhatOthersAddDoesNotMatter)
{
    const TemporaryFolder folder;
    const api::Recording recording = someRecording(3, 6);
    writeSession(folder / "run.sida", recording);
    query(
        folder / "run.sida",
        "CREATE INDEX i ON uses_packed(layer, batch); CREATE TABLE mine(x); ALTER TABLE uses_packed ADD "
        "COLUMN more;"
        "INSERT INTO notes(time_ns, text) VALUES (5, 'look here')");
    const auto found = read(folder / "run.sida");
    ASSERT_TRUE(found) << found.error().message;
    expectSame(**found, recording);
}

} // namespace sida::session::test
