// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/lane_layout.h"

#include <algorithm>

namespace sida::ui
{

namespace
{

constexpr int kOverview = 48;
constexpr int kRuler = 24;
constexpr int kLaneHeight = 16;
constexpr int kStallHeight = 24;
constexpr int kGap = 4;
constexpr int kLargestLayer = 12;
constexpr int kSmallestLayer = 2;
constexpr int kSmallestLayers = 16; ///< the lane's label needs a line

int heightOf(Lane lane)
{
    return lane == Lane::stalls ? kStallHeight : kLaneHeight;
}

} // namespace

int LaneLayout::heightFor(int layers, int layerHeight)
{
    int height = kOverview + kRuler + kGap;
    for (int lane = 0; lane < kLanes; ++lane)
        height += (Lane(lane) == Lane::layers ? std::max(kSmallestLayers, layers * layerHeight)
                                              : heightOf(Lane(lane)))
            + kGap;
    return height;
}

LaneLayout LaneLayout::of(const QRect& plot, int layers)
{
    LaneLayout layout;
    const int others = heightFor(layers, 0) - kSmallestLayers;
    const int perLayer = (plot.height() - others) / std::max(1, layers);
    layout.layerHeight = std::clamp(perLayer, kSmallestLayer, kLargestLayer);
    layout.overview = QRect(plot.left(), plot.top(), plot.width(), kOverview);
    layout.ruler = QRect(plot.left(), layout.overview.bottom() + 1, plot.width(), kRuler);
    int top = layout.ruler.bottom() + 1 + kGap;
    for (int lane = 0; lane < kLanes; ++lane) {
        const int height = Lane(lane) == Lane::layers ? std::max(kSmallestLayers, layers * layout.layerHeight)
                                                      : heightOf(Lane(lane));
        layout.lanes[lane] = QRect(plot.left(), top, plot.width(), height);
        top += height + kGap;
    }
    layout.body = QRect(
        plot.left(), layout.ruler.bottom() + 1, plot.width(),
        std::max(1, plot.bottom() - layout.ruler.bottom()));
    return layout;
}

QRect LaneLayout::layer(int index) const
{
    const QRect& lane = of(Lane::layers);
    return {lane.left(), lane.top() + index * layerHeight, lane.width(), layerHeight};
}

std::optional<Lane> LaneLayout::laneAt(const QPoint& point) const
{
    for (int lane = 0; lane < kLanes; ++lane)
        if (lanes[lane].adjusted(0, -kGap / 2, 0, kGap / 2).contains(point))
            return Lane(lane);
    return std::nullopt;
}

} // namespace sida::ui
