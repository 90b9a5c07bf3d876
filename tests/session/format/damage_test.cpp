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
        Damage{"UPDATE uses SET outcome = 99", "'outcome' must be a whole number from 0 to 3, found 99"},
        Damage{"UPDATE uses SET routed = -5", "'routed'"},
        Damage{"UPDATE uses SET routed = 4294967296", "'routed'"},
        Damage{"UPDATE uses SET slot = -2", "'slot'"},
        Damage{"UPDATE uses SET expert = expert + 16", "'expert'"},
        Damage{"UPDATE layers SET layer = layer + 3", "row 1 of table 'layers': column 'layer'"},
        Damage{"UPDATE hash SET layer = 77 WHERE batch = 1 AND layer = 2", "found 77"},
        Damage{"UPDATE batches SET batch = 4000000000 WHERE batch = 2", "'batch'"},
        Damage{"UPDATE batches SET end_ns = begin_ns - 1", "before it begins"},
        Damage{"UPDATE transfers SET bytes = -1", "'bytes'"},
        Damage{"UPDATE transfers SET kind = 3", "'kind'"},
        Damage{"UPDATE transfers SET end_ns = 9223372036854775807", "'end_ns'"},
        Damage{"UPDATE evictions SET reason = 2", "'reason'"},
        Damage{"UPDATE evictions SET used = 2", "'used'"}, Damage{"UPDATE stalls SET cause = -1", "'cause'"},
        Damage{"UPDATE stalls SET begin_ns = 1.5", "something else"},
        Damage{"UPDATE memory SET staging = 'much'", "'staging'"},
        Damage{"UPDATE samples SET label = -7", "'label'"},
        Damage{"UPDATE samples SET sample = zeroblob(20000000)", "damaged"},
        Damage{"UPDATE run SET policy = 'magic'", "magic"},
        Damage{"UPDATE run SET state = 'asleep'", "asleep"},
        Damage{"UPDATE run SET batch_size = -1", "'batch_size'"}, Damage{"DELETE FROM run", "'run' is empty"},
        Damage{"UPDATE moe_layers SET experts = 1000000000", "'experts'"},
        Damage{"UPDATE moe_layers SET layer = layer + 9", "'layer'"}, Damage{"DROP TABLE stalls", "stalls"},
        Damage{"ALTER TABLE uses RENAME COLUMN slot TO place", "slot"},
        Damage{
            "DROP TABLE stalls; CREATE VIEW stalls AS SELECT 0 batch, 0 layer, 0 expert, 0 begin_ns, 0 "
            "end_ns, 0 cause",
            "stalls"},
        Damage{"CREATE VIRTUAL TABLE extra USING dbstat", "not stored"}));

TEST(DamagedSession, WhatOthersAddDoesNotMatter)
{
    const TemporaryFolder folder;
    const api::Recording recording = someRecording(3, 6);
    writeSession(folder / "run.sida", recording);
    query(
        folder / "run.sida",
        "CREATE INDEX i ON uses(expert, batch); CREATE TABLE mine(x); ALTER TABLE uses ADD COLUMN more;"
        "INSERT INTO notes(time_ns, text) VALUES (5, 'look here')");
    const auto found = read(folder / "run.sida");
    ASSERT_TRUE(found) << found.error().message;
    expectSame(**found, recording);
}

} // namespace sida::session::test
