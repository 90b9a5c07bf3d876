// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/difference_map.h"

#include "ui/host/text.h"
#include "ui/plot/paint.h"
#include "ui/theme/theme_manager.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace sida::ui
{

namespace
{

constexpr int kLeft = 160;
constexpr int kTop = 36;
constexpr int kScale = 112; ///< room at the right

const Theme& theme()
{
    return ThemeManager::instance().theme();
}

QString pointsText(double share)
{
    return QStringLiteral("%1%2 %").arg(
        share > 0 ? QStringLiteral("+") : QString(), toText(units::formatNumber(100 * share)));
}

QString layerText(const std::string& name)
{
    const QString text = toText(name);
    const QStringList parts = text.split(u'.');
    return parts.size() > 2 && parts[1] == QLatin1String("block")
        ? QStringLiteral("%1 block %2").arg(parts[0], parts[2])
        : text;
}

} // namespace

DifferenceMap::DifferenceMap(QWidget* parent)
    : QWidget(parent)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Difference of the experts' shares of tokens"));
    setMinimumHeight(160);
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, qOverload<>(&QWidget::update));
}

void DifferenceMap::setDifference(std::vector<api::LayerDifference> layers, const QString& against)
{
    m_layers = std::move(layers);
    m_against = against;
    m_largest = 0;
    for (const api::LayerDifference& layer : m_layers)
        for (const double share : layer.shares)
            m_largest = std::max(m_largest, std::abs(share));
    point(std::nullopt);
}

std::size_t DifferenceMap::experts() const
{
    std::size_t most = 0;
    for (const api::LayerDifference& layer : m_layers)
        most = std::max(most, layer.shares.size());
    return most;
}

QRect DifferenceMap::area() const
{
    return rect().adjusted(kLeft, kTop, -kScale, -40);
}

int DifferenceMap::rowHeight() const
{
    const int layers = std::max(1, static_cast<int>(m_layers.size()));
    return std::clamp(area().height() / layers, 3, 28);
}

QRect DifferenceMap::cell(int layer, int expert) const
{
    const QRect room = area();
    const double each = room.width() / static_cast<double>(std::max<std::size_t>(1, experts()));
    const int left = room.left() + static_cast<int>(each * expert);
    const int right = room.left() + static_cast<int>(each * (expert + 1));
    const int gap = each >= 6 ? 1 : 0;
    return {left, room.top() + rowHeight() * layer, std::max(1, right - left - gap), rowHeight() - 1};
}

QString DifferenceMap::readout() const
{
    if (!m_pointed)
        return tr("%1: blue got a larger share of the layer's tokens, orange a smaller one").arg(m_against);
    const api::LayerDifference& layer = m_layers[static_cast<std::size_t>(m_pointed->layer)];
    const double share = layer.shares[static_cast<std::size_t>(m_pointed->expert)];
    return tr("%1, expert %2: %3 of the layer's tokens")
        .arg(layerText(layer.layer))
        .arg(m_pointed->expert)
        .arg(share == 0 ? tr("the same share") : pointsText(share));
}

void DifferenceMap::point(std::optional<Cell> cell)
{
    m_pointed = cell;
    setAccessibleDescription(readout());
    update();
}

void DifferenceMap::paintCells(QPainter& painter) const
{
    for (int layer = 0; layer < static_cast<int>(m_layers.size()); ++layer) {
        const auto& shares = m_layers[static_cast<std::size_t>(layer)].shares;
        for (int expert = 0; expert < static_cast<int>(shares.size()); ++expert)
            painter.fillRect(
                cell(layer, expert),
                theme().difference(shares[static_cast<std::size_t>(expert)] / m_largest));
        if (rowHeight() >= 12 || layer % 4 == 0)
            drawText(
                painter, QRect(8, cell(layer, 0).top(), kLeft - 16, std::max(12, rowHeight())),
                Qt::AlignRight | Qt::AlignVCenter, layerText(m_layers[static_cast<std::size_t>(layer)].layer),
                theme().color(Role::text));
    }
    int step = 1;
    while (cell(0, step).left() - cell(0, 0).left() < 36 && step < static_cast<int>(experts()))
        step *= 2;
    const int below = cell(static_cast<int>(m_layers.size()) - 1, 0).bottom() + 4;
    for (int expert = 0; expert < static_cast<int>(experts()); expert += step)
        drawText(
            painter, QRect(cell(0, expert).center().x() - 20, below, 40, 16), Qt::AlignCenter,
            QString::number(expert), theme().color(Role::secondaryText));
    drawText(
        painter, QRect(area().left(), below + 16, area().width(), 16), Qt::AlignCenter, tr("expert"),
        theme().color(Role::secondaryText));
}

