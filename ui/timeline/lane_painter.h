// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/recording_model.h"
#include "ui/plot/columns.h"
#include "ui/theme/theme.h"
#include "ui/timeline/lane_layout.h"
#include "ui/timeline/lane_marks.h"

#include <optional>

class QPainter;

namespace sida::ui
{

/// Draws what the timeline shows for one range at one size. Holds nothing beyond the call.
class LanePainter
{
public:
    LanePainter(
        QPainter& painter, const RecordingModel& model, const TimeScale& scale, const LaneLayout& layout,
        const Theme& theme, std::optional<ExpertKey> only = {})
        : m_painter(painter)
        , m_model(model)
        , m_scale(scale)
        , m_layout(layout)
        , m_theme(theme)
        , m_only(only)
    {
    }
    void paintLabels(const QRect& column) const;
    void paintRuler(const QRect& labelColumn) const;
    void paintLanes() const;
    void paintBatch(const api::BatchRow& batch, bool highlighted) const;

private:
    void paintBatches() const;
    void paintBatchLabels() const;
    void paintLayers() const;
    void paintHashBuilding() const;
    void paintTransfers() const;
    void paintStalls() const;
    void paintEvictions() const;
    void paintEvents() const;
    void paintOnly() const;
    void paintUsesOfOnly() const;
    void paintMark(const Mark& mark, const QRect& box, const QBrush& brush) const;

    QPainter& m_painter;
    const RecordingModel& m_model;
    TimeScale m_scale;
    const LaneLayout& m_layout;
    const Theme& m_theme;
    std::optional<ExpertKey> m_only; ///< what concerns other experts is paled
};

/// An eviction whose copy was never used.
void drawCross(QPainter& painter, const QPoint& centre, const Theme& theme);

} // namespace sida::ui
