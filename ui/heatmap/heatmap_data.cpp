// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/heatmap/heatmap_data.h"

#include "engine/base/units.h"
#include "ui/heatmap/heatmap_view.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sida::ui
{

namespace
{

QString countText(std::uint64_t value)
{
    return QString::fromStdString(units::formatCount(value));
}

QString tokensText(std::uint64_t tokens)
{
    return tokens == 1 ? HeatmapView::tr("1 token") : HeatmapView::tr("%1 tokens").arg(countText(tokens));
}

QString hitsText(std::uint64_t hits)
{
    return hits == 1 ? HeatmapView::tr("1 hit") : HeatmapView::tr("%1 hits").arg(countText(hits));
}

std::uint32_t outcomeCount(const ExpertCount& count, api::Outcome outcome)
{
    return count.outcomes[static_cast<std::size_t>(outcome)];
}

} // namespace

void HeatmapData::update(const RecordingModel& model, TimeRange range)
{
    m_counts = model.countExperts(range);
    const auto uses = model.uses(range);
    m_batches = uses.empty() ? 0 : std::uint64_t{uses.back().batch} - uses.front().batch + 1;
    m_moduleNames.clear();
    for (const std::string& name : model.header().moeLayers)
        m_moduleNames.push_back(QString::fromStdString(name));
    m_first.assign(1, 0);
    for (int layer = 0; layer < m_counts.layers(); ++layer)
        m_first.push_back(m_first.back() + static_cast<std::size_t>(m_counts.experts(layer)));
    m_bytes.clear();
    m_resident.clear();
    if (m_mode == HeatmapMode::bytesMoved)
        countBytes(model, range);
    if (m_mode == HeatmapMode::residency)
        findResidents(model, range.end);
    derive();
}

void HeatmapData::countBytes(const RecordingModel& model, TimeRange range)
{
    m_bytes.assign(m_first.back(), 0);
    for (const api::TransferRow& row : model.transfers(range))
        if (m_counts.contains(row.key))
            m_bytes[flat(row.key)] += row.bytes;
}

/// Came and did not go until then. Without a copy an expert that was hit had been there from the start.
void HeatmapData::findResidents(const RecordingModel& model, Nanoseconds time)
{
    std::vector<Nanoseconds> came(m_first.back(), -1);
    std::vector<Nanoseconds> went(m_first.back(), -1);
    for (const api::TransferRow& row : model.transfers({-1, time}))
        if (m_counts.contains(row.key))
            came[flat(row.key)] = row.end;
    for (const api::EvictionRow& row : model.evictions({-1, time}))
        if (m_counts.contains(row.key))
            went[flat(row.key)] = row.time;
    m_resident.assign(m_first.back(), 0);
    for (int layer = 0; layer < m_counts.layers(); ++layer)
        for (int expert = 0; expert < m_counts.experts(layer); ++expert) {
            const ExpertKey key{static_cast<std::uint16_t>(layer), static_cast<std::uint16_t>(expert)};
            const std::size_t at = flat(key);
            const bool everCopied = came[at] >= 0 || went[at] >= 0;
            m_resident[at] = everCopied ? came[at] > went[at]
                                        : outcomeCount(m_counts.at(layer, expert), api::Outcome::hit) > 0;
        }
}

void HeatmapData::setMode(HeatmapMode mode)
{
    m_mode = mode;
    derive();
}

void HeatmapData::setSort(HeatmapSort sort)
{
    m_sort = sort;
    derive();
}

std::optional<double> HeatmapData::value(ExpertKey key) const
{
    const ExpertCount& count = m_counts.at(key.layer, key.expert);
    std::uint64_t tokens = 0;
    switch (m_mode) {
    case HeatmapMode::routed:
        tokens = count.routed;
        break;
    case HeatmapMode::predicted:
        tokens = count.predicted;
        break;
    case HeatmapMode::predictedUnused:
        tokens = count.predictedUnused;
        break;
    case HeatmapMode::usedUnpredicted:
        tokens = count.usedUnpredicted;
        break;
    case HeatmapMode::hitShare:
        if (count.usedBatches == 0)
            return std::nullopt;
        return static_cast<double>(outcomeCount(count, api::Outcome::hit)) / count.usedBatches;
    case HeatmapMode::bytesMoved:
        tokens = m_bytes.empty() ? 0 : m_bytes[flat(key)];
        break;
    case HeatmapMode::residency:
        return !m_resident.empty() && m_resident[flat(key)] ? std::optional(1.0) : std::nullopt;
    }
    return tokens ? std::optional(static_cast<double>(tokens)) : std::nullopt;
}

void HeatmapData::derive()
{
    const auto layers = static_cast<std::size_t>(m_counts.layers());
    m_layerTokens.assign(layers, 0);
    m_layerLargest.assign(layers, 0);
    m_order.assign(layers, {});
    m_without = 0;
    m_smallest = 0;
    m_largest = 0;
    bool any = false;
    for (std::size_t layer = 0; layer < layers; ++layer) {
        const int experts = m_counts.experts(static_cast<int>(layer));
        m_order[layer].resize(static_cast<std::size_t>(experts));
        std::iota(m_order[layer].begin(), m_order[layer].end(), std::uint16_t{0});
        for (int expert = 0; expert < experts; ++expert) {
            const ExpertKey key{static_cast<std::uint16_t>(layer), static_cast<std::uint16_t>(expert)};
            m_layerTokens[layer] += m_counts.at(key.layer, key.expert).routed;
            const auto at = value(key);
            if (!at) {
                ++m_without;
                continue;
            }
            m_smallest = any ? std::min(m_smallest, *at) : *at;
            m_largest = std::max(m_largest, *at);
            m_layerLargest[layer] = std::max(m_layerLargest[layer], *at);
            any = true;
        }
        if (m_sort == HeatmapSort::byLoad)
            std::stable_sort(m_order[layer].begin(), m_order[layer].end(), [&](auto a, auto b) {
                const int number = static_cast<int>(layer);
                return m_counts.at(number, a).routed > m_counts.at(number, b).routed;
            });
    }
}

std::uint64_t HeatmapData::tokensPerLayer() const
{
    if (m_layerTokens.empty())
        return 0;
    const std::uint64_t sum = std::accumulate(m_layerTokens.begin(), m_layerTokens.end(), std::uint64_t{0});
    return sum / m_layerTokens.size();
}

std::optional<ExpertKey> HeatmapData::keyAt(int layer, int column) const
{
    if (layer < 0 || layer >= layers() || column < 0 || column >= m_counts.experts(layer))
        return std::nullopt;
    const std::uint16_t expert = m_order[static_cast<std::size_t>(layer)][static_cast<std::size_t>(column)];
    return ExpertKey{static_cast<std::uint16_t>(layer), expert};
}

int HeatmapData::columnOf(ExpertKey key) const
{
    const auto& order = m_order[key.layer];
    return static_cast<int>(std::find(order.begin(), order.end(), key.expert) - order.begin());
}

double HeatmapData::shade(ExpertKey key) const
{
    const double at = value(key).value_or(0);
    if (m_mode == HeatmapMode::hitShare || m_mode == HeatmapMode::residency)
        return at;
    switch (m_scale) {
    case HeatmapScale::linear:
        return m_largest > 0 ? at / m_largest : 0;
    case HeatmapScale::perLayer:
        return m_layerLargest[key.layer] > 0 ? at / m_layerLargest[key.layer] : 0;
    case HeatmapScale::log:
        break;
    }
    if (!(m_largest > m_smallest) || at <= 0)
        return 1;
    return std::log(at / m_smallest) / std::log(m_largest / m_smallest);
}

int HeatmapData::rank(ExpertKey key) const
{
    const std::uint64_t own = m_counts.at(key.layer, key.expert).routed;
    int rank = 1;
    for (int expert = 0; expert < m_counts.experts(key.layer); ++expert)
        rank += m_counts.at(key.layer, expert).routed > own;
    return rank;
}

QString HeatmapData::title(ExpertKey key) const
{
    return HeatmapView::tr("Layer %1, expert %2").arg(key.layer).arg(key.expert);
}

QString HeatmapData::moduleName(int layer) const
{
    const auto index = static_cast<std::size_t>(layer);
    return index < m_moduleNames.size() ? m_moduleNames[index] : QString();
}

QStringList HeatmapData::lines(ExpertKey key) const
{
    const ExpertCount& count = m_counts.at(key.layer, key.expert);
    QStringList lines;
    if (count.routed == 0) {
        lines += HeatmapView::tr("0 tokens routed: never used in this range");
    } else {
        const double share
            = static_cast<double>(count.routed) / static_cast<double>(m_layerTokens[key.layer]);
        lines += HeatmapView::tr("%1 routed, %2 of the layer, rank %3 of %4")
                     .arg(
                         tokensText(count.routed), QString::fromStdString(units::formatPercent(share)),
                         QString::number(rank(key)), QString::number(m_counts.experts(key.layer)));
    }
    lines += HeatmapView::tr("%1 predicted, %2 unused, %3 unpredicted")
                 .arg(
                     countText(count.predicted), countText(count.predictedUnused),
                     countText(count.usedUnpredicted));
    if (count.usedBatches > 0)
        lines += HeatmapView::tr("used in %1 of %2 batches: %3, %4 late, %5 unpredicted, %6 evicted early")
                     .arg(
                         countText(count.usedBatches), countText(m_batches),
                         hitsText(outcomeCount(count, api::Outcome::hit)),
                         countText(outcomeCount(count, api::Outcome::late)),
                         countText(outcomeCount(count, api::Outcome::unpredicted)),
                         countText(outcomeCount(count, api::Outcome::evictedEarly)));
    if (!m_bytes.empty())
        lines += HeatmapView::tr("%1 copied to the device")
                     .arg(QString::fromStdString(units::formatBytes(m_bytes[flat(key)])));
    if (!m_resident.empty())
        lines += m_resident[flat(key)] ? HeatmapView::tr("resident at the end of the range")
                                       : HeatmapView::tr("not resident at the end of the range");
    return lines;
}

} // namespace sida::ui
