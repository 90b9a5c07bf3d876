// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/batch/life_painter.h"

#include "ui/plot/paint.h"
#include "ui/timeline/lane_painter.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace sida::ui
{

void drawDiamond(QPainter& painter, const QPoint& centre, const Theme& theme)
{
    constexpr int kArm = 4;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.color(api::Purpose::predictor));
    const QPoint corners[]
        = {centre - QPoint(kArm, 0), centre - QPoint(0, kArm), centre + QPoint(kArm, 0),
           centre + QPoint(0, kArm)};
    painter.drawPolygon(corners, 4);
    painter.restore();
}

int LifePainter::x(Nanoseconds time) const
{
    return std::clamp(m_scale.pixel(time), m_scale.left + kEarlier, m_scale.left + m_scale.width + kEarlier);
}

void LifePainter::paint(const ExpertLife& life, const QRect& row) const
{
    const int middle = row.center().y();
    paintResidence(life, middle);
    paintWait(life, row);
    paintCopies(life, row);
    if (life.predictedAt >= 0)
        drawDiamond(m_painter, QPoint(x(life.predictedAt), middle), m_theme);
    paintEvictions(life, middle);
    paintUse(life, middle);
}

void LifePainter::paintResidence(const ExpertLife& life, int middle) const
{
    for (const TimeRange& range : life.resident) {
        const int left = range.begin <= m_scale.range.begin ? m_scale.left : x(range.begin);
        m_painter.fillRect(
            QRect(left, middle - 1, std::max(1, x(range.end) - left), 2),
            m_theme.color(api::Purpose::expertSlots));
    }
}

/// The layer's wait until the copy began, in the colour of its cause.
void LifePainter::paintWait(const ExpertLife& life, const QRect& row) const
{
    const api::TransferRow* copy = life.arrival();
    if (!m_layer || !copy || life.routed == 0 || life.outcome == api::Outcome::hit)
        return;
    const int from = x(m_layer->range.begin);
    const int to = x(copy->begin);
    if (to <= from)
        return;
    const QBrush brush = life.cause ? m_theme.brush(*life.cause) : m_theme.brush(life.outcome);
    drawSwatch(m_painter, QRect(from, row.top() + 2, to - from, row.height() - 4), brush, m_theme);
}

void LifePainter::paintCopies(const ExpertLife& life, const QRect& row) const
{
    const int middle = row.center().y();
    QPen waiting(m_theme.color(Role::secondaryText), 1, Qt::DotLine);
    for (const api::TransferRow& copy : life.copies) {
        const bool wait = m_layer && life.outcome != api::Outcome::hit && copy.begin > m_layer->range.begin;
        const Nanoseconds until = wait ? std::max(copy.queued, m_layer->range.begin) : copy.begin;
        m_painter.setPen(waiting);
        if (copy.batch == m_batch && x(until) > x(copy.queued))
            m_painter.drawLine(x(copy.queued), middle, x(until), middle);
        const int left = x(copy.begin);
        const QRect box(left, row.top() + 2, std::max(2, x(copy.end) - left), row.height() - 4);
        if (box.left() > m_scale.left + m_scale.width || copy.end < m_scale.range.begin)
            continue;
        drawSwatch(m_painter, box, m_theme.brush(copy.kind), m_theme);
    }
}

void LifePainter::paintEvictions(const ExpertLife& life, int middle) const
{
    constexpr int kArm = 3;
    for (const api::EvictionRow& eviction : life.evictions) {
        if (!m_scale.range.contains(eviction.time))
            continue;
        const QPoint centre(x(eviction.time), middle);
        const bool early = life.usedAt >= 0 && eviction.time < life.usedAt;
        if (early || !eviction.used) {
            drawCross(m_painter, centre, m_theme);
            continue;
        }
        m_painter.save();
        m_painter.setRenderHint(QPainter::Antialiasing);
        m_painter.setPen(QPen(m_theme.color(Role::text), 1.5));
        m_painter.drawLine(centre + QPoint(-kArm, -kArm), centre + QPoint(kArm, kArm));
        m_painter.drawLine(centre + QPoint(-kArm, kArm), centre + QPoint(kArm, -kArm));
        m_painter.restore();
    }
}

void LifePainter::paintUse(const ExpertLife& life, int middle) const
{
    if (life.usedAt < 0 || !m_scale.range.contains(life.usedAt))
        return;
    const QPoint centre(x(life.usedAt), middle);
    m_painter.save();
    m_painter.setRenderHint(QPainter::Antialiasing);
    if (life.outcome == api::Outcome::hit) {
        m_painter.setPen(Qt::NoPen);
        m_painter.setBrush(m_theme.color(api::Outcome::hit));
    } else {
        m_painter.setPen(QPen(m_theme.color(Role::text), 1.5));
        m_painter.setBrush(m_theme.color(Role::base));
    }
    m_painter.drawEllipse(centre, 4, 4);
    m_painter.restore();
}

void LifePainter::arrow(QPoint from, QPoint to) const
{
    if (to.x() - from.x() < 10)
        return;
    m_painter.save();
    m_painter.setRenderHint(QPainter::Antialiasing);
    m_painter.setPen(QPen(m_theme.color(Role::text), 1.25));
    m_painter.setBrush(Qt::NoBrush);
    QPainterPath path(from);
    const QPointF top((from.x() + to.x()) / 2.0, from.y() - 8.0);
    path.quadTo(top, to);
    m_painter.drawPath(path);
    m_painter.drawLine(to, to + QPointF(-5, -5));
    m_painter.drawLine(to, to + QPointF(-6, 0));
    m_painter.restore();
}

void LifePainter::paintArrows(const ExpertLife& life, const QRect& row) const
{
    const int y = row.top() + 4;
    const api::TransferRow* copy = life.arrival();
    if (copy && life.predictedAt >= 0)
        arrow({x(life.predictedAt), y}, {x(copy->begin), y});
    if (life.usedAt < 0 || !m_scale.range.contains(life.usedAt))
        return;
    if (copy)
        arrow({x(copy->end), y}, {x(life.usedAt), y});
    else if (life.predictedAt >= 0)
        arrow({x(life.predictedAt), y}, {x(life.usedAt), y});
    for (const api::EvictionRow& eviction : life.evictions)
        if (eviction.time > life.usedAt && m_scale.range.contains(eviction.time)) {
            arrow({x(life.usedAt), y}, {x(eviction.time), y});
            break;
        }
}

} // namespace sida::ui
