// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/paint.h"

#include "ui/models/recording_model.h"
#include "ui/plot/columns.h"
#include "ui/plot/ticks.h"

#include <QPainter>

#include <algorithm>

namespace sida::ui
{

namespace
{

constexpr int kPadding = 8;
constexpr int kRightPadding = 16;
constexpr int kMarkWidth = 10;

} // namespace

void drawText(
    QPainter& painter, const QRect& area, int flags, const QString& text, const QColor& color,
    TextStyle style)
{
    painter.setFont(Theme::font(style));
    painter.setPen(color);
    painter.drawText(area, flags | Qt::TextDontClip, text);
}

void drawSwatch(QPainter& painter, const QRect& box, const QBrush& brush, const Theme& theme)
{
    painter.fillRect(box, brush);
    if (theme.markPen().style() == Qt::NoPen)
        return;
    painter.setPen(theme.markPen());
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(box.adjusted(0, 0, -1, -1));
}

void drawReadoutLine(QPainter& painter, const QRect& row, const ReadoutLine& line, const Theme& theme)
{
    const int middle = row.center().y();
    const QRect mark(row.left() + kPadding, middle - kMarkWidth / 2 + 1, kMarkWidth, kMarkWidth);
    switch (line.mark) {
    case ReadoutLine::Mark::none:
        break;
    case ReadoutLine::Mark::fill:
        drawSwatch(painter, mark, line.brush, theme);
        break;
    case ReadoutLine::Mark::line:
        painter.fillRect(QRect(mark.left(), middle, kMarkWidth, 2), line.brush);
        break;
    case ReadoutLine::Mark::dashes:
        for (const int offset : {0, 6})
            painter.fillRect(QRect(mark.left() + offset, middle, 4, 2), line.brush);
        break;
    }
    const bool indented = line.mark != ReadoutLine::Mark::none || line.indented;
    const int left = row.left() + kPadding + (indented ? kMarkWidth + kPadding : 0);
    const QColor color = theme.color(line.secondary ? Role::secondaryText : Role::text);
    const TextStyle style = line.strong ? TextStyle::smallStrong : TextStyle::small;
    const int right = row.right() - kRightPadding;
    int valueWidth = 0;
    if (!line.value.isEmpty()) {
        painter.setFont(Theme::font(style));
        valueWidth = painter.fontMetrics().horizontalAdvance(line.value) + kPadding;
        drawText(
            painter, QRect(left, row.top(), right - left, row.height()), Qt::AlignRight | Qt::AlignVCenter,
            line.value, color, style);
    }
    painter.setFont(Theme::font(style));
    const QRect labelArea(left, row.top(), row.right() - 4 - left - valueWidth, row.height());
    const QString label = painter.fontMetrics().elidedText(line.label, Qt::ElideRight, labelArea.width());
    drawText(painter, labelArea, Qt::AlignLeft | Qt::AlignVCenter, label, color, style);
}

void drawTimeGrid(QPainter& painter, const QRect& plot, const TimeScale& scale, const Theme& theme)
{
    const QColor grid = theme.color(Role::grid);
    for (const Nanoseconds time : timeTicks(scale.range, scale.width, kTimeTickSpacing).values)
        painter.fillRect(QRect(scale.pixel(time), plot.top(), 1, plot.height()), grid);
}

void drawTimeLabels(
    QPainter& painter, const QRect& area, int flags, const TimeScale& scale, const QColor& color)
{
    const TimeTicks ticks = timeTicks(scale.range, scale.width, kTimeTickSpacing);
    painter.setFont(Theme::font(TextStyle::small));
    for (const Nanoseconds time : ticks.values) {
        const QString text = secondsText(time, ticks.decimals);
        const int width = painter.fontMetrics().horizontalAdvance(text) + 2;
        // The first and last label move inwards instead of being cut.
        const int most = std::max(area.left() + 2, area.right() - width - 2);
        const int left = std::clamp(scale.pixel(time) - width / 2, area.left() + 2, most);
        drawText(painter, QRect(left, area.top(), width, area.height()), flags, text, color);
    }
}

void drawBudgetChanges(
    QPainter& painter, const QRect& plot, const TimeScale& scale, const RecordingModel& model,
    const Theme& theme)
{
    painter.setPen(theme.budgetPen());
    int previous = -10;
    for (const api::BudgetRow& row : model.rows().budgets) {
        if (!row.accepted || !scale.range.contains(row.time))
            continue;
        const int x = scale.pixel(row.time);
        if (x - previous < 3)
            continue;
        painter.drawLine(x, plot.top(), x, plot.bottom());
        previous = x;
    }
}

void drawNotes(
    QPainter& painter, const QRect& plot, const TimeScale& scale, const RecordingModel& model,
    const Theme& theme)
{
    painter.setPen(QPen(theme.color(Role::accent), 1, Qt::DotLine));
    for (const api::Note& note : model.notes().all())
        if (scale.range.contains(note.time))
            painter.drawLine(scale.pixel(note.time), plot.top(), scale.pixel(note.time), plot.bottom());
}

void drawNoteMarks(
    QPainter& painter, int bottom, const TimeScale& scale, const RecordingModel& model, const Theme& theme)
{
    constexpr int kHalf = 5;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    for (const api::Note& note : model.notes().all()) {
        if (!scale.range.contains(note.time))
            continue;
        const double x = scale.pixel(note.time) + 0.5;
        // A note is a full mark, a bookmark an open one.
        painter.setBrush(note.text.empty() ? QBrush(theme.color(Role::base)) : theme.color(Role::accent));
        painter.setPen(QPen(theme.color(Role::accent), 1.5));
        painter.drawPolygon(
            QPolygonF{{x - kHalf, bottom - 8.0}, {x + kHalf, bottom - 8.0}, {x, double(bottom)}});
    }
    painter.restore();
}

} // namespace sida::ui
