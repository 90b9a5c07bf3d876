// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plot/time_view.h"
#include "ui/throughput/line_plot.h"

#include <array>

namespace sida::ui
{

/// Samples/s, hit rate and GB/s above one another on the shared time axis; where there is room, the latency
/// too.
class ThroughputView : public TimeView
{
    Q_OBJECT
public:
    ThroughputView(RecordingModel* model, TimeAxis* axis, QWidget* parent = nullptr);

    QStringList readout() const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintContent(QPainter& painter) override;
    void paintReadout(QPainter& painter) override;
    QString emptyText() const override;
    QRect crosshairArea() const override;
    void contentChanged() override;

private:
    static constexpr int kPlots = 4; ///< the last one only where there is room
    struct Line {
        SeriesKind kind;
        Role role;
        QString axisTitle;
        QString name;
        QString note;
    };
    std::array<Line, kPlots> lines() const;
    int plots() const;
    QRect plotArea(int plot) const;
    QString latencyText() const;
    void paintPlot(QPainter& painter, const Line& line, const SeriesColumns& series, const QRect& area) const;
    void paintTimeAxis(QPainter& painter) const;
    QString valueText(const Line& line) const;
    QString busText() const;
    double busLimit() const; ///< bytes a second; 0 = not known

    QString m_latencies; ///< median and p95 of the batches in view
};

} // namespace sida::ui
