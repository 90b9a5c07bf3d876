// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/budget/budget_curve.h"

#include "ui/budget/budget_slider.h"
#include "ui/host/text.h"
#include "ui/theme/theme_manager.h"

#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace sida::ui
{

namespace
{

constexpr int kPlotHeight = 52;
constexpr int kGap = 4;
constexpr int kSwatch = 12;

QString percent(double share)
{
    return toText(units::formatPercent(share));
}

QString rateText(double rate)
{
    return BudgetCurve::tr("%1 samples/s").arg(toText(units::formatNumber(rate)));
}

QString pointText(const api::ReplayPoint& point)
{
    return BudgetCurve::tr("hit rate %1, %2").arg(percent(point.hitRate()), rateText(point.samplesPerSecond));
}

} // namespace

BudgetCurve::BudgetCurve(QWidget* parent)
    : QWidget(parent)
{
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Hit rate and throughput by budget, replayed from this session"));
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, qOverload<>(&QWidget::update));
}

void BudgetCurve::setResult(std::shared_ptr<const api::ReplayResult> result)
{
    m_result = std::move(result);
    const bool usable = m_result && !m_result->curves.empty() && m_result->curves.front().points.size() > 1;
    m_curve = usable ? &m_result->curves.front() : nullptr;
    setAccessibleDescription(textAt(m_budget));
    update();
    Q_EMIT textChanged();
}

void BudgetCurve::setLimits(const BudgetLimits& limits)
{
    m_limits = limits;
    update();
}

void BudgetCurve::setBudget(std::uint64_t bytes)
{
    if (bytes == m_budget)
        return;
    m_budget = bytes;
    setAccessibleDescription(textAt(bytes));
    update();
    Q_EMIT textChanged();
}

std::optional<api::ReplayPoint> BudgetCurve::at(std::uint64_t bytes) const
{
    if (!m_curve)
        return std::nullopt;
    const auto& points = m_curve->points;
    if (bytes < points.front().budgetBytes)
        return std::nullopt;
    const auto after = std::ranges::lower_bound(points, bytes, {}, &api::ReplayPoint::budgetBytes);
    if (after == points.end())
        return points.back(); // everything is resident: more memory changes nothing
    if (after->budgetBytes == bytes)
        return *after;
    const api::ReplayPoint& before = *std::prev(after);
    const double share = static_cast<double>(bytes - before.budgetBytes)
        / static_cast<double>(after->budgetBytes - before.budgetBytes);
    api::ReplayPoint point = before;
    point.budgetBytes = bytes;
    point.hits = static_cast<std::uint64_t>(
        std::lround(std::lerp(static_cast<double>(before.hits), static_cast<double>(after->hits), share)));
    point.samplesPerSecond = std::lerp(before.samplesPerSecond, after->samplesPerSecond, share);
    return point;
}

QString BudgetCurve::textAt(std::uint64_t bytes) const
{
    const auto point = at(bytes);
    return point ? pointText(*point) : QString();
}

QSize BudgetCurve::sizeHint() const
{
    return {240, QFontMetrics(Theme::font(TextStyle::small)).height() + kGap + kPlotHeight + 1};
}

QRect BudgetCurve::plot() const
{
    const int margin = BudgetSlider::kMargin;
    return {margin, height() - kPlotHeight - 1, std::max(1, width() - 2 * margin), kPlotHeight};
}

int BudgetCurve::positionOf(std::uint64_t bytes) const
{
    std::uint64_t low = m_limits.smallest;
    std::uint64_t high = m_limits.resident;
    if (!m_limits.known() && m_curve) {
        low = m_curve->points.front().budgetBytes;
        high = m_curve->points.back().budgetBytes;
    }
    return BudgetSlider::positionBetween(bytes, low, high, width());
}

double BudgetCurve::highestRate() const
{
    double most = m_result->recorded.samplesPerSecond;
    for (const api::ReplayPoint& point : m_curve->points)
        most = std::max(most, point.samplesPerSecond);
    return most > 0 ? most : 1;
}

QPointF BudgetCurve::rateAt(const api::ReplayPoint& point) const
{
    const QRect area = plot();
    return {
        positionOf(point.budgetBytes) + 0.5,
        area.bottom() + 0.5 - point.samplesPerSecond / highestRate() * (area.height() - 6)};
}

