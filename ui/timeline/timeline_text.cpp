// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/timeline_text.h"

#include "engine/base/units.h"
#include "ui/plot/ticks.h"
#include "ui/timeline/timeline_view.h"

#include <algorithm>

namespace sida::ui
{

QString countText(std::uint64_t value)
{
    return QString::fromStdString(units::formatCount(value));
}

QString durationText(Nanoseconds time)
{
    return QString::fromStdString(units::formatDuration(time));
}

QString bytesText(std::uint64_t bytes)
{
    return QString::fromStdString(units::formatBytes(bytes));
}

QString stallText(api::StallCause cause)
{
    switch (cause) {
    case api::StallCause::late:
        return TimelineView::tr("late");
    case api::StallCause::unpredicted:
        return TimelineView::tr("unpredicted");
    case api::StallCause::evictedEarly:
        return TimelineView::tr("evicted early");
    case api::StallCause::busSaturated:
        return TimelineView::tr("bus-saturated");
    }
    return {};
}

Nanoseconds stalledTime(const RecordingModel& model, Nanoseconds begin, Nanoseconds end)
{
    const auto cause = [](const api::StallRow& row) { return static_cast<int>(row.cause); };
    const auto after = model.stallCoverage().before(model.rows().stalls, end, cause);
    const auto before = model.stallCoverage().before(model.rows().stalls, begin, cause);
    Nanoseconds sum = 0;
    for (std::size_t i = 0; i < after.size(); ++i)
        sum += after[i] - before[i];
    return sum;
}

QString budgetEventText(const api::BudgetRow& row, std::uint64_t expertBytes)
{
    if (!row.accepted)
        return TimelineView::tr("budget %1 refused").arg(bytesText(row.to));
    const auto change = static_cast<std::int64_t>(row.to) - static_cast<std::int64_t>(row.from);
    const QString text = TimelineView::tr("budget %1 \u2192 %2").arg(bytesText(row.from), bytesText(row.to));
    const std::int64_t slots_ = expertBytes ? change / static_cast<std::int64_t>(expertBytes) : 0;
    if (slots_ == 0)
        return text;
    const QString count = countText(static_cast<std::uint64_t>(std::abs(slots_)));
    return text
        + (slots_ > 0 ? TimelineView::tr(", +%1 slots").arg(count)
                      : TimelineView::tr(", -%1 slots").arg(count));
}

QString describe(const api::BatchRow& row, const RecordingModel& model)
{
    QStringList lines;
    lines += TimelineView::tr("Batch %1: %2").arg(countText(row.batch), durationText(row.end - row.begin));
    lines += TimelineView::tr("%1 of it waiting for experts")
                 .arg(durationText(stalledTime(model, row.begin, row.end)));
    lines += TimelineView::tr("samples: %1, tokens: %2").arg(countText(row.samples), countText(row.tokens));
    if (row.tableReady >= 0)
        lines += row.tableReady <= row.begin
            ? TimelineView::tr("hash table ready %1 before").arg(durationText(row.begin - row.tableReady))
            : TimelineView::tr("hash table ready %1 after it began")
                  .arg(durationText(row.tableReady - row.begin));
    return lines.join(QLatin1Char('\n'));
}

QString describe(const api::LayerRow& row, const RecordingModel& model)
{
    const auto& names = model.header().moeLayers;
    const QString name = row.layer < names.size() ? QString::fromStdString(names[row.layer]) : QString();
    return TimelineView::tr("MoE layer %1 of batch %2: %3\n%4 of it waiting for experts\n%5")
        .arg(
            QString::number(row.layer), countText(row.batch), durationText(row.end - row.begin),
            durationText(stalledTime(model, row.begin, row.end)), name);
}

QString describe(const api::HashBuildRow& row)
{
    return TimelineView::tr("Hash table of batch %1: built in %2")
        .arg(countText(row.batch), durationText(row.end - row.begin));
}

QString describe(const api::TransferRow& row)
{
    QString kind;
    switch (row.kind) {
    case api::TransferKind::prefetch:
        kind = TimelineView::tr("prefetch");
        break;
    case api::TransferKind::onDemand:
        kind = TimelineView::tr("on demand");
        break;
    case api::TransferKind::preload:
        kind = TimelineView::tr("preload");
        break;
    }
    const Nanoseconds length = row.end - row.begin;
    const double rate = length > 0 ? static_cast<double>(row.bytes) / static_cast<double>(length) * 1e9 : 0;
    const QString head = TimelineView::tr("Layer %1, expert %2 into slot %3, %4 for batch %5")
                             .arg(
                                 QString::number(row.key.layer), QString::number(row.key.expert),
                                 QString::number(row.slot), kind, countText(row.batch));
    const QString copy = TimelineView::tr("%1 in %2, %3")
                             .arg(
                                 bytesText(row.bytes), durationText(length),
                                 QString::fromStdString(units::formatRate(rate)));
    return head + QLatin1Char('\n') + copy + QLatin1Char('\n')
        + TimelineView::tr("waited %1 for the bus")
              .arg(durationText(std::max<Nanoseconds>(0, row.begin - row.queued)));
}

QString describe(const api::StallRow& row)
{
    return TimelineView::tr("Stall, %1: %2\nended by layer %3, expert %4 of batch %5")
        .arg(
            stallText(row.cause), durationText(row.end - row.begin), QString::number(row.key.layer),
            QString::number(row.key.expert), countText(row.batch));
}

QString describe(const api::EvictionRow& row)
{
    const QString why = row.reason == api::EvictionReason::budgetChange
        ? TimelineView::tr("the budget was lowered")
        : TimelineView::tr("its slot was needed");
    return TimelineView::tr("Layer %1, expert %2 left slot %3: %4\n%5")
        .arg(
            QString::number(row.key.layer), QString::number(row.key.expert), QString::number(row.slot), why,
            row.used ? TimelineView::tr("it had been used")
                     : TimelineView::tr("it had not been used: its copy was wasted"));
}

QString describe(const api::Note& note)
{
    const QString at = TimelineView::tr("%1 s").arg(secondsText(note.time, 4));
    return note.text.empty() ? TimelineView::tr("Bookmark at %1").arg(at)
                             : QString::fromStdString(note.text) + QLatin1Char('\n') + at;
}

QString describe(const api::BudgetRow& row, const RecordingModel& model)
{
    const QString text = budgetEventText(row, model.header().expertBytes);
    return row.reason.empty() ? text : text + QStringLiteral(": ") + QString::fromStdString(row.reason);
}

} // namespace sida::ui
