// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/compare/compared_runs.h"

#include <QWidget>

#include <optional>

namespace sida::ui
{

/// Which experts got a larger or a smaller share of their layer's tokens than in the baseline: blue is more,
/// orange is less, and a sign beside the number says the same.
class DifferenceMap : public QWidget
{
    Q_OBJECT
public:
    explicit DifferenceMap(QWidget* parent = nullptr);

    void setDifference(std::vector<api::LayerDifference> layers, const QString& against);
    /// The largest difference, which the ends of the scale stand for.
    double largest() const { return m_largest; }
    QRect cell(int layer, int expert) const;
    /// Words for the cell under the pointer or the cursor.
    QString readout() const;

    QSize sizeHint() const override { return {720, 280}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Cell {
        int layer = 0;
        int expert = 0;
    };
    QRect area() const;
    int rowHeight() const;
    std::size_t experts() const;
    void paintCells(QPainter& painter) const;
    void paintScale(QPainter& painter) const;
    void point(std::optional<Cell> cell);

    std::vector<api::LayerDifference> m_layers;
    QString m_against;
    double m_largest = 0;
    std::optional<Cell> m_pointed;
};

} // namespace sida::ui