void DifferenceMap::paintScale(QPainter& painter) const
{
    const int left = width() - kScale + 20;
    const int height = std::min(120, area().height());
    for (int i = 0; i < height; ++i)
        painter.fillRect(left, kTop + i, 14, 1, theme().difference(1 - 2.0 * i / std::max(1, height - 1)));
    const auto label = [&](int y, const QString& text) {
        drawText(painter, QRect(left + 20, y - 8, 88, 16), Qt::AlignVCenter, text, theme().color(Role::text));
    };
    label(kTop + 6, pointsText(m_largest));
    label(kTop + height / 2, tr("equal"));
    label(kTop + height - 6, pointsText(-m_largest));
}

void DifferenceMap::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), theme().color(Role::base));
    painter.setPen(theme().color(hasFocus() ? Role::accent : Role::border));
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
    if (m_layers.empty() || m_largest == 0) {
        drawText(
            painter, rect(), Qt::AlignCenter,
            m_layers.empty() ? tr("The models do not have the same experts")
                             : tr("Every expert got the same share of the tokens"),
            theme().color(Role::secondaryText), TextStyle::body);
        return;
    }
    drawText(
        painter, QRect(12, 8, width() - 24, 20), Qt::AlignVCenter, readout(),
        theme().color(m_pointed ? Role::text : Role::secondaryText), TextStyle::body);
    paintCells(painter);
    paintScale(painter);
    if (m_pointed) {
        painter.setPen(QPen(theme().color(Role::accent), 2));
        painter.drawRect(cell(m_pointed->layer, m_pointed->expert).adjusted(-1, -1, 1, 1));
    }
}

void DifferenceMap::mouseMoveEvent(QMouseEvent* event)
{
    const QRect room = area();
    const int layer = (event->pos().y() - room.top()) / std::max(1, rowHeight());
    if (m_layers.empty() || event->pos().y() < room.top() || layer >= static_cast<int>(m_layers.size())
        || event->pos().x() < room.left() || event->pos().x() >= room.right())
        return point(std::nullopt);
    const auto& shares = m_layers[static_cast<std::size_t>(layer)].shares;
    const int expert = static_cast<int>(
        static_cast<double>(event->pos().x() - room.left()) / room.width() * static_cast<double>(experts()));
    point(expert < static_cast<int>(shares.size()) ? std::optional(Cell{layer, expert}) : std::nullopt);
}

void DifferenceMap::leaveEvent(QEvent*)
{
    point(std::nullopt);
}

void DifferenceMap::keyPressEvent(QKeyEvent* event)
{
    Cell cell = m_pointed.value_or(Cell{});
    switch (event->key()) {
    case Qt::Key_Left:
        --cell.expert;
        break;
    case Qt::Key_Right:
        cell.expert += m_pointed ? 1 : 0;
        break;
    case Qt::Key_Up:
        --cell.layer;
        break;
    case Qt::Key_Down:
        cell.layer += m_pointed ? 1 : 0;
        break;
    default:
        return QWidget::keyPressEvent(event);
    }
    if (m_layers.empty())
        return;
    cell.layer = std::clamp(cell.layer, 0, static_cast<int>(m_layers.size()) - 1);
    const auto& shares = m_layers[static_cast<std::size_t>(cell.layer)].shares;
    cell.expert = std::clamp(cell.expert, 0, std::max(0, static_cast<int>(shares.size()) - 1));
    point(cell);
}

} // namespace sida::ui
