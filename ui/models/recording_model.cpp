// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/recording_model.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sida::ui
{

namespace
{

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
constexpr float BatchSeries::*kFields[]
    = {&BatchSeries::samplesPerSecond, &BatchSeries::hitRate, &BatchSeries::bytesPerSecond,
       &BatchSeries::experts, &BatchSeries::latencyMs};
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr SeriesBlock kNothing{
    {kInfinity, kInfinity, kInfinity, kInfinity, kInfinity},
    {-kInfinity, -kInfinity, -kInfinity, -kInfinity, -kInfinity},
    {},
    {}};
// Rows about a batch may come a little after the batch itself.
constexpr std::size_t kUnsettledBatches = 16;

template <typename Rows>
auto firstEndingAfter(const Rows& rows, Nanoseconds time)
{
    return std::partition_point(
        rows.begin(), rows.end(), [time](const auto& row) { return row.end <= time; });
}

auto firstUseOf(const std::vector<api::UseRow>& uses, std::uint32_t batch)
{
    return std::partition_point(
        uses.begin(), uses.end(), [batch](const api::UseRow& row) { return row.batch < batch; });
}

int categoryOfTransfer(const api::TransferRow& row)
{
    return static_cast<int>(row.kind);
}
int categoryOfStall(const api::StallRow& row)
{
    return static_cast<int>(row.cause);
}
int categoryOfLayer(const api::LayerRow& row)
{
    return row.layer;
}

} // namespace

RecordingModel::RecordingModel(QObject* parent)
    : QObject(parent)
{
}

void RecordingModel::forget()
{
    m_own = {};
    m_shared.reset();
    m_extent = {};
    m_order.reset();
    m_series.clear();
    m_means.clear();
    m_blocks.clear();
    m_groups.clear();
    m_counts.reset(m_header.expertsPerLayer);
    m_transferCoverage.reset(3);
    m_stallCoverage.reset(static_cast<int>(api::kStallCauses));
    m_layerCoverage.reset(static_cast<int>(m_header.moeLayers.size()));
    m_hashCoverage.reset(1);
    m_memoryPeaks.reset();
    m_largestMemory = 0;
    m_memorySeen = 0;
    m_copyRates.reset();
    m_copiesSeen = 0;
}

void RecordingModel::reset(const api::RunHeader& header)
{
    m_header = header;
    m_hasRun = true;
    m_live = true;
    forget();
    m_notes.assign({});
    ++m_version;
    Q_EMIT resetDone();
}

void RecordingModel::clear()
{
    m_header = {};
    m_hasRun = false;
    m_live = false;
    forget();
    m_notes.assign({});
    ++m_version;
    Q_EMIT resetDone();
}

void RecordingModel::append(const std::shared_ptr<const api::RecordingChunk>& chunk)
{
    if (!chunk || !m_hasRun)
        return;
    if (m_shared) { // a finished recording that goes on is copied once
        m_own = m_shared->rows;
        m_shared.reset();
    }
    m_own.append(*chunk);
    if (!m_order.isSorted(m_own)) { // sums up to now counted other rows first
        api::RecordingChunk late = std::move(m_own);
        forget();
        m_own = std::move(late);
        sortRows(m_own);
    }
    index();
    ++m_version;
    Q_EMIT appended();
}

void RecordingModel::finish()
{
    if (!m_live)
        return;
    m_live = false;
    ++m_version;
    Q_EMIT appended();
}

void RecordingModel::setRecording(const std::shared_ptr<const api::Recording>& recording)
{
    if (!recording) {
        clear();
        return;
    }
    m_header = recording->header;
    m_hasRun = true;
    m_live = false;
    forget();
    if (m_order.isSorted(recording->rows)) {
        m_shared = recording;
    } else {
        m_own = recording->rows;
        sortRows(m_own);
    }
    index();
    m_notes.assign(recording->notes);
    ++m_version;
    Q_EMIT resetDone();
}

void RecordingModel::index()
{
    const api::RecordingChunk& all = rows();
    m_counts.update(all.uses);
    m_transferCoverage.update(all.transfers, categoryOfTransfer);
    m_stallCoverage.update(all.stalls, categoryOfStall);
    m_layerCoverage.update(all.layers, categoryOfLayer);
    m_hashCoverage.update(all.hashBuilds, [](const api::HashBuildRow&) { return 0; });
    m_memoryPeaks.update(all.memory);
    for (; m_memorySeen < all.memory.size(); ++m_memorySeen) {
        const api::MemoryRow& row = all.memory[m_memorySeen];
        m_largestMemory = std::max({m_largestMemory, totalBytes(row), row.budget});
    }
    for (; m_copiesSeen < all.transfers.size(); ++m_copiesSeen)
        m_copyRates.add(all.transfers[m_copiesSeen]);
    updateSeries();
    grow();
}

std::optional<double> RecordingModel::measuredBus() const
{
    for (const auto& [key, value] : m_header.provenance)
        if (key == api::kBusRateKey) {
            const double rate = QString::fromStdString(value).toDouble();
            if (rate > 0)
                return rate;
        }
    return std::nullopt;
}

void RecordingModel::grow()
{
    const api::RecordingChunk& all = rows();
    auto reach = [this](Nanoseconds time) { m_extent.end = std::max(m_extent.end, time); };
    // The view begins with the first work, not with the loading that may come before it.
    Nanoseconds first = std::numeric_limits<Nanoseconds>::max();
    auto from = [&first](Nanoseconds time) { first = std::min(first, time); };
    if (!all.batches.empty())
        from(all.batches.front().begin);
    if (!all.layers.empty())
        from(all.layers.front().begin);
    if (!all.transfers.empty())
        from(all.transfers.front().begin);
    if (!all.hashBuilds.empty())
        from(all.hashBuilds.front().begin);
    if (first == std::numeric_limits<Nanoseconds>::max())
        first = all.memory.empty() ? 0 : all.memory.front().time;
    m_extent.begin = std::max<Nanoseconds>(0, first);
    m_extent.end = std::max(m_extent.end, m_extent.begin);
    if (!all.batches.empty())
        reach(all.batches.back().end);
    if (!all.layers.empty())
        reach(all.layers.back().end);
    if (!all.transfers.empty())
        reach(all.transfers.back().end);
    if (!all.stalls.empty())
        reach(all.stalls.back().end);
    if (!all.memory.empty())
        reach(all.memory.back().time);
    if (!all.budgets.empty())
        reach(all.budgets.back().time);
}

void RecordingModel::updateSeries()
{
    const api::RecordingChunk& all = rows();
    const std::size_t settled = m_series.size() > kUnsettledBatches ? m_series.size() - kUnsettledBatches : 0;
    m_series.resize(all.batches.size());
    if (settled >= all.batches.size())
        return;
    auto use = firstUseOf(all.uses, all.batches[settled].batch);
    auto transfer = firstEndingAfter(all.transfers, all.batches[settled].begin);
    for (std::size_t i = settled; i < all.batches.size(); ++i) {
        const api::BatchRow& batch = all.batches[i];
        const auto nanoseconds = static_cast<double>(batch.end - batch.begin);
        std::uint64_t used = 0;
        std::uint64_t hits = 0;
        for (; use != all.uses.end() && use->batch <= batch.batch; ++use) {
            used += use->routed > 0;
            hits += use->routed > 0 && use->outcome == api::Outcome::hit;
        }
        while (transfer != all.transfers.end() && transfer->end <= batch.begin)
            ++transfer;
        double bytes = 0;
        for (auto at = transfer; at != all.transfers.end() && at->begin < batch.end; ++at) {
            const auto length = static_cast<double>(std::max<Nanoseconds>(1, at->end - at->begin));
            const auto inside
                = static_cast<double>(std::min(at->end, batch.end) - std::max(at->begin, batch.begin));
            bytes += static_cast<double>(at->bytes) * std::max(0.0, inside) / length;
        }
        BatchSeries& series = m_series[i];
        const bool measurable = nanoseconds > 0;
        series.samplesPerSecond = measurable ? static_cast<float>(batch.samples / nanoseconds * 1e9) : kNone;
        series.hitRate = used ? static_cast<float>(hits) / static_cast<float>(used) : kNone;
        series.experts = static_cast<float>(used);
        series.latencyMs = static_cast<float>(nanoseconds / 1e6);
        series.bytesPerSecond = measurable ? static_cast<float>(bytes / nanoseconds * 1e9) : kNone;
    }
    updateMeans(settled);
    updateBlocks(settled);
}

void SeriesBlock::take(const SeriesBlock& other)
{
    for (const auto field : kFields) {
        low.*field = std::min(low.*field, other.low.*field);
        high.*field = std::max(high.*field, other.high.*field);
        meanSum.*field += other.meanSum.*field;
        meanCount.*field += other.meanCount.*field;
    }
}

SeriesBlock RecordingModel::blockOf(std::size_t begin, std::size_t end) const
{
    SeriesBlock block = kNothing;
    for (std::size_t i = begin; i < end; ++i)
        for (const auto field : kFields) {
            const float value = m_series[i].*field;
            const float mean = m_means[i].*field;
            // What has no value is a NaN: it compares as neither smaller nor larger.
            block.low.*field = std::min(block.low.*field, value);
            block.high.*field = std::max(block.high.*field, value);
            const bool told = !std::isnan(mean);
            block.meanSum.*field += told ? mean : 0.0F;
            block.meanCount.*field += told ? 1.0F : 0.0F;
        }
    return block;
}

void RecordingModel::updateBlocks(std::size_t from)
{
    const std::size_t first = from / kBlock;
    m_blocks.resize((m_series.size() + kBlock - 1) / kBlock);
    for (std::size_t block = first; block < m_blocks.size(); ++block)
        m_blocks[block] = blockOf(block * kBlock, std::min(m_series.size(), (block + 1) * kBlock));
    m_groups.resize((m_blocks.size() + kGroup - 1) / kGroup);
    for (std::size_t group = first / kGroup; group < m_groups.size(); ++group) {
        m_groups[group] = kNothing;
        for (std::size_t i = group * kGroup; i < std::min(m_blocks.size(), (group + 1) * kGroup); ++i)
            m_groups[group].take(m_blocks[i]);
    }
}

SeriesBlock RecordingModel::seriesBlock(std::size_t begin, std::size_t end) const
{
    constexpr std::size_t kGrouped = kBlock * kGroup;
    SeriesBlock sum = kNothing;
    while (begin < end) {
        if (begin % kGrouped == 0 && begin + kGrouped <= end) {
            sum.take(m_groups[begin / kGrouped]);
            begin += kGrouped;
            continue;
        }
        const bool whole = begin % kBlock == 0 && begin + kBlock <= end;
        const std::size_t next = whole ? begin + kBlock : std::min(end, (begin / kBlock + 1) * kBlock);
        sum.take(whole ? m_blocks[begin / kBlock] : blockOf(begin, next));
        begin = next;
    }
    return sum;
}

void RecordingModel::updateMeans(std::size_t from)
{
    const std::vector<api::BatchRow>& all = rows().batches;
    m_means.resize(m_series.size());
    for (std::size_t i = from; i < m_series.size(); ++i) {
        const std::size_t first = i + 1 >= kMeanBatches ? i + 1 - kMeanBatches : 0;
        double samples = 0;
        double hitRates = 0;
        double withHits = 0;
        double bytes = 0;
        double busy = 0;
        for (std::size_t k = first; k <= i; ++k) {
            const auto length = static_cast<double>(all[k].end - all[k].begin);
            samples += all[k].samples;
            busy += length;
            if (length > 0)
                bytes += static_cast<double>(m_series[k].bytesPerSecond) * length;
            if (!std::isnan(m_series[k].hitRate)) {
                hitRates += static_cast<double>(m_series[k].hitRate);
                ++withHits;
            }
        }
        const auto wall = static_cast<double>(all[i].end - all[first].begin);
        BatchSeries& mean = m_means[i];
        mean.samplesPerSecond = wall > 0 ? static_cast<float>(samples / wall * 1e9) : kNone;
        mean.latencyMs = static_cast<float>(busy / static_cast<double>(i - first + 1) / 1e6);
        mean.bytesPerSecond = busy > 0 ? static_cast<float>(bytes / busy) : kNone;
        mean.hitRate = withHits > 0 ? static_cast<float>(hitRates / withHits) : kNone;
    }
}

} // namespace sida::ui
