// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/time_axis.h"

#include "tests/gui/support/scripted_recording.h"
#include "ui/models/recording_model.h"

#include <QSignalSpy>

#include <gtest/gtest.h>

using namespace sida;
using ui::TimeAxis;
using ui::TimeRange;

namespace
{

double shareOf(TimeRange range, Nanoseconds time)
{
    return static_cast<double>(time - range.begin) / static_cast<double>(range.width());
}

} // namespace

TEST(TimeAxis, zoomingKeepsTheTimeUnderThePointerWhereItIs)
{
    TimeAxis axis;
    axis.setExtent({0, 1'000'000'000});
    for (const Nanoseconds time : {100'000'000, 500'000'000, 730'000'001}) {
        axis.fitAll();
        const double before = shareOf(axis.visible(), time);
        axis.zoomAt(time, 0.25);
        EXPECT_EQ(axis.visible().width(), 250'000'000);
        EXPECT_NEAR(shareOf(axis.visible(), time), before, 1e-6);
    }
}

TEST(TimeAxis, neverShowsMoreThanThereIsNorLessThanAMicrosecond)
{
    TimeAxis axis;
    axis.setExtent({1000, 5'000'000});
    axis.zoomAt(2'000'000, 100);
    EXPECT_EQ(axis.visible(), (TimeRange{1000, 5'000'000}));
    for (int i = 0; i < 100; ++i)
        axis.zoomAt(2'000'000, 0.5);
    EXPECT_EQ(axis.visible().width(), TimeAxis::kSmallestWidth);
    axis.pan(-100'000'000);
    EXPECT_EQ(axis.visible().begin, 1000);
    axis.pan(100'000'000);
    EXPECT_EQ(axis.visible().end, 5'000'000);
}

TEST(TimeAxis, undoGoesBackToWhatWasSeenAndRedoForwardAgain)
{
    TimeAxis axis;
    axis.setExtent({0, 1'000'000});
    axis.setVisible({100'000, 600'000});
    axis.setVisible({200'000, 300'000});
    axis.fitAll();
    axis.undo();
    EXPECT_EQ(axis.visible(), (TimeRange{200'000, 300'000}));
    axis.undo();
    EXPECT_EQ(axis.visible(), (TimeRange{100'000, 600'000}));
    axis.undo();
    EXPECT_EQ(axis.visible(), (TimeRange{0, 1'000'000}));
    EXPECT_FALSE(axis.canUndo());
    axis.redo();
    axis.redo();
    EXPECT_EQ(axis.visible(), (TimeRange{200'000, 300'000}));
    EXPECT_TRUE(axis.canRedo());
    axis.setVisible({0, 500'000});
    EXPECT_FALSE(axis.canRedo());
}

TEST(TimeAxis, aSelectionIsFittedAndForgottenAndMayBeDraggedBackwards)
{
    TimeAxis axis;
    axis.setExtent({0, 1'000'000});
    axis.setSelection({700'000, 300'000});
    ASSERT_TRUE(axis.selection());
    EXPECT_EQ(*axis.selection(), (TimeRange{300'000, 700'000}));
    EXPECT_EQ(axis.focus(), (TimeRange{300'000, 700'000}));
    axis.fitSelection();
    EXPECT_EQ(axis.visible(), (TimeRange{300'000, 700'000}));
    axis.clear();
    EXPECT_FALSE(axis.selection());
    EXPECT_EQ(axis.focus(), axis.visible());
}

TEST(TimeAxis, followsTheNewestRowsUntilTheUserLooksElsewhere)
{
    TimeAxis axis;
    axis.setExtent({0, 1'000'000});
    axis.setExtent({0, 2'000'000});
    EXPECT_EQ(axis.visible(), (TimeRange{0, 2'000'000})) << "everything was seen, so everything stays seen";
    axis.setVisible({1'500'000, 2'000'000});
    EXPECT_TRUE(axis.followsLive());
    axis.setExtent({0, 3'000'000});
    EXPECT_EQ(axis.visible(), (TimeRange{2'500'000, 3'000'000})) << "the same width at the newest end";
    QSignalSpy follow(&axis, &TimeAxis::followChanged);
    axis.pan(-1'000'000);
    EXPECT_FALSE(axis.followsLive());
    EXPECT_EQ(follow.size(), 1);
    axis.setExtent({0, 4'000'000});
    EXPECT_EQ(axis.visible(), (TimeRange{1'500'000, 2'000'000})) << "paused: what is looked at stays";
    axis.setFollowLive(true);
    EXPECT_EQ(axis.visible(), (TimeRange{3'500'000, 4'000'000}));
}

TEST(TimeAxis, theEndOfARunKeepsWhatIsLookedAtAndAnotherRunStartsAfresh)
{
    const auto recording = test::scriptedRecording();
    ui::RecordingModel model;
    TimeAxis axis;
    axis.track(&model);
    model.reset(recording->header);
    for (const auto& chunk : test::chunksOf(*recording, 10))
        model.append(chunk);
    axis.setVisible({axis.extent().begin, axis.extent().begin + 5'000'000});
    const TimeRange seen = axis.visible();
    axis.setSelection(seen);
    model.finish();
    EXPECT_EQ(axis.visible(), seen);
    EXPECT_FALSE(model.isLive());
    model.setRecording(recording);
    EXPECT_EQ(axis.visible(), axis.extent());
    EXPECT_FALSE(axis.selection());
    EXPECT_FALSE(axis.canUndo());
}
