// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/theme/theme.h"

#include <QObject>

namespace sida::ui
{

enum class ThemeChoice { system, light, dark };

/// The appearance in use, for everything that paints. Lives as long as the application.
class ThemeManager : public QObject
{
    Q_OBJECT
public:
    static ThemeManager& instance();

    const Theme& theme() const { return m_theme; }
    ThemeChoice choice() const { return m_choice; }
    /// Applies it to the application at once; `system` keeps following the desktop's own colours.
    void setChoice(ThemeChoice choice);

Q_SIGNALS:
    void changed();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    ThemeManager();
    void apply();

    Theme m_theme;
    ThemeChoice m_choice = ThemeChoice::system;
    bool m_applying = false;
};

} // namespace sida::ui
