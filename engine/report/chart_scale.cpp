// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/report/chart_scale.h"

#include "engine/base/units.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

namespace sida::report
{

double roundUp(double value)
{
    if (!std::isfinite(value) || value <= 0)
        return 1;
    const double power = std::pow(10.0, std::floor(std::log10(value)));
    for (const double factor : {1.0, 2.0, 2.5, 5.0}) {
        if (value <= factor * power * (1 + 1e-9))
            return factor * power;
    }
    return 10 * power;
}

std::vector<double> ticks(double top, int count)
{
    if (!std::isfinite(top) || top <= 0)
        return {0};
    const double step = roundUp(top / count);
    std::vector<double> values;
    for (int i = 0; step * i <= top * (1 + 1e-9); ++i)
        values.push_back(step * i);
    return values;
}

std::string tickLabel(double value, double step)
{
    int decimals = 0;
    while (decimals < 9 && std::abs(std::round(step) - step) > step * 1e-6) {
        step *= 10;
        ++decimals;
    }
    std::string label = units::formatFixed(value, decimals);
    if (decimals > 0)
        label.erase(label.find_last_not_of('0') + 1);
    if (label.ends_with('.'))
        label.pop_back();
    return label;
}

namespace
{

using Colour = std::array<double, 3>;

/// Between the stops, which are evenly spaced.
template <std::size_t Stops>
std::string between(const std::array<Colour, Stops>& stops, double share)
{
    const double position = std::clamp(share, 0.0, 1.0) * static_cast<double>(Stops - 1);
    const auto low = std::min(static_cast<std::size_t>(position), Stops - 2);
    const double weight = position - static_cast<double>(low);
    std::array<int, 3> rgb{};
    for (std::size_t i = 0; i < rgb.size(); ++i)
        rgb[i] = static_cast<int>(std::lround(stops[low][i] * (1 - weight) + stops[low + 1][i] * weight));
    return fmt::format("#{:02x}{:02x}{:02x}", rgb[0], rgb[1], rgb[2]);
}

} // namespace

std::string viridis(double share)
{
    constexpr std::array<Colour, 9> kStops
        = {{{68, 1, 84},
            {71, 45, 123},
            {59, 82, 139},
            {44, 114, 142},
            {33, 145, 140},
            {40, 174, 128},
            {94, 201, 98},
            {173, 220, 48},
            {253, 231, 37}}};
    return between(kStops, share);
}

std::string diverging(double value)
{
    constexpr std::array<Colour, 7> kStops
        = {{{140, 58, 0},
            {213, 113, 42},
            {242, 182, 138},
            {244, 244, 244},
            {156, 201, 230},
            {59, 143, 196},
            {10, 79, 128}}};
    return between(kStops, (std::clamp(value, -1.0, 1.0) + 1) / 2);
}

double logarithmicShare(std::uint64_t count, std::uint64_t low, std::uint64_t high)
{
    if (count <= low || low == 0)
        return 0;
    const double range = std::log(static_cast<double>(high) / static_cast<double>(low));
    return range > 0 ? std::log(static_cast<double>(count) / static_cast<double>(low)) / range : 0;
}

} // namespace sida::report
