// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/units.h"
#include "ui/heatmap/heatmap_canvas.h"
#include "ui/heatmap/heatmap_view.h"
#include "ui/plot/paint.h"
#include "ui/plot/ticks.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace sida::ui
{

namespace
{

constexpr int kBarWidth = 16;
constexpr int kPitch = 16;

struct LegendTick {
    double share = 0; ///< from the bottom
    QString text;
};

QString legendTitle(const HeatmapData& data)
{
    const QString what = [&data] {
        switch (data.mode()) {
        case HeatmapMode::routed:
            return HeatmapView::tr("tokens routed");
        case HeatmapMode::predicted:
            return HeatmapView::tr("tokens predicted");
        case HeatmapMode::predictedUnused:
            return HeatmapView::tr("predicted, unused");
        case HeatmapMode::usedUnpredicted:
            return HeatmapView::tr("used, unpredicted");
        case HeatmapMode::bytesMoved:
            return HeatmapView::tr("copied, MiB");
        case HeatmapMode::residency:
            return HeatmapView::tr("at the range's end");
        case HeatmapMode::hitShare:
            break;
        }
        return HeatmapView::tr("hits, share of uses");
    }();
    if (data.mode() == HeatmapMode::hitShare || data.mode() == HeatmapMode::residency)
        return what;
    switch (data.scale()) {
    case HeatmapScale::linear:
        return HeatmapView::tr("%1 (linear)").arg(what);
    case HeatmapScale::log:
        return HeatmapView::tr("%1 (log)").arg(what);
    case HeatmapScale::perLayer:
        break;
    }
    return HeatmapView::tr("%1, of layer").arg(what);
}

QString withoutText(const HeatmapData& data)
{
    const QString count = QString::fromStdString(units::formatCount(data.without()));
    switch (data.mode()) {
    case HeatmapMode::routed:
    case HeatmapMode::hitShare:
        return HeatmapView::tr("never used (%1)").arg(count);
    case HeatmapMode::predicted:
        return HeatmapView::tr("never predicted (%1)").arg(count);
    case HeatmapMode::bytesMoved:
        return HeatmapView::tr("never copied (%1)").arg(count);
    case HeatmapMode::residency:
        return HeatmapView::tr("not resident (%1)").arg(count);
    case HeatmapMode::predictedUnused:
    case HeatmapMode::usedUnpredicted:
        break;
    }
    return HeatmapView::tr("none (%1)").arg(count);
}

/// Bytes are told in MiB.
double unitOf(const HeatmapData& data)
{
    return data.mode() == HeatmapMode::bytesMoved ? static_cast<double>(units::kMiB) : 1.0;
}

std::vector<LegendTick> logTicks(const HeatmapData& data)
{
    const double unit = unitOf(data);
    const double low = std::max(unit > 1 ? 1e-3 : 1.0, data.smallest() / unit);
    const double high = std::max(low, data.largest() / unit);
    auto text = [unit](double value) {
        return QString::fromStdString(
            unit > 1 ? units::formatNumber(value) : units::formatCount(static_cast<std::uint64_t>(value)));
    };
    std::vector<LegendTick> ticks = {{0, text(low)}};
    const double range = std::log(high / low);
    if (range <= 0)
        return {{1, text(high)}};
    for (double power = unit > 1 ? 1e-3 : 1; power < high; power *= 10)
        for (const double factor : {1.0, 3.0})
            if (factor * power > low && factor * power < high)
                ticks.push_back({std::log(factor * power / low) / range, text(factor * power)});
    ticks.push_back({1, text(high)});
    return ticks;
}

std::vector<LegendTick> linearTicks(double high, bool percent)
{
    std::vector<LegendTick> ticks;
    const Ticks round = niceTicks(0, high, 4);
    for (const double value : round.values)
        if (value < high * 0.999)
            ticks.push_back(
                {value / high,
                 QString::fromStdString(
                     units::formatFixed(percent ? value * 100 : value, percent ? 0 : round.decimals))});
    ticks.push_back({1, QString::fromStdString(units::formatFixed(percent ? high * 100 : high, 0))});
    for (LegendTick& tick : ticks)
        if (percent)
            tick.text += QStringLiteral(" %");
    return ticks;
}

std::vector<LegendTick> legendTicks(const HeatmapData& data)
{
    if (data.mode() == HeatmapMode::hitShare || data.scale() == HeatmapScale::perLayer)
        return linearTicks(1, true);
    if (data.scale() == HeatmapScale::log)
        return logTicks(data);
    const double unit = unitOf(data);
    return linearTicks(std::max(unit > 1 ? 1e-3 : 1.0, data.largest() / unit), false);
}

} // namespace

void HeatmapCanvas::paintLegend(QPainter& painter) const
{
    QRect column = Columns::of(rect()).readout;
    if (column.isEmpty())
        return;
    column.adjust(16, 0, -8, 0);
    const QColor secondary = theme().color(Role::secondaryText);
    drawText(
        painter, QRect(column.left(), 4, column.width(), kPitch), Qt::AlignLeft | Qt::AlignVCenter,
        legendTitle(m_data), secondary);
    const int barTop = 4 + kPitch + 6;
    const int barHeight = std::clamp(height() - barTop - kPitch - 20, 24, 160);
    const QRect bar(column.left(), barTop, kBarWidth, barHeight);
    if (m_data.mode() == HeatmapMode::residency) {
        const QRect box(column.left(), barTop, kBarWidth, 10);
        painter.fillRect(box, theme().color(api::Purpose::expertSlots));
        const std::uint64_t all = static_cast<std::uint64_t>(m_data.experts()) - m_data.without();
        drawText(
            painter,
            QRect(box.right() + 8, box.center().y() - kPitch / 2, column.width() - kBarWidth, kPitch),
            Qt::AlignLeft | Qt::AlignVCenter,
            tr("resident (%1)").arg(QString::fromStdString(units::formatCount(all))),
            theme().color(Role::text));
    } else if (m_data.largest() > 0 || m_data.mode() == HeatmapMode::hitShare) {
        for (int y = 0; y < barHeight; ++y)
            painter.fillRect(
                QRect(bar.left(), bar.bottom() - y, kBarWidth, 1),
                theme().magnitude(static_cast<double>(y) / std::max(1, barHeight - 1)));
        std::vector<LegendTick> ticks = legendTicks(m_data);
        // Ends first: they must stand; what would touch them is left out.
        std::stable_sort(ticks.begin(), ticks.end(), [](const LegendTick& a, const LegendTick& b) {
            const bool endA = a.share <= 0 || a.share >= 1;
            const bool endB = b.share <= 0 || b.share >= 1;
            return endA > endB;
        });
        std::vector<int> taken;
        for (const LegendTick& tick : ticks) {
            const int y = bar.bottom() - static_cast<int>(std::lround(tick.share * (barHeight - 1)));
            if (std::any_of(taken.begin(), taken.end(), [y](int other) { return std::abs(other - y) < 13; }))
                continue;
            taken.push_back(y);
            painter.fillRect(QRect(bar.right() + 1, y, 4, 1), secondary);
            drawText(
                painter, QRect(bar.right() + 8, y - kPitch / 2, column.width() - kBarWidth - 8, kPitch),
                Qt::AlignLeft | Qt::AlignVCenter, tick.text, theme().color(Role::text));
        }
    }
    const int below = m_data.mode() == HeatmapMode::residency ? barTop + 10 : bar.bottom();
    const QRect never(column.left(), below + 14, kBarWidth, 10);
    painter.fillRect(never, theme().color(Role::neverUsed));
    painter.setPen(secondary);
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(never.adjusted(0, 0, -1, -1));
    drawText(
        painter,
        QRect(never.right() + 8, never.center().y() - kPitch / 2, column.width() - kBarWidth, kPitch),
        Qt::AlignLeft | Qt::AlignVCenter, withoutText(m_data), theme().color(Role::text));
}

} // namespace sida::ui
