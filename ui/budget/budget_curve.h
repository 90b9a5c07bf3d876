// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/replay.h"
#include "ui/budget/budget_limits.h"

#include <QWidget>

#include <memory>
#include <optional>

namespace sida::ui
{

/// What the shown session would have been under other budgets, on the scale of the slider above it: hit rate
/// and samples/s as lines with a mark at each replayed budget, the run itself as a ring, the budget that is
/// set as a dashed line.
class BudgetCurve : public QWidget
{
    Q_OBJECT
public:
    explicit BudgetCurve(QWidget* parent = nullptr);

    /// The first curve of the result; null takes it away.
    void setResult(std::shared_ptr<const api::ReplayResult> result);
    /// The slider's ends. Not known: those of the replay.
    void setLimits(const BudgetLimits& limits);
    void setBudget(std::uint64_t bytes);

    bool hasCurve() const { return m_curve != nullptr; }
    /// Between two replayed budgets in proportion; nothing outside of them.
    std::optional<api::ReplayPoint> at(std::uint64_t bytes) const;
    /// "hit rate 93.1 %, 412 samples/s".
    QString textAt(std::uint64_t bytes) const;
    /// Where a budget stands, to the pixel as on the slider.
    int positionOf(std::uint64_t bytes) const;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

Q_SIGNALS:
    void textChanged();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;

private:
    QRect plot() const;
    double highestRate() const;
    QPointF rateAt(const api::ReplayPoint& point) const;
    QPointF hitsAt(const api::ReplayPoint& point) const;
    void paintLegend(QPainter& painter) const;
    void paintLines(QPainter& painter) const;

    std::shared_ptr<const api::ReplayResult> m_result;
    const api::ReplayCurve* m_curve = nullptr; ///< of m_result
    BudgetLimits m_limits;
    std::uint64_t m_budget = 0;
};

} // namespace sida::ui
