// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sida::report
{

/// The smallest of 1, 2, 2.5, 5 times a power of ten that is not below `value`; 1 for zero and NaN.
double roundUp(double value);

/// Multiples of a round step from 0 to `top`, at most `count` of them above zero.
std::vector<double> ticks(double top, int count);

/// The value of a tick, not negative, with as few decimals as tell it from its neighbours.
std::string tickLabel(double value, double step);

/// Viridis, perceptually even and safe for colour-blind eyes: 0 is dark violet, 1 is yellow. As "#rrggbb".
std::string viridis(double share);

/// A difference from -1 (dark orange, less) over 0 (pale) to 1 (dark blue, more), as "#rrggbb".
std::string diverging(double value);

/// Where a count stands on the heatmap's logarithmic scale, 0 to 1, for counts from `low` to `high`.
double logarithmicShare(std::uint64_t count, std::uint64_t low, std::uint64_t high);

} // namespace sida::report
