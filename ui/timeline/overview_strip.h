// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/recording_model.h"
#include "ui/models/time_axis.h"
#include "ui/theme/theme.h"

#include <QFont>
#include <QPixmap>
#include <QPoint>
#include <QRect>

class QPainter;

namespace sida::ui
{

/// samples/s over the whole run with the visible range as a box that can be moved and widened.
class OverviewStrip
{
public:
    OverviewStrip(const RecordingModel& model, TimeAxis& axis)
        : m_model(&model)
        , m_axis(&axis)
    {
    }
    void setArea(const QRect& area) { m_area = area; }
    const QRect& area() const { return m_area; }
    QRect window() const; ///< the box, at least a few pixels wide
    void paint(QPainter& painter, const Theme& theme) const;

    void press(const QPoint& point);
    void drag(const QPoint& point);
    void release() { m_grip = Grip::none; }
    bool dragging() const { return m_grip != Grip::none; }
    Qt::CursorShape cursorAt(const QPoint& point) const;

private:
    /// What the strip's own picture depends on; panning and zooming change none of it.
    struct Key {
        std::uint64_t version = 0;
        TimeRange extent;
        QSize size;
        qreal ratio = 0;
        QFont font;
        QColor base;
        QColor line;
        bool operator==(const Key&) const = default;
    };
    void paintRun(QPainter& painter, const Theme& theme) const;
    enum class Grip { none, move, left, right };
    Grip gripAt(const QPoint& point) const;
    Nanoseconds timeAt(int x) const;

    const RecordingModel* m_model;
    TimeAxis* m_axis;
    QRect m_area;
    Grip m_grip = Grip::none;
    Nanoseconds m_offset = 0; ///< from the box's begin to where it was taken hold of
    mutable QPixmap m_picture; ///< of paintRun(), for m_key
    mutable Key m_key;
};

} // namespace sida::ui
