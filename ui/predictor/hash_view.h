// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plot/time_view.h"

#include <vector>

namespace sida::ui
{

enum class HashMeasure { hitRate, precision, recall };

/// How well the hash tables foretold some batches of one layer.
struct HashSums {
    std::uint64_t tokens = 0;
    std::uint64_t tokenHits = 0;
    std::uint64_t predicted = 0;
    std::uint64_t active = 0;
    std::uint64_t correct = 0;
    void add(const api::HashRow& row);
    /// NaN where there is nothing to divide by.
    double value(HashMeasure measure) const;
};

/// Sums by layer over the range. Of many batches evenly chosen ones stand for the others; at most `most` are
/// looked at.
std::vector<HashSums> hashSums(const RecordingModel& model, TimeRange range, std::size_t most);

/// One strip a layer: hash-hit rate, precision or recall over time as a colour.
class HashView : public TimeView
{
    Q_OBJECT
public:
    HashView(RecordingModel* model, TimeAxis* axis, QWidget* parent = nullptr);

    void setMeasure(HashMeasure measure);
    HashMeasure measure() const { return m_measure; }
    QStringList readout() const override;
    QSize sizeHint() const override { return {1296, 160}; }
    QSize minimumSizeHint() const override { return {480, 64}; }
    QRect strip(int layer) const;

protected:
    void paintContent(QPainter& painter) override;
    void paintReadout(QPainter& painter) override;
    QString emptyText() const override;
    bool hasContent() const override { return !model().rows().hash.empty(); }
    void contentChanged() override;

private:
    int layers() const;

    HashMeasure m_measure = HashMeasure::hitRate;
};

QString measureText(HashMeasure measure);

} // namespace sida::ui
