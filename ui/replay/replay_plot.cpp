// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/replay/replay_plot.h"

#include "ui/host/text.h"
#include "ui/plot/paint.h"
#include "ui/theme/theme_manager.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>
#include <limits>

namespace sida::ui
{

namespace
{

constexpr int kLegend = 188;
constexpr int kRow = 20;
constexpr double kNear = 14; ///< pixels within which a point is meant

const Theme& theme()
{
    return ThemeManager::instance().theme();
}

/// Bytes on an axis in the unit that suits its end.
struct AxisUnit {
    double bytes = 1;
    QString name;
};

AxisUnit unitOf(double most)
{
    if (most >= static_cast<double>(units::kGiB))
        return {static_cast<double>(units::kGiB), QStringLiteral("GiB")};
    if (most >= static_cast<double>(units::kMiB))
        return {static_cast<double>(units::kMiB), QStringLiteral("MiB")};
    return {static_cast<double>(units::kKiB), QStringLiteral("KiB")};
}

} // namespace

ReplayPlot::ReplayPlot(QWidget* parent)
    : QWidget(parent)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Curves over the budget"));
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, qOverload<>(&QWidget::update));
}

void ReplayPlot::setResult(std::shared_ptr<const api::ReplayResult> result)
{
    m_result = std::move(result);
    m_shown.assign(m_result ? m_result->curves.size() : 0, true);
    m_selected.reset();
    m_hovered.reset();
    describe();
    update();
}

void ReplayPlot::setMeasure(ReplayMeasure measure)
{
    m_measure = measure;
    describe();
    update();
}

void ReplayPlot::setShown(int curve, bool shown)
{
    if (m_shown[static_cast<std::size_t>(curve)] == shown)
        return;
    m_shown[static_cast<std::size_t>(curve)] = shown;
    if (!shown && m_selected && m_selected->curve == curve)
        select(std::nullopt);
    update();
    Q_EMIT shownChanged(curve, shown);
}

void ReplayPlot::select(std::optional<ReplayPlace> place)
{
    if (m_selected == place)
        return;
    m_selected = place;
    describe();
    update();
    Q_EMIT selectionChanged();
}

void ReplayPlot::describe()
{
    if (!m_result)
        return setAccessibleDescription({});
    QString text = replayVerdict(*m_result);
    if (m_selected) {
        const api::ReplayCurve& curve = m_result->curves[static_cast<std::size_t>(m_selected->curve)];
        const api::ReplayPoint& point = curve.points[static_cast<std::size_t>(m_selected->point)];
        text = tr("%1 at %2: %3")
                   .arg(
                       toText(api::name(curve.configuration)), budgetText(point.budgetBytes, *m_result),
                       measureText(measureOf(point, m_measure), m_measure));
    }
    setAccessibleDescription(text);
}

QRect ReplayPlot::plot() const
{
    return rect().adjusted(72, 16, -(kLegend + 24), -44);
}

Ticks ReplayPlot::valueTicks() const
{
    double most = measureOf(m_result->recorded, m_measure);
    for (std::size_t curve = 0; curve < m_result->curves.size(); ++curve)
        if (m_shown[curve])
            for (const api::ReplayPoint& point : m_result->curves[curve].points)
                most = std::max(most, measureOf(point, m_measure));
    if (m_measure == ReplayMeasure::hitRate)
        return niceTicks(0, 1, 5);
    if (m_measure == ReplayMeasure::copied)
        most /= unitOf(most).bytes;
    return niceTicks(0, most > 0 ? most : 1, 5);
}

double ReplayPlot::x(double bytes) const
{
    const double most = std::max<double>(1, static_cast<double>(m_result->residentBytes));
    return plot().left() + bytes / most * plot().width();
}

double ReplayPlot::y(double value, const Ticks& ticks) const
{
    double most = ticks.high;
    if (m_measure == ReplayMeasure::copied) {
        double largest = measureOf(m_result->recorded, m_measure);
        for (std::size_t curve = 0; curve < m_result->curves.size(); ++curve)
            if (m_shown[curve])
                for (const api::ReplayPoint& point : m_result->curves[curve].points)
                    largest = std::max(largest, measureOf(point, m_measure));
        most *= unitOf(largest).bytes;
    }
    return plot().bottom() - value / most * plot().height();
}

QPointF ReplayPlot::position(const ReplayPlace& place) const
{
    const api::ReplayPoint& point = m_result->curves[static_cast<std::size_t>(place.curve)]
                                        .points[static_cast<std::size_t>(place.point)];
    return {x(static_cast<double>(point.budgetBytes)), y(measureOf(point, m_measure), valueTicks())};
}

