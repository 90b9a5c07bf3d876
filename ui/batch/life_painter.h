// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/batch_story.h"
#include "ui/plot/columns.h"
#include "ui/theme/theme.h"

class QPainter;

namespace sida::ui
{

/// Draws one expert's way through a batch: predicted, queued, copied, resident, used or waited for, evicted.
class LifePainter
{
public:
    LifePainter(
        QPainter& painter, const TimeScale& scale, const Theme& theme, std::uint32_t batch,
        const LayerStory* layer)
        : m_painter(painter)
        , m_scale(scale)
        , m_theme(theme)
        , m_batch(batch)
        , m_layer(layer)
    {
    }
    void paint(const ExpertLife& life, const QRect& row) const;
    /// Arrows from prediction to copy to use, for the one expert that is looked at.
    void paintArrows(const ExpertLife& life, const QRect& row) const;

    /// Left of the view something earlier is drawn at its edge.
    static constexpr int kEarlier = 8;

private:
    int x(Nanoseconds time) const;
    void paintWait(const ExpertLife& life, const QRect& row) const;
    void paintCopies(const ExpertLife& life, const QRect& row) const;
    void paintResidence(const ExpertLife& life, int middle) const;
    void paintEvictions(const ExpertLife& life, int middle) const;
    void paintUse(const ExpertLife& life, int middle) const;
    void arrow(QPoint from, QPoint to) const;

    QPainter& m_painter;
    TimeScale m_scale;
    const Theme& m_theme;
    std::uint32_t m_batch; ///< copies for others are drawn without their time in the queue
    const LayerStory* m_layer;
};

void drawDiamond(QPainter& painter, const QPoint& centre, const Theme& theme);

} // namespace sida::ui
