// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPoint>
#include <QRect>

#include <optional>

namespace sida::ui
{

/// Row and column of a cell, from the size alone.
struct HeatmapGrid {
    QRect area; ///< of the cells that can be seen
    int rows = 0;
    int columns = 0;
    double cellWidth = 8;
    int cellHeight = 22;
    int scroll = 0; ///< pixels hidden at the left

    struct Cell {
        int row = 0;
        int column = 0;
        bool operator==(const Cell&) const = default;
    };

    QRect cell(int row, int column) const; ///< without the gap to its neighbours
    std::optional<Cell> cellAt(const QPoint& point) const;
    int contentWidth() const;
    /// Every how many columns a label fits.
    int labelStep(int labelWidth) const;

    /// Several columns share a pixel: they are drawn as one, in the colour of the largest.
    bool merged() const { return cellWidth < 1; }
    /// With zoom 1 all columns are in sight, however many there are; more makes them wider, up to a limit.
    static HeatmapGrid fit(const QRect& room, int rows, int columns, int scroll, double zoom = 1);
};

} // namespace sida::ui
