// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plot/time_view.h"
#include "ui/timeline/lane_layout.h"
#include "ui/timeline/overview_strip.h"

namespace sida::ui
{

/// Predicted, queued, copied, used or stalled, evicted: one lane for each, on one time axis.
class TimelineView : public TimeView
{
    Q_OBJECT
public:
    TimelineView(RecordingModel* model, TimeAxis* axis, QWidget* parent = nullptr);

    QStringList readout() const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

    LaneLayout layout() const;
    OverviewStrip overview() const;
    /// What lies under the point, exactly; empty where there is nothing.
    QString textAt(const QPoint& point) const;

public Q_SLOTS:
    /// Moves the crosshair to the next or previous stall and scrolls to it.
    void showNextStall();
    void showPreviousStall();

protected:
    void paintContent(QPainter& painter) override;
    void paintReadout(QPainter& painter) override;
    void paintHover(QPainter& painter) override;
    QString emptyText() const override;
    QRect crosshairArea() const override { return layout().body; }
    void contentChanged() override;
    bool event(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void clicked(const QPoint& point) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct ReadoutTexts;
    ReadoutTexts readoutTexts() const;
    int layerCount() const;
    void showStall(const api::StallRow* stall);

    OverviewStrip m_overview;
};

/// "bus-saturated", "evicted early": in the user's language.
QString stallText(api::StallCause cause);

} // namespace sida::ui
