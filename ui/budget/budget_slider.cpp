// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/budget/budget_slider.h"

#include "ui/theme/theme_manager.h"

#include <QMouseEvent>
#include <QPainter>
#include <QSignalBlocker>
#include <algorithm>
#include <cmath>

namespace sida::ui
{

namespace
{

constexpr int kTrackTop = 10;
constexpr int kTickTop = 20;
constexpr std::uint64_t kStepBytes
    = 1024; ///< one value of the slider: fine enough for one expert, fits an int

} // namespace

BudgetSlider::BudgetSlider(QWidget* parent)
    : QAbstractSlider(parent)
{
    setOrientation(Qt::Horizontal);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(this, &QAbstractSlider::valueChanged, this, [this](int value) {
        Q_EMIT bytesChosen(bytesOf(value));
    });
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, qOverload<>(&QWidget::update));
}

void BudgetSlider::setLimits(const BudgetLimits& limits)
{
    if (limits == m_limits)
        return;
    m_limits = limits;
    const QSignalBlocker blocker(this);
    setRange(0, static_cast<int>((limits.resident - limits.smallest + kStepBytes - 1) / kStepBytes));
    const auto step = static_cast<int>(std::max<std::uint64_t>(1, limits.expertBytes / kStepBytes));
    setSingleStep(step);
    setPageStep(step * std::max(1, limits.layers));
    update();
}

void BudgetSlider::setBytes(std::uint64_t bytes)
{
    const QSignalBlocker blocker(this);
    const std::uint64_t above = bytes > m_limits.smallest ? bytes - m_limits.smallest : 0;
    setValue(
        static_cast<int>(std::min<std::uint64_t>(above / kStepBytes, static_cast<std::uint64_t>(maximum()))));
    update();
}

std::uint64_t BudgetSlider::bytesOf(int value) const
{
    if (value >= maximum())
        return m_limits.resident;
    return m_limits.smallest + static_cast<std::uint64_t>(value) * kStepBytes;
}

QSize BudgetSlider::sizeHint() const
{
    return {240, kTickTop + 8 + QFontMetrics(Theme::font(TextStyle::small)).height()};
}

int BudgetSlider::positionOf(std::uint64_t bytes) const
{
    return positionBetween(bytes, m_limits.smallest, m_limits.resident, width());
}

int BudgetSlider::positionBetween(std::uint64_t bytes, std::uint64_t low, std::uint64_t high, int width)
{
    const double span = static_cast<double>(high) - static_cast<double>(low);
    const double share = span > 0 ? (static_cast<double>(bytes) - static_cast<double>(low)) / span : 0;
    return kMargin + static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * (width - 2 * kMargin)));
}

/// Experts per layer from one labelled tick to the next: a quarter of all, rounded to a whole number.
int BudgetSlider::tickStep() const
{
    return std::max(1, (m_limits.mostPerLayer() + 3) / 4);
}

void BudgetSlider::paintTicks(QPainter& painter, const QColor& colour) const
{
    const Theme& theme = ThemeManager::instance().theme();
    painter.setFont(Theme::font(TextStyle::small));
    const int most = m_limits.mostPerLayer();
    const int step = tickStep();
    const int minor = std::max(1, step / 4);
    for (int perLayer = 0; perLayer <= most; perLayer += minor) {
        const std::uint64_t bytes = m_limits.bytesFor(perLayer);
        if (bytes < m_limits.smallest && perLayer > 0)
            continue;
        const bool labelled = perLayer % step == 0 || perLayer == most;
        const int x = positionOf(bytes);
        painter.setPen(theme.color(labelled ? Role::secondaryText : Role::border));
        painter.drawLine(x, kTickTop, x, kTickTop + (labelled ? 5 : 3));
        if (!labelled)
            continue;
        const QString text = QString::number(perLayer);
        const int wide = painter.fontMetrics().horizontalAdvance(text);
        painter.setPen(colour);
        painter.drawText(
            std::clamp(x - wide / 2, 0, width() - wide), kTickTop + 6 + painter.fontMetrics().ascent(), text);
    }
}

void BudgetSlider::paintEvent(QPaintEvent*)
{
    const Theme& theme = ThemeManager::instance().theme();
    QPainter painter(this);
    const QRect track(kMargin, kTrackTop, width() - 2 * kMargin, 4);
    painter.fillRect(track, theme.color(Role::border));
    if (!m_limits.known())
        return;
    const bool enabled = isEnabled();
    const int x = positionOf(bytesOf(value()));
    painter.fillRect(
        QRect(track.left(), track.top(), x - track.left(), track.height()),
        theme.color(enabled ? Role::accent : Role::disabledText));
    paintTicks(painter, theme.color(enabled ? Role::secondaryText : Role::disabledText));
    painter.setBrush(theme.color(Role::button));
    painter.setPen(QPen(
        theme.color(
            hasFocus()    ? Role::accent
                : enabled ? Role::text
                          : Role::disabledText),
        hasFocus() ? 2 : 1));
    painter.drawRoundedRect(QRectF(x - 4.5, kTrackTop - 6.5, 9, 17), 2, 2);
}

void BudgetSlider::moveTo(int x)
{
    const double share = static_cast<double>(x - kMargin) / std::max(1, width() - 2 * kMargin);
    setSliderPosition(static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * maximum())));
}

void BudgetSlider::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton || !m_limits.known())
        return event->ignore();
    setSliderDown(true);
    moveTo(qRound(event->position().x()));
}

void BudgetSlider::mouseMoveEvent(QMouseEvent* event)
{
    if (isSliderDown())
        moveTo(qRound(event->position().x()));
}

void BudgetSlider::mouseReleaseEvent(QMouseEvent*)
{
    setSliderDown(false);
}

} // namespace sida::ui
