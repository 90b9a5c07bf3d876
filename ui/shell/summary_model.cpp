// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/summary_model.h"

#include "ui/host/text.h"
#include "ui/memory/memory_view.h"
#include "ui/theme/theme.h"

#include <algorithm>
#include <cmath>

namespace sida::ui
{

namespace
{

QString milliseconds(double value)
{
    if (!std::isfinite(value))
        return toText(units::formatNumber(value));
    return toText(units::formatDuration(std::llround(value * 1e6)));
}

QString number(double value)
{
    return toText(units::formatNumber(value));
}

QString percent(double share)
{
    return toText(units::formatPercent(share));
}

/// "1,536 (92.1 %)"
QString partOf(std::uint64_t part, std::uint64_t whole)
{
    if (whole == 0)
        return countText(part);
    return QStringLiteral("%1 (%2)").arg(
        countText(part), percent(static_cast<double>(part) / static_cast<double>(whole)));
}

} // namespace

SummaryModel::SummaryModel(QObject* parent)
    : QAbstractTableModel(parent)
{
}

void SummaryModel::clear()
{
    beginResetModel();
    m_rows.clear();
    endResetModel();
}

void SummaryModel::setFigures(const api::RunHeader& header, const api::Figures& figures)
{
    Rows rows;
    addSpeed(rows, header, figures);
    addMemory(rows, header, figures);
    addExperts(rows, figures);
    addTransfers(rows, figures);
    addStalls(rows, figures);
    addHash(rows, figures);
    const bool sameNames = std::ranges::equal(rows, m_rows, {}, &Row::name, &Row::name);
    if (!sameNames) {
        beginResetModel();
        m_rows = std::move(rows);
        endResetModel();
        return;
    }
    // While a run goes on only figures change: selection and scroll position stay.
    m_rows = std::move(rows);
    if (!m_rows.empty())
        Q_EMIT dataChanged(index(0, 1), index(rowCount() - 1, 1));
}

void SummaryModel::addSpeed(Rows& rows, const api::RunHeader& header, const api::Figures& figures)
{
    rows.push_back({tr("Speed"), {}, true});
    rows.push_back({tr("Samples"), countText(figures.samples)});
    rows.push_back({tr("Tokens"), countText(figures.tokens)});
    rows.push_back({tr("Batches"), countText(figures.batches)});
    rows.push_back({tr("Time"), milliseconds(figures.seconds * 1e3)});
    rows.push_back({tr("Samples/s"), number(figures.samplesPerSecond)});
    rows.push_back({tr("Tokens/s"), number(figures.tokensPerSecond)});
    rows.push_back({tr("Latency of a batch, median"), milliseconds(figures.latencyP50Ms)});
    rows.push_back({tr("Latency of a batch, p95"), milliseconds(figures.latencyP95Ms)});
    rows.push_back({tr("Latency of a batch, p99"), milliseconds(figures.latencyP99Ms)});
    rows.push_back({tr("Latency of a batch, mean"), milliseconds(figures.latencyMeanMs)});
    rows.push_back({tr("Loading"), milliseconds(header.loadSeconds * 1e3)});
    if (figures.metric)
        rows.push_back({toText(header.metricName), number(*figures.metric)});
    if (figures.fidelity)
        rows.push_back({tr("Fidelity to exact routing"), percent(*figures.fidelity)});
    if (figures.equalOutputs)
        rows.push_back({tr("Same prediction as exact routing"), percent(*figures.equalOutputs)});
}

void SummaryModel::addMemory(Rows& rows, const api::RunHeader& header, const api::Figures& figures)
{
    rows.push_back({tr("Device memory"), {}, true});
    rows.push_back({tr("Peak"), bytesText(figures.peakBytes)});
    rows.push_back({tr("Budget at the end"), bytesText(figures.budgetBytes)});
    rows.push_back({tr("Everything resident"), bytesText(header.residentBytes)});
    rows.push_back({tr("Saving"), percent(figures.saving)});
    for (std::size_t i = 0; i < api::kPurposes; ++i)
        if (figures.peakByPurpose[i] > 0)
            rows.push_back(
                {tr("%1 at the peak").arg(purposeText(static_cast<api::Purpose>(i))),
                 bytesText(figures.peakByPurpose[i])});
}

void SummaryModel::addExperts(Rows& rows, const api::Figures& figures)
{
    const auto outcome
        = [&](api::Outcome value) { return figures.outcomes[static_cast<std::size_t>(value)]; };
    rows.push_back({tr("Uses of experts"), {}, true});
    rows.push_back({tr("Uses"), countText(figures.uses)});
    rows.push_back({tr("Hits"), partOf(outcome(api::Outcome::hit), figures.uses)});
    rows.push_back({tr("Late"), partOf(outcome(api::Outcome::late), figures.uses)});
    rows.push_back({tr("Unpredicted"), partOf(outcome(api::Outcome::unpredicted), figures.uses)});
    rows.push_back({tr("Evicted early"), partOf(outcome(api::Outcome::evictedEarly), figures.uses)});
}

void SummaryModel::addTransfers(Rows& rows, const api::Figures& figures)
{
    rows.push_back({tr("Transfers"), {}, true});
    rows.push_back({tr("Copies"), countText(figures.transfers)});
    rows.push_back({tr("Copied"), bytesText(figures.transferBytes)});
    rows.push_back({tr("Prefetched"), bytesText(figures.prefetchedBytes)});
    rows.push_back({tr("Wasted"), bytesText(figures.wastedBytes)});
    rows.push_back({tr("Time copying"), milliseconds(figures.transferSeconds * 1e3)});
    rows.push_back(
        {tr("Rate while copying"),
         toText(units::formatRate(
             figures.transferSeconds > 0
                 ? static_cast<double>(figures.transferBytes) / figures.transferSeconds
                 : std::nan("")))});
}

void SummaryModel::addStalls(Rows& rows, const api::Figures& figures)
{
    const auto cause = [&](api::StallCause value) {
        return milliseconds(figures.stallMsByCause[static_cast<std::size_t>(value)]);
    };
    rows.push_back({tr("Stalls by cause"), {}, true});
    rows.push_back({tr("All stalls"), milliseconds(figures.stallMs)});
    rows.push_back({tr("Waiting for a late copy"), cause(api::StallCause::late)});
    rows.push_back({tr("Waiting for an unpredicted expert"), cause(api::StallCause::unpredicted)});
    rows.push_back({tr("Waiting for an expert evicted early"), cause(api::StallCause::evictedEarly)});
    rows.push_back({tr("Waiting behind a saturated bus"), cause(api::StallCause::busSaturated)});
}

void SummaryModel::addHash(Rows& rows, const api::Figures& figures)
{
    if (figures.hasHash) {
        rows.push_back({tr("Hash tables"), {}, true});
        rows.push_back({tr("Hash-hit rate"), number(figures.hashHitRate)});
        rows.push_back({tr("Precision"), number(figures.precision)});
        rows.push_back({tr("Recall"), number(figures.recall)});
    }
    if (figures.droppedEvents > 0)
        rows.push_back({tr("Events dropped"), countText(figures.droppedEvents)});
}

int SummaryModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int SummaryModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : 2;
}

QVariant SummaryModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        return index.column() == 0 ? row.name : row.value;
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(
            (index.column() == 0 ? Qt::AlignLeft : Qt::AlignRight)
            | (row.section ? Qt::AlignBottom : Qt::AlignVCenter));
    case Qt::FontRole:
        return Theme::font(row.section ? TextStyle::strong : TextStyle::body);
    case kSectionRole:
        return row.section;
    default:
        return {};
    }
}

QString SummaryModel::valueOf(const QString& name) const
{
    const auto found
        = std::ranges::find_if(m_rows, [&](const Row& row) { return !row.section && row.name == name; });
    return found == m_rows.end() ? QString() : found->value;
}

} // namespace sida::ui