QPointF ReplayPlot::recordedPosition() const
{
    return {
        x(static_cast<double>(m_result->recorded.budgetBytes)),
        y(measureOf(m_result->recorded, m_measure), valueTicks())};
}

QRect ReplayPlot::legendRow(int curve) const
{
    return {width() - kLegend - 8, plot().top() + kRow * curve, kLegend, kRow};
}

/// The colour says who decides, the dashes who leaves.
QPen ReplayPlot::penOf(const api::ReplayConfiguration& configuration) const
{
    Role role = Role::rateLine;
    if (configuration.policy == api::Policy::sida)
        role = Role::hitRateLine;
    else if (configuration.policy == api::Policy::resident)
        role = Role::text;
    if (configuration.belady) {
        QPen bound(theme().color(Role::secondaryText), 1.5);
        bound.setDashPattern({1, 2});
        return bound;
    }
    QPen pen(theme().color(role), 2);
    switch (configuration.eviction) {
    case api::Eviction::fifo:
        pen.setDashPattern({1, 1.5});
        break;
    case api::Eviction::lru:
        pen.setDashPattern({5, 2});
        break;
    case api::Eviction::lfru:
        pen.setDashPattern({5, 1.5, 1, 1.5});
        break;
    case api::Eviction::lookahead:
        break;
    }
    return pen;
}

void ReplayPlot::paintAxes(QPainter& painter, const Ticks& ticks) const
{
    const QRect area = plot();
    for (const double value : ticks.values) {
        const int line = area.bottom() - qRound(value / ticks.high * area.height());
        painter.setPen(theme().color(value == 0 ? Role::border : Role::grid));
        painter.drawLine(area.left(), line, area.right(), line);
        const QString text = m_measure == ReplayMeasure::hitRate
            ? toText(units::formatPercent(value))
            : toText(units::formatFixed(value, ticks.decimals));
        drawText(
            painter, QRect(0, line - 8, area.left() - 8, 16), Qt::AlignRight | Qt::AlignVCenter, text,
            theme().color(Role::secondaryText));
    }
    const AxisUnit unit = unitOf(static_cast<double>(m_result->residentBytes));
    const double most = static_cast<double>(m_result->residentBytes) / unit.bytes;
    const Ticks budgets = ticksInside(0, most, std::max(2, area.width() / 80));
    for (const double value : budgets.values) {
        const int line = qRound(x(value * unit.bytes));
        painter.setPen(theme().color(Role::grid));
        painter.drawLine(line, area.top(), line, area.bottom());
        drawText(
            painter, QRect(line - 40, area.bottom() + 4, 80, 16), Qt::AlignCenter,
            toText(units::formatFixed(value, budgets.decimals)), theme().color(Role::secondaryText));
    }
    drawText(
        painter, QRect(area.left(), area.bottom() + 22, area.width(), 16), Qt::AlignCenter,
        tr("budget, %1; resident needs %2").arg(unit.name, bytesText(m_result->residentBytes)),
        theme().color(Role::secondaryText));
}

void ReplayPlot::paintCurve(QPainter& painter, int number, const Ticks& ticks) const
{
    const api::ReplayCurve& curve = m_result->curves[static_cast<std::size_t>(number)];
    const QPen pen = penOf(curve.configuration);
    QPolygonF line;
    for (const api::ReplayPoint& point : curve.points)
        line << QPointF(x(static_cast<double>(point.budgetBytes)), y(measureOf(point, m_measure), ticks));
    painter.setPen(pen);
    painter.setBrush(Qt::NoBrush);
    painter.drawPolyline(line);
    painter.setPen(Qt::NoPen);
    painter.setBrush(pen.color());
    for (const QPointF& point : line)
        painter.drawEllipse(point, 2.5, 2.5);
    if (curve.knee < 0)
        return;
    painter.setPen(QPen(pen.color(), 1.5));
    painter.setBrush(theme().color(Role::base));
    painter.drawEllipse(line[curve.knee], 5, 5);
    painter.setPen(Qt::NoPen);
    painter.setBrush(pen.color());
    painter.drawEllipse(line[curve.knee], 2, 2);
}

