// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/heatmap/heatmap_grid.h"

#include <algorithm>
#include <cmath>

namespace sida::ui
{

namespace
{

constexpr int kLargestWidth = 40;
constexpr int kLargestHeight = 32;
constexpr int kSmallestHeight = 3;

} // namespace

HeatmapGrid HeatmapGrid::fit(const QRect& room, int rows, int columns, int scroll, double zoom)
{
    HeatmapGrid grid;
    grid.rows = rows;
    grid.columns = columns;
    if (rows <= 0 || columns <= 0)
        return grid;
    const double even = static_cast<double>(room.width()) / columns;
    grid.cellWidth = std::min<double>(even * std::max(1.0, zoom), kLargestWidth);
    grid.cellHeight = std::clamp(room.height() / rows, kSmallestHeight, kLargestHeight);
    const int width = std::min(room.width(), grid.contentWidth());
    grid.area = QRect(room.left(), room.top(), width, grid.cellHeight * rows);
    grid.scroll = std::clamp(scroll, 0, std::max(0, grid.contentWidth() - width));
    return grid;
}

int HeatmapGrid::contentWidth() const
{
    return static_cast<int>(std::lround(cellWidth * columns));
}

QRect HeatmapGrid::cell(int row, int column) const
{
    const int left = static_cast<int>(std::lround(column * cellWidth));
    const int right = static_cast<int>(std::lround((column + 1) * cellWidth));
    const int gapX = cellWidth >= 4 ? 1 : 0;
    const int gapY = cellHeight >= 4 ? 1 : 0;
    return {
        area.left() + left - scroll, area.top() + row * cellHeight, std::max(1, right - left - gapX),
        std::max(1, cellHeight - gapY)};
}

std::optional<HeatmapGrid::Cell> HeatmapGrid::cellAt(const QPoint& point) const
{
    if (!area.contains(point))
        return std::nullopt;
    const int row = (point.y() - area.top()) / cellHeight;
    int column = static_cast<int>((point.x() - area.left() + scroll) / cellWidth);
    // Cell edges are rounded to pixels; the pixel decides.
    while (column > 0 && point.x() < cell(row, column).left())
        --column;
    while (column + 1 < columns && point.x() >= cell(row, column + 1).left())
        ++column;
    if (row < 0 || row >= rows || column < 0 || column >= columns)
        return std::nullopt;
    return Cell{row, column};
}

int HeatmapGrid::labelStep(int labelWidth) const
{
    int step = columns > 32 ? 16 : columns > 16 ? 4 : 1;
    while (step * cellWidth < labelWidth)
        step *= 2;
    return step;
}

} // namespace sida::ui