QPointF BudgetCurve::hitsAt(const api::ReplayPoint& point) const
{
    const QRect area = plot();
    return {positionOf(point.budgetBytes) + 0.5, area.bottom() + 0.5 - point.hitRate() * (area.height() - 6)};
}

/// What the lines are, and what stands at their tops.
void BudgetCurve::paintLegend(QPainter& painter) const
{
    const Theme& theme = ThemeManager::instance().theme();
    painter.setFont(Theme::font(TextStyle::small));
    const QFontMetrics metrics = painter.fontMetrics();
    const QRect area = plot();
    const int middle = metrics.height() / 2;
    int left = area.left();
    const auto entry = [&](Role role, const QString& text, bool dots) {
        painter.fillRect(QRect(left, middle, kSwatch, 2), theme.color(role));
        if (dots)
            painter.fillRect(QRect(left + kSwatch / 2 - 2, middle - 1, 4, 4), theme.color(role));
        left += kSwatch + 4;
        painter.setPen(theme.color(Role::secondaryText));
        painter.drawText(left, metrics.ascent(), text);
        left += metrics.horizontalAdvance(text) + 12;
    };
    entry(Role::hitRateLine, tr("hit rate, to 100 %"), false);
    entry(Role::samplesLine, tr("samples/s, to %1").arg(toText(units::formatNumber(highestRate()))), true);
}

void BudgetCurve::paintLines(QPainter& painter) const
{
    const Theme& theme = ThemeManager::instance().theme();
    QPolygonF hits;
    QPolygonF rates;
    for (const api::ReplayPoint& point : m_curve->points) {
        hits << hitsAt(point);
        rates << rateAt(point);
    }
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(theme.color(Role::hitRateLine), 1.75));
    painter.drawPolyline(hits);
    painter.setPen(QPen(theme.color(Role::samplesLine), 1.75));
    painter.drawPolyline(rates);
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.color(Role::samplesLine));
    for (const QPointF& point : rates)
        painter.drawRect(QRectF(point.x() - 2, point.y() - 2, 4, 4));
    // The run as it was: rings, since the replay's lines need not go through them.
    const api::ReplayPoint& run = m_result->recorded;
    if (run.budgetBytes == 0)
        return;
    painter.setBrush(theme.color(Role::base));
    painter.setPen(QPen(theme.color(Role::hitRateLine), 2));
    painter.drawEllipse(hitsAt(run), 3.5, 3.5);
    painter.setPen(QPen(theme.color(Role::samplesLine), 2));
    painter.drawEllipse(rateAt(run), 3.5, 3.5);
}

void BudgetCurve::paintEvent(QPaintEvent*)
{
    if (!m_curve)
        return;
    const Theme& theme = ThemeManager::instance().theme();
    QPainter painter(this);
    const QRect area = plot();
    painter.fillRect(area.adjusted(-4, 0, 4, 1), theme.color(Role::base));
    painter.fillRect(
        QRect(area.left() - 4, area.bottom() + 1, area.width() + 8, 1), theme.color(Role::border));
    paintLegend(painter);
    if (m_budget > 0) {
        painter.setPen(theme.budgetPen());
        const int x = positionOf(m_budget);
        painter.drawLine(x, area.top(), x, area.bottom());
    }
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setClipRect(area.adjusted(-4, 0, 4, 1));
    paintLines(painter);
}

/// The replayed budget nearest to the pointer, and the run itself.
void BudgetCurve::mouseMoveEvent(QMouseEvent* event)
{
    if (!m_curve)
        return;
    const int x = qRound(event->position().x());
    const auto distance
        = [&](const api::ReplayPoint& point) { return std::abs(positionOf(point.budgetBytes) - x); };
    const auto nearest = std::ranges::min_element(m_curve->points, {}, distance);
    QString text = tr("Replayed with %1: %2").arg(bytesText(nearest->budgetBytes), pointText(*nearest));
    if (m_curve->knee >= 0 && nearest == m_curve->points.begin() + m_curve->knee)
        text += QLatin1Char('\n') + tr("More memory than this buys least here");
    const api::ReplayPoint& run = m_result->recorded;
    if (run.budgetBytes > 0)
        text += QLatin1Char('\n')
            + tr("Measured with %1: %2 (rings)").arg(bytesText(run.budgetBytes), pointText(run));
    QToolTip::showText(event->globalPosition().toPoint(), text, this);
}

} // namespace sida::ui