/// Stack distances give the hit rate of an LRU that sees one use after the other for every number of slots.
/// The engine's is above it: what a layer finds there stays until the layer has ended.
void ReplayPlot::paintExactLru(QPainter& painter, const Ticks& ticks) const
{
    if (m_measure != ReplayMeasure::hitRate || m_result->slotBytes == 0)
        return;
    QPolygonF line;
    for (std::size_t slots = 1; slots < m_result->lruHitRateBySlots.size(); ++slots)
        line << QPointF(
            x(static_cast<double>(m_result->fixedBytes + slots * m_result->slotBytes)),
            y(m_result->lruHitRateBySlots[slots], ticks));
    painter.setPen(QPen(theme().color(Role::secondaryText), 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawPolyline(line);
}

void ReplayPlot::paintRecorded(QPainter& painter, const Ticks& ticks) const
{
    const QPointF at(
        x(static_cast<double>(m_result->recorded.budgetBytes)),
        y(measureOf(m_result->recorded, m_measure), ticks));
    QPainterPath diamond;
    diamond.moveTo(at + QPointF(0, -7));
    diamond.lineTo(at + QPointF(7, 0));
    diamond.lineTo(at + QPointF(0, 7));
    diamond.lineTo(at + QPointF(-7, 0));
    diamond.closeSubpath();
    painter.setPen(QPen(theme().color(Role::base), 1.5));
    painter.setBrush(theme().color(Role::budgetLine));
    painter.drawPath(diamond);
}

void ReplayPlot::paintSelected(QPainter& painter, const Ticks&) const
{
    const std::optional<ReplayPlace> place = m_hovered ? m_hovered : m_selected;
    if (!place)
        return;
    const api::ReplayCurve& curve = m_result->curves[static_cast<std::size_t>(place->curve)];
    const api::ReplayPoint& point = curve.points[static_cast<std::size_t>(place->point)];
    const QPointF at = position(*place);
    painter.setPen(QPen(theme().color(Role::accent), 2));
    painter.setBrush(Qt::NoBrush);
    painter.drawEllipse(at, 8, 8);
    const QStringList lines
        = {toText(api::name(curve.configuration)) + (place->point == curve.knee ? tr(", knee") : QString()),
           budgetText(point.budgetBytes, *m_result), measureText(measureOf(point, m_measure), m_measure)};
    painter.setFont(Theme::font(TextStyle::small));
    int wide = 0;
    for (const QString& line : lines)
        wide = std::max(wide, QFontMetrics(Theme::font(TextStyle::smallStrong)).horizontalAdvance(line));
    QRect box(qRound(at.x()) + 14, qRound(at.y()) - 60, wide + 16, 3 * 16 + 10);
    if (box.right() > plot().right())
        box.moveRight(qRound(at.x()) - 14);
    box.moveTop(std::clamp(box.top(), 4, height() - box.height() - 4));
    painter.setPen(theme().color(Role::border));
    painter.setBrush(theme().color(Role::window));
    painter.drawRect(box);
    for (int i = 0; i < lines.size(); ++i)
        drawText(
            painter, QRect(box.left() + 8, box.top() + 5 + 16 * i, wide, 16), Qt::AlignVCenter, lines[i],
            theme().color(i == 1 ? Role::secondaryText : Role::text),
            i == 0 ? TextStyle::smallStrong : TextStyle::small);
}

void ReplayPlot::paintLegend(QPainter& painter) const
{
    const int curves = static_cast<int>(m_result->curves.size());
    for (int curve = 0; curve < curves; ++curve) {
        const QRect row = legendRow(curve);
        const bool shown = isShown(curve);
        QPen pen = penOf(m_result->curves[static_cast<std::size_t>(curve)].configuration);
        if (!shown)
            pen.setColor(theme().color(Role::disabledText));
        painter.setPen(pen);
        painter.drawLine(row.left(), row.center().y(), row.left() + 28, row.center().y());
        drawText(
            painter, row.adjusted(36, 0, 0, 0), Qt::AlignVCenter,
            toText(api::name(m_result->curves[static_cast<std::size_t>(curve)].configuration)),
            theme().color(shown ? Role::text : Role::disabledText));
    }
    int line = legendRow(curves).top() + 6;
    const auto note = [&](const QString& text) {
        drawText(
            painter, QRect(legendRow(0).left() + 36, line, kLegend - 36, kRow), Qt::AlignVCenter, text,
            theme().color(Role::secondaryText));
        line += kRow;
    };
    const int middle = legendRow(0).left() + 14;
    painter.setPen(QPen(theme().color(Role::secondaryText), 1.5));
    painter.setBrush(Qt::NoBrush);
    painter.drawEllipse(QPointF(middle, line + kRow / 2.0), 5, 5);
    note(tr("knee"));
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme().color(Role::budgetLine));
    painter.save();
    painter.translate(middle, line + kRow / 2.0);
    painter.rotate(45);
    painter.drawRect(QRectF(-4.5, -4.5, 9, 9));
    painter.restore();
    note(tr("as recorded"));
    if (m_measure == ReplayMeasure::hitRate) {
        painter.setPen(QPen(theme().color(Role::secondaryText), 1));
        painter.drawLine(middle - 14, line + kRow / 2, middle + 14, line + kRow / 2);
        note(tr("LRU use by use, exact"));
    }
}

void ReplayPlot::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), theme().color(Role::base));
    painter.setPen(theme().color(hasFocus() ? Role::accent : Role::border));
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
    if (!m_result || m_result->curves.empty()) {
        drawText(
            painter, rect(), Qt::AlignCenter, tr("Curves appear when the recording has been replayed"),
            theme().color(Role::secondaryText), TextStyle::body);
        return;
    }
    const Ticks ticks = valueTicks();
    paintAxes(painter, ticks);
    painter.setRenderHint(QPainter::Antialiasing);
    paintExactLru(painter, ticks);
    for (std::size_t curve = 0; curve < m_result->curves.size(); ++curve)
        if (m_shown[curve])
            paintCurve(painter, static_cast<int>(curve), ticks);
    paintRecorded(painter, ticks);
    paintLegend(painter);
    paintSelected(painter, ticks);
}

