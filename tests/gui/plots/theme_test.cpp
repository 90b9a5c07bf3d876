// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/theme.h"

#include "tests/gui/plots/views.h"
#include "ui/memory/memory_view.h"
#include "ui/theme/hatch.h"
#include "ui/theme/theme_manager.h"

#include <QSignalSpy>

#include <gtest/gtest.h>

#include <cmath>

using namespace sida;
using ui::Role;
using ui::Theme;

namespace
{

double luminance(const QColor& colour)
{
    auto linear = [](double value) {
        return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF())
        + 0.0722 * linear(colour.blueF());
}

double contrast(const QColor& a, const QColor& b)
{
    const double high = std::max(luminance(a), luminance(b));
    const double low = std::min(luminance(a), luminance(b));
    return (high + 0.05) / (low + 0.05);
}

} // namespace

TEST(Theme, textCanBeReadOnEveryBackgroundItStandsOn)
{
    for (const Theme& theme : {Theme::light(), Theme::dark()}) {
        for (const Role ground : {Role::window, Role::base, Role::dockTitle, Role::selectionFill}) {
            EXPECT_GE(contrast(theme.color(Role::text), theme.color(ground)), 4.5);
            EXPECT_GE(contrast(theme.color(Role::secondaryText), theme.color(ground)), 3.0);
        }
        EXPECT_GE(contrast(theme.color(Role::accentText), theme.color(Role::accent)), 4.5);
        EXPECT_GE(contrast(theme.color(Role::budgetText), theme.color(Role::base)), 4.5);
        for (const Role line : {Role::samplesLine, Role::hitRateLine, Role::rateLine, Role::budgetLine})
            EXPECT_GE(contrast(theme.color(line), theme.color(Role::base)), 3.0);
    }
}

TEST(Theme, causesOfStallsDifferByHatchAsWellAsByColour)
{
    const Theme theme = Theme::light();
    std::set<std::vector<bool>> patterns;
    for (const api::StallCause cause :
         {api::StallCause::late, api::StallCause::unpredicted, api::StallCause::evictedEarly,
          api::StallCause::busSaturated}) {
        const QImage tile = theme.brush(cause).textureImage();
        ASSERT_FALSE(tile.isNull());
        std::vector<bool> pattern;
        for (int y = 0; y < tile.height(); ++y)
            for (int x = 0; x < tile.width(); ++x)
                pattern.push_back(tile.pixelColor(x, y).rgb() != theme.color(cause).rgb());
        patterns.insert(pattern);
    }
    EXPECT_EQ(patterns.size(), 4U);
}

TEST(Theme, theSmallestMagnitudeIsNotTheColourOfNothing)
{
    for (const Theme& theme : {Theme::light(), Theme::dark()}) {
        EXPECT_NE(theme.magnitude(0), theme.color(Role::neverUsed));
        EXPECT_NE(theme.magnitude(0), theme.color(Role::base));
        double before = luminance(theme.magnitude(0));
        for (double share = 0.1; share <= 1; share += 0.1) {
            EXPECT_GT(luminance(theme.magnitude(share)), before);
            before = luminance(theme.magnitude(share));
        }
    }
}

TEST(Theme, isChosenByTheLightnessOfThePalette)
{
    EXPECT_EQ(Theme::matching(Theme::dark().palette()), Theme::dark());
    EXPECT_EQ(Theme::matching(Theme::light().palette()), Theme::light());
}

TEST(Theme, theStyleSheetLeavesNoNameOfARoleUnresolved)
{
    EXPECT_FALSE(Theme::light().styleSheet().contains(QLatin1Char('@')));
    EXPECT_NE(Theme::light().styleSheet(), Theme::dark().styleSheet());
}

TEST(Theme, aChangeRecoloursWhatIsAlreadyOnTheScreen)
{
    ui::ThemeManager& manager = ui::ThemeManager::instance();
    manager.setChoice(ui::ThemeChoice::light);
    test::Stage stage;
    ui::MemoryView view(&stage.model, &stage.axis);
    view.resize(1296, 144);
    const QPoint empty(600, 2); // above the budget's label
    EXPECT_EQ(test::pictureOf(view).pixelColor(empty), Theme::light().color(Role::base));
    QSignalSpy changed(&manager, &ui::ThemeManager::changed);
    manager.setChoice(ui::ThemeChoice::dark);
    EXPECT_EQ(changed.size(), 1);
    EXPECT_EQ(test::pictureOf(view).pixelColor(empty), Theme::dark().color(Role::base));
    manager.setChoice(ui::ThemeChoice::light);
}
