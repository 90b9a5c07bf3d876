// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/time_view.h"

#include "ui/theme/theme_manager.h"

#include <QApplication>
#include <QClipboard>
#include <QElapsedTimer>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QLoggingCategory>
#include <QMouseEvent>
#include <QPaintEngine>
#include <QPainter>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace sida::ui
{

namespace
{

// Seen with QT_LOGGING_RULES="sida.ui.frametime.debug=true".
Q_LOGGING_CATEGORY(frameTime, "sida.ui.frametime", QtWarningMsg)

constexpr int kRefreshMs = 33;
constexpr int kClickSlop = 4; // pixels that a hand moves while it clicks
constexpr double kWheelStep = 1.25; // per notch

} // namespace

TimeView::TimeView(RecordingModel* model, TimeAxis* axis, QWidget* parent)
    : QWidget(parent)
    , m_model(model)
    , m_axis(axis)
    , m_accessory(new TitleAccessory(this))
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAttribute(Qt::WA_OpaquePaintEvent);
    m_refresh.setSingleShot(true);
    m_refresh.setInterval(kRefreshMs);
    connect(&m_refresh, &QTimer::timeout, this, &TimeView::flush);
    m_accessory->hide();
    axis->track(model);
    connect(model, &RecordingModel::resetDone, this, &TimeView::scheduleRefresh);
    connect(model, &RecordingModel::appended, this, &TimeView::scheduleRefresh);
    connect(axis, &TimeAxis::visibleChanged, this, &TimeView::scheduleRefresh);
    connect(axis, &TimeAxis::extentChanged, this, &TimeView::scheduleRefresh);
    connect(axis, &TimeAxis::selectionChanged, this, &TimeView::scheduleRefresh);
    connect(axis, &TimeAxis::followChanged, this, &TimeView::scheduleRefresh);
    connect(axis, &TimeAxis::batchChanged, this, &TimeView::scheduleRefresh);
    connect(axis, &TimeAxis::expertChanged, this, &TimeView::scheduleRefresh);
    connect(axis, &TimeAxis::hoverChanged, this, [this] { update(); });
    connect(&model->notes(), &Notes::changed, this, &TimeView::scheduleRefresh);
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, &TimeView::scheduleRefresh);
}

const Theme& TimeView::theme() const
{
    return ThemeManager::instance().theme();
}

TimeScale TimeView::scale() const
{
    const QRect plot = columns().plot;
    return {m_axis->visible(), plot.left(), plot.width()};
}

Nanoseconds TimeView::readoutTime() const
{
    return m_axis->hover().value_or(m_axis->visible().end);
}

void TimeView::scheduleRefresh()
{
    m_stale = true;
    if (!m_refresh.isActive())
        m_refresh.start();
}

void TimeView::flush()
{
    m_refresh.stop();
    contentChanged();
    update();
}

void TimeView::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    m_stale = true;
}

bool TimeView::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    // Without a readout column its words come to the pointer.
    const QPoint where = static_cast<QHelpEvent*>(event)->globalPos();
    const bool told = hasContent() && columns().readout.isEmpty();
    QToolTip::showText(where, told ? readout().join(QLatin1Char('\n')) : QString(), this);
    return true;
}

void TimeView::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), theme().color(Role::window));
    if (!hasContent()) {
        paintEmpty(painter);
        return;
    }
    if (painter.paintEngine()->type() == QPaintEngine::SVG) { // lines that scale, not our pixels
        painter.setFont(Theme::font(TextStyle::small));
        paintContent(painter);
        paintOverlay(painter);
        if (!columns().readout.isEmpty())
            paintReadout(painter);
        return;
    }
    const qreal ratio = devicePixelRatioF();
    const QSize pixels(qCeil(width() * ratio), qCeil(height() * ratio));
    if (m_stale || m_picture.size() != pixels) {
        if (m_picture.size() != pixels)
            m_picture = QPixmap(pixels);
        m_picture.setDevicePixelRatio(ratio);
        m_picture.fill(theme().color(Role::window));
        QElapsedTimer timer;
        timer.start();
        QPainter content(&m_picture);
        content.setFont(Theme::font(TextStyle::small));
        paintContent(content);
        m_stale = false;
        qCDebug(frameTime) << metaObject()->className() << "painted in" << timer.nsecsElapsed() / 1000
                           << "us";
    }
    painter.drawPixmap(0, 0, m_picture);
    painter.setFont(Theme::font(TextStyle::small));
    paintHover(painter);
    paintOverlay(painter);
    if (!columns().readout.isEmpty())
        paintReadout(painter);
    paintFocus(painter);
}

