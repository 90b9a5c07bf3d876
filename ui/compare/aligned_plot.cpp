// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/aligned_plot.h"

#include "ui/host/text.h"
#include "ui/plot/paint.h"
#include "ui/plot/ticks.h"
#include "ui/theme/theme_manager.h"

#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <limits>

namespace sida::ui
{

namespace
{

constexpr std::size_t kBuckets = 160;

const Theme& theme()
{
    return ThemeManager::instance().theme();
}

QPen penOf(std::size_t run)
{
    constexpr Role kRoles[] = {Role::samplesLine, Role::rateLine, Role::budgetLine, Role::hitRateLine};
    QPen pen(theme().color(kRoles[run % 4]), 2);
    if (run % 4 == 1)
        pen.setDashPattern({4, 2});
    else if (run % 4 == 2)
        pen.setDashPattern({1, 1.5});
    else if (run % 4 == 3)
        pen.setDashPattern({6, 2});
    return pen;
}

} // namespace

AlignedPlot::AlignedPlot(QWidget* parent)
    : QWidget(parent)
{
    setMouseTracking(true);
    setMinimumHeight(180);
    setAccessibleName(tr("Samples per second of the runs"));
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, qOverload<>(&QWidget::update));
}

void AlignedPlot::setRuns(std::shared_ptr<const ComparedRuns> runs)
{
    m_runs = std::move(runs);
    shape();
}

void AlignedPlot::setAxis(Axis axis)
{
    m_axis = axis;
    shape();
}

/// Each run as means over equal parts of the axis: samples answered in a part by the time they took there.
void AlignedPlot::shape()
{
    m_means.clear();
    m_end = 0;
    m_top = 1;
    if (!m_runs)
        return update();
    for (const ComparedRun& run : m_runs->runs) {
        const auto& batches = run.recording->rows.batches;
        if (batches.empty())
            continue;
        const double seconds = static_cast<double>(batches.back().end - batches.front().begin) / 1e9;
        m_end = std::max(m_end, m_axis == Axis::time ? seconds : static_cast<double>(batches.size()));
    }
    for (const ComparedRun& run : m_runs->runs) {
        std::vector<double> samples(kBuckets);
        std::vector<double> seconds(kBuckets);
        const auto& batches = run.recording->rows.batches;
        const double each = m_end / static_cast<double>(kBuckets);
        for (std::size_t i = 0; i < batches.size() && each > 0; ++i) {
            const auto since
                = [&](Nanoseconds time) { return static_cast<double>(time - batches.front().begin) / 1e9; };
            // What a batch did is spread over the time it took, or over its place in the count.
            const double from = m_axis == Axis::time ? since(batches[i].begin) : static_cast<double>(i);
            const double to = m_axis == Axis::time ? since(batches[i].end) : static_cast<double>(i + 1);
            const double took = since(batches[i].end) - since(batches[i].begin);
            const auto first = static_cast<std::size_t>(from / each);
            for (std::size_t bucket = first; bucket < kBuckets; ++bucket) {
                const double begin = std::max(from, static_cast<double>(bucket) * each);
                const double stop = std::min(to, static_cast<double>(bucket + 1) * each);
                if (begin >= to)
                    break;
                const double share = to > from ? (stop - begin) / (to - from) : 0;
                samples[bucket] += share * batches[i].samples;
                seconds[bucket] += share * took;
            }
        }
        std::vector<double>& means = m_means.emplace_back(kBuckets, std::nan(""));
        for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
            if (seconds[bucket] <= 0)
                continue;
            means[bucket] = samples[bucket] / seconds[bucket];
            m_top = std::max(m_top, means[bucket]);
        }
    }
    update();
}

std::vector<double> AlignedPlot::valuesAt(double place) const
{
    std::vector<double> values;
    for (const std::vector<double>& means : m_means) {
        const double bucket = m_end > 0 ? place / m_end * static_cast<double>(kBuckets) : -1;
        values.push_back(
            bucket >= 0 && bucket < static_cast<double>(kBuckets) ? means[static_cast<std::size_t>(bucket)]
                                                                  : std::nan(""));
    }
    return values;
}

QRect AlignedPlot::area() const
{
    return rect().adjusted(64, 20, -188, -44);
}

