// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/profile/row_order.h"

#include <gtest/gtest.h>

namespace sida::profile
{

TEST(RowOrder, UsesGoByBatchLayerAndExpertBecauseUnusedOnesHaveNoTime)
{
    api::RecordingChunk rows;
    rows.uses
        = {{1, {0, 0}, 0, 1, {}, -1, 0},
           {0, {1, 0}, 1, 1, {}, 0, 90},
           {0, {0, 2}, 1, 1, {}, 0, 50},
           {0, {0, 1}, 0, 1, {}, -1, 0}};
    orderRows(rows);
    std::vector<std::pair<std::uint32_t, ExpertKey>> order;
    for (const api::UseRow& use : rows.uses)
        order.emplace_back(use.batch, use.key);
    EXPECT_EQ(
        order,
        (std::vector<std::pair<std::uint32_t, ExpertKey>>{
            {0, {0, 1}}, {0, {0, 2}}, {0, {1, 0}}, {1, {0, 0}}}));
}

TEST(RowOrder, RowsOfOneMomentKeepTheirOrder)
{
    api::RecordingChunk rows;
    rows.samples = {{9, 1, 0, -1, -1}, {5, 0, 0, -1, -1}, {3, 0, 0, -1, -1}, {4, 1, 0, -1, -1}};
    orderRows(rows);
    std::vector<std::uint64_t> order;
    for (const api::SampleRow& sample : rows.samples)
        order.push_back(sample.index);
    EXPECT_EQ(order, (std::vector<std::uint64_t>{5, 3, 9, 4}));
}

} // namespace sida::profile
