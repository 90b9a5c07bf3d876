// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/heatmap/heatmap_canvas.h"

#include "ui/plot/paint.h"
#include "ui/theme/theme_manager.h"

#include <QApplication>
#include <QClipboard>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPaintEngine>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace sida::ui
{

namespace
{

constexpr int kTop = 8;
constexpr int kAxisHeight = 32; // tick labels and the axis title
constexpr int kScrollBarHeight = 12;

} // namespace

HeatmapCanvas::HeatmapCanvas(QWidget* parent)
    : QWidget(parent)
    , m_scrollBar(new QScrollBar(Qt::Horizontal, this))
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setAccessibleName(tr("Heatmap of experts; arrow keys move from cell to cell"));
    m_scrollBar->hide();
    connect(m_scrollBar, &QScrollBar::valueChanged, this, &HeatmapCanvas::refresh);
}

const Theme& HeatmapCanvas::theme() const
{
    return ThemeManager::instance().theme();
}

void HeatmapCanvas::setEmptyText(const QString& text)
{
    m_emptyText = text;
    update();
}

void HeatmapCanvas::refresh()
{
    m_stale = true;
    updateScrollBar();
    update();
    Q_EMIT currentChanged();
}

QRect HeatmapCanvas::room() const
{
    return Columns::of(rect()).plot.adjusted(0, kTop, 0, -kAxisHeight);
}

HeatmapGrid HeatmapCanvas::grid() const
{
    return HeatmapGrid::fit(room(), m_data.layers(), m_data.columns(), m_scrollBar->value(), m_zoom);
}

void HeatmapCanvas::updateScrollBar()
{
    const HeatmapGrid cells = HeatmapGrid::fit(room(), m_data.layers(), m_data.columns(), 0, m_zoom);
    const int hidden = cells.contentWidth() - cells.area.width();
    m_scrollBar->setVisible(hidden > 0);
    m_scrollBar->setRange(0, std::max(0, hidden));
    m_scrollBar->setPageStep(std::max(1, cells.area.width()));
    m_scrollBar->setGeometry(
        cells.area.left(), height() - kScrollBarHeight, cells.area.width(), kScrollBarHeight);
}

std::optional<ExpertKey> HeatmapCanvas::current() const
{
    const auto cell = m_hover ? m_hover : m_cursor;
    return cell ? m_data.keyAt(cell->row, cell->column) : std::nullopt;
}

void HeatmapCanvas::setCursorCell(ExpertKey key)
{
    if (!m_data.counts().contains(key))
        return;
    m_cursor = HeatmapGrid::Cell{key.layer, m_data.columnOf(key)};
    update();
    Q_EMIT currentChanged();
}

void HeatmapCanvas::clearCursor()
{
    m_cursor.reset();
    QToolTip::hideText();
    update();
    Q_EMIT currentChanged();
}

void HeatmapCanvas::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    m_stale = true;
    updateScrollBar();
}

