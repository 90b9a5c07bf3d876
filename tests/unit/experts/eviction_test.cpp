// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experts/eviction.h"
#include "engine/experts/prefetch_queue.h"

#include <gtest/gtest.h>
#include <vector>

namespace sida::experts
{
namespace
{

std::vector<VictimCandidate> threeSlots()
{
    // slot, inserted, last used, next use, frequency, nearness
    return {{4, 10, 30, 7, 1.0, 0.6}, {5, 20, 25, kNever, 9.0, 0.2}, {6, 15, 40, kNever, 2.0, 0.1}};
}

/// The slot that leaves.
int victim(api::Eviction eviction, const std::vector<VictimCandidate>& slots)
{
    return slots[static_cast<std::size_t>(chooseVictim(*makePolicy(eviction), slots))].slot;
}

TEST(Eviction, FifoTakesTheOldestWhateverItsUse)
{
    EXPECT_EQ(victim(api::Eviction::fifo, threeSlots()), 4);
}

TEST(Eviction, LruTakesTheLongestUnused)
{
    EXPECT_EQ(victim(api::Eviction::lru, threeSlots()), 5);
}

TEST(Eviction, LfruTakesTheLeastUsedAndAmongEqualsTheLongestUnused)
{
    std::vector<VictimCandidate> slots = threeSlots();
    EXPECT_EQ(victim(api::Eviction::lfru, slots), 4);
    slots[1].frequency = slots[0].frequency;
    EXPECT_EQ(victim(api::Eviction::lfru, slots), 5);
}

TEST(Eviction, LookaheadTakesWhoseUseIsBelievedFarthest)
{
    EXPECT_EQ(victim(api::Eviction::lookahead, threeSlots()), 6);
}

TEST(Eviction, NothingToGiveUpIsSaidSo)
{
    EXPECT_EQ(chooseVictim(LookaheadPolicy(), {}), -1);
}

TEST(PrefetchQueue, HandsOutExpertsInTheOrderOfUse)
{
    PrefetchQueue queue(4, 3);
    queue.add({5, 2, 0});
    queue.add({3, 1, 0});
    queue.add({9, 1, 0});
    ASSERT_TRUE(queue.front());
    EXPECT_EQ(queue.front()->expert, 1);
    queue.popFront();
    EXPECT_EQ(queue.front()->expert, 2);
    queue.popFront();
    EXPECT_EQ(queue.front()->position, 9U);
}

TEST(PrefetchQueue, ForgetsWhatHasHappened)
{
    PrefetchQueue queue(2, 3);
    queue.add({3, 1, 0});
    queue.add({6, 1, 0});
    EXPECT_EQ(queue.nextUse(1), 3U);
    queue.advanceTo(4);
    EXPECT_EQ(queue.nextUse(1), 6U);
    EXPECT_EQ(queue.front()->position, 6U);
    queue.advanceTo(7);
    EXPECT_EQ(queue.nextUse(1), kNever);
    EXPECT_FALSE(queue.front());
}

TEST(PrefetchQueue, WhatWasHandedOutStaysWhatItWasWhenTheQueueGrows)
{
    PrefetchQueue queue(3, 2);
    queue.add({4, 0, 0});
    const auto item = queue.front();
    for (int i = 0; i < 1000; ++i)
        queue.putBack({static_cast<Position>(5 + i), 1, 0});
    ASSERT_TRUE(item);
    EXPECT_EQ(item->expert, 0);
    EXPECT_EQ(item->position, 4U);
}

TEST(PrefetchQueue, BringsAnEvictedExpertBackBeforeLaterOnes)
{
    PrefetchQueue queue(3, 2);
    queue.add({4, 0, 0});
    queue.add({8, 2, 0});
    queue.popFront();
    queue.putBack({4, 0, 5});
    EXPECT_EQ(queue.front()->expert, 0);
}

TEST(PrefetchQueue, TakesBackWhatWasForetoldForABatchAndKeepsTheRest)
{
    PrefetchQueue queue(3, 4);
    queue.add({4, 0, 0});
    queue.add({8, 0, 0});
    queue.add({5, 1, 0});
    queue.retract(4, 8);
    EXPECT_EQ(queue.nextUse(0), 8U);
    EXPECT_EQ(queue.nextUse(1), kNever);
    EXPECT_EQ(queue.front()->position, 8U);
    queue.add({6, 0, 0}); // said anew, before what was known already
    EXPECT_EQ(queue.nextUse(0), 6U);
    queue.advanceTo(7);
    EXPECT_EQ(queue.nextUse(0), 8U);
}

} // namespace
} // namespace sida::experts
