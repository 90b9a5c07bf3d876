// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/throughput/throughput_view.h"

#include "engine/base/units.h"
#include "ui/plot/paint.h"

#include <QPainter>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace sida::ui
{

namespace
{

constexpr int kAxisHeight = 20;
constexpr int kGap = 14; // a line of text: the ticks of two plots must not touch
constexpr int kTop = 8;
constexpr int kRoomForAll = 172; // four plots with two lines of text beside each
constexpr std::size_t kMostRanked = 4096; // batches that median and p95 are taken from

} // namespace

ThroughputView::ThroughputView(RecordingModel* model, TimeAxis* axis, QWidget* parent)
    : TimeView(model, axis, parent)
{
    setAccessibleName(tr("Throughput over time"));
    contentChanged();
}

QSize ThroughputView::sizeHint() const
{
    return {1296, 184};
}

QSize ThroughputView::minimumSizeHint() const
{
    return {480, 144};
}

QString ThroughputView::emptyText() const
{
    return tr("Start a run or open a session to see samples/s, hit rate and transfers.");
}

std::array<ThroughputView::Line, ThroughputView::kPlots> ThroughputView::lines() const
{
    const api::BatchRow* batch = model().batchAt(readoutTime());
    const auto length = batch ? static_cast<double>(batch->end - batch->begin) : 0.0;
    const QString tokens = batch && length > 0
        ? tr("%1 tokens/s").arg(QString::fromStdString(units::formatNumber(batch->tokens / length * 1e9)))
        : QString();
    return {
        {{{&BatchSeries::samplesPerSecond, 1, 0, 0, false},
          Role::samplesLine,
          tr("samples/s"),
          tr("Samples/s"),
          tokens},
         {{&BatchSeries::hitRate, 1, 0, 1, false},
          Role::hitRateLine,
          tr("hit rate"),
          tr("Hit rate"),
          tr("uses resident in time")},
         {{&BatchSeries::bytesPerSecond, 1e9, 0, 0, true, busLimit() / 1e9},
          Role::rateLine,
          tr("GB/s"),
          tr("Transfers, GB/s"),
          busText()},
         {{&BatchSeries::latencyMs, 1, 0, 0, true},
          Role::compute,
          tr("latency, ms"),
          tr("Latency, ms"),
          m_latencies}}};
}

double ThroughputView::busLimit() const
{
    return model().measuredBus().value_or(model().copyRates().percentile(0.95));
}

/// What the line at the top of the transfers is. A limit that was not measured is not called one.
QString ThroughputView::busText() const
{
    const double limit = busLimit();
    if (limit <= 0)
        return tr("copied to the device");
    const QString rate = QString::fromStdString(units::formatNumber(limit / 1e9));
    return model().measuredBus() ? tr("bus limit %1, measured").arg(rate) : tr("p95 of copies %1").arg(rate);
}

QRect ThroughputView::crosshairArea() const
{
    return columns().plot.adjusted(0, 0, 0, -kAxisHeight);
}

int ThroughputView::plots() const
{
    return crosshairArea().height() >= kRoomForAll ? kPlots : kPlots - 1;
}

QRect ThroughputView::plotArea(int plot) const
{
    const QRect all = crosshairArea().adjusted(0, kTop, 0, -2);
    const int height = std::max(8, (all.height() - (plots() - 1) * kGap) / plots());
    return {all.left(), all.top() + plot * (height + kGap), all.width(), height};
}

void ThroughputView::contentChanged()
{
    const auto part = model().batches(axis().visible());
    titleAccessory()->setNote(
        tr("of each batch, and the mean of %1 batches").arg(RecordingModel::kMeanBatches));
    m_latencies = latencyText();
    if (part.empty()) {
        titleAccessory()->setSummary({});
        return;
    }
    std::uint64_t samples = 0;
    for (const api::BatchRow& batch : part)
        samples += batch.samples;
    const auto seconds = static_cast<double>(part.back().end - part.front().begin) / 1e9;
    const double rate
        = seconds > 0 ? static_cast<double>(samples) / seconds : std::numeric_limits<double>::quiet_NaN();
    titleAccessory()->setSummary(tr("%1 samples/s in view, latency %2")
                                     .arg(QString::fromStdString(units::formatNumber(rate)), m_latencies));
    setAccessibleDescription(readout().join(QStringLiteral("; ")));
}

/// Of very many batches evenly chosen ones stand for all.
QString ThroughputView::latencyText() const
{
    const auto part = model().batches(axis().visible());
    const std::size_t step = part.size() / kMostRanked + 1;
    std::vector<Nanoseconds> lengths;
    for (std::size_t i = 0; i < part.size(); i += step)
        lengths.push_back(part[i].end - part[i].begin);
    if (lengths.empty())
        return {};
    const auto rank = [&lengths](double share) {
        const auto place = std::ceil(share * static_cast<double>(lengths.size())) - 1;
        const auto at = lengths.begin() + static_cast<std::ptrdiff_t>(std::max(0.0, place));
        std::nth_element(lengths.begin(), at, lengths.end());
        return QString::fromStdString(units::formatNumber(static_cast<double>(*at) / 1e6));
    };
    const QString median = rank(0.50);
    return tr("p50 %1, p95 %2 ms").arg(median, rank(0.95));
}

void ThroughputView::paintContent(QPainter& painter)
{
    painter.fillRect(crosshairArea(), theme().color(Role::base));
    drawTimeGrid(painter, crosshairArea(), scale(), theme());
    const auto all = lines();
    const SeriesColumns series = SeriesColumns::of(model(), scale());
    for (int plot = 0; plot < plots(); ++plot)
        paintPlot(painter, all[static_cast<std::size_t>(plot)], series, plotArea(plot));
    painter.save();
    painter.setClipRect(crosshairArea());
    drawBudgetChanges(painter, crosshairArea(), scale(), model(), theme());
    drawNotes(painter, crosshairArea(), scale(), model(), theme());
    painter.restore();
    paintTimeAxis(painter);
}

void ThroughputView::paintPlot(
    QPainter& painter, const Line& line, const SeriesColumns& series, const QRect& area) const
{
    const SeriesShape shape = shapeSeries(model(), scale(), series, line.kind, area);
    const QRect label = columns().label;
    const int lineHeight = QFontMetrics(Theme::font(TextStyle::small)).height();
    int labelled = area.bottom() + lineHeight;
    for (const double value : shape.ticks.values) {
        const int y = static_cast<int>(std::lround(shape.y(value)));
        painter.fillRect(QRect(area.left(), y, area.width(), 1), theme().color(Role::grid));
        if (labelled - y < 12) // its label would touch the one below
            continue;
        labelled = y;
        drawText(
            painter, QRect(label.left(), y - lineHeight / 2, label.width() - 8, lineHeight),
            Qt::AlignRight | Qt::AlignVCenter,
            QString::fromStdString(units::formatFixed(value, shape.ticks.decimals)),
            theme().color(Role::text));
    }
    drawText(
        painter, QRect(label.left() + 8, area.top() - lineHeight / 2, 72, lineHeight),
        Qt::AlignLeft | Qt::AlignVCenter, line.axisTitle, theme().color(Role::secondaryText));
    painter.save();
    painter.setClipRect(area.adjusted(0, -2, 0, 3));
    if (line.kind.limit > 0 && line.kind.limit <= shape.ticks.high) {
        painter.setPen(QPen(theme().color(Role::secondaryText), 1, Qt::DashLine));
        const int y = static_cast<int>(std::lround(shape.y(line.kind.limit)));
        painter.drawLine(area.left(), y, area.right(), y);
    }
    QColor thin = theme().color(line.role);
    thin.setAlpha(110);
    painter.setPen(QPen(thin, 1));
    for (const QPolygonF& part : shape.raw)
        painter.drawPolyline(part);
    for (const SeriesShape::Span& span : shape.spans)
        painter.fillRect(
            QRect(
                QPoint(span.x, static_cast<int>(std::lround(shape.y(span.high)))),
                QPoint(span.x, static_cast<int>(std::lround(shape.y(span.low))))),
            thin);
    painter.setRenderHint(QPainter::Antialiasing);
    // Line by line: stroking one path of a thousand corners takes a hundred times as long.
    painter.setPen(QPen(theme().color(line.role), 1.75, Qt::SolidLine, Qt::SquareCap));
    QVector<QLineF> segments;
    for (const QPolygonF& part : shape.mean)
        for (qsizetype i = 1; i < part.size(); ++i)
            segments.append(QLineF(part[i - 1], part[i]));
    painter.drawLines(segments);
    painter.restore();
}

void ThroughputView::paintTimeAxis(QPainter& painter) const
{
    const Columns column = columns();
    const TimeScale map = scale();
    const int top = crosshairArea().bottom() + 1;
    const TimeTicks ticks = timeTicks(map.range, map.width, kTimeTickSpacing);
    drawText(
        painter, QRect(column.label.left(), top, column.label.width() - 8, kAxisHeight),
        Qt::AlignRight | Qt::AlignVCenter, tr("time, s"), theme().color(Role::secondaryText));
    for (const Nanoseconds time : ticks.values)
        painter.fillRect(QRect(map.pixel(time), top, 1, 4), theme().color(Role::border));
    const QRect labels(column.plot.left(), top + 2, column.plot.width(), kAxisHeight - 2);
    drawTimeLabels(painter, labels, Qt::AlignVCenter, map, theme().color(Role::text));
}

QString ThroughputView::valueText(const Line& line) const
{
    const api::BatchRow* batch = model().batchAt(readoutTime());
    if (!batch)
        return QStringLiteral("-");
    const auto index = static_cast<std::size_t>(batch - model().rows().batches.data());
    const auto value = static_cast<double>(model().series()[index].*(line.kind.value)) / line.kind.unit;
    return QString::fromStdString(units::formatNumber(value));
}

QStringList ThroughputView::readout() const
{
    QStringList text;
    for (const Line& line : lines())
        text += QStringLiteral("%1 %2").arg(line.name, valueText(line));
    return text;
}

void ThroughputView::paintReadout(QPainter& painter)
{
    const QRect column = columns().readout;
    const auto all = lines();
    constexpr int kPitch = 16;
    for (int plot = 0; plot < plots(); ++plot) {
        const Line& line = all[static_cast<std::size_t>(plot)];
        const QRect area = plotArea(plot);
        const int top = area.center().y() - kPitch;
        ReadoutLine value{line.name, valueText(line), ReadoutLine::Mark::line, theme().color(line.role)};
        drawReadoutLine(painter, QRect(column.left(), top, column.width(), kPitch), value, theme());
        if (area.height() < 2 * kPitch)
            continue;
        drawText(
            painter, QRect(column.left() + 26, top + kPitch, column.width() - 30, kPitch),
            Qt::AlignLeft | Qt::AlignVCenter, line.note, theme().color(Role::secondaryText));
    }
}

} // namespace sida::ui
