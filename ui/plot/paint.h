// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/theme/theme.h"

#include <QRect>
#include <QString>

class QPainter;

namespace sida::ui
{

class TimeAxis;
class RecordingModel;
struct TimeScale;

void drawText(
    QPainter& painter, const QRect& area, int flags, const QString& text, const QColor& color,
    TextStyle style = TextStyle::small);

/// A small filled box with the edge that pale colours need on white.
void drawSwatch(QPainter& painter, const QRect& box, const QBrush& brush, const Theme& theme);

/// One line of a readout column: what it is at the left, its value right-aligned.
struct ReadoutLine {
    enum class Mark { none, fill, line, dashes };
    QString label;
    QString value;
    Mark mark = Mark::none;
    QBrush brush = Qt::NoBrush;
    bool strong = false;
    bool secondary = false;
    bool indented = false; ///< as if it had a mark
};
void drawReadoutLine(QPainter& painter, const QRect& row, const ReadoutLine& line, const Theme& theme);

/// Vertical lines at the ticks of time, behind the data.
void drawTimeGrid(QPainter& painter, const QRect& plot, const TimeScale& scale, const Theme& theme);
/// Seconds at the ticks.
void drawTimeLabels(
    QPainter& painter, const QRect& area, int flags, const TimeScale& scale, const QColor& color);
/// Dashed lines at accepted changes of the budget: the same cue in every view over time.
void drawBudgetChanges(
    QPainter& painter, const QRect& plot, const TimeScale& scale, const RecordingModel& model,
    const Theme& theme);
/// Dotted lines at notes and bookmarks, in every view over time.
void drawNotes(
    QPainter& painter, const QRect& plot, const TimeScale& scale, const RecordingModel& model,
    const Theme& theme);
/// The marks that the lines hang from: a triangle each that stands on `bottom`.
void drawNoteMarks(
    QPainter& painter, int bottom, const TimeScale& scale, const RecordingModel& model, const Theme& theme);

constexpr int kTimeTickSpacing = 72;

} // namespace sida::ui
