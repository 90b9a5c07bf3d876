// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/predictor/training_curve.h"

#include "ui/host/text.h"
#include "ui/theme/theme_manager.h"

#include <QPainter>
#include <QPolygonF>
#include <algorithm>

namespace sida::ui
{

TrainingCurve::TrainingCurve(QWidget* parent)
    : QWidget(parent)
{
    setMinimumHeight(140);
    setAccessibleName(tr("Held-out hash-hit rate by epoch"));
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, qOverload<>(&QWidget::update));
}

void TrainingCurve::begin(int epochs)
{
    m_epochs = std::max(1, epochs);
    m_rows.clear();
    update();
}

void TrainingCurve::add(const api::TrainEpoch& epoch)
{
    m_rows.push_back(epoch);
    setAccessibleDescription(tr("After epoch %1: top 3 %2, top 1 %3")
                                 .arg(epoch.epoch)
                                 .arg(
                                     toText(units::formatNumber(epoch.heldOutTop3)),
                                     toText(units::formatNumber(epoch.heldOutTop1))));
    update();
}

double TrainingCurve::largestLoss() const
{
    double most = 0;
    for (const api::TrainEpoch& epoch : m_rows)
        most = std::max(most, epoch.loss);
    return most;
}

double TrainingCurve::x(const QRect& plot, std::size_t index) const
{
    const int last = std::max(1, std::max(m_epochs, static_cast<int>(m_rows.size())) - 1);
    return plot.left() + static_cast<double>(index) / last * plot.width();
}

void TrainingCurve::paintAxes(QPainter& painter, const QRect& plot) const
{
    const Theme& theme = ThemeManager::instance().theme();
    painter.setFont(Theme::font(TextStyle::small));
    for (const double value : {0.0, 0.25, 0.5, 0.75, 1.0}) {
        const int y = plot.bottom() - qRound(value * plot.height());
        painter.setPen(theme.color(Role::grid));
        painter.drawLine(plot.left(), y, plot.right(), y);
        painter.setPen(theme.color(Role::secondaryText));
        painter.drawText(
            QRect(0, y - 8, plot.left() - 6, 16), Qt::AlignRight | Qt::AlignVCenter,
            toText(units::formatNumber(value, 2)));
    }
    painter.drawText(
        QRect(plot.left(), plot.bottom() + 4, plot.width(), 16), Qt::AlignCenter,
        tr("epoch 1 to %1").arg(m_epochs));
}

void TrainingCurve::paintLine(
    QPainter& painter, const QRect& plot, double api::TrainEpoch::*value, double top) const
{
    QPolygonF line;
    for (std::size_t i = 0; i < m_rows.size(); ++i)
        line << QPointF(
            x(plot, i), plot.bottom() - std::clamp(m_rows[i].*value / top, 0.0, 1.0) * plot.height());
    painter.drawPolyline(line);
    painter.setBrush(painter.pen().color());
    for (const QPointF& point : line)
        painter.drawEllipse(point, 1.5, 1.5);
    painter.setBrush(Qt::NoBrush);
}

void TrainingCurve::paintEvent(QPaintEvent*)
{
    const Theme& theme = ThemeManager::instance().theme();
    QPainter painter(this);
    painter.fillRect(rect(), theme.color(Role::base));
    painter.setPen(theme.color(Role::border));
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
    const QRect plot = rect().adjusted(44, 28, -16, -24);
    paintAxes(painter, plot);

    QPen topThree(theme.color(Role::hitRateLine), 2);
    QPen topOne(theme.color(Role::rateLine), 2, Qt::DashLine);
    painter.setPen(topThree);
    painter.drawLine(plot.left(), 14, plot.left() + 20, 14);
    painter.setPen(topOne);
    painter.drawLine(plot.left() + 240, 14, plot.left() + 260, 14);
    const double mostLoss = std::max(1e-12, largestLoss());
    QPen loss(theme.color(Role::secondaryText), 1.5, Qt::DotLine);
    painter.setPen(loss);
    painter.drawLine(plot.left() + 330, 14, plot.left() + 350, 14);
    painter.setPen(theme.color(Role::text));
    painter.drawText(
        QRect(plot.left() + 356, 6, 220, 16), Qt::AlignVCenter,
        m_rows.empty() ? tr("loss") : tr("loss, top = %1").arg(toText(units::formatNumber(mostLoss))));
    painter.drawText(
        QRect(plot.left() + 26, 6, 206, 16), Qt::AlignVCenter, tr("held-out hash-hit rate, top 3"));
    painter.drawText(QRect(plot.left() + 266, 6, 160, 16), Qt::AlignVCenter, tr("top 1"));
    if (m_rows.empty()) {
        painter.setPen(theme.color(Role::secondaryText));
        painter.drawText(plot, Qt::AlignCenter, tr("A point appears after each epoch"));
        return;
    }
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(topThree);
    paintLine(painter, plot, &api::TrainEpoch::heldOutTop3, 1);
    painter.setPen(topOne);
    paintLine(painter, plot, &api::TrainEpoch::heldOutTop1, 1);
    painter.setPen(loss);
    paintLine(painter, plot, &api::TrainEpoch::loss, mostLoss);
}

} // namespace sida::ui