void HeatmapCanvas::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), theme().color(Role::base));
    const HeatmapGrid cells = grid();
    if (m_data.batches() == 0 || cells.columns == 0) {
        drawText(
            painter, rect().adjusted(16, 0, -16, 0), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText,
            theme().color(Role::secondaryText), TextStyle::body);
    } else if (painter.paintEngine()->type() == QPaintEngine::SVG) {
        paintCells(painter, cells);
        paintAxes(painter, cells);
        paintLegend(painter);
    } else {
        const qreal ratio = devicePixelRatioF();
        const QSize pixels(qCeil(width() * ratio), qCeil(height() * ratio));
        if (m_stale || m_picture.size() != pixels) {
            m_picture = QPixmap(pixels);
            m_picture.setDevicePixelRatio(ratio);
            m_picture.fill(theme().color(Role::base));
            QPainter content(&m_picture);
            paintCells(content, cells);
            paintAxes(content, cells);
            paintLegend(content);
            m_stale = false;
        }
        painter.drawPixmap(0, 0, m_picture);
        paintFrame(painter, cells);
    }
    if (hasFocus()) {
        painter.setPen(theme().color(Role::accent));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

QColor HeatmapCanvas::colourOf(ExpertKey key) const
{
    if (!m_data.value(key))
        return theme().color(Role::neverUsed);
    return m_data.mode() == HeatmapMode::residency ? theme().color(api::Purpose::expertSlots)
                                                   : theme().magnitude(m_data.shade(key));
}

/// One pixel for several experts: the largest shows, so that no peak is lost.
void HeatmapCanvas::paintMerged(QPainter& painter, const HeatmapGrid& grid, int row) const
{
    int pixel = -1;
    std::optional<ExpertKey> largest;
    auto flush = [&] {
        if (pixel < grid.area.left() || pixel > grid.area.right())
            return;
        const QRect box = grid.cell(row, 0);
        painter.fillRect(
            QRect(pixel, box.top(), 1, box.height()),
            largest ? colourOf(*largest) : theme().color(Role::neverUsed));
    };
    for (int column = 0; column < grid.columns; ++column) {
        const auto key = m_data.keyAt(row, column);
        if (!key)
            break;
        const int x = grid.cell(row, column).left();
        if (x != pixel) {
            flush();
            pixel = x;
            largest.reset();
        }
        const auto value = m_data.value(*key);
        if (value && (!largest || *value > *m_data.value(*largest)))
            largest = key;
    }
    flush();
}

std::optional<HeatmapGrid::Cell> HeatmapCanvas::cellUnder(const QPoint& point) const
{
    const HeatmapGrid cells = grid();
    auto cell = cells.cellAt(point);
    if (!cell || !cells.merged())
        return cell;
    const int x = cells.cell(cell->row, cell->column).left();
    HeatmapGrid::Cell best = *cell;
    auto valueOf = [&](int column) {
        const auto key = m_data.keyAt(cell->row, column);
        return key ? m_data.value(*key).value_or(-1) : -1;
    };
    for (int column = cell->column; column >= 0 && cells.cell(cell->row, column).left() == x; --column)
        if (valueOf(column) > valueOf(best.column))
            best.column = column;
    return best;
}

void HeatmapCanvas::zoomAt(int x, double factor)
{
    const HeatmapGrid before = grid();
    if (before.columns == 0)
        return;
    const double column = (x - before.area.left() + before.scroll) / before.cellWidth;
    const double even = static_cast<double>(room().width()) / before.columns;
    m_zoom = std::clamp(m_zoom * factor, 1.0, std::max(1.0, 40.0 / even));
    updateScrollBar();
    m_scrollBar->setValue(
        static_cast<int>(std::lround(column * grid().cellWidth)) - (x - before.area.left()));
    refresh();
}

void HeatmapCanvas::wheelEvent(QWheelEvent* event)
{
    const QPoint turn = event->angleDelta();
    if (event->modifiers() & Qt::ShiftModifier || std::abs(turn.x()) > std::abs(turn.y()))
        m_scrollBar->setValue(m_scrollBar->value() - (turn.x() != 0 ? turn.x() : turn.y()));
    else if (turn.y() != 0)
        zoomAt(static_cast<int>(event->position().x()), std::pow(1.25, turn.y() / 120.0));
    event->accept();
}

void HeatmapCanvas::setMarked(std::optional<ExpertKey> key)
{
    m_marked = key;
    update();
}

void HeatmapCanvas::paintCells(QPainter& painter, const HeatmapGrid& grid) const
{
    painter.save();
    painter.setClipRect(grid.area);
    for (int row = 0; row < grid.rows; ++row) {
        if (grid.merged()) {
            paintMerged(painter, grid, row);
            continue;
        }
        for (int column = 0; column < grid.columns; ++column) {
            const auto key = m_data.keyAt(row, column);
            if (!key)
                break;
            const QRect cell = grid.cell(row, column);
            if (cell.right() < grid.area.left() || cell.left() > grid.area.right())
                continue;
            painter.fillRect(cell, colourOf(*key));
        }
    }
    painter.restore();
}

void HeatmapCanvas::paintAxes(QPainter& painter, const HeatmapGrid& grid) const
{
    const Columns columns = Columns::of(rect());
    const int lineHeight = QFontMetrics(Theme::font(TextStyle::small)).height();
    const int every
        = std::max(1, static_cast<int>(std::ceil(static_cast<double>(lineHeight) / grid.cellHeight)));
    for (int row = 0; row < grid.rows; row += every) {
        const QRect cell = grid.cell(row, 0);
        const QRect line(
            columns.label.left(), cell.center().y() - lineHeight / 2, columns.label.width() - 8, lineHeight);
        drawText(
            painter, line, Qt::AlignRight | Qt::AlignVCenter, tr("layer %1").arg(row),
            theme().color(Role::text));
    }
    const int top = grid.area.bottom() + 3;
    const int step = grid.labelStep(36);
    int lastLabel = 0;
    auto label = [&](int column) {
        const QRect cell = grid.cell(0, column);
        const QRect box(cell.center().x() - 24, top, 48, lineHeight);
        if (cell.center().x() >= grid.area.left() && cell.center().x() <= grid.area.right())
            drawText(
                painter, box, Qt::AlignHCenter | Qt::AlignTop, QString::number(column),
                theme().color(Role::text));
        lastLabel = box.center().x();
    };
    for (int column = 0; column < grid.columns; column += step)
        label(column);
    // The last expert closes the axis unless its label would touch its neighbour's.
    if (grid.cell(0, grid.columns - 1).center().x() - lastLabel > 28)
        label(grid.columns - 1);
    const bool ranked = m_data.sort() == HeatmapSort::byLoad;
    drawText(
        painter, QRect(grid.area.left(), top + lineHeight - 1, grid.area.width(), lineHeight),
        Qt::AlignHCenter | Qt::AlignTop, ranked ? tr("rank within the layer by tokens routed") : tr("expert"),
        theme().color(Role::secondaryText));
}

void HeatmapCanvas::paintFrame(QPainter& painter, const HeatmapGrid& grid) const
{
    if (m_marked && m_data.counts().contains(*m_marked)) {
        const QRect box = grid.cell(m_marked->layer, m_data.columnOf(*m_marked));
        if (grid.area.contains(box.center())) {
            painter.setBrush(Qt::NoBrush);
            painter.setPen(QPen(theme().color(Role::base), 4));
            painter.drawRect(box.adjusted(-2, -2, 1, 1));
            painter.setPen(QPen(theme().color(Role::accent), 2));
            painter.drawRect(box.adjusted(-1, -1, 1, 1));
        }
    }
    const auto cell = m_hover ? m_hover : m_cursor;
    if (!cell || !m_data.keyAt(cell->row, cell->column))
        return;
    const QRect box = grid.cell(cell->row, cell->column);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(theme().color(Role::base), 4));
    painter.drawRect(box.adjusted(-2, -2, 1, 1));
    painter.setPen(QPen(theme().color(Role::text), 2));
    painter.drawRect(box.adjusted(-1, -1, 1, 1));
}

