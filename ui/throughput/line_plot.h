// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/recording_model.h"
#include "ui/plot/columns.h"
#include "ui/plot/ticks.h"

#include <QPolygonF>
#include <QRect>

#include <vector>

namespace sida::ui
{

/// One of the three figures of a batch, as a line.
struct SeriesKind {
    float BatchSeries::*value;
    double unit = 1; ///< what one on the axis is worth
    double least = 0; ///< natural limits of the figure
    double most = 0; ///< 0 = none
    bool fromZero = false;
    /// A line that the figure cannot pass, on the axis' scale; 0 = none. The axis reaches it unless it is so
    /// far away that the figure would be a flat line.
    double limit = 0;
};

/// What is visible of a series, bounded by the number of pixels.
struct SeriesShape {
    struct Span {
        int x = 0;
        double low = 0;
        double high = 0;
    };
    std::vector<QPolygonF> raw; ///< steps, batch by batch; broken where there is no value
    std::vector<Span> spans; ///< instead of raw when several batches fall on a pixel
    std::vector<QPolygonF> mean;
    Ticks ticks;
    QRect area;
    double y(double value) const;
};

/// The visible batches, looked up once for all series that are drawn of them.
struct SeriesColumns {
    struct Column {
        int x = 0;
        SeriesBlock block;
    };
    std::size_t first = 0; ///< batches, by their place among the rows; one more on either side
    std::size_t last = 0;
    SeriesBlock extremes;
    std::vector<Column> crowded; ///< one for each pixel; empty where each batch has a pixel of its own
    static SeriesColumns of(const RecordingModel& model, const TimeScale& scale);
};

SeriesShape shapeSeries(
    const RecordingModel& model, const TimeScale& scale, const SeriesColumns& columns, const SeriesKind& kind,
    const QRect& area);
SeriesShape
shapeSeries(const RecordingModel& model, const TimeScale& scale, const SeriesKind& kind, const QRect& area);

} // namespace sida::ui
