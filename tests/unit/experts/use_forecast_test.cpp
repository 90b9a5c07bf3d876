// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experts/use_forecast.h"

#include <gtest/gtest.h>

namespace sida::experts
{
namespace
{

using Counts = std::vector<LayerTable::Count>;
using Uses = std::vector<ActiveExpert>;

TEST(UseForecast, BelievesTheTablesUntilTheyWereWrong)
{
    UseForecast forecast({8}, 4);
    forecast.addTable(0, 0, Counts{{1, 2}});
    forecast.addTable(1, 0, Counts{{2, 2}});
    forecast.addTable(2, 0, Counts{{3, 2}});
    EXPECT_GT(forecast.nearness(0, 1, 0), forecast.nearness(0, 2, 0));
    EXPECT_GT(forecast.nearness(0, 2, 0), forecast.nearness(0, 3, 0));
    EXPECT_GT(forecast.nearness(0, 3, 0), forecast.nearness(0, 4, 0)) << "named by no table";
    EXPECT_EQ(forecast.precision(0), 1);
}

TEST(UseForecast, TrustsFrequentUseMoreThanTablesThatAreAlwaysWrong)
{
    UseForecast forecast({8}, 2);
    for (std::uint32_t batch = 0; batch < 50; ++batch) {
        forecast.addTable(batch, 0, Counts{{7, 1}});
        forecast.learn(batch, 0, Uses{{3, 1}});
    }
    forecast.addTable(50, 0, Counts{{7, 1}});
    EXPECT_GT(forecast.nearness(0, 3, 50), forecast.nearness(0, 7, 50));
    EXPECT_LT(forecast.precision(0), 0.01);
    EXPECT_GT(forecast.frequency(0, 3), 0.9);
}

TEST(UseForecast, ALayerJustPassedIsARoundAway)
{
    UseForecast forecast({4, 4}, 2);
    forecast.addTable(0, 0, Counts{{0, 1}});
    forecast.addTable(0, 1, Counts{{0, 1}});
    forecast.addTable(1, 0, Counts{{0, 1}});
    forecast.addTable(1, 1, Counts{{0, 1}});
    EXPECT_GT(forecast.nearness(0, 0, 0), forecast.nearness(1, 0, 0));
    EXPECT_LT(forecast.nearness(0, 0, 1), forecast.nearness(1, 0, 1)) << "layer 0 has begun; layer 1 is next";
}

TEST(UseForecast, ASecondTableForABatchReplacesTheFirst)
{
    UseForecast forecast({8}, 4);
    forecast.addTable(0, 0, Counts{{1, 1}});
    forecast.addTable(1, 0, Counts{{2, 1}});
    forecast.addTable(0, 0, Counts{{5, 1}});
    EXPECT_GT(forecast.nearness(0, 5, 0), forecast.nearness(0, 1, 0));
    EXPECT_GT(forecast.nearness(0, 2, 0), forecast.nearness(0, 1, 0)) << "the later table still stands";
}

TEST(UseForecast, ForgetsOldHabits)
{
    UseForecast forecast({4}, 1);
    for (std::uint32_t batch = 0; batch < 100; ++batch)
        forecast.learn(batch, 0, Uses{{0, 1}});
    for (std::uint32_t batch = 100; batch < 300; ++batch)
        forecast.learn(batch, 0, Uses{{1, 1}});
    EXPECT_GT(forecast.frequency(0, 1), 4 * forecast.frequency(0, 0));
}

} // namespace
} // namespace sida::experts
