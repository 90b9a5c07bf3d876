// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/results.h"

#include <QWidget>
#include <vector>

namespace sida::ui
{

/// Held-out hash-hit rates by epoch: top 3 solid, top 1 dashed; the loss dotted, from zero to its largest.
class TrainingCurve : public QWidget
{
    Q_OBJECT
public:
    explicit TrainingCurve(QWidget* parent = nullptr);

    void begin(int epochs);
    void add(const api::TrainEpoch& epoch);
    bool hasEpochs() const { return !m_rows.empty(); }
    QSize sizeHint() const override { return {480, 160}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void paintAxes(QPainter& painter, const QRect& plot) const;
    void paintLine(QPainter& painter, const QRect& plot, double api::TrainEpoch::*value, double top) const;
    double largestLoss() const;
    double x(const QRect& plot, std::size_t index) const;

    int m_epochs = 1;
    std::vector<api::TrainEpoch> m_rows;
};

} // namespace sida::ui
