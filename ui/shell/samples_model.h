// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QTimer>
#include <cstdint>
#include <vector>

namespace sida::ui
{

class RecordingModel;

/// One row a sample, straight from the recording: nothing is copied, so a million samples cost nothing until
/// they are sorted or filtered. Latency, stall, bytes and experts are those of the sample's batch.
class SamplesModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column {
        sample,
        batch,
        tokens,
        label,
        prediction,
        verdict,
        latency,
        stall,
        bytes,
        experts,
        columns
    };
    static constexpr int kSortRole = Qt::UserRole + 1;

    explicit SamplesModel(RecordingModel* recording, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    /// A column of -1 is the order of the dataset.
    void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;
    struct Filter {
        bool wrong = false; ///< only predictions that differ from their label
        bool stalled = false; ///< only of batches that waited
        QString search; ///< the number of a sample or a batch, "right", "wrong"
        bool operator==(const Filter&) const = default;
        bool any() const { return wrong || stalled || !search.isEmpty(); }
    };
    void setFilter(const Filter& filter);

    std::uint32_t batchOf(int row) const;
    /// The first row of a batch; -1 when it has none or the filter hides it.
    int rowOf(std::uint32_t number) const;
    int samples() const { return m_rows; } ///< also those that the filter hides
    /// Right and wrong among the samples that have a label and a prediction.
    int right() const { return m_right; }
    int judged() const { return m_judged; }

private:
    void grow();
    void count(int from);
    bool reordered() const { return m_column >= 0 || m_filter.any(); }
    std::size_t sampleAt(int row) const;
    bool accepts(std::size_t place) const;
    double sortKey(std::size_t place) const;
    void arrange();
    QVariant batchFigure(std::uint32_t number, int column, bool sorting) const;

    RecordingModel* m_recording;
    int m_rows = 0;
    int m_column = -1;
    Qt::SortOrder m_direction = Qt::AscendingOrder;
    Filter m_filter;
    std::vector<std::uint32_t> m_order; ///< places among the samples; only when sorted or filtered
    QTimer m_later; ///< rows that come while sorted are taken in now and then
    int m_right = 0;
    int m_judged = 0;
};

} // namespace sida::ui
