// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/compare/compared_runs.h"

#include <QPolygonF>
#include <QWidget>

#include <optional>
#include <vector>

namespace sida::ui
{

/// Samples per second of every run on one axis: the time since each run's first batch, or the number of the
/// batch.
class AlignedPlot : public QWidget
{
    Q_OBJECT
public:
    enum class Axis { time, batch };

    explicit AlignedPlot(QWidget* parent = nullptr);

    void setRuns(std::shared_ptr<const ComparedRuns> runs);
    void setAxis(Axis axis);
    /// Values at a place of the axis, seconds or batches: one for each run, NaN past its end.
    std::vector<double> valuesAt(double place) const;
    /// End of the axis.
    double end() const { return m_end; }

    QSize sizeHint() const override { return {720, 300}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    QRect area() const;
    void shape();

    std::shared_ptr<const ComparedRuns> m_runs;
    Axis m_axis = Axis::time;
    std::vector<std::vector<double>> m_means; ///< by run and bucket
    double m_end = 0;
    double m_top = 1;
    std::optional<int> m_pointed; ///< pixel
};

} // namespace sida::ui
