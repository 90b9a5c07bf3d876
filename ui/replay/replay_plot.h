// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/plot/ticks.h"
#include "ui/replay/replay_words.h"
#include "ui/theme/theme.h"

#include <QWidget>

#include <memory>
#include <optional>
#include <vector>

namespace sida::ui
{

/// A simulated point: curve and place on it.
struct ReplayPlace {
    int curve = 0;
    int point = 0;
    bool operator==(const ReplayPlace&) const = default;
};

/// Curves over the budget: one for each policy and eviction, the knees ringed, the recorded run as a diamond,
/// Belady's bound and, for hit rates, LRU exactly.
class ReplayPlot : public QWidget
{
    Q_OBJECT
public:
    explicit ReplayPlot(QWidget* parent = nullptr);

    void setResult(std::shared_ptr<const api::ReplayResult> result);
    void setMeasure(ReplayMeasure measure);
    void setShown(int curve, bool shown);
    bool isShown(int curve) const { return m_shown[static_cast<std::size_t>(curve)]; }
    /// The point to look at.
    void select(std::optional<ReplayPlace> place);
    const std::optional<ReplayPlace>& selected() const { return m_selected; }
    /// Where a point is drawn, and the recorded run.
    QPointF position(const ReplayPlace& place) const;
    QPointF recordedPosition() const;
    /// Where the name of a curve stands; a click there shows or hides the curve.
    QRect legendRow(int curve) const;

    QSize sizeHint() const override { return {860, 340}; }
    QSize minimumSizeHint() const override { return {560, 240}; }

Q_SIGNALS:
    void selectionChanged();
    void shownChanged(int curve, bool shown);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QRect plot() const;
    Ticks valueTicks() const;
    double x(double bytes) const;
    double y(double value, const Ticks& ticks) const;
    QPen penOf(const api::ReplayConfiguration& configuration) const;
    std::optional<ReplayPlace> placeAt(const QPointF& point) const;
    void paintAxes(QPainter& painter, const Ticks& ticks) const;
    void paintCurve(QPainter& painter, int curve, const Ticks& ticks) const;
    void paintExactLru(QPainter& painter, const Ticks& ticks) const;
    void paintRecorded(QPainter& painter, const Ticks& ticks) const;
    void paintSelected(QPainter& painter, const Ticks& ticks) const;
    void paintLegend(QPainter& painter) const;
    void describe();

    std::shared_ptr<const api::ReplayResult> m_result;
    ReplayMeasure m_measure = ReplayMeasure::throughput;
    std::vector<bool> m_shown; ///< by curve
    std::optional<ReplayPlace> m_selected;
    std::optional<ReplayPlace> m_hovered;
};

} // namespace sida::ui