void AlignedPlot::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), theme().color(Role::base));
    painter.setPen(theme().color(Role::border));
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
    if (m_end <= 0) {
        drawText(
            painter, rect(), Qt::AlignCenter, tr("No batch was recorded"), theme().color(Role::secondaryText),
            TextStyle::body);
        return;
    }
    const QRect plot = area();
    const Ticks ticks = niceTicks(0, m_top, 5);
    for (const double value : ticks.values) {
        const int y = plot.bottom() - qRound(value / ticks.high * plot.height());
        painter.setPen(theme().color(value == 0 ? Role::border : Role::grid));
        painter.drawLine(plot.left(), y, plot.right(), y);
        drawText(
            painter, QRect(0, y - 8, plot.left() - 8, 16), Qt::AlignRight | Qt::AlignVCenter,
            toText(units::formatFixed(value, ticks.decimals)), theme().color(Role::secondaryText));
    }
    const Ticks along = ticksInside(0, m_end, std::max(2, plot.width() / 80));
    for (const double value : along.values) {
        const int x = plot.left() + qRound(value / m_end * plot.width());
        painter.setPen(theme().color(Role::grid));
        painter.drawLine(x, plot.top(), x, plot.bottom());
        drawText(
            painter, QRect(x - 40, plot.bottom() + 4, 80, 16), Qt::AlignCenter,
            toText(units::formatFixed(value, along.decimals)), theme().color(Role::secondaryText));
    }
    drawText(
        painter, QRect(plot.left(), plot.bottom() + 22, plot.width(), 16), Qt::AlignCenter,
        m_axis == Axis::time ? tr("time since the first batch, s") : tr("batch"),
        theme().color(Role::secondaryText));
    painter.setRenderHint(QPainter::Antialiasing);
    for (std::size_t run = 0; run < m_means.size(); ++run) {
        painter.setPen(penOf(run));
        QPolygonF line;
        for (std::size_t bucket = 0; bucket <= kBuckets; ++bucket) {
            if (bucket < kBuckets && std::isfinite(m_means[run][bucket])) {
                line << QPointF(
                    plot.left() + (static_cast<double>(bucket) + 0.5) / kBuckets * plot.width(),
                    plot.bottom() - m_means[run][bucket] / ticks.high * plot.height());
                continue;
            }
            painter.drawPolyline(line);
            line.clear();
        }
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
    const double place
        = m_pointed ? static_cast<double>(*m_pointed - plot.left()) / plot.width() * m_end : -1;
    if (m_pointed) {
        painter.setPen(theme().color(Role::secondaryText));
        painter.drawLine(*m_pointed, plot.top(), *m_pointed, plot.bottom());
    }
    const std::vector<double> values = valuesAt(place);
    const int left = plot.right() + 20;
    drawText(
        painter, QRect(left, plot.top() - 4, 160, 16), Qt::AlignVCenter,
        m_pointed
            ? (m_axis == Axis::time ? tr("at %1 s").arg(toText(units::formatNumber(place)))
                                    : tr("at batch %1").arg(static_cast<int>(place)))
            : tr("samples/s"),
        theme().color(Role::secondaryText));
    for (std::size_t run = 0; run < m_means.size(); ++run) {
        const int y = plot.top() + 18 + static_cast<int>(run) * 20;
        painter.setPen(penOf(run));
        painter.drawLine(left, y + 8, left + 28, y + 8);
        drawText(
            painter, QRect(left + 36, y, 60, 16), Qt::AlignVCenter, toText(api::runLetter(run)),
            theme().color(Role::text), TextStyle::smallStrong);
        if (std::isfinite(values[run]))
            drawText(
                painter, QRect(left + 60, y, 92, 16), Qt::AlignVCenter | Qt::AlignRight,
                toText(units::formatNumber(values[run])), theme().color(Role::text));
    }
}

void AlignedPlot::mouseMoveEvent(QMouseEvent* event)
{
    const QRect plot = area();
    const bool inside = event->pos().x() >= plot.left() && event->pos().x() < plot.right();
    m_pointed = inside ? std::optional(event->pos().x()) : std::nullopt;
    update();
}

void AlignedPlot::leaveEvent(QEvent*)
{
    m_pointed.reset();
    update();
}

} // namespace sida::ui
