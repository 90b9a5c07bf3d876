// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/heatmap/heatmap_data.h"
#include "ui/heatmap/heatmap_grid.h"
#include "ui/plot/columns.h"
#include "ui/theme/theme.h"

#include <QPixmap>
#include <QWidget>

class QScrollBar;

namespace sida::ui
{

/// The cells, their axes and the legend. One cell is current: under the pointer, or where the arrow keys put
/// it.
class HeatmapCanvas : public QWidget
{
    Q_OBJECT
public:
    explicit HeatmapCanvas(QWidget* parent);

    HeatmapData& data() { return m_data; }
    const HeatmapData& data() const { return m_data; }
    /// Data, mode or theme changed.
    void refresh();
    void setEmptyText(const QString& text);

    HeatmapGrid grid() const;
    std::optional<ExpertKey> current() const;
    void setCursorCell(ExpertKey key);
    void clearCursor();
    /// The expert that the views are filtered by gets a frame of its own.
    void setMarked(std::optional<ExpertKey> key);
    double zoom() const { return m_zoom; }

    QSize sizeHint() const override { return {1296, 192}; }
    QSize minimumSizeHint() const override { return {480, 120}; }

Q_SIGNALS:
    void currentChanged();
    void chosen(sida::ExpertKey key);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    QRect room() const;
    const Theme& theme() const;
    void paintCells(QPainter& painter, const HeatmapGrid& grid) const;
    void paintMerged(QPainter& painter, const HeatmapGrid& grid, int row) const;
    QColor colourOf(ExpertKey key) const;
    std::optional<HeatmapGrid::Cell> cellUnder(const QPoint& point) const;
    void paintAxes(QPainter& painter, const HeatmapGrid& grid) const;
    void paintLegend(QPainter& painter) const;
    void paintFrame(QPainter& painter, const HeatmapGrid& grid) const;
    void moveCursor(int rows, int columns);
    void showCursor();
    /// Keeps the column that is at this place of the plot where it is.
    void zoomAt(int x, double factor);
    void updateScrollBar();
    QString tooltip(ExpertKey key) const;

    HeatmapData m_data;
    QScrollBar* m_scrollBar;
    QString m_emptyText;
    QPixmap m_picture;
    bool m_stale = true;
    double m_zoom = 1;
    std::optional<HeatmapGrid::Cell> m_hover;
    std::optional<HeatmapGrid::Cell> m_cursor;
    std::optional<ExpertKey> m_marked;
};

} // namespace sida::ui
