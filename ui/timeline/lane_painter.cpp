// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/lane_painter.h"

#include "ui/plot/paint.h"
#include "ui/plot/ticks.h"
#include "ui/timeline/timeline_text.h"
#include "ui/timeline/timeline_view.h"

#include <QPainter>

#include <algorithm>

namespace sida::ui
{

void drawCross(QPainter& painter, const QPoint& centre, const Theme& theme)
{
    constexpr int kArm = 3;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(theme.color(api::Outcome::evictedEarly), 1.5));
    painter.drawLine(centre + QPoint(-kArm, -kArm), centre + QPoint(kArm, kArm));
    painter.drawLine(centre + QPoint(-kArm, kArm), centre + QPoint(kArm, -kArm));
    painter.restore();
}

void LanePainter::paintLabels(const QRect& column) const
{
    auto label = [&](const QRect& lane, const QString& text, const QString& second = {}) {
        const QColor plain = m_theme.color(Role::text);
        const QRect line(column.left(), lane.top(), column.width() - 8, 16);
        drawText(m_painter, line, Qt::AlignRight | Qt::AlignVCenter, text, plain);
        if (!second.isEmpty() && lane.height() >= 30)
            drawText(
                m_painter, line.translated(0, 15), Qt::AlignRight | Qt::AlignVCenter, second,
                m_theme.color(Role::secondaryText));
    };
    label(
        m_layout.overview.adjusted(0, 6, 0, 0), TimelineView::tr("Overview"), TimelineView::tr("samples/s"));
    label(m_layout.of(Lane::batches), TimelineView::tr("Batches"));
    const auto layers = m_model.header().moeLayers.size();
    label(
        m_layout.of(Lane::layers), TimelineView::tr("Layers, compute"),
        layers > 1 ? TimelineView::tr("0 to %1").arg(layers - 1) : QString());
    label(m_layout.of(Lane::hashBuilding), TimelineView::tr("Hash building"));
    label(m_layout.of(Lane::transfers), TimelineView::tr("Transfers"));
    label(m_layout.of(Lane::stalls).adjusted(0, 4, 0, 0), TimelineView::tr("Stalls"));
    label(m_layout.of(Lane::evictions), TimelineView::tr("Evictions"));
    label(m_layout.of(Lane::events), TimelineView::tr("Events"));
}

void LanePainter::paintRuler(const QRect& labelColumn) const
{
    const QRect& ruler = m_layout.ruler;
    const TimeTicks ticks = timeTicks(m_scale.range, m_scale.width, kTimeTickSpacing);
    const QColor line = m_theme.color(Role::secondaryText);
    drawText(
        m_painter, QRect(labelColumn.left(), ruler.top(), labelColumn.width() - 8, ruler.height()),
        Qt::AlignRight | Qt::AlignVCenter, TimelineView::tr("time, s"), m_theme.color(Role::secondaryText));
    m_painter.save();
    m_painter.setClipRect(ruler);
    for (const Nanoseconds time : ticks.minor)
        m_painter.fillRect(QRect(m_scale.pixel(time), ruler.bottom() - 3, 1, 4), line);
    for (const Nanoseconds time : ticks.values) {
        const int x = m_scale.pixel(time);
        m_painter.fillRect(QRect(x, ruler.bottom() - 6, 1, 7), line);
    }
    drawTimeLabels(
        m_painter, ruler.adjusted(0, 0, 0, -7), Qt::AlignVCenter, m_scale, m_theme.color(Role::text));
    drawNoteMarks(m_painter, ruler.bottom(), m_scale, m_model, m_theme);
    m_painter.restore();
}

void LanePainter::paintLanes() const
{
    const QRect& body = m_layout.body;
    m_painter.fillRect(body, m_theme.color(Role::base));
    drawTimeGrid(m_painter, body, m_scale, m_theme);
    m_painter.save();
    m_painter.setClipRect(body);
    paintBatches();
    paintLayers();
    paintHashBuilding();
    paintTransfers();
    paintStalls();
    paintEvictions();
    if (m_only)
        paintOnly();
    drawBudgetChanges(m_painter, body, m_scale, m_model, m_theme);
    drawNotes(m_painter, body, m_scale, m_model, m_theme);
    paintEvents();
    m_painter.restore();
}

void LanePainter::paintMark(const Mark& mark, const QRect& box, const QBrush& brush) const
{
    m_painter.setOpacity(mark.share >= 1 ? 1 : 0.25 + 0.75 * static_cast<double>(mark.share));
    m_painter.fillRect(box, brush);
    // Edges belong to single marks; round merged ones they would say that something begins there.
    if (mark.row != Mark::kMerged && box.width() >= 8 && m_theme.markPen().style() != Qt::NoPen) {
        m_painter.setPen(m_theme.markPen());
        m_painter.setBrush(Qt::NoBrush);
        m_painter.drawRect(box.adjusted(0, 0, -1, -1));
    }
    m_painter.setOpacity(1);
}

