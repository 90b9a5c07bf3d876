// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/recording_model.h"

#include <QString>
#include <QStringList>

#include <optional>
#include <vector>

namespace sida::ui
{

enum class HeatmapMode {
    routed,
    predicted,
    predictedUnused,
    usedUnpredicted,
    hitShare,
    bytesMoved,
    residency
};
enum class HeatmapScale { linear, log, perLayer };
enum class HeatmapSort { byNumber, byLoad };

/// What the map shows of one range: values, their order and their words. A value without widgets.
class HeatmapData
{
public:
    /// Takes the counts of the range; cheap enough for each frame.
    void update(const RecordingModel& model, TimeRange range);
    /// The next update takes what the mode needs.
    void setMode(HeatmapMode mode);
    void setScale(HeatmapScale scale) { m_scale = scale; }
    void setSort(HeatmapSort sort);

    HeatmapMode mode() const { return m_mode; }
    HeatmapScale scale() const { return m_scale; }
    HeatmapSort sort() const { return m_sort; }
    const ExpertCounts& counts() const { return m_counts; }
    int layers() const { return m_counts.layers(); }
    int columns() const { return m_counts.mostExperts(); }
    int experts() const
    {
        return m_first.empty() ? 0 : static_cast<int>(m_first.back());
    } ///< over all layers
    std::uint64_t batches() const { return m_batches; }
    /// Real tokens routed in a layer, the mean over the layers.
    std::uint64_t tokensPerLayer() const;

    /// The expert in a column; with sort by load the columns are ranks. Empty beyond a layer's last expert.
    std::optional<ExpertKey> keyAt(int layer, int column) const;
    int columnOf(ExpertKey key) const;
    /// Nothing where there is nothing to show: never used, never predicted.
    std::optional<double> value(ExpertKey key) const;
    /// 0 to 1 on the colour map.
    double shade(ExpertKey key) const;
    double smallest() const { return m_smallest; }
    double largest() const { return m_largest; }
    std::uint64_t without() const { return m_without; } ///< experts without a value

    QString title(ExpertKey key) const;
    /// Exact figures, line by line.
    QStringList lines(ExpertKey key) const;
    QString moduleName(int layer) const;

private:
    void derive();
    int rank(ExpertKey key) const;
    std::size_t flat(ExpertKey key) const { return m_first[key.layer] + key.expert; }
    void countBytes(const RecordingModel& model, TimeRange range);
    void findResidents(const RecordingModel& model, Nanoseconds time);

    HeatmapMode m_mode = HeatmapMode::routed;
    HeatmapScale m_scale = HeatmapScale::log;
    HeatmapSort m_sort = HeatmapSort::byNumber;
    ExpertCounts m_counts;
    std::vector<QString> m_moduleNames;
    std::vector<std::uint64_t> m_layerTokens;
    std::vector<double> m_layerLargest;
    std::vector<std::vector<std::uint16_t>> m_order; ///< by layer: the expert in each column
    std::vector<std::size_t> m_first; ///< of each layer in the vectors by expert
    std::vector<std::uint64_t> m_bytes; ///< by expert; only in mode bytesMoved
    std::vector<char> m_resident; ///< by expert; only in mode residency
    std::uint64_t m_batches = 0;
    double m_smallest = 0;
    double m_largest = 0;
    std::uint64_t m_without = 0;
};

} // namespace sida::ui
