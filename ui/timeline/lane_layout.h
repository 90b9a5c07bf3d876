// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRect>

#include <optional>

namespace sida::ui
{

enum class Lane { batches, layers, hashBuilding, transfers, stalls, evictions, events };
constexpr int kLanes = 7;

/// Where everything in the timeline stands, from its size alone.
struct LaneLayout {
    QRect overview;
    QRect ruler;
    QRect lanes[kLanes];
    int layerHeight = 8;
    QRect body; ///< ruler's bottom to the last lane: what the crosshair crosses

    const QRect& of(Lane lane) const { return lanes[static_cast<int>(lane)]; }
    QRect layer(int index) const;
    std::optional<Lane> laneAt(const QPoint& point) const;

    /// Layers give way first when there is little room; a model with many still gets two pixels each.
    static LaneLayout of(const QRect& plot, int layers);
    static int heightFor(int layers, int layerHeight);
};

} // namespace sida::ui
