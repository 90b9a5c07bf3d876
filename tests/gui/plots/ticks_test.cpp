// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/ticks.h"

#include "ui/memory/memory_stack.h"
#include "ui/plot/columns.h"

#include <gtest/gtest.h>

using namespace sida;

TEST(Ticks, areRoundAndAsManyAsFit)
{
    const ui::Ticks ticks = ui::niceTicks(0, 1.6, 4);
    EXPECT_EQ(ticks.values, (std::vector<double>{0, 0.5, 1, 1.5, 2}));
    EXPECT_EQ(ticks.decimals, 1);
    const ui::Ticks inside = ui::ticksInside(105, 260, 2);
    EXPECT_GE(inside.values.size(), 2U);
    for (const double value : inside.values) {
        EXPECT_GE(value, 105);
        EXPECT_LE(value, 260);
    }
}

TEST(Ticks, ofTimeHaveTheDecimalsThatTellThemApart)
{
    const ui::TimeTicks ticks = ui::timeTicks({24'000'000'000, 24'124'000'000}, 992, 72);
    EXPECT_EQ(ticks.step, 10'000'000);
    EXPECT_EQ(ticks.decimals, 2);
    ASSERT_FALSE(ticks.values.empty());
    EXPECT_EQ(ui::secondsText(ticks.values.front(), ticks.decimals), QStringLiteral("24.00"));
    EXPECT_EQ(ui::secondsText(24'093'500'000, ui::pixelDecimals(125'000)), QStringLiteral("24.0935"));
}

TEST(Columns, areTheSameInEveryViewAndGiveUpTheReadoutFirst)
{
    const ui::Columns wide = ui::Columns::of(QRect(0, 0, 1296, 200));
    EXPECT_EQ(wide.plot, QRect(112, 0, 992, 200));
    EXPECT_EQ(wide.readout, QRect(1104, 0, 192, 200));
    const ui::Columns narrow = ui::Columns::of(QRect(0, 0, 500, 200));
    EXPECT_TRUE(narrow.readout.isEmpty());
    EXPECT_EQ(narrow.plot.right(), 499);
}

TEST(Columns, pixelAndTimeAreInversesOfEachOther)
{
    const ui::TimeScale scale{{1'000'000, 993'000'000}, 112, 992};
    for (const int x : {112, 500, 1104})
        EXPECT_EQ(scale.pixel(scale.time(x)), x);
}

TEST(MemoryUnit, suitsTheLargestValue)
{
    EXPECT_STREQ(ui::MemoryUnit::forMaximum(3ULL << 30).name, "GiB");
    EXPECT_EQ(ui::MemoryUnit::forMaximum(3ULL << 30).text(1572864ULL << 10), QStringLiteral("1.500"));
    EXPECT_STREQ(ui::MemoryUnit::forMaximum(300ULL << 20).name, "MiB");
    EXPECT_EQ(ui::MemoryUnit::forMaximum(300ULL << 20).text(18ULL << 20), QStringLiteral("18.0"));
}
