// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/predictor/hash_view.h"

#include "engine/base/units.h"
#include "ui/plot/paint.h"

#include <QPainter>

#include <algorithm>
#include <cmath>
#include <limits>

namespace sida::ui
{

namespace
{

constexpr int kLegend = 20;
constexpr int kMostStrip = 24;
constexpr int kPixel = 2; // a column of colour
constexpr std::size_t kBatchesAPixel = 8;
constexpr std::size_t kBatchesAView = 512;

QString number(double value)
{
    return QString::fromStdString(units::formatNumber(value));
}

} // namespace

QString measureText(HashMeasure measure)
{
    switch (measure) {
    case HashMeasure::hitRate:
        return HashView::tr("hash-hit rate");
    case HashMeasure::precision:
        return HashView::tr("precision");
    case HashMeasure::recall:
        return HashView::tr("recall");
    }
    return {};
}

void HashSums::add(const api::HashRow& row)
{
    tokens += row.tokens;
    tokenHits += row.tokenHits;
    predicted += row.predictedExperts;
    active += row.activeExperts;
    correct += row.correctExperts;
}

double HashSums::value(HashMeasure measure) const
{
    const auto share = [](std::uint64_t part, std::uint64_t whole) {
        return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole)
                         : std::numeric_limits<double>::quiet_NaN();
    };
    switch (measure) {
    case HashMeasure::hitRate:
        return share(tokenHits, tokens);
    case HashMeasure::precision:
        return share(correct, predicted);
    case HashMeasure::recall:
        return share(correct, active);
    }
    return 0;
}

std::vector<HashSums> hashSums(const RecordingModel& model, TimeRange range, std::size_t most)
{
    std::vector<HashSums> sums(model.header().moeLayers.size());
    const auto batches = model.batches(range);
    const auto& rows = model.rows().hash;
    const std::size_t step = std::max<std::size_t>(1, batches.size() / std::max<std::size_t>(1, most));
    auto at = rows.begin();
    for (std::size_t i = 0; i < batches.size(); i += step) {
        const std::uint32_t batch = batches[i].batch;
        if (at == rows.end() || at->batch != batch)
            at = std::partition_point(
                rows.begin(), rows.end(), [batch](const api::HashRow& row) { return row.batch < batch; });
        for (; at != rows.end() && at->batch == batch; ++at)
            if (at->layer < sums.size())
                sums[at->layer].add(*at);
    }
    return sums;
}

HashView::HashView(RecordingModel* model, TimeAxis* axis, QWidget* parent)
    : TimeView(model, axis, parent)
{
    setAccessibleName(tr("How well the hash tables foretold each layer, over time"));
    contentChanged();
}

int HashView::layers() const
{
    return std::max(1, static_cast<int>(model().header().moeLayers.size()));
}

QString HashView::emptyText() const
{
    return model().hasRun() && !model().rows().batches.empty()
        ? tr("This run had no predictor. Policy sida uses one: train it for the model, or open one.")
        : tr("Start a run with a predictor, or open a session of one, to see how often it was right.");
}

void HashView::setMeasure(HashMeasure measure)
{
    m_measure = measure;
    scheduleRefresh();
}

QRect HashView::strip(int layer) const
{
    const QRect plot = columns().plot.adjusted(0, 8, 0, -kLegend);
    const int height = std::clamp(plot.height() / layers(), 3, kMostStrip);
    return {plot.left(), plot.top() + layer * height, plot.width(), height - (height > 5 ? 1 : 0)};
}

void HashView::contentChanged()
{
    titleAccessory()->setNote({});
    titleAccessory()->setSummary(
        hasContent() ? tr("mean %1 in view").arg([this] {
            HashSums all;
            for (const HashSums& layer : hashSums(model(), axis().visible(), kBatchesAView)) {
                all.tokens += layer.tokens;
                all.tokenHits += layer.tokenHits;
                all.predicted += layer.predicted;
                all.active += layer.active;
                all.correct += layer.correct;
            }
            return measureText(m_measure) + QLatin1Char(' ') + number(all.value(m_measure));
        }())
                     : QString());
    setAccessibleDescription(readout().join(QStringLiteral("; ")));
}

