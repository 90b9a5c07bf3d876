// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/recording.h"
#include "ui/models/copy_rates.h"
#include "ui/models/expert_counts.h"
#include "ui/models/notes.h"
#include "ui/models/recording_index.h"
#include "ui/models/time_axis.h"

#include <QObject>

#include <memory>
#include <optional>
#include <span>

namespace sida::ui
{

/// Figures of one batch, drawn over time. NaN where there is none.
struct BatchSeries {
    float samplesPerSecond = 0;
    float hitRate = 0;
    float bytesPerSecond = 0; ///< copied to the device while the batch ran
    float experts = 0; ///< used, over all layers
    float latencyMs = 0;
};

/// The extremes of a block of batches and the sum of their means, so that a picture of a million batches
/// looks at a few thousand blocks. A figure without a value does not count.
struct SeriesBlock {
    BatchSeries low;
    BatchSeries high;
    BatchSeries meanSum;
    BatchSeries meanCount;
    void take(const SeriesBlock& other);
};

/// The rows of one run, growing while it goes on, with indexes for cheap questions about ranges of time.
/// Rows are handed out by reference and must not be kept over a change.
class RecordingModel : public QObject
{
    Q_OBJECT
public:
    explicit RecordingModel(QObject* parent = nullptr);

    /// A run begins; its rows come with append() until finish().
    void reset(const api::RunHeader& header);
    void append(const std::shared_ptr<const api::RecordingChunk>& chunk);
    /// The run has ended and its rows stay; unlike setRecording() this keeps what is being looked at.
    void finish();
    /// Shares the rows of an opened session; nothing is copied unless they are out of order.
    void setRecording(const std::shared_ptr<const api::Recording>& recording);
    void clear();

    bool hasRun() const { return m_hasRun; }
    bool isLive() const { return m_live; } ///< between reset() and finish()
    const api::RunHeader& header() const { return m_header; }
    const api::RecordingChunk& rows() const { return m_shared ? m_shared->rows : m_own; }
    Notes& notes() { return m_notes; }
    const Notes& notes() const { return m_notes; }
    /// Raised by every change; part of a picture's cache key.
    std::uint64_t version() const { return m_version; }
    /// From the first batch, copy or table to the end of the last row.
    TimeRange extent() const { return m_extent; }

    /// Batches that overlap the range.
    std::span<const api::BatchRow> batches(TimeRange range) const;
    /// The batch running at that time, or the last one before it; null before the first.
    const api::BatchRow* batchAt(Nanoseconds time) const;
    const api::BatchRow* batch(std::uint32_t number) const; ///< null when there is none
    const api::StallRow* stallAt(Nanoseconds time) const;
    /// Of all experts, or only those that waited for this one.
    const api::StallRow* nextStall(Nanoseconds after, std::optional<ExpertKey> expert = {}) const;
    const api::StallRow* previousStall(Nanoseconds before, std::optional<ExpertKey> expert = {}) const;
    const api::LayerRow* layerAt(Nanoseconds time) const;
    /// What was in memory at that time; null before the first row.
    const api::MemoryRow* memoryAt(Nanoseconds time) const;
    std::uint64_t largestMemory() const { return m_largestMemory; } ///< of totals and budgets
    /// Batches that began within the range count as a whole.
    ExpertCounts countExperts(TimeRange range) const;
    std::span<const api::UseRow> uses(TimeRange range) const;
    std::span<const api::UseRow> usesOf(std::uint32_t batch) const;
    std::span<const api::StallRow> stallsOf(const api::BatchRow& batch) const;
    /// Copies that ended in the range.
    std::span<const api::TransferRow> transfers(TimeRange range) const;
    std::span<const api::EvictionRow> evictions(TimeRange range) const;
    /// Events (transfers, stalls, evictions, layers) in the range.
    std::uint64_t countEvents(TimeRange range) const;
    /// Hash tables finished but not yet used at that time.
    int tablesAhead(Nanoseconds time) const;

    /// One entry per row of batches.
    const std::vector<BatchSeries>& series() const { return m_series; }
    const std::vector<BatchSeries>& means() const { return m_means; }
    static constexpr std::size_t kMeanBatches = 4;
    /// Of the batches [begin, end), by their place among the rows.
    SeriesBlock seriesBlock(std::size_t begin, std::size_t end) const;

    const CoverageIndex& transferCoverage() const { return m_transferCoverage; } ///< by TransferKind
    const CoverageIndex& stallCoverage() const { return m_stallCoverage; } ///< by StallCause
    const CoverageIndex& layerCoverage() const { return m_layerCoverage; } ///< by layer
    const CoverageIndex& hashCoverage() const { return m_hashCoverage; } ///< one category
    /// How fast single copies were.
    const CopyRates& copyRates() const { return m_copyRates; }
    /// What the device's bus was measured to do before the run; nothing when it was not.
    std::optional<double> measuredBus() const;
    const PeakIndex& memoryPeaks() const { return m_memoryPeaks; }

Q_SIGNALS:
    void resetDone();
    void appended();

private:
    void forget();
    void index();
    void updateSeries();
    void updateMeans(std::size_t from);
    void updateBlocks(std::size_t from);
    SeriesBlock blockOf(std::size_t begin, std::size_t end) const;
    void grow();

    static constexpr std::size_t kBlock = 16;
    static constexpr std::size_t kGroup = 32; ///< blocks

    bool m_hasRun = false;
    bool m_live = false;
    api::RunHeader m_header;
    Notes m_notes;
    api::RecordingChunk m_own;
    std::shared_ptr<const api::Recording> m_shared;
    std::uint64_t m_version = 0;
    TimeRange m_extent;
    OrderCheck m_order;
    ExpertCountIndex m_counts;
    std::vector<BatchSeries> m_series;
    std::vector<BatchSeries> m_means;
    std::vector<SeriesBlock> m_blocks; ///< of kBlock batches each
    std::vector<SeriesBlock> m_groups; ///< of kGroup blocks each
    CoverageIndex m_transferCoverage;
    CoverageIndex m_stallCoverage;
    CoverageIndex m_layerCoverage;
    CoverageIndex m_hashCoverage;
    PeakIndex m_memoryPeaks;
    std::uint64_t m_largestMemory = 0;
    std::size_t m_memorySeen = 0;
    CopyRates m_copyRates;
    std::size_t m_copiesSeen = 0;
};

} // namespace sida::ui
