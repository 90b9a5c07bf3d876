// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/batch/life_view.h"

#include "ui/batch/batch_text.h"
#include "ui/batch/life_painter.h"
#include "ui/plot/paint.h"
#include "ui/timeline/timeline_text.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>

namespace sida::ui
{

namespace
{

constexpr int kHead = 20;
constexpr int kRow = 18;
constexpr int kScrollBar = 10;

} // namespace

LifeView::LifeView(BatchFocus* focus, QWidget* parent)
    : TimeView(&focus->model(), &focus->axis(), parent)
    , m_focus(focus)
    , m_scrollBar(new QScrollBar(Qt::Vertical, this))
{
    setAccessibleName(tr("Life of the experts of one layer in the selected batch"));
    m_scrollBar->setSingleStep(kRow);
    m_scrollBar->hide();
    const auto fill
        = [](api::TransferKind kind) { return [kind](const Theme& look) { return look.brush(kind); }; };
    titleAccessory()->setLegend(
        {{[](const Theme& look) { return look.color(api::Purpose::predictor); }, tr("predicted")},
         {fill(api::TransferKind::prefetch), tr("prefetched")},
         {fill(api::TransferKind::onDemand), tr("on demand")},
         {[](const Theme& look) { return look.color(api::Purpose::expertSlots); }, tr("resident")},
         {[](const Theme& look) { return look.color(api::Outcome::hit); }, tr("used, a hit")}});
    connect(m_scrollBar, &QScrollBar::valueChanged, this, &LifeView::scheduleRefresh);
    connect(m_focus, &BatchFocus::changed, this, [this] {
        m_scrollBar->setValue(0);
        updateScrollBar();
        scheduleRefresh();
    });
    connect(m_focus, &BatchFocus::expertChanged, this, [this] {
        reveal();
        scheduleRefresh();
    });
    contentChanged();
}

bool LifeView::hasContent() const
{
    return m_focus->story().has_value();
}

QString LifeView::emptyText() const
{
    return model().rows().batches.empty()
        ? tr("Start a run or open a session, then click a batch to see how its experts came and went.")
        : tr("Click a batch in the timeline, or press . for the next stall, to see how its experts came and "
             "went.");
}

QRect LifeView::rowsArea() const
{
    return columns().plot.adjusted(0, kHead, 0, 0);
}

QRect LifeView::crosshairArea() const
{
    return rowsArea();
}

QRect LifeView::row(std::size_t index) const
{
    const QRect area = rowsArea();
    return {
        area.left(), area.top() + static_cast<int>(index) * kRow - m_scrollBar->value(), area.width(), kRow};
}

QRect LifeView::rowOf(std::uint16_t expert) const
{
    const auto& lives = m_focus->lives();
    for (std::size_t i = 0; i < lives.size(); ++i)
        if (lives[i].key.expert == expert)
            return rowsArea().contains(row(i)) ? row(i) : QRect();
    return {};
}

std::optional<std::size_t> LifeView::rowAt(const QPoint& point) const
{
    if (point.y() < rowsArea().top())
        return std::nullopt;
    const int index = (point.y() - rowsArea().top() + m_scrollBar->value()) / kRow;
    if (index < 0 || index >= static_cast<int>(m_focus->lives().size()))
        return std::nullopt;
    return static_cast<std::size_t>(index);
}

const LayerStory* LifeView::layer() const
{
    if (!m_focus->story())
        return nullptr;
    for (const LayerStory& layer : m_focus->story()->layers)
        if (layer.layer == m_focus->layer())
            return &layer;
    return nullptr;
}

void LifeView::updateScrollBar()
{
    const int hidden = static_cast<int>(m_focus->lives().size()) * kRow - rowsArea().height();
    m_scrollBar->setVisible(hasContent() && hidden > 0);
    m_scrollBar->setRange(0, std::max(0, hidden));
    m_scrollBar->setPageStep(std::max(kRow, rowsArea().height()));
    m_scrollBar->setGeometry(
        columns().plot.right() - kScrollBar + 1, rowsArea().top(), kScrollBar, rowsArea().height());
}

void LifeView::reveal()
{
    const auto& lives = m_focus->lives();
    for (std::size_t i = 0; i < lives.size(); ++i) {
        if (!m_focus->expert() || lives[i].key.expert != *m_focus->expert())
            continue;
        const QRect box = row(i);
        if (box.top() < rowsArea().top() || box.bottom() > rowsArea().bottom())
            m_scrollBar->setValue(m_scrollBar->value() + box.center().y() - rowsArea().center().y());
    }
}

void LifeView::resizeEvent(QResizeEvent* event)
{
    TimeView::resizeEvent(event);
    updateScrollBar();
}

void LifeView::contentChanged()
{
    updateScrollBar();
    const auto& story = m_focus->story();
    titleAccessory()->setSummary(
        story ? tr("Batch %1, layer %2: %3 experts")
                    .arg(
                        countText(story->batch.batch), QString::number(m_focus->layer()),
                        countText(m_focus->lives().size()))
              : QString());
    setAccessibleDescription(readout().join(QStringLiteral("; ")));
}

void LifeView::paintHead(QPainter& painter) const
{
    const QRect head(columns().plot.left(), columns().plot.top(), columns().plot.width(), kHead);
    painter.fillRect(QRect(rect().left(), head.bottom(), width(), 1), theme().color(Role::border));
    drawText(
        painter, QRect(columns().label.left(), head.top(), columns().label.width() - 8, kHead),
        Qt::AlignRight | Qt::AlignVCenter, tr("Layer %1").arg(m_focus->layer()), theme().color(Role::text),
        TextStyle::smallStrong);
    const TimeScale map = scale();
    const LayerStory* its = layer();
    if (!its)
        return;
    painter.save();
    painter.setClipRect(head);
    const int left = map.pixel(its->range.begin);
    const int right = std::max(left + 2, map.pixel(its->range.end));
    painter.fillRect(QRect(left, head.top() + 4, right - left, 10), theme().color(Role::compute));
    for (const api::StallRow& stall : model().stallsOf(m_focus->story()->batch)) {
        if (stall.key.layer != its->layer)
            continue;
        const int from = map.pixel(stall.begin);
        drawSwatch(
            painter, QRect(from, head.top() + 4, std::max(1, map.pixel(stall.end) - from), 10),
            theme().brush(stall.cause), theme());
    }
    const QString text = its->stalled > 0 ? tr("waits %1").arg(durationText(its->stalled)) : tr("computes");
    const int width = painter.fontMetrics().horizontalAdvance(text) + 8;
    const int at = right + width + 4 < head.right() ? right + 4 : left - width - 4;
    drawText(
        painter, QRect(at, head.top(), width, kHead), Qt::AlignLeft | Qt::AlignVCenter, text,
        theme().color(Role::secondaryText));
    painter.restore();
}

void LifeView::paintContent(QPainter& painter)
{
    const QRect area = rowsArea();
    painter.fillRect(columns().plot, theme().color(Role::base));
    const TimeScale map = scale();
    drawTimeGrid(painter, area, map, theme());
    const auto& lives = m_focus->lives();
    const LayerStory* its = layer();
    painter.save();
    painter.setClipRect(QRect(0, area.top(), area.right() + 1, area.height()));
    if (its) {
        QColor band = theme().color(Role::selectionFill);
        band.setAlpha(110);
        const int left = map.pixel(its->range.begin);
        painter.fillRect(
            QRect(left, area.top(), std::max(1, map.pixel(its->range.end) - left), area.height()) & area,
            band);
    }
    const LifePainter life(painter, map, theme(), m_focus->story()->batch.batch, its);
    for (std::size_t i = 0; i < lives.size(); ++i) {
        const QRect box = row(i);
        if (box.bottom() < area.top() || box.top() > area.bottom())
            continue;
        const bool chosen = m_focus->expert() && *m_focus->expert() == lives[i].key.expert;
        if (chosen)
            painter.fillRect(QRect(0, box.top(), area.right() + 1, kRow), theme().color(Role::selectionFill));
        drawText(
            painter, QRect(columns().label.left(), box.top(), columns().label.width() - 8, kRow),
            Qt::AlignRight | Qt::AlignVCenter, tr("expert %1").arg(lives[i].key.expert),
            theme().color(lives[i].routed > 0 ? Role::text : Role::secondaryText),
            chosen ? TextStyle::smallStrong : TextStyle::small);
        painter.save();
        painter.setClipRect(area, Qt::IntersectClip);
        life.paint(lives[i], box);
        if (chosen)
            life.paintArrows(lives[i], box);
        painter.restore();
    }
    painter.restore();
    paintHead(painter);
    if (lives.empty())
        drawText(
            painter, area, Qt::AlignCenter, tr("No expert of this layer was used or predicted."),
            theme().color(Role::secondaryText), TextStyle::body);
}

QStringList LifeView::readout() const
{
    if (!m_focus->story())
        return {};
    if (const ExpertLife* life = m_focus->life())
        return batchText::lines(*life, layer());
    QStringList lines;
    if (const LayerStory* its = layer())
        lines << batchText::layer(*its);
    lines << tr("Click an expert, or press Down, to follow it.");
    return lines;
}

void LifeView::paintReadout(QPainter& painter)
{
    const QRect column = columns().readout.adjusted(8, 6, -8, 0);
    painter.save();
    painter.setClipRect(columns().readout);
    int top = column.top();
    bool first = true;
    for (const QString& line : readout()) {
        const TextStyle style = first && m_focus->life() ? TextStyle::smallStrong : TextStyle::small;
        painter.setFont(Theme::font(style));
        const QRect needed = painter.fontMetrics().boundingRect(
            QRect(0, 0, column.width(), 1000), Qt::TextWordWrap | Qt::AlignLeft, line);
        drawText(
            painter, QRect(column.left(), top, column.width(), needed.height()),
            Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, line,
            theme().color(first ? Role::text : Role::secondaryText), style);
        top += needed.height() + 2;
        first = false;
    }
    painter.restore();
}

QString LifeView::textAt(const QPoint& point) const
{
    const auto index = rowAt(point);
    if (!hasContent() || !index || point.x() > columns().plot.right())
        return {};
    return batchText::lines(m_focus->lives()[*index], layer()).join(QLatin1Char('\n'));
}

bool LifeView::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        QToolTip::showText(help->globalPos(), textAt(help->pos()), this);
        return true;
    }
    return TimeView::event(event);
}

