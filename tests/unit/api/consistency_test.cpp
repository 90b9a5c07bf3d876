// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/api/consistency.h"

#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sida::api
{
namespace
{

using testing::ElementsAre;
using testing::HasSubstr;

/// One layer of one batch: expert 0 was prefetched and hit, expert 1 waited for in slot 1, expert 2
/// prefetched into slot 2, evicted unused for expert 3, which is there at the end.
Recording small()
{
    Recording recording;
    RecordingChunk& rows = recording.rows;
    rows.batches = {{0, 100, 200, 1, 2, 5}};
    rows.layers = {{0, 0, 110, 190}};
    rows.uses
        = {{0, {0, 0}, 1, 1, Outcome::hit, 0, 120},
           {0, {0, 1}, 1, 0, Outcome::unpredicted, 1, 150},
           {0, {0, 2}, 0, 1, Outcome::hit, -1, 0}};
    rows.transfers
        = {{{0, 0}, TransferKind::prefetch, 0, 0, 64, 5, 10, 20},
           {{0, 2}, TransferKind::prefetch, 2, 0, 64, 5, 20, 30},
           {{0, 1}, TransferKind::onDemand, 1, 0, 64, 110, 115, 145},
           {{0, 3}, TransferKind::prefetch, 2, 1, 64, 150, 165, 175}};
    rows.evictions = {{{0, 2}, 2, 160, EvictionReason::slotNeeded, false}};
    rows.stalls = {{0, {0, 1}, 125, 146, StallCause::unpredicted}};
    rows.memory = {{0, {10, 0, 192, 0, 0, 0}, 300}};
    rows.hash = {{0, 0, 2, 1, 2, 2, 1}};
    return recording;
}

TEST(Consistency, ARecordThatAgreesWithItselfIsCleanAndItsBytesAddUp)
{
    const Consistency found = checkConsistency(small());
    EXPECT_TRUE(found.isClean());
    EXPECT_THAT(found.problems, ElementsAre());
    EXPECT_EQ(found.usedBytes, 128U);
    EXPECT_EQ(found.wastedBytes, 64U);
    EXPECT_EQ(found.waitingBytes, 64U);
}

TEST(Consistency, NothingIsSaidOfARecordWithRowsMissing)
{
    Recording dropped = small();
    dropped.rows.droppedEvents = 1;
    dropped.rows.evictions.clear();
    Recording killed = small();
    killed.state = RecordingState::recovered;
    for (const Recording& recording : {dropped, killed}) {
        const Consistency found = checkConsistency(recording);
        EXPECT_FALSE(found.checked);
        EXPECT_FALSE(found.isClean());
        EXPECT_TRUE(found.problems.empty());
    }
}

struct Fault {
    const char* says;
    std::function<void(RecordingChunk&)> make;
};

TEST(Consistency, EveryKindOfDisagreementIsNamed)
{
    const Fault faults[] = {
        {"never evicted", [](auto& rows) { rows.evictions.clear(); }},
        {"where it was not", [](auto& rows) { rows.evictions[0].key.expert = 7; }},
        {"where it was not", [](auto& rows) { rows.uses[0].slot = 1; }},
        {"where it was not", [](auto& rows) { rows.uses[1].used = 140; }},
        {"outside its layer", [](auto& rows) { rows.uses[0].used = 500; }},
        {"uses say otherwise", [](auto& rows) { rows.evictions[0].used = true; }},
        {"is no hit", [](auto& rows) { rows.uses[0].outcome = Outcome::late; }},
        {"another size", [](auto& rows) { rows.transfers[2].bytes = 65; }},
        {"before it was asked for", [](auto& rows) { rows.transfers[2].queued = 116; }},
        {"outside its layer's time", [](auto& rows) { rows.stalls[0].end = 191; }},
        {"overlaps",
         [](auto& rows) {
             rows.stalls.push_back({0, {0, 1}, 140, 147, StallCause::unpredicted});
         }},
        {"has the cause late", [](auto& rows) { rows.stalls[0].cause = StallCause::late; }},
        {"experts active", [](auto& rows) { rows.hash[0].activeExperts = 3; }},
        {"experts active", [](auto& rows) { rows.uses.pop_back(); }},
        {"more memory", [](auto& rows) { rows.memory[0].budget = 200; }},
    };
    for (const Fault& fault : faults) {
        Recording recording = small();
        fault.make(recording.rows);
        const Consistency found = checkConsistency(recording);
        EXPECT_FALSE(found.isClean()) << fault.says;
        EXPECT_THAT(found.problems, testing::Contains(HasSubstr(fault.says)));
    }
}

TEST(Consistency, AThousandDisagreementsAreNotAllListed)
{
    Recording recording = small();
    for (std::uint32_t i = 0; i < 1000; ++i)
        recording.rows.evictions.push_back({{0, 5}, 9, 180, EvictionReason::slotNeeded, false});
    EXPECT_LE(checkConsistency(recording).problems.size(), 20U);
}

} // namespace
} // namespace sida::api
