// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/gui/support/scripted_recording.h"
#include "ui/models/recording_model.h"
#include "ui/models/time_axis.h"

#include <QApplication>
#include <QImage>
#include <QMouseEvent>
#include <QTest>
#include <QWheelEvent>
#include <QWidget>

#include <set>

namespace sida::test
{

/// A recording in a model with its axis, and pictures of views on them.
struct Stage {
    explicit Stage(const RecordingScript& script = {})
        : recording(scriptedRecording(script))
    {
        model.setRecording(recording);
        axis.track(&model);
    }
    std::shared_ptr<const api::Recording> recording;
    ui::RecordingModel model;
    ui::TimeAxis axis;
};

/// What waits for its turn happens now.
template <typename View>
void settle(View& view)
{
    if constexpr (requires { view.flush(); })
        view.flush();
    QCoreApplication::sendPostedEvents();
}

template <typename View>
QImage pictureOf(View& view)
{
    settle(view);
    return view.grab().toImage().convertToFormat(QImage::Format_RGB32);
}

inline void turnWheel(QWidget& view, QPoint at, int notches)
{
    QWheelEvent event(
        at, view.mapToGlobal(at), QPoint(), QPoint(0, notches * 120), Qt::NoButton, Qt::NoModifier,
        Qt::NoScrollPhase, false);
    QApplication::sendEvent(&view, &event);
}

inline void pointAt(QWidget& view, QPoint at, Qt::MouseButtons buttons = Qt::NoButton)
{
    QMouseEvent event(QEvent::MouseMove, at, view.mapToGlobal(at), Qt::NoButton, buttons, Qt::NoModifier);
    QApplication::sendEvent(&view, &event);
}

inline std::set<QRgb> coloursIn(const QImage& picture, const QRect& area)
{
    std::set<QRgb> colours;
    for (int y = area.top(); y <= area.bottom(); ++y)
        for (int x = area.left(); x <= area.right(); ++x)
            colours.insert(picture.pixel(x, y));
    return colours;
}

} // namespace sida::test