void LifeView::clicked(const QPoint& point)
{
    if (const auto index = rowAt(point))
        m_focus->selectExpert(m_focus->lives()[*index].key.expert);
}

void LifeView::wheelEvent(QWheelEvent* event)
{
    // Over the names it scrolls the rows; over the plot it zooms, as in every view.
    if (event->position().x() < columns().plot.left() && m_scrollBar->isVisible()) {
        m_scrollBar->setValue(m_scrollBar->value() - event->angleDelta().y() * 3 * kRow / 120);
        event->accept();
        return;
    }
    TimeView::wheelEvent(event);
}

void LifeView::moveSelection(int rows)
{
    const auto& lives = m_focus->lives();
    if (lives.empty())
        return;
    const auto at = std::find_if(lives.begin(), lives.end(), [this](const ExpertLife& life) {
        return m_focus->expert() && life.key.expert == *m_focus->expert();
    });
    const auto last = static_cast<std::ptrdiff_t>(lives.size()) - 1;
    const std::ptrdiff_t from = at == lives.end() ? (rows > 0 ? -1 : last + 1) : at - lives.begin();
    const auto next = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(from + rows, 0, last));
    m_focus->selectExpert(lives[next].key.expert);
}

void LifeView::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Up:
        return moveSelection(-1);
    case Qt::Key_Down:
        return moveSelection(1);
    case Qt::Key_PageUp:
        return moveSelection(-10);
    case Qt::Key_PageDown:
        return moveSelection(10);
    default:
        TimeView::keyPressEvent(event);
    }
}

} // namespace sida::ui