void HashView::paintContent(QPainter& painter)
{
    const QRect plot = columns().plot;
    painter.fillRect(plot, theme().color(Role::base));
    const TimeScale map = scale();
    drawTimeGrid(painter, plot, map, theme());
    const int count = layers();
    const int lineHeight = QFontMetrics(Theme::font(TextStyle::small)).height();
    int labelled = -lineHeight;
    for (int layer = 0; layer < count; ++layer) {
        const QRect box = strip(layer);
        if (box.center().y() - labelled < lineHeight - 2)
            continue;
        labelled = box.center().y();
        drawText(
            painter,
            QRect(
                columns().label.left(), box.center().y() - lineHeight / 2, columns().label.width() - 8,
                lineHeight),
            Qt::AlignRight | Qt::AlignVCenter, tr("layer %1").arg(layer), theme().color(Role::text));
    }
    // Batches wider than a column are drawn once, as wide as they are.
    for (int x = plot.left(); x <= plot.right();) {
        Nanoseconds until = map.time(x + kPixel);
        const api::BatchRow* batch = model().batchAt(map.time(x));
        if (batch && batch->end > until)
            until = batch->end;
        const int right = std::clamp(map.pixel(until), x + kPixel, plot.right() + 1);
        const auto sums = hashSums(model(), {map.time(x), until - 1}, kBatchesAPixel);
        for (int layer = 0; layer < count && layer < static_cast<int>(sums.size()); ++layer) {
            const double value = sums[static_cast<std::size_t>(layer)].value(m_measure);
            if (std::isnan(value))
                continue;
            const QRect box = strip(layer);
            painter.fillRect(QRect(x, box.top(), right - x, box.height()), theme().magnitude(value));
        }
        x = right;
    }
    const int top = strip(count - 1).bottom() + 6;
    const int width = 120;
    for (int x = 0; x < width; ++x)
        painter.fillRect(
            QRect(plot.left() + 24 + x, top, 1, 8), theme().magnitude(static_cast<double>(x) / width));
    drawText(
        painter, QRect(plot.left(), top - 4, 20, 16), Qt::AlignRight | Qt::AlignVCenter, QStringLiteral("0"),
        theme().color(Role::secondaryText));
    drawText(
        painter, QRect(plot.left() + 28 + width, top - 4, 300, 16), Qt::AlignLeft | Qt::AlignVCenter,
        tr("1  %1 of each layer").arg(measureText(m_measure)), theme().color(Role::secondaryText));
}

QStringList HashView::readout() const
{
    if (!hasContent())
        return {};
    const api::BatchRow* batch = model().batchAt(readoutTime());
    QStringList lines;
    if (!batch)
        return lines;
    lines << tr("batch %1").arg(batch->batch);
    const auto sums = hashSums(model(), {batch->begin, batch->begin + 1}, 1);
    for (std::size_t layer = 0; layer < sums.size(); ++layer)
        lines << tr("layer %1: hash-hit rate %2, precision %3, recall %4")
                     .arg(
                         QString::number(layer), number(sums[layer].value(HashMeasure::hitRate)),
                         number(sums[layer].value(HashMeasure::precision)),
                         number(sums[layer].value(HashMeasure::recall)));
    return lines;
}

void HashView::paintReadout(QPainter& painter)
{
    const QRect column = columns().readout;
    const api::BatchRow* batch = model().batchAt(readoutTime());
    if (!batch)
        return;
    const auto sums = hashSums(model(), {batch->begin, batch->begin + 1}, 1);
    painter.save();
    painter.setClipRect(column);
    int free = column.top();
    for (int layer = 0; layer < static_cast<int>(sums.size()); ++layer) {
        const QRect box = strip(layer);
        const QRect line(column.left(), box.center().y() - 8, column.width(), 16);
        if (line.top() < free)
            continue;
        free = line.bottom() - 1;
        ReadoutLine text{
            tr("batch %1, layer %2").arg(batch->batch).arg(layer),
            number(sums[static_cast<std::size_t>(layer)].value(m_measure))};
        drawReadoutLine(painter, line, text, theme());
    }
    painter.restore();
}

} // namespace sida::ui
