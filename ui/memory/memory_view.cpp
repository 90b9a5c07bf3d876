// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/memory/memory_view.h"

#include "engine/base/units.h"
#include "ui/plot/paint.h"

#include <QCoreApplication>
#include <QPainter>

#include <algorithm>

namespace sida::ui
{

namespace
{

constexpr int kMargin = 8; // above and below the plot, so that the top and bottom ticks are whole

} // namespace

QString purposeText(api::Purpose purpose)
{
    switch (purpose) {
    case api::Purpose::denseWeights:
        return MemoryView::tr("Dense weights");
    case api::Purpose::predictor:
        return MemoryView::tr("Predictor");
    case api::Purpose::expertSlots:
        return MemoryView::tr("Expert slots");
    case api::Purpose::staging:
        return MemoryView::tr("Staging");
    case api::Purpose::activations:
        return MemoryView::tr("Activations");
    case api::Purpose::runtimeContext:
        return MemoryView::tr("Runtime context");
    }
    return {};
}

MemoryView::MemoryView(RecordingModel* model, TimeAxis* axis, QWidget* parent)
    : TimeView(model, axis, parent)
{
    setAccessibleName(tr("Memory by purpose over time"));
    contentChanged();
}

QSize MemoryView::sizeHint() const
{
    return {1296, 144};
}

QSize MemoryView::minimumSizeHint() const
{
    return {480, 112};
}

QString MemoryView::emptyText() const
{
    return tr("Start a run or open a session to see what the memory is used for.");
}

QRect MemoryView::plotArea() const
{
    return columns().plot.adjusted(0, 0, 0, -kMargin);
}

ByteScale MemoryView::byteScale() const
{
    return ByteScale::of(model().largestMemory(), plotArea());
}

const std::vector<StackRun>& MemoryView::runs() const
{
    if (!m_runs || m_runs->version != model().version() || m_runs->scale != scale())
        m_runs = Runs{model().version(), scale(), stackRuns(model(), scale())};
    return m_runs->runs;
}

void MemoryView::contentChanged()
{
    if (!hasContent()) {
        titleAccessory()->setNote({});
        titleAccessory()->setSummary({});
        return;
    }
    const QString unit = QLatin1String(MemoryUnit::forMaximum(model().largestMemory()).name);
    const bool onCpu = model().header().device == api::DeviceKind::cpu;
    titleAccessory()->setNote(
        onCpu ? tr("%1 by purpose; cpu: the device arena in host memory").arg(unit)
              : tr("%1 by purpose, this process on the GPU").arg(unit));
    std::uint64_t peak = 0;
    for (const StackRun& run : runs())
        peak = std::max(peak, model().memoryPeaks().total(run.row));
    titleAccessory()->setSummary(tr("peak in view %1").arg(QString::fromStdString(units::formatBytes(peak))));
    setAccessibleDescription(readout().join(QStringLiteral("; ")));
}

void MemoryView::paintContent(QPainter& painter)
{
    painter.fillRect(columns().plot, theme().color(Role::base));
    const ByteScale bytes = byteScale();
    const std::vector<StackRun>& stack = runs();
    paintAxis(painter, bytes);
    paintStack(painter, stack, bytes);
    painter.save();
    painter.setClipRect(plotArea());
    drawBudgetChanges(painter, plotArea(), scale(), model(), theme());
    drawNotes(painter, plotArea(), scale(), model(), theme());
    paintBudget(painter, stack, bytes);
    painter.restore();
}

void MemoryView::paintAxis(QPainter& painter, const ByteScale& bytes) const
{
    const QRect plot = plotArea();
    const QRect label = columns().label;
    drawTimeGrid(painter, plot, scale(), theme());
    const int lineHeight = QFontMetrics(Theme::font(TextStyle::small)).height();
    for (const double value : bytes.ticks.values) {
        if (value > bytes.most)
            break;
        const int y = bytes.y(value * bytes.unit.bytes);
        painter.fillRect(
            QRect(plot.left(), std::min(y, plot.bottom()), plot.width(), 1), theme().color(Role::grid));
        if (y - lineHeight / 2 < 0)
            continue;
        drawText(
            painter, QRect(label.left(), y - lineHeight / 2, label.width() - 8, lineHeight),
            Qt::AlignRight | Qt::AlignVCenter,
            QString::fromStdString(units::formatFixed(value, bytes.ticks.decimals)),
            theme().color(Role::text));
    }
    drawText(
        painter, QRect(label.left() + 8, 4, 48, lineHeight), Qt::AlignLeft | Qt::AlignVCenter,
        QLatin1String(bytes.unit.name), theme().color(Role::secondaryText));
}

void MemoryView::paintStack(
    QPainter& painter, const std::vector<StackRun>& runs, const ByteScale& bytes) const
{
    const bool edged = theme().markPen().style() != Qt::NoPen;
    const QColor edge = theme().color(Role::markEdge);
    // A band goes on for as long as neither of its sides moves by a pixel: most of them for the whole width.
    std::array<QRect, kStackOrder.size()> open{};
    auto flush = [&](std::size_t place) {
        const QRect& band = open[place];
        painter.fillRect(band, theme().color(kStackOrder[place]));
        if (edged && band.height() > 2)
            painter.fillRect(QRect(band.left(), band.top(), band.width(), 1), edge);
    };
    for (const StackRun& run : runs) {
        const api::MemoryRow& row = model().rows().memory[run.row];
        double sum = 0;
        int bottom = bytes.y(0);
        for (std::size_t place = 0; place < kStackOrder.size(); ++place) {
            sum += static_cast<double>(row.bytes[static_cast<std::size_t>(kStackOrder[place])]);
            const int top = bytes.y(sum);
            QRect& band = open[place];
            if (band.top() == top && band.height() == bottom - top
                && band.left() + band.width() == run.left) {
                band.setWidth(run.right - band.left());
            } else {
                flush(place);
                band = QRect(run.left, top, run.right - run.left, bottom - top);
            }
            bottom = top;
        }
    }
    for (std::size_t place = 0; place < open.size(); ++place)
        flush(place);
}

QString MemoryView::budgetText(std::uint64_t budget) const
{
    const QString bytes = QString::fromStdString(units::formatBytes(budget));
    const std::uint64_t resident = model().header().residentBytes;
    if (resident == 0)
        return tr("budget %1").arg(bytes);
    const double share = static_cast<double>(budget) / static_cast<double>(resident);
    return tr("budget %1 (%2 of resident)").arg(bytes, QString::fromStdString(units::formatPercent(share)));
}

void MemoryView::paintBudget(
    QPainter& painter, const std::vector<StackRun>& runs, const ByteScale& bytes) const
{
    const auto& rows = model().rows().memory;
    const QFontMetrics metrics(Theme::font(TextStyle::small));
    int labelled = plotArea().left();
    for (std::size_t i = 0; i < runs.size();) {
        const std::uint64_t budget = rows[runs[i].row].budget;
        std::size_t end = i + 1;
        while (end < runs.size() && rows[runs[end].row].budget == budget)
            ++end;
        const int left = runs[i].left;
        const int right = runs[end - 1].right;
        i = end;
        if (budget == 0)
            continue;
        const int y = bytes.y(static_cast<double>(budget));
        painter.setPen(theme().budgetPen());
        painter.drawLine(left, y, right, y);
        const QString text = budgetText(budget);
        const int width = metrics.horizontalAdvance(text);
        const int at = std::max(left + 8, labelled);
        if (at + width > right && right - left < width)
            continue;
        drawText(
            painter, QRect(at, y - metrics.height() - 2, width + 2, metrics.height()), Qt::AlignLeft, text,
            theme().color(Role::budgetText));
        labelled = at + width + 8;
    }
}

QStringList MemoryView::readout() const
{
    QStringList lines;
    const api::MemoryRow* row = model().memoryAt(readoutTime());
    if (!row)
        return lines;
    const MemoryUnit unit = MemoryUnit::forMaximum(model().largestMemory());
    auto add = [&](const QString& what, std::uint64_t value) {
        lines += QStringLiteral("%1 %2 %3").arg(what, unit.text(value), QLatin1String(unit.name));
    };
    if (row->budget > 0)
        add(tr("Budget"), row->budget);
    for (auto purpose = kStackOrder.rbegin(); purpose != kStackOrder.rend(); ++purpose)
        add(purposeText(*purpose), row->bytes[static_cast<std::size_t>(*purpose)]);
    add(tr("Total"), totalBytes(*row));
    return lines;
}

void MemoryView::paintReadout(QPainter& painter)
{
    const QRect column = columns().readout;
    const api::MemoryRow* row = model().memoryAt(readoutTime());
    const MemoryUnit unit = MemoryUnit::forMaximum(model().largestMemory());
    const int lines = static_cast<int>(api::kPurposes) + 2;
    const int pitch = std::clamp((column.height() - 4) / lines, 12, 18);
    int top = column.top() + 2;
    auto put = [&](ReadoutLine line, std::optional<std::uint64_t> value) {
        line.value = value ? unit.text(*value) : QStringLiteral("-");
        drawReadoutLine(painter, QRect(column.left(), top, column.width(), pitch), line, theme());
        top += pitch;
    };
    auto valueOf = [row](auto get) { return row ? std::optional<std::uint64_t>(get(*row)) : std::nullopt; };
    put({tr("Budget"), {}, ReadoutLine::Mark::dashes, theme().color(Role::budgetLine)},
        valueOf([](const api::MemoryRow& at) { return at.budget; }));
    for (auto purpose = kStackOrder.rbegin(); purpose != kStackOrder.rend(); ++purpose) {
        const auto index = static_cast<std::size_t>(*purpose);
        put({purposeText(*purpose), {}, ReadoutLine::Mark::fill, theme().color(*purpose)},
            valueOf([index](const api::MemoryRow& at) { return at.bytes[index]; }));
    }
    painter.fillRect(QRect(column.left() + 8, top, column.width() - 24, 1), theme().color(Role::border));
    ReadoutLine total{tr("Total, %1").arg(QLatin1String(unit.name)), {}};
    total.strong = true;
    total.indented = true;
    put(total, valueOf([](const api::MemoryRow& at) { return totalBytes(at); }));
}

} // namespace sida::ui
