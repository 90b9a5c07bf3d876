// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/chart_scale.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <limits>

namespace sida::report
{

namespace
{

using ::testing::ElementsAre;

TEST(ChartScale, AnAxisEndsAtARoundNumberThatIsNotBelowTheData)
{
    EXPECT_DOUBLE_EQ(roundUp(140), 200);
    EXPECT_DOUBLE_EQ(roundUp(200), 200);
    EXPECT_DOUBLE_EQ(roundUp(0.0211), 0.025);
    EXPECT_DOUBLE_EQ(roundUp(7), 10);
    EXPECT_DOUBLE_EQ(roundUp(0), 1);
    EXPECT_DOUBLE_EQ(roundUp(std::numeric_limits<double>::quiet_NaN()), 1);
}

TEST(ChartScale, TicksAreRoundAndStopWithTheData)
{
    EXPECT_THAT(ticks(62, 7), ElementsAre(0, 10, 20, 30, 40, 50, 60));
    EXPECT_THAT(ticks(1, 2), ElementsAre(0, 0.5, 1));
    EXPECT_THAT(ticks(0, 4), ElementsAre(0));
}

TEST(ChartScale, ATickIsLabelledWithNoMoreDigitsThanItNeeds)
{
    EXPECT_EQ(tickLabel(0, 0.5), "0");
    EXPECT_EQ(tickLabel(0.5, 0.5), "0.5");
    EXPECT_EQ(tickLabel(1, 0.5), "1");
    EXPECT_EQ(tickLabel(0.075, 0.025), "0.075");
    EXPECT_EQ(tickLabel(16000, 8000), "16,000");
}

TEST(ChartScale, TheHeatmapsColoursRunFromDarkVioletToYellow)
{
    EXPECT_EQ(viridis(0), "#440154");
    EXPECT_EQ(viridis(0.5), "#21918c");
    EXPECT_EQ(viridis(1), "#fde725");
    EXPECT_EQ(viridis(7), "#fde725");
}

TEST(ChartScale, OnALogarithmicScaleEqualRatiosAreEqualSteps)
{
    EXPECT_DOUBLE_EQ(logarithmicShare(1, 1, 10000), 0);
    EXPECT_DOUBLE_EQ(logarithmicShare(100, 1, 10000), 0.5);
    EXPECT_DOUBLE_EQ(logarithmicShare(10000, 1, 10000), 1);
    EXPECT_DOUBLE_EQ(logarithmicShare(5, 5, 5), 0);
}

} // namespace

} // namespace sida::report