void HeatmapCanvas::mouseMoveEvent(QMouseEvent* event)
{
    const auto cell = cellUnder(event->pos());
    if (cell == m_hover)
        return;
    m_hover = cell;
    if (const auto key = current(); key && m_hover)
        QToolTip::showText(event->globalPosition().toPoint(), tooltip(*key), this);
    else
        QToolTip::hideText();
    update();
    Q_EMIT currentChanged();
}

void HeatmapCanvas::mousePressEvent(QMouseEvent* event)
{
    const auto cell = cellUnder(event->pos());
    if (event->button() != Qt::LeftButton || !cell)
        return;
    m_cursor = cell;
    update();
    Q_EMIT currentChanged();
    if (const auto key = m_data.keyAt(cell->row, cell->column))
        Q_EMIT chosen(*key);
}

void HeatmapCanvas::leaveEvent(QEvent* event)
{
    QWidget::leaveEvent(event);
    if (!m_hover)
        return;
    m_hover.reset();
    update();
    Q_EMIT currentChanged();
}

void HeatmapCanvas::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    update();
}

void HeatmapCanvas::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
    QToolTip::hideText();
    update();
}

void HeatmapCanvas::moveCursor(int rows, int columns)
{
    if (m_data.layers() == 0)
        return;
    const HeatmapGrid::Cell from
        = m_cursor.value_or(HeatmapGrid::Cell{0, rows == 0 && columns != 0 ? -columns : 0});
    const int row = std::clamp(from.row + (m_cursor ? rows : 0), 0, m_data.layers() - 1);
    const int column = std::clamp(from.column + columns, 0, m_data.counts().experts(row) - 1);
    m_cursor = HeatmapGrid::Cell{row, std::max(0, column)};
    m_hover.reset();
    showCursor();
}

void HeatmapCanvas::showCursor()
{
    const QRect box = grid().cell(m_cursor->row, m_cursor->column);
    const QRect area = grid().area;
    if (box.left() < area.left() || box.right() > area.right())
        m_scrollBar->setValue(m_scrollBar->value() + box.center().x() - area.center().x());
    if (const auto key = current())
        QToolTip::showText(
            mapToGlobal(grid().cell(m_cursor->row, m_cursor->column).bottomRight()), tooltip(*key), this);
    update();
    Q_EMIT currentChanged();
}

void HeatmapCanvas::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Copy)) {
        if (const auto key = current())
            QApplication::clipboard()->setText(
                m_data.title(*key) + QLatin1Char('\n') + m_data.lines(*key).join(QLatin1Char('\n')));
        return;
    }
    constexpr int kAll = 1 << 16;
    switch (event->key()) {
    case Qt::Key_Left:
        return moveCursor(0, -1);
    case Qt::Key_Right:
        return moveCursor(0, 1);
    case Qt::Key_Up:
        return moveCursor(-1, 0);
    case Qt::Key_Down:
        return moveCursor(1, 0);
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        return zoomAt(
            m_cursor ? grid().cell(m_cursor->row, m_cursor->column).center().x() : room().center().x(), 1.5);
    case Qt::Key_Minus:
        return zoomAt(
            m_cursor ? grid().cell(m_cursor->row, m_cursor->column).center().x() : room().center().x(),
            1 / 1.5);
    case Qt::Key_Home:
        return moveCursor(0, -kAll);
    case Qt::Key_End:
        return moveCursor(0, kAll);
    case Qt::Key_Escape:
        return clearCursor();
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (const auto key = current())
            Q_EMIT chosen(*key);
        return;
    default:
        QWidget::keyPressEvent(event);
    }
}

QString HeatmapCanvas::tooltip(ExpertKey key) const
{
    QStringList lines;
    for (const QString& line : m_data.lines(key))
        lines += line.toHtmlEscaped();
    return QStringLiteral("<p style='white-space:pre'><b>%1</b> <span style='color:%2'>%3</span><br>%4</p>")
        .arg(
            m_data.title(key), theme().color(Role::secondaryText).name(),
            m_data.moduleName(key.layer).toHtmlEscaped(), lines.join(QStringLiteral("<br>")));
}

} // namespace sida::ui