void TimeView::paintFocus(QPainter& painter)
{
    if (!hasFocus())
        return;
    painter.setPen(QPen(theme().color(Role::accent), 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
}

QString TimeView::waitingText() const
{
    return tr("The run has begun; waiting for its first batch.");
}

void TimeView::paintEmpty(QPainter& painter)
{
    painter.fillRect(rect(), theme().color(Role::base));
    painter.setPen(theme().color(Role::secondaryText));
    painter.setFont(Theme::font(TextStyle::body));
    painter.drawText(
        rect().adjusted(16, 0, -16, 0), Qt::AlignCenter | Qt::TextWordWrap,
        m_model->isLive() ? waitingText() : emptyText());
    paintFocus(painter);
}

void TimeView::paintOverlay(QPainter& painter)
{
    const QRect area = crosshairArea();
    const TimeScale map = scale();
    painter.save();
    painter.setClipRect(area);
    if (const api::BatchRow* batch = selectedBatch()) {
        const int from = map.pixel(batch->begin);
        const int to = std::max(from + 1, map.pixel(batch->end));
        // Edges only: a veil over the marks would change what their colours say.
        const QColor edge = theme().color(Role::accent);
        painter.fillRect(QRect(from, area.top(), 1, area.height()), edge);
        painter.fillRect(QRect(to - 1, area.top(), 1, area.height()), edge);
    }
    if (const auto& selection = m_axis->selection()) {
        const int from = map.pixel(selection->begin);
        const int to = map.pixel(selection->end);
        QColor fill = theme().color(Role::accent);
        fill.setAlpha(48);
        painter.fillRect(QRect(from, area.top(), std::max(1, to - from), area.height()), fill);
        painter.setPen(QPen(theme().color(Role::accent), 1));
        painter.drawLine(from, area.top(), from, area.bottom());
        painter.drawLine(to, area.top(), to, area.bottom());
    }
    if (m_axis->hover()) {
        const int x = map.pixel(*m_axis->hover());
        painter.setPen(QPen(theme().color(Role::text), 1));
        painter.drawLine(x, area.top(), x, area.bottom());
    }
    painter.restore();
}

void TimeView::mousePressEvent(QMouseEvent* event)
{
    const QRect plot = columns().plot;
    if (event->button() != Qt::LeftButton || !plot.contains(event->pos())) {
        QWidget::mousePressEvent(event);
        return;
    }
    const bool select = event->modifiers() & (Qt::ControlModifier | Qt::ShiftModifier);
    m_drag = select ? Drag::select : Drag::pan;
    m_dragFrom = event->pos();
    m_dragTime = scale().time(event->position().x());
    setCursor(select ? Qt::IBeamCursor : Qt::ClosedHandCursor);
}

void TimeView::mouseMoveEvent(QMouseEvent* event)
{
    const QRect plot = columns().plot;
    const Nanoseconds time = scale().time(event->position().x());
    if (m_drag == Drag::pan && (event->pos() - m_dragFrom).manhattanLength() >= kClickSlop) {
        // The time that was taken hold of stays under the pointer.
        m_axis->pan(m_dragTime - time);
    } else if (m_drag == Drag::select) {
        m_axis->setSelection({m_dragTime, time});
    }
    const bool inside = event->pos().x() >= plot.left() && event->pos().x() <= plot.right();
    m_axis->setHover(inside ? std::optional(scale().time(event->position().x())) : std::nullopt);
}

const api::BatchRow* TimeView::selectedBatch() const
{
    const api::BatchRow* batch = m_axis->batch() ? m_model->batch(*m_axis->batch()) : nullptr;
    const TimeRange visible = m_axis->visible();
    return batch && batch->end >= visible.begin && batch->begin <= visible.end ? batch : nullptr;
}

const api::BatchRow* TimeView::batchUnder(const QPoint& point) const
{
    const Nanoseconds time = scale().time(point.x());
    const api::BatchRow* batch = m_model->batchAt(time);
    return batch && batch->end >= time ? batch : nullptr;
}

void TimeView::clicked(const QPoint& point)
{
    const api::BatchRow* batch = batchUnder(point);
    m_axis->selectBatch(batch ? std::optional(batch->batch) : std::nullopt);
}

void TimeView::mouseDoubleClickEvent(QMouseEvent* event)
{
    const api::BatchRow* batch = columns().plot.contains(event->pos()) ? batchUnder(event->pos()) : nullptr;
    if (event->button() != Qt::LeftButton || !batch)
        return;
    m_axis->selectBatch(batch->batch);
    m_axis->setVisible({batch->begin, batch->end});
}

void TimeView::mouseReleaseEvent(QMouseEvent* event)
{
    if (m_drag == Drag::pan && (event->pos() - m_dragFrom).manhattanLength() < kClickSlop)
        clicked(event->pos());
    m_drag = Drag::none;
    unsetCursor();
    QWidget::mouseReleaseEvent(event);
}

void TimeView::wheelEvent(QWheelEvent* event)
{
    const QPoint turn = event->angleDelta();
    if (std::abs(turn.x()) > std::abs(turn.y()) || event->modifiers() & Qt::ShiftModifier) {
        const int along = turn.x() != 0 ? turn.x() : turn.y();
        m_axis->pan(-static_cast<Nanoseconds>(m_axis->visible().width() * (along / 1200.0)));
    } else if (turn.y() != 0) {
        m_axis->zoomAt(scale().time(event->position().x()), std::pow(kWheelStep, -turn.y() / 120.0));
    }
    event->accept();
}

void TimeView::stepHover(bool forward)
{
    const auto& batches = m_model->rows().batches;
    if (batches.empty())
        return;
    const Nanoseconds from = m_axis->hover().value_or(m_axis->visible().begin);
    const api::BatchRow* at = m_model->batchAt(from);
    const std::ptrdiff_t index = at ? at - batches.data() : 0;
    const std::ptrdiff_t wanted = forward ? index + 1 : from > batches[index].begin ? index : index - 1;
    const auto last = static_cast<std::ptrdiff_t>(batches.size()) - 1;
    const api::BatchRow& batch
        = batches[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(wanted, 0, last))];
    m_axis->reveal({batch.begin, batch.begin});
    m_axis->setHover(batch.begin);
}

bool TimeView::handleNavigationKey(QKeyEvent* event)
{
    const Nanoseconds step = m_axis->visible().width() / (event->modifiers() & Qt::ShiftModifier ? 2 : 10);
    const TimeRange visible = m_axis->visible();
    const Nanoseconds centre = m_axis->hover().value_or(visible.begin + visible.width() / 2);
    if (event->modifiers() & Qt::ControlModifier
        && (event->key() == Qt::Key_Left || event->key() == Qt::Key_Right)) {
        stepHover(event->key() == Qt::Key_Right);
        return true;
    }
    switch (event->key()) {
    case Qt::Key_Left:
        m_axis->pan(-step);
        return true;
    case Qt::Key_Right:
        m_axis->pan(step);
        return true;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        m_axis->zoomAt(centre, 1 / (kWheelStep * kWheelStep));
        return true;
    case Qt::Key_Minus:
        m_axis->zoomAt(centre, kWheelStep * kWheelStep);
        return true;
    case Qt::Key_Home:
        m_axis->fitAll();
        return true;
    case Qt::Key_End:
        m_axis->setFollowLive(true);
        return true;
    case Qt::Key_F:
        m_axis->fitSelection();
        return true;
    case Qt::Key_Escape:
        m_axis->clear();
        return true;
    default:
        return false;
    }
}

void TimeView::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::Undo))
        m_axis->undo();
    else if (event->matches(QKeySequence::Redo))
        m_axis->redo();
    else if (event->matches(QKeySequence::Copy) && hasContent())
        QApplication::clipboard()->setText(readout().join(QLatin1Char('\n')));
    else if (!handleNavigationKey(event))
        QWidget::keyPressEvent(event);
}

void TimeView::leaveEvent(QEvent* event)
{
    m_axis->setHover(std::nullopt);
    QWidget::leaveEvent(event);
}

void TimeView::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    update();
}

void TimeView::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
    update();
}

} // namespace sida::ui
