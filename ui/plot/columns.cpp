// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/columns.h"

#include <cmath>

namespace sida::ui
{

Columns Columns::of(const QRect& area)
{
    const bool roomForReadout = area.width() >= kLabelWidth + kSmallestPlot + kReadoutWidth;
    const int readoutWidth = roomForReadout ? kReadoutWidth : 0;
    const int plotWidth = std::max(1, area.width() - kLabelWidth - readoutWidth);
    Columns columns;
    columns.label = QRect(area.left(), area.top(), kLabelWidth, area.height());
    columns.plot = QRect(area.left() + kLabelWidth, area.top(), plotWidth, area.height());
    if (readoutWidth > 0)
        columns.readout = QRect(columns.plot.right() + 1, area.top(), readoutWidth, area.height());
    return columns;
}

int TimeScale::pixel(Nanoseconds time) const
{
    return static_cast<int>(std::lround(x(time)));
}

Nanoseconds TimeScale::time(double x) const
{
    return range.begin
        + std::llround((x - left) / (width > 0 ? width : 1) * static_cast<double>(range.width()));
}

} // namespace sida::ui