std::optional<ReplayPlace> ReplayPlot::placeAt(const QPointF& point) const
{
    if (!m_result)
        return std::nullopt;
    std::optional<ReplayPlace> best;
    double nearest = kNear;
    const Ticks ticks = valueTicks();
    for (int curve = 0; curve < static_cast<int>(m_result->curves.size()); ++curve) {
        if (!isShown(curve))
            continue;
        const auto& points = m_result->curves[static_cast<std::size_t>(curve)].points;
        for (int i = 0; i < static_cast<int>(points.size()); ++i) {
            const api::ReplayPoint& one = points[static_cast<std::size_t>(i)];
            const double away = std::hypot(
                x(static_cast<double>(one.budgetBytes)) - point.x(),
                y(measureOf(one, m_measure), ticks) - point.y());
            if (away < nearest) {
                nearest = away;
                best = ReplayPlace{curve, i};
            }
        }
    }
    return best;
}

void ReplayPlot::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton || !m_result)
        return;
    for (int curve = 0; curve < static_cast<int>(m_shown.size()); ++curve)
        if (legendRow(curve).contains(event->pos()))
            return setShown(curve, !isShown(curve));
    select(placeAt(event->position()));
}

void ReplayPlot::mouseMoveEvent(QMouseEvent* event)
{
    const std::optional<ReplayPlace> place = placeAt(event->position());
    bool legend = false;
    for (int curve = 0; curve < static_cast<int>(m_shown.size()); ++curve)
        legend = legend || legendRow(curve).contains(event->pos());
    setCursor(legend ? Qt::PointingHandCursor : Qt::ArrowCursor);
    if (place == m_hovered)
        return;
    m_hovered = place;
    update();
}

void ReplayPlot::leaveEvent(QEvent*)
{
    m_hovered.reset();
    update();
}

void ReplayPlot::keyPressEvent(QKeyEvent* event)
{
    const bool horizontal = event->key() == Qt::Key_Left || event->key() == Qt::Key_Right;
    const bool vertical = event->key() == Qt::Key_Up || event->key() == Qt::Key_Down;
    if (!m_result || m_result->curves.empty() || (!horizontal && !vertical))
        return QWidget::keyPressEvent(event);
    ReplayPlace place = m_selected.value_or(ReplayPlace{});
    const int step = event->key() == Qt::Key_Left || event->key() == Qt::Key_Up ? -1 : 1;
    const int curves = static_cast<int>(m_result->curves.size());
    if (vertical && m_selected) {
        do
            place.curve = (place.curve + step + curves) % curves;
        while (!isShown(place.curve) && place.curve != m_selected->curve);
    } else if (m_selected) {
        place.point += step;
    }
    const int points
        = static_cast<int>(m_result->curves[static_cast<std::size_t>(place.curve)].points.size());
    place.point = std::clamp(place.point, 0, points - 1);
    select(place);
}

} // namespace sida::ui
