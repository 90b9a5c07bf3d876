// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/run/card_button.h"

#include "ui/theme/theme_manager.h"

#include <QPainter>

namespace sida::ui
{

namespace
{

constexpr int kPadding = 8;

int lineHeight(TextStyle style)
{
    return QFontMetrics(Theme::font(style)).height() + 1;
}

} // namespace

CardButton::CardButton(QWidget* parent)
    : QAbstractButton(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAttribute(Qt::WA_Hover);
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, qOverload<>(&QWidget::update));
}

void CardButton::setCaption(const QString& caption)
{
    m_caption = caption;
    describe();
}

void CardButton::setHeadline(const QString& headline)
{
    m_headline = headline;
    describe();
}

void CardButton::setDetails(const QStringList& details)
{
    m_details = details;
    describe();
}

void CardButton::setNote(const QString& note, bool missing)
{
    m_note = note;
    m_noteMissing = missing;
    describe();
}

void CardButton::describe()
{
    QStringList words{m_caption, m_headline, m_note};
    words.removeAll(QString());
    setAccessibleName(words.join(QStringLiteral(", ")));
    setAccessibleDescription(m_details.join(QStringLiteral(". ")));
    updateGeometry();
    update();
}

int CardButton::contentHeight() const
{
    const int caption = m_caption.isEmpty() ? 0 : lineHeight(TextStyle::small);
    return caption + lineHeight(TextStyle::strong)
        + static_cast<int>(m_details.size()) * lineHeight(TextStyle::small);
}

QSize CardButton::sizeHint() const
{
    return {240, contentHeight() + 2 * kPadding};
}

QSize CardButton::minimumSizeHint() const
{
    return {120, contentHeight() + 2 * kPadding};
}

void CardButton::paintEvent(QPaintEvent*)
{
    const Theme& theme = ThemeManager::instance().theme();
    QPainter painter(this);
    const bool lit = isEnabled() && (underMouse() || isDown());
    painter.fillRect(rect(), theme.color(isDown() ? Role::selectionFill : Role::base));
    painter.setPen(QPen(theme.color(hasFocus() || lit ? Role::accent : Role::border), hasFocus() ? 2 : 1));
    const qreal inset = hasFocus() ? 1 : 0.5;
    painter.drawRoundedRect(QRectF(rect()).adjusted(inset, inset, -inset, -inset), 2, 2);

    // What is loaded stays readable while it cannot be changed.
    const QColor text = theme.color(Role::text);
    const QColor secondary = theme.color(Role::secondaryText);
    QRect line = rect().adjusted(kPadding + 4, kPadding, -kPadding - 4, 0);
    int noteWidth = 0;
    if (!m_note.isEmpty()) {
        painter.setFont(Theme::font(TextStyle::small));
        painter.setPen(m_noteMissing ? theme.color(Role::missing) : secondary);
        noteWidth = painter.fontMetrics().horizontalAdvance(m_note) + kPadding;
        painter.drawText(
            QRect(line.left(), line.top(), line.width(), lineHeight(TextStyle::strong)),
            Qt::AlignRight | Qt::AlignVCenter, m_note);
    }
    const auto draw = [&](TextStyle style, const QColor& colour, const QString& words) {
        painter.setFont(Theme::font(style));
        painter.setPen(colour);
        line.setHeight(lineHeight(style));
        const int width = line.width() - noteWidth;
        noteWidth = 0;
        painter.drawText(
            line, Qt::AlignLeft | Qt::AlignVCenter,
            painter.fontMetrics().elidedText(words, Qt::ElideRight, width));
        line.translate(0, line.height());
    };
    if (!m_caption.isEmpty())
        draw(TextStyle::small, secondary, m_caption);
    draw(TextStyle::strong, text, m_headline);
    for (const QString& detail : m_details)
        draw(TextStyle::small, secondary, detail);
}

} // namespace sida::ui
