// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plot/title_accessory.h"

#include "ui/plot/paint.h"
#include "ui/theme/theme_manager.h"

#include <QPainter>

namespace sida::ui
{

namespace
{

constexpr int kSwatchWidth = 16;
constexpr int kSwatchHeight = 12;
constexpr int kGap = 8;

} // namespace

TitleAccessory::TitleAccessory(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&ThemeManager::instance(), &ThemeManager::changed, this, [this] { update(); });
}

void TitleAccessory::setNote(const QString& note)
{
    m_note = note;
    describe();
}

void TitleAccessory::setLegend(std::vector<Entry> entries)
{
    m_legend = std::move(entries);
    describe();
}

void TitleAccessory::setSummary(const QString& summary)
{
    if (summary == m_summary)
        return;
    m_summary = summary;
    describe();
}

void TitleAccessory::describe()
{
    QStringList parts = {m_note};
    for (const Entry& entry : m_legend)
        parts += entry.text;
    parts += m_summary;
    parts.removeAll(QString());
    setAccessibleName(parts.join(QStringLiteral(", ")));
    setToolTip(parts.join(QStringLiteral(", ")));
    update();
}

void TitleAccessory::paintEvent(QPaintEvent*)
{
    const Theme& theme = ThemeManager::instance().theme();
    QPainter painter(this);
    painter.setFont(Theme::font(TextStyle::small));
    const QFontMetrics metrics = painter.fontMetrics();
    const QColor secondary = theme.color(Role::secondaryText);
    int left = 0;
    auto put = [&](const QString& text, const QColor& color, int room) {
        const QString shown = metrics.elidedText(text, Qt::ElideRight, room);
        drawText(painter, QRect(left, 0, room, height()), Qt::AlignLeft | Qt::AlignVCenter, shown, color);
        left += metrics.horizontalAdvance(shown);
    };
    if (!m_note.isEmpty()) {
        put(m_note, secondary, std::max(0, width() - left));
        left += 2 * kGap;
    }
    for (const Entry& entry : m_legend) {
        const int needed = kSwatchWidth + kGap + metrics.horizontalAdvance(entry.text);
        if (left + needed > width())
            return;
        drawSwatch(
            painter, QRect(left, (height() - kSwatchHeight) / 2, kSwatchWidth, kSwatchHeight),
            entry.brush(theme), theme);
        left += kSwatchWidth + kGap;
        put(entry.text, theme.color(Role::text), needed);
        left += 2 * kGap;
    }
    const QRect rest(left, 0, width() - left - kGap, height());
    if (rest.width() > 40)
        drawText(
            painter, rest, Qt::AlignRight | Qt::AlignVCenter,
            metrics.elidedText(m_summary, Qt::ElideRight, rest.width()), secondary);
}

} // namespace sida::ui
