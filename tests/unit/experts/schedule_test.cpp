// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experts/schedule.h"

#include <gtest/gtest.h>
#include <vector>

namespace sida::experts
{
namespace
{

struct Place {
    std::uint32_t batch;
    int step;
    int layer;
};

/// Layers in the order in which batches of all their steps meet them.
std::vector<Place> inOrder(const Schedule& schedule, std::uint32_t batches)
{
    std::vector<Place> order;
    for (std::uint32_t batch = 0; batch < batches; ++batch) {
        for (int layer = 0; layer < schedule.repeatedFrom; ++layer)
            order.push_back({batch, 0, layer});
        for (int step = 0; step < schedule.steps; ++step)
            for (int layer = schedule.repeatedFrom; layer < schedule.layers; ++layer)
                order.push_back({batch, step, layer});
    }
    return order;
}

TEST(ScheduleTest, positionsCountInTheOrderInWhichLayersCome)
{
    for (const Schedule& schedule :
         {Schedule{5, 2, 4}, Schedule{3, 3, 1}, Schedule{4, 0, 3}, Schedule{4, 1, 1}, Schedule{2, 2, 7}}) {
        Position expected = 0;
        // Without layers that come again the steps change nothing.
        const Schedule& s = schedule;
        if (s.repeatedFrom == s.layers) {
            EXPECT_EQ(s.stride(), static_cast<Position>(s.layers));
            continue;
        }
        for (const Place& place : inOrder(s, 3)) {
            EXPECT_EQ(s.position(place.batch, place.step, place.layer), expected);
            EXPECT_EQ(s.batchOf(expected), place.batch);
            ++expected;
        }
    }
}

TEST(ScheduleTest, theNextComingOfALayerIsTheFirstOneNotBefore)
{
    const Schedule schedule{5, 2, 4};
    const auto order = inOrder(schedule, 3);
    for (std::size_t now = 0; now < order.size() - schedule.stride(); ++now)
        for (int layer = 0; layer < schedule.layers; ++layer) {
            std::size_t next = now;
            while (order[next].layer != layer)
                ++next;
            const Schedule::Coming coming = schedule.next(layer, now);
            EXPECT_EQ(coming.position, next);
            EXPECT_EQ(coming.visit, schedule.visit(order[next].batch, order[next].step, layer));
        }
}

TEST(ScheduleTest, withoutRepetitionABatchIsAVisitOfEveryLayer)
{
    const Schedule schedule{3, 3, 1};
    EXPECT_EQ(schedule.position(7, 0, 2), 23U);
    EXPECT_EQ(schedule.visit(7, 0, 2), 7U);
    EXPECT_EQ(schedule.next(1, 23).position, 25U);
    EXPECT_EQ(schedule.cycle(1), 3U);
}

} // namespace
} // namespace sida::experts
