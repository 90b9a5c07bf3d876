// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/ticks.h"

#include "engine/base/units.h"

#include <algorithm>
#include <cmath>

namespace sida::ui
{

namespace
{

double niceStep(double rough)
{
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= rough * 0.999999)
            return factor * power;
    return 10 * power;
}

int decimalsOf(double step)
{
    return std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9)));
}

} // namespace

Ticks niceTicks(double low, double high, int most)
{
    if (!(high > low))
        high = low + std::max(1e-9, std::abs(low) * 0.1);
    Ticks ticks;
    ticks.step = niceStep((high - low) / std::max(1, most));
    // Rounding outwards can add an interval; then the next larger step is the one that fits.
    for (int attempt = 0; attempt < 3; ++attempt) {
        ticks.low = std::floor(low / ticks.step + 1e-9) * ticks.step;
        ticks.high = std::ceil(high / ticks.step - 1e-9) * ticks.step;
        if (std::lround((ticks.high - ticks.low) / ticks.step) <= most)
            break;
        ticks.step = niceStep(ticks.step * 1.01);
    }
    ticks.decimals = decimalsOf(ticks.step);
    const auto count = std::lround((ticks.high - ticks.low) / ticks.step);
    for (long i = 0; i <= count; ++i)
        ticks.values.push_back(ticks.low + static_cast<double>(i) * ticks.step);
    return ticks;
}

Ticks ticksInside(double low, double high, int most)
{
    if (!(high > low))
        high = low + std::max(1e-9, std::abs(low) * 0.1);
    Ticks ticks;
    ticks.low = low;
    ticks.high = high;
    ticks.step = niceStep((high - low) / std::max(1, most));
    // One value alone tells no scale.
    for (int attempt = 0; attempt < 3 && ticks.values.size() < 2; ++attempt) {
        if (attempt > 0)
            ticks.step = niceStep(ticks.step * 0.4);
        ticks.values.clear();
        const auto first = static_cast<long>(std::ceil(low / ticks.step - 1e-9));
        const auto last = static_cast<long>(std::floor(high / ticks.step + 1e-9));
        for (long i = first; i <= last; ++i)
            ticks.values.push_back(static_cast<double>(i) * ticks.step);
    }
    ticks.decimals = decimalsOf(ticks.step);
    return ticks;
}

TimeTicks timeTicks(TimeRange range, int width, int spacing)
{
    TimeTicks ticks;
    if (range.width() <= 0 || width <= 0)
        return ticks;
    const double rough = static_cast<double>(range.width()) * spacing / width;
    ticks.step = std::max<Nanoseconds>(1, std::llround(niceStep(std::max(1.0, rough))));
    ticks.decimals = decimalsOf(static_cast<double>(ticks.step) / 1e9);
    const Nanoseconds minor = std::max<Nanoseconds>(1, ticks.step / 5);
    for (Nanoseconds time = range.begin / minor * minor; time <= range.end; time += minor) {
        if (time < range.begin)
            continue;
        if (time % ticks.step == 0)
            ticks.values.push_back(time);
        else
            ticks.minor.push_back(time);
    }
    return ticks;
}

QString secondsText(Nanoseconds time, int decimals)
{
    return QString::fromStdString(units::formatFixed(static_cast<double>(time) / 1e9, decimals));
}

int pixelDecimals(Nanoseconds perPixel)
{
    const int power
        = static_cast<int>(std::floor(std::log10(static_cast<double>(std::max<Nanoseconds>(1, perPixel)))));
    return std::clamp(9 - power, 0, 9);
}

} // namespace sida::ui
