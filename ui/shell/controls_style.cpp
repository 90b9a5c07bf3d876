// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/controls_style.h"

#include "ui/theme/theme_manager.h"

#include <QFile>
#include <array>
#include <utility>

/// Resources of a static library have to be asked for, outside any namespace.
static void loadControls()
{
    Q_INIT_RESOURCE(controls);
}

namespace sida::ui
{

QString controlsStyle()
{
    loadControls();
    QFile file(QStringLiteral(":/controls/controls.qss"));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    QString style = QString::fromUtf8(file.readAll());
    const std::array<std::pair<const char*, Role>, 7> roles = {{
        {"@base", Role::base},
        {"@text", Role::text},
        {"@border", Role::border},
        {"@selectionFill", Role::selectionFill},
        {"@accent", Role::accent},
        {"@window", Role::window},
        {"@disabledText", Role::disabledText},
    }};
    const Theme& theme = ThemeManager::instance().theme();
    for (const auto& [name, role] : roles)
        style.replace(QLatin1String(name), theme.color(role).name());
    return style;
}

} // namespace sida::ui
