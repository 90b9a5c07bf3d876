// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session_support.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <regex>

/// docs/session-format.md is a promise: what it says is tried here as it stands.
namespace sida::session::test
{

using testing::HasSubstr;
using Lines = std::vector<std::string>;

namespace
{

std::string document()
{
    return contentOf(fs::path(SIDA_SOURCE_DIR) / "docs/session-format.md");
}

Lines queriesOfTheDocument()
{
    const std::string text = document();
    const std::regex fence("```sql\n([^`]*)```");
    Lines queries;
    for (std::sregex_iterator match(text.begin(), text.end(), fence), end; match != end; ++match)
        queries.push_back((*match)[1]);
    return queries;
}

/// Two batches of which every sum can be done in the head.
api::Recording smallRun()
{
    api::Recording recording;
    recording.header = someHeader(2);
    api::RecordingChunk& rows = recording.rows;
    rows.batches = {{0, 0, 4'000'000, 2, 9, -1}, {1, 5'000'000, 7'500'000, 2, 8, -1}};
    rows.uses
        = {{0, {0, 1}, 6, 5, api::Outcome::hit, 0, 10},
           {0, {0, 2}, 3, 0, api::Outcome::unpredicted, 1, 20},
           {0, {0, 3}, 0, 4, api::Outcome::hit, -1, 0},
           {0, {2, 1}, 9, 9, api::Outcome::late, 2, 30},
           {1, {0, 1}, 8, 8, api::Outcome::hit, 0, 40}};
    rows.batches[0].tableReady = 5;
    rows.transfers = {{{2, 1}, api::TransferKind::prefetch, 2, 0, 64, 6, 2'000'006, 5'000'006}};
    rows.uses[3].used = 8'000'005;
    rows.stalls
        = {{0, {0, 2}, 100, 1'000'100, api::StallCause::unpredicted},
           {0, {2, 1}, 2'000'000, 2'500'000, api::StallCause::late},
           {1, {0, 1}, 6'000'000, 6'250'000, api::StallCause::late}};
    rows.evictions
        = {{{0, 3}, 1, 150, api::EvictionReason::slotNeeded, false},
           {{0, 3}, 1, 180, api::EvictionReason::slotNeeded, false},
           {{2, 1}, 2, 9'000'000, api::EvictionReason::slotNeeded, true}};
    rows.hash = {{0, 0, 9, 6, 3, 2, 1}, {1, 0, 8, 8, 1, 1, 1}, {0, 2, 9, 9, 1, 1, 1}};
    rows.samples = {{3, 0, 5, 1, 1}, {4, 0, 4, 0, 1}, {5, 1, 8, -1, 1}, {6, 1, 8, 1, 0}};
    rows.memory
        = {{0, {100, 0, 50, 0, 0, 0}, 400},
           {2'000'000'000, {100, 0, 200, 0, 25, 0}, 400},
           {3, {100, 0, 10, 0, 0, 0}, 400}};
    return recording;
}

} // namespace

class DocumentedQueries : public testing::Test
{
protected:
    void SetUp() override
    {
        m_queries = queriesOfTheDocument();
        ASSERT_EQ(m_queries.size(), 10U);
        writeSession(m_folder / "run.sida", smallRun());
    }
    Lines run(std::size_t number) { return query(m_folder / "run.sida", m_queries[number - 1]); }

private:
    TemporaryFolder m_folder;
    Lines m_queries;
};

TEST_F(DocumentedQueries, FirstGivesTheBusiestExperts)
{
    EXPECT_EQ(
        run(1),
        (Lines{
            "encoder.block.1.layer.1.mlp|1|14|13", "decoder.block.1.layer.2.mlp|1|9|9",
            "encoder.block.1.layer.1.mlp|2|3|0", "encoder.block.1.layer.1.mlp|3|0|4"}));
}

TEST_F(DocumentedQueries, SecondGivesTheHitRateOfEachLayer)
{
    EXPECT_EQ(run(2), (Lines{"0|3|0.667", "2|1|0.0"}));
}

TEST_F(DocumentedQueries, ThirdGivesStallsByCause)
{
    EXPECT_EQ(run(3), (Lines{"unpredicted|1|1.0", "late|2|0.75"}));
}

TEST_F(DocumentedQueries, FourthGivesThePeakOfMemory)
{
    EXPECT_EQ(run(4), (Lines{"2.0|325|400"}));
}

TEST_F(DocumentedQueries, FifthGivesTheSlowestBatches)
{
    EXPECT_EQ(run(5), (Lines{"0|4.0|1.5", "1|2.5|0.25"}));
}

TEST_F(DocumentedQueries, SixthGivesWhatCameLate)
{
    EXPECT_EQ(run(6), (Lines{"0|2|1|8.0|2.0|3.0"}));
}

TEST_F(DocumentedQueries, SeventhGivesWhatWasCopiedForNothing)
{
    EXPECT_EQ(run(7), (Lines{"encoder.block.1.layer.1.mlp|3|2|18874368"}));
}

TEST_F(DocumentedQueries, EighthGivesTheSamplesOfEachSecond)
{
    EXPECT_EQ(run(8), (Lines{"0|4|2"}));
}

TEST_F(DocumentedQueries, NinthGivesHowWellEachLayerWasForetold)
{
    EXPECT_EQ(run(9), (Lines{"0|0.824|0.5|0.667", "2|1.0|1.0|1.0"}));
}

TEST_F(DocumentedQueries, TenthGivesTheWrongAnswers)
{
    EXPECT_EQ(run(10), (Lines{"4|0|1|4|4.0", "6|1|0|8|2.5"}));
}

TEST(SessionViews, UseLifeTellsEachUseOfTheCopyThatServedIt)
{
    // Expert 1 is copied, used twice, evicted, copied again and used; expert 2 is copied for nothing.
    api::Recording recording;
    recording.header = someHeader(3);
    api::RecordingChunk& rows = recording.rows;
    rows.batches = {{0, 0, 100, 1, 1, 5}, {1, 100, 200, 1, 1, 50}, {2, 200, 300, 1, 1, -1}};
    rows.uses
        = {{0, {0, 1}, 6, 5, api::Outcome::late, 0, 40},
           {1, {0, 1}, 3, 0, api::Outcome::hit, 0, 110},
           {1, {0, 2}, 0, 4, api::Outcome::hit, -1, 0},
           {2, {0, 1}, 9, 9, api::Outcome::evictedEarly, 3, 260}};
    rows.transfers
        = {{{0, 1}, api::TransferKind::prefetch, 0, 0, 64, 6, 10, 30},
           {{0, 2}, api::TransferKind::prefetch, 1, 1, 64, 51, 60, 70},
           {{0, 1}, api::TransferKind::onDemand, 3, 2, 64, 210, 220, 250}};
    rows.evictions
        = {{{0, 1}, 0, 150, api::EvictionReason::slotNeeded, true},
           {{0, 2}, 1, 160, api::EvictionReason::budgetChange, false}};
    const TemporaryFolder folder;
    writeSession(folder / "run.sida", recording);
    EXPECT_EQ(
        query(
            folder / "run.sida",
            "SELECT batch, expert, outcome, slot, predicted_ns, kind, copied_for_batch, queued_ns, "
            "copy_begin_ns, copy_end_ns, first_used_ns, used_ns, evicted_ns, eviction_reason FROM use_life "
            "ORDER BY batch, expert"),
        (Lines{
            "0|1|late|0|5|prefetch|0|6|10|30|40|40|150|slot_needed",
            "1|1|hit|0|NULL|prefetch|0|6|10|30|40|110|150|slot_needed",
            "2|1|evicted_early|3|NULL|on_demand|2|210|220|250|260|260|NULL|NULL"}));
}

TEST(SessionDocument, NamesEveryTableViewAndColumn)
{
    const TemporaryFolder folder;
    writeSession(folder / "run.sida", smallRun());
    const std::string text = document();
    const Lines names = query(
        folder / "run.sida",
        "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') UNION "
        "SELECT p.name FROM sqlite_schema s, pragma_table_info(s.name) p WHERE s.type IN ('table', 'view')");
    EXPECT_GT(names.size(), 60U);
    for (const std::string& name : names)
        EXPECT_TRUE(std::regex_search(text, std::regex("[`, (]" + name + "[`,. )]"))) << name;
}

TEST(SessionDocument, NamesEveryCode)
{
    const TemporaryFolder folder;
    writeSession(folder / "run.sida", smallRun());
    for (const char* table : {"outcomes", "stall_causes", "transfer_kinds", "eviction_reasons"}) {
        for (const std::string& name : query(folder / "run.sida", std::string("SELECT name FROM ") + table)) {
            EXPECT_NE(name, "unknown");
            EXPECT_THAT(document(), HasSubstr("`" + name + "`"));
        }
    }
}

TEST(SessionDocument, GivesTheNumbersInTheHeadOfTheFile)
{
    EXPECT_THAT(document(), HasSubstr("| `PRAGMA application_id` | " + std::to_string(kApplicationId)));
    EXPECT_THAT(document(), HasSubstr("| `PRAGMA user_version` | " + std::to_string(kSchemaVersion)));
}

TEST(SessionViews, SayCodesInWordsAndLeaveNoRowOut)
{
    const TemporaryFolder folder;
    const api::Recording recording = someRecording(6, 3);
    writeSession(folder / "run.sida", recording);
    const auto count
        = [&](const std::string& from) { return query(folder / "run.sida", "SELECT count(*) FROM " + from); };
    EXPECT_EQ(count("uses_named"), count("uses"));
    EXPECT_EQ(count("transfers_named WHERE kind IS NOT NULL AND layer_name IS NOT NULL"), count("transfers"));
    EXPECT_EQ(count("evictions_named WHERE reason IS NOT NULL"), count("evictions"));
    EXPECT_EQ(count("stalls_named WHERE cause IS NOT NULL"), count("stalls"));
    EXPECT_EQ(
        query(folder / "run.sida", "SELECT sum(bytes) FROM memory_by_purpose"),
        query(
            folder / "run.sida",
            "SELECT sum(dense_weights + predictor + expert_slots + staging + activations + runtime_context) "
            "FROM memory"));
}

} // namespace sida::session::test