/// The rows of the one expert over a veil that pales all others.
void LanePainter::paintOnly() const
{
    QColor veil = m_theme.color(Role::base);
    veil.setAlpha(205);
    for (const Lane lane : {Lane::transfers, Lane::stalls, Lane::evictions})
        m_painter.fillRect(m_layout.of(lane), veil);
    const int layers = static_cast<int>(m_model.header().moeLayers.size());
    for (int layer = 0; layer < layers; ++layer)
        if (layer != m_only->layer)
            m_painter.fillRect(m_layout.layer(layer), veil);
    const QRect transfers = m_layout.of(Lane::transfers);
    const int half = transfers.height() / 2;
    int lastX[2] = {-1, -1};
    for (const api::TransferRow& row : m_model.transfers({m_scale.range.begin, m_scale.range.end})) {
        if (row.key != *m_only)
            continue;
        const int part = row.kind == api::TransferKind::onDemand ? 1 : 0;
        const int left = m_scale.pixel(row.begin);
        const int width = std::max(2, m_scale.pixel(row.end) - left);
        if (left + width <= lastX[part])
            continue;
        lastX[part] = left + width;
        m_painter.fillRect(
            QRect(left, transfers.top() + part * half, width, half - 1), m_theme.brush(row.kind));
    }
    const QRect stalls = m_layout.of(Lane::stalls);
    const api::StallRow* stall = m_model.nextStall(m_scale.range.begin - 1, m_only);
    for (int last = -1; stall && stall->begin <= m_scale.range.end;
         stall = m_model.nextStall(stall->begin, m_only)) {
        const int left = m_scale.pixel(stall->begin);
        const int width = std::max(2, m_scale.pixel(stall->end) - left);
        if (left + width <= last)
            continue;
        last = left + width;
        m_painter.fillRect(QRect(left, stalls.top(), width, stalls.height()), m_theme.brush(stall->cause));
    }
    const QRect evictions = m_layout.of(Lane::evictions);
    for (const api::EvictionRow& row : m_model.evictions(m_scale.range))
        if (row.key == *m_only && row.used)
            m_painter.fillRect(
                QRect(m_scale.pixel(row.time), evictions.top(), 2, evictions.height() / 2),
                m_theme.color(Role::text));
        else if (row.key == *m_only)
            drawCross(m_painter, QPoint(m_scale.pixel(row.time), evictions.bottom() - 3), m_theme);
    paintUsesOfOnly();
}

/// A tick below each batch that used the expert, in the colour of the outcome.
void LanePainter::paintUsesOfOnly() const
{
    constexpr std::size_t kMost = 2'000'000; // rows looked at for one picture
    const QRect lane = m_layout.of(Lane::batches);
    const auto uses = m_model.uses(m_scale.range);
    if (uses.size() > kMost)
        return;
    int last = -1;
    for (const api::UseRow& use : uses) {
        if (use.key != *m_only || use.routed == 0)
            continue;
        const int x = m_scale.pixel(use.used);
        if (x == last)
            continue;
        last = x;
        m_painter.fillRect(QRect(x, lane.bottom() - 3, 2, 4), m_theme.color(use.outcome));
    }
}

void LanePainter::paintBatch(const api::BatchRow& batch, bool highlighted) const
{
    const QRect& lane = m_layout.of(Lane::batches);
    const int left = std::max(m_scale.pixel(batch.begin), lane.left() - 4);
    const int right = std::min(m_scale.pixel(batch.end), lane.right() + 4);
    QRect box(left, lane.top(), std::max(1, right - left), lane.height());
    const QString text = highlighted ? countText(batch.batch) : QString();
    const int needed = m_painter.fontMetrics().horizontalAdvance(text) + 6;
    // Under the pointer its number is always told, if need be on its neighbours' room.
    if (highlighted && box.width() < needed)
        box = QRect(box.center().x() - needed / 2, box.top(), needed, box.height());
    m_painter.fillRect(box, m_theme.color(highlighted ? Role::selectionFill : Role::button));
    if (box.width() >= 4) {
        m_painter.setPen(m_theme.color(highlighted ? Role::accent : Role::border));
        m_painter.setBrush(Qt::NoBrush);
        m_painter.drawRect(box.adjusted(0, 0, -1, -1));
    }
    if (highlighted)
        drawText(m_painter, box & lane, Qt::AlignCenter, text, m_theme.color(Role::text));
}

