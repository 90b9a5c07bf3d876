// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sessions/drop_area.h"

#include "ui/theme/theme_manager.h"

#include <QPainter>

namespace sida::ui
{

DropArea::DropArea(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("Drop files anywhere in this window"));
}

void DropArea::setActive(bool active)
{
    m_active = active;
    update();
}

void DropArea::paintEvent(QPaintEvent*)
{
    const Theme& theme = ThemeManager::instance().theme();
    QPainter painter(this);
    if (m_active)
        painter.fillRect(rect(), theme.color(Role::selectionFill));
    QPen pen(theme.color(m_active ? Role::accent : Role::disabledText), 2, Qt::CustomDashLine);
    pen.setDashPattern({3, 2});
    painter.setPen(pen);
    painter.drawRect(rect().adjusted(1, 1, -1, -1));

    const QFont section = Theme::font(TextStyle::section);
    const QFont small = Theme::font(TextStyle::small);
    const int first = QFontMetrics(section).height();
    const int second = QFontMetrics(small).height();
    const int top = (height() - first - 8 - 2 * second) / 2;
    painter.setFont(section);
    painter.setPen(theme.color(Role::text));
    painter.drawText(
        QRect(16, top, width() - 32, first), Qt::AlignCenter, tr("Drop files anywhere in this window"));
    painter.setFont(small);
    painter.setPen(theme.color(Role::secondaryText));
    painter.drawText(
        QRect(16, top + first + 8, width() - 32, 2 * second),
        Qt::AlignHCenter | Qt::AlignTop | Qt::TextWordWrap,
        tr("a model folder, a dataset, a predictor or a session"));
}

} // namespace sida::ui
