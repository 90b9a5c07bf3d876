// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/time_axis.h"

#include <QRect>

namespace sida::ui
{

/// The three columns of every view over time, the same to the pixel in all of them.
struct Columns {
    QRect label;
    QRect plot;
    QRect readout; ///< empty where there is no room for it

    static constexpr int kLabelWidth = 112;
    static constexpr int kReadoutWidth = 192;
    static constexpr int kSmallestPlot = 320;
    static Columns of(const QRect& area);
};

/// Time to pixel and back within the plot column.
struct TimeScale {
    TimeRange range;
    int left = 0;
    int width = 1;

    double x(Nanoseconds time) const
    {
        const double span = static_cast<double>(range.width() > 0 ? range.width() : 1);
        return left + static_cast<double>(time - range.begin) / span * width;
    }
    int pixel(Nanoseconds time) const;
    Nanoseconds time(double x) const;
    Nanoseconds perPixel() const { return range.width() / (width > 0 ? width : 1); }
    bool operator==(const TimeScale&) const = default;
};

} // namespace sida::ui