void LanePainter::paintBatches() const
{
    const auto part = m_model.batches(m_scale.range);
    if (part.size() > static_cast<std::size_t>(m_scale.width) / 8) {
        // Too narrow for boxes of their own: one band, which says only that there were batches.
        const QRect& lane = m_layout.of(Lane::batches);
        const int left = std::max(lane.left(), m_scale.pixel(part.front().begin));
        const int right = std::min(lane.right() + 1, m_scale.pixel(part.back().end));
        m_painter.fillRect(
            QRect(left, lane.top(), right - left, lane.height()), m_theme.color(Role::dockTitle));
    } else {
        for (const api::BatchRow& batch : part)
            paintBatch(batch, false);
    }
    paintBatchLabels();
}

void LanePainter::paintBatchLabels() const
{
    const auto part = m_model.batches(m_scale.range);
    if (part.empty())
        return;
    const QRect& lane = m_layout.of(Lane::batches);
    const QFontMetrics metrics = m_painter.fontMetrics();
    const int needed = metrics.horizontalAdvance(countText(part.back().batch)) + 16;
    const double each = static_cast<double>(m_scale.width) / static_cast<double>(part.size());
    const double enough = needed / std::max(1e-9, each);
    std::size_t every = 1;
    for (std::size_t power = 1; static_cast<double>(every) < enough; power *= 10)
        for (const std::size_t factor : {1, 2, 5})
            if (static_cast<double>(every) < enough)
                every = factor * power;
    int free = lane.left();
    for (const api::BatchRow& batch : part) {
        if (batch.batch % every != 0)
            continue;
        const QString text = countText(batch.batch);
        const int width = metrics.horizontalAdvance(text);
        const int from = std::max(lane.left(), m_scale.pixel(batch.begin));
        const int to = std::min(lane.right(), m_scale.pixel(batch.end));
        if (every == 1 && to - from < width + 4)
            continue;
        const QRect box((from + to - width) / 2 - 3, lane.top() + 1, width + 6, lane.height() - 2);
        if (box.left() < free || box.right() > lane.right())
            continue;
        if (every > 1 && each >= 8)
            m_painter.fillRect(box, m_theme.color(Role::button));
        drawText(m_painter, box, Qt::AlignCenter, text, m_theme.color(Role::text));
        free = box.right() + 2;
    }
}

void LanePainter::paintLayers() const
{
    const int count = static_cast<int>(m_model.header().moeLayers.size());
    LaneOfCategory laneOf;
    for (int layer = 0; layer < count; ++layer)
        laneOf.push_back(layer);
    const auto& rows = m_model.rows().layers;
    const auto& stalls = m_model.rows().stalls;
    const auto lanes = laneMarks(
        rows, m_model.layerCoverage(), m_scale, [](const api::LayerRow& row) { return int(row.layer); },
        laneOf, count);
    const QColor colour = m_theme.color(Role::compute);
    for (int layer = 0; layer < count; ++layer) {
        const QRect lane = m_layout.layer(layer);
        const int thick = std::max(1, lane.height() - 2);
        for (const Mark& mark : lanes[static_cast<std::size_t>(layer)]) {
            if (mark.row == Mark::kMerged) {
                paintMark(mark, QRect(mark.left, lane.top() + 1, mark.width, thick), colour);
                continue;
            }
            // A thin line while the layer waits, a box while it computes.
            m_painter.fillRect(QRect(mark.left, lane.center().y(), mark.width, 1), colour);
            const api::LayerRow& row = rows[mark.row];
            Nanoseconds free = row.begin;
            auto compute = [&](Nanoseconds from, Nanoseconds to) {
                if (to <= from)
                    return;
                const int left = m_scale.pixel(from);
                m_painter.fillRect(
                    QRect(left, lane.top() + 1, std::max(1, m_scale.pixel(to) - left), thick), colour);
            };
            auto stall = std::partition_point(
                stalls.begin(), stalls.end(), [&row](const api::StallRow& s) { return s.end <= row.begin; });
            for (; stall != stalls.end() && stall->begin < row.end; ++stall) {
                compute(free, stall->begin);
                free = std::max(free, stall->end);
            }
            compute(free, row.end);
        }
    }
}

