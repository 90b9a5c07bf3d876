// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/hatch.h"

#include <QImage>

#include <array>
#include <map>
#include <string_view>
#include <tuple>

namespace sida::ui
{

namespace
{

using Rows = std::array<std::string_view, 6>;

// Drawn by hand instead of by painter: a diagonal must meet itself at the tile's edge.
constexpr Rows kDots = {"......", ".xx...", ".xx...", "......", "......", "......"};
constexpr Rows kRising = {".....x", "....x.", "...x..", "..x...", ".x....", "x....."};
constexpr Rows kFalling = {"x.....", ".x....", "..x...", "...x..", "....x.", ".....x"};
constexpr Rows kCrosses = {"......", ".x.x..", "..x...", ".x.x..", "......", "......"};

const Rows& rowsOf(Hatch pattern)
{
    switch (pattern) {
    case Hatch::dots:
        return kDots;
    case Hatch::rising:
        return kRising;
    case Hatch::falling:
        return kFalling;
    case Hatch::crosses:
        break;
    }
    return kCrosses;
}

QBrush make(const QColor& fill, Hatch pattern)
{
    const Rows& rows = rowsOf(pattern);
    const auto size = static_cast<int>(rows.size());
    QImage tile(size, size, QImage::Format_RGB32);
    const bool paleInk = fill.lightnessF() < 0.35F;
    const QColor ink = paleInk ? fill.lighter(190) : fill.darker(230);
    for (int y = 0; y < size; ++y)
        for (int x = 0; x < size; ++x)
            tile.setPixelColor(
                x, y, rows[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)] == 'x' ? ink : fill);
    return QBrush(tile);
}

} // namespace

QBrush hatch(const QColor& fill, Hatch pattern)
{
    // A texture is uploaded once; making one for each painted mark would dominate painting.
    thread_local std::map<std::tuple<QRgb, Hatch>, QBrush> made;
    const auto [at, isNew] = made.try_emplace({fill.rgba(), pattern});
    if (isNew)
        at->second = make(fill, pattern);
    return at->second;
}

} // namespace sida::ui
