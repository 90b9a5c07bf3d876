// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/overview_strip.h"

#include "ui/plot/columns.h"
#include "ui/plot/paint.h"
#include "ui/plot/ticks.h"

#include <QCoreApplication>
#include <QPaintEngine>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace sida::ui
{

namespace
{

constexpr int kTickHeight = 14;
constexpr int kSmallestWindow = 6;
constexpr int kGripWidth = 4;
constexpr int kTickSpacing = 160;

/// Mean of samples/s for each pixel; NaN where no batch ended.
std::vector<double> meansByPixel(const RecordingModel& model, const TimeScale& scale)
{
    std::vector<double> values(static_cast<std::size_t>(scale.width), std::nan(""));
    const auto& batches = model.rows().batches;
    auto at = batches.begin();
    while (at != batches.end()) {
        const int pixel = std::clamp(scale.pixel(at->end) - scale.left, 0, scale.width - 1);
        const bool last = pixel == scale.width - 1;
        const auto next
            = last ? batches.end() : std::partition_point(at, batches.end(), [&](const api::BatchRow& row) {
                  return scale.pixel(row.end) - scale.left <= pixel;
              });
        const SeriesBlock block = model.seriesBlock(
            static_cast<std::size_t>(at - batches.begin()), static_cast<std::size_t>(next - batches.begin()));
        if (block.meanCount.samplesPerSecond > 0)
            values[static_cast<std::size_t>(pixel)]
                = static_cast<double>(block.meanSum.samplesPerSecond / block.meanCount.samplesPerSecond);
        at = next;
    }
    return values;
}

} // namespace

Nanoseconds OverviewStrip::timeAt(int x) const
{
    return TimeScale{m_axis->extent(), m_area.left(), m_area.width()}.time(x);
}

QRect OverviewStrip::window() const
{
    const TimeScale scale{m_axis->extent(), m_area.left(), m_area.width()};
    int left = scale.pixel(m_axis->visible().begin);
    int right = scale.pixel(m_axis->visible().end);
    if (right - left < kSmallestWindow) {
        left = std::clamp(
            (left + right - kSmallestWindow) / 2, m_area.left(), m_area.right() - kSmallestWindow);
        right = left + kSmallestWindow;
    }
    return {left, m_area.top() + 2, right - left, m_area.height() - 4};
}

/// Everything that is the same whatever part of the run is in view.
void OverviewStrip::paintRun(QPainter& painter, const Theme& theme) const
{
    painter.fillRect(m_area, theme.color(Role::base));
    const TimeScale scale{m_axis->extent(), m_area.left(), m_area.width()};
    const TimeTicks ticks = timeTicks(scale.range, scale.width, kTickSpacing);
    for (const Nanoseconds time : ticks.values) {
        const int x = scale.pixel(time);
        painter.fillRect(QRect(x, m_area.top(), 1, m_area.height()), theme.color(Role::grid));
        const QString text = QCoreApplication::translate("sida::ui::TimelineView", "%1 s")
                                 .arg(secondsText(time, ticks.decimals));
        const QRect box(x + 4, m_area.bottom() - kTickHeight - 1, 96, kTickHeight);
        if (x + 4 + painter.fontMetrics().horizontalAdvance(text) < m_area.right())
            drawText(painter, box, Qt::AlignLeft | Qt::AlignVCenter, text, theme.color(Role::secondaryText));
    }
    const std::vector<double> values = meansByPixel(*m_model, scale);
    double most = 0;
    for (const double value : values)
        most = std::isfinite(value) ? std::max(most, value) : most;
    QPolygonF line;
    const double height = m_area.height() - kTickHeight - 8;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (std::isfinite(values[i]))
            line << QPointF(
                m_area.left() + static_cast<double>(i),
                m_area.top() + 4 + height * (1 - values[i] / std::max(1e-9, most)));
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(theme.color(Role::secondaryText), 1));
    painter.drawPolyline(line);
    painter.restore();
}

void OverviewStrip::paint(QPainter& painter, const Theme& theme) const
{
    if (painter.paintEngine()->type() == QPaintEngine::SVG) {
        paintRun(painter, theme);
    } else {
        const qreal ratio = painter.device()->devicePixelRatioF();
        const Key key{
            m_model->version(),
            m_axis->extent(),
            m_area.size(),
            ratio,
            painter.font(),
            theme.color(Role::base),
            theme.color(Role::secondaryText)};
        if (key != m_key || m_picture.isNull()) {
            m_key = key;
            m_picture = QPixmap(m_area.size() * ratio);
            m_picture.setDevicePixelRatio(ratio);
            QPainter run(&m_picture);
            run.setFont(painter.font());
            run.translate(-m_area.topLeft());
            paintRun(run, theme);
        }
        painter.drawPixmap(m_area.topLeft(), m_picture);
    }
    QColor fill = theme.color(Role::accent);
    fill.setAlpha(m_axis->visible() == m_axis->extent() ? 24 : 72);
    painter.fillRect(window(), fill);
    painter.setPen(QPen(theme.color(Role::accent), 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(window().adjusted(0, 0, -1, -1));
}

OverviewStrip::Grip OverviewStrip::gripAt(const QPoint& point) const
{
    const QRect box = window();
    if (std::abs(point.x() - box.left()) <= kGripWidth && box.width() > 3 * kGripWidth)
        return Grip::left;
    if (std::abs(point.x() - box.right()) <= kGripWidth && box.width() > 3 * kGripWidth)
        return Grip::right;
    return Grip::move;
}

Qt::CursorShape OverviewStrip::cursorAt(const QPoint& point) const
{
    const Grip grip = gripAt(point);
    return grip == Grip::move ? Qt::OpenHandCursor : Qt::SizeHorCursor;
}

void OverviewStrip::press(const QPoint& point)
{
    const TimeRange visible = m_axis->visible();
    m_grip = gripAt(point);
    const Nanoseconds time = timeAt(point.x());
    const bool inside = window().adjusted(-kGripWidth, 0, kGripWidth, 0).contains(point);
    m_offset = inside ? time - visible.begin : visible.width() / 2;
    if (!inside) {
        m_grip = Grip::move;
        drag(point);
    }
}

void OverviewStrip::drag(const QPoint& point)
{
    const TimeRange visible = m_axis->visible();
    const Nanoseconds time = std::clamp(timeAt(point.x()), m_axis->extent().begin, m_axis->extent().end);
    switch (m_grip) {
    case Grip::none:
        return;
    case Grip::move:
        m_axis->pan(time - m_offset - visible.begin);
        return;
    case Grip::left:
        m_axis->resizeTo({std::min(time, visible.end), visible.end});
        return;
    case Grip::right:
        m_axis->resizeTo({visible.begin, std::max(time, visible.begin)});
        return;
    }
}

} // namespace sida::ui