void LanePainter::paintHashBuilding() const
{
    const QRect& lane = m_layout.of(Lane::hashBuilding);
    const auto& rows = m_model.rows().hashBuilds;
    if (rows.empty()) {
        drawText(
            m_painter, lane.adjusted(8, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter,
            TimelineView::tr("no predictor in this run"), m_theme.color(Role::secondaryText));
        return;
    }
    const auto marks = laneMarks(
        rows, m_model.hashCoverage(), m_scale, [](const api::HashBuildRow&) { return 0; }, {0}, 1);
    for (const Mark& mark : marks[0])
        paintMark(
            mark, QRect(mark.left, lane.top() + 1, mark.width, lane.height() - 2),
            m_theme.color(api::Purpose::predictor));
}

void LanePainter::paintTransfers() const
{
    const QRect& lane = m_layout.of(Lane::transfers);
    // Prefetches and preloads above, what a batch had to wait for below.
    const auto lanes = laneMarks(
        m_model.rows().transfers, m_model.transferCoverage(), m_scale,
        [](const api::TransferRow& row) { return static_cast<int>(row.kind); }, {0, 1, 0}, 2);
    const int half = lane.height() / 2;
    for (int part = 0; part < 2; ++part) {
        const int top = lane.top() + part * half;
        for (const Mark& mark : lanes[static_cast<std::size_t>(part)]) {
            const QBrush brush = m_theme.brush(static_cast<api::TransferKind>(mark.category));
            const int gap
                = mark.row != Mark::kMerged && mark.width > 3 ? 1 : 0; // copies follow without a pause
            paintMark(mark, QRect(mark.left, top, mark.width - gap, half - 1), brush);
        }
    }
}

void LanePainter::paintStalls() const
{
    const QRect& lane = m_layout.of(Lane::stalls);
    const LaneOfCategory laneOf(api::kStallCauses, 0);
    const auto marks = laneMarks(
        m_model.rows().stalls, m_model.stallCoverage(), m_scale,
        [](const api::StallRow& row) { return static_cast<int>(row.cause); }, laneOf, 1);
    for (const Mark& mark : marks[0]) {
        const int gap = mark.row != Mark::kMerged && mark.width > 3 ? 1 : 0;
        const QRect box(mark.left, lane.top(), mark.width - gap, lane.height());
        paintMark(mark, box, m_theme.brush(static_cast<api::StallCause>(mark.category)));
    }
}

void LanePainter::paintEvictions() const
{
    constexpr int kCell = 2;
    constexpr std::ptrdiff_t kLookAt = 64; // rows of a crowded cell; more would not change a pixel
    const QRect& lane = m_layout.of(Lane::evictions);
    const auto& rows = m_model.rows().evictions;
    auto at = std::partition_point(rows.begin(), rows.end(), [this](const api::EvictionRow& row) {
        return row.time < m_scale.range.begin;
    });
    int freeForCross = lane.left() - 8;
    for (int x = lane.left(); x <= lane.right() && at != rows.end(); x += kCell) {
        const Nanoseconds until = m_scale.time(x + kCell);
        const auto next = std::partition_point(
            at, rows.end(), [until](const api::EvictionRow& row) { return row.time < until; });
        if (next == at)
            continue;
        const auto looked = at + std::min(kLookAt, next - at);
        const bool unused = std::any_of(at, looked, [](const api::EvictionRow& row) { return !row.used; });
        const bool used = std::any_of(at, looked, [](const api::EvictionRow& row) { return row.used; });
        at = next;
        // Wasted copies get a half lane of their own, so that neither hides the other.
        if (used)
            m_painter.fillRect(QRect(x, lane.top(), 1, lane.height() / 2), m_theme.color(Role::evictionTick));
        if (!unused || x < freeForCross)
            continue;
        freeForCross = x + 7;
        drawCross(m_painter, QPoint(x, lane.bottom() - 3), m_theme);
    }
}

void LanePainter::paintEvents() const
{
    const QRect& lane = m_layout.of(Lane::events);
    const QFontMetrics metrics = m_painter.fontMetrics();
    struct Label {
        QRect box;
        QString text;
        bool accepted;
    };
    std::vector<Label> labels;
    int free = lane.left();
    for (const api::BudgetRow& row : m_model.rows().budgets) {
        if (!m_scale.range.contains(row.time))
            continue;
        const QString text = budgetEventText(row, m_model.header().expertBytes);
        const int width = metrics.horizontalAdvance(text) + 12;
        const int x = m_scale.pixel(row.time);
        m_painter.fillRect(QRect(x, lane.top(), 2, lane.height()), m_theme.color(Role::budgetLine));
        const int left = std::max(free, std::min(x, lane.right() - width));
        // Without room beside its mark the words are left to the tooltip.
        if (left > x + 24 || left + width > lane.right() + 1)
            continue;
        labels.push_back({QRect(left, lane.top(), width, lane.height()), text, row.accepted});
        free = left + width + 4;
    }
    for (const Label& label : labels) {
        m_painter.fillRect(label.box, m_theme.color(Role::base));
        m_painter.setPen(
            QPen(m_theme.color(Role::budgetLine), 1, label.accepted ? Qt::SolidLine : Qt::DotLine));
        m_painter.setBrush(Qt::NoBrush);
        m_painter.drawRect(label.box.adjusted(0, 0, -1, -1));
        drawText(m_painter, label.box, Qt::AlignCenter, label.text, m_theme.color(Role::text));
    }
}

} // namespace sida::ui
