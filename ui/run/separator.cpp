// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/run/separator.h"

#include "ui/theme/theme_manager.h"

#include <QPainter>

namespace sida::ui
{

Separator::Separator(Qt::Orientation orientation, QWidget* parent)
    : QWidget(parent)
{
    if (orientation == Qt::Horizontal)
        setFixedHeight(1);
    else
        setFixedWidth(1);
}

void Separator::paintEvent(QPaintEvent*)
{
    QPainter(this).fillRect(rect(), ThemeManager::instance().theme().color(Role::border));
}

} // namespace sida::ui
