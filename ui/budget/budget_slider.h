// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/budget/budget_limits.h"

#include <QAbstractSlider>

namespace sida::ui
{

/// The budget from the smallest that works to everything resident, with ticks at experts per layer. One
/// step of the keyboard is one expert, one page one expert in each layer.
class BudgetSlider : public QAbstractSlider
{
    Q_OBJECT
public:
    explicit BudgetSlider(QWidget* parent = nullptr);

    void setLimits(const BudgetLimits& limits);
    /// Without a signal. A budget beyond the ends is drawn at the end; the figures beside it stay true.
    void setBytes(std::uint64_t bytes);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }
    /// Where the handle stands for a budget.
    int positionOf(std::uint64_t bytes) const;
    /// The same for any widget of that width whose scale shall stand below a slider's.
    static int positionBetween(std::uint64_t bytes, std::uint64_t low, std::uint64_t high, int width);
    static constexpr int kMargin = 8; ///< from the widget's sides to the ends of the scale

Q_SIGNALS:
    void bytesChosen(quint64 bytes);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;

private:
    void paintTicks(QPainter& painter, const QColor& colour) const;
    int tickStep() const;
    void moveTo(int x);
    std::uint64_t bytesOf(int value) const;

    BudgetLimits m_limits;
};

} // namespace sida::ui
