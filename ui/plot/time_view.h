// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/recording_model.h"
#include "ui/models/time_axis.h"
#include "ui/plot/columns.h"
#include "ui/plot/title_accessory.h"
#include "ui/theme/theme.h"

#include <QPixmap>
#include <QTimer>
#include <QWidget>

namespace sida::ui
{

/// What all views over time share: the columns, the crosshair, wheel, drag and keys, the empty text, and a
/// picture that is redrawn at most thirty times a second and only when its range, size, rows or theme
/// changed.
class TimeView : public QWidget
{
    Q_OBJECT
public:
    TimeView(RecordingModel* model, TimeAxis* axis, QWidget* parent);

    /// For the dock's title bar, between title and buttons: legend at the left, what is in view at the
    /// right. Made with the view and hidden until it is put somewhere.
    TitleAccessory* titleAccessory() const { return m_accessory; }
    /// The values at the crosshair as lines of text: what the readout column says, for screen readers too.
    virtual QStringList readout() const = 0;
    /// A redraw that waits for its turn happens now: for pictures that are saved.
    void flush();

protected:
    virtual void paintContent(QPainter& painter) = 0; ///< everything that does not move with the pointer
    virtual void paintReadout(QPainter& painter) = 0;
    virtual void paintHover(QPainter&) { } ///< marks what is under the pointer; below the crosshair
    virtual QString emptyText() const = 0;
    /// What stands there while a run has begun and nothing came yet.
    QString waitingText() const;
    virtual bool hasContent() const { return !m_model->rows().batches.empty(); }
    /// Top and bottom of what the crosshair crosses.
    virtual QRect crosshairArea() const { return columns().plot; }
    virtual void contentChanged() { } ///< rows, range or selection changed; before it is painted
    /// A click that did not drag: the batch at that time is the one to look at.
    virtual void clicked(const QPoint& point);

    RecordingModel& model() const { return *m_model; }
    TimeAxis& axis() const { return *m_axis; }
    const Theme& theme() const;
    Columns columns() const { return Columns::of(rect()); }
    TimeScale scale() const;
    /// What the axis' batch is drawn as; null when none is selected or it is out of sight.
    const api::BatchRow* selectedBatch() const;
    /// Where the readout is taken: under the pointer, else the end of what is visible.
    Nanoseconds readoutTime() const;
    void scheduleRefresh();

    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    enum class Drag { none, pan, select };
    void paintOverlay(QPainter& painter);
    void paintEmpty(QPainter& painter);
    void paintFocus(QPainter& painter);
    bool handleNavigationKey(QKeyEvent* event);
    void stepHover(bool forward);
    const api::BatchRow* batchUnder(const QPoint& point) const;

    RecordingModel* m_model;
    TimeAxis* m_axis;
    TitleAccessory* m_accessory;
    QTimer m_refresh;
    QPixmap m_picture;
    bool m_stale = true;
    Drag m_drag = Drag::none;
    QPoint m_dragFrom;
    Nanoseconds m_dragTime = 0;
};

} // namespace sida::ui
