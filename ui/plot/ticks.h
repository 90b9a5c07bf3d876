// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/time_axis.h"

#include <QString>

#include <vector>

namespace sida::ui
{

/// Round values on an axis and the decimals their labels need.
struct Ticks {
    std::vector<double> values;
    double step = 1;
    int decimals = 0;
    double low = 0; ///< the axis, widened to round values
    double high = 1;
};

/// At most `most` + 1 values at 1, 2 or 5 times a power of ten, the first at or below `low`, the last at or
/// above `high`.
Ticks niceTicks(double low, double high, int most);

/// Values inside the limits only; the axis keeps the limits as they are.
Ticks ticksInside(double low, double high, int most);

struct TimeTicks {
    std::vector<Nanoseconds> values; ///< inside the range
    std::vector<Nanoseconds> minor;
    Nanoseconds step = 1;
    int decimals = 0; ///< of labels in seconds
};

/// Ticks at least `spacing` pixels apart.
TimeTicks timeTicks(TimeRange range, int width, int spacing);

/// Seconds without the unit: "24.0935".
QString secondsText(Nanoseconds time, int decimals);
/// Decimals that tell one pixel from the next.
int pixelDecimals(Nanoseconds perPixel);

} // namespace sida::ui
