// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/theme_manager.h"

#include <QApplication>
#include <QEvent>
#include <QScopedValueRollback>

namespace sida::ui
{

ThemeManager& ThemeManager::instance()
{
    static ThemeManager manager;
    return manager;
}

ThemeManager::ThemeManager()
    : m_theme(Theme::matching(QGuiApplication::palette()))
{
    // Qt 6.4 has no signal for a desktop that turns dark; the event that widgets get is all there is.
    if (qApp)
        qApp->installEventFilter(this);
}

void ThemeManager::setChoice(ThemeChoice choice)
{
    m_choice = choice;
    apply();
}

void ThemeManager::apply()
{
    auto* application = qobject_cast<QApplication*>(QCoreApplication::instance());
    if (!application || m_applying)
        return;
    const QScopedValueRollback<bool> guard(m_applying, true);
    const Theme before = m_theme;
    if (m_choice == ThemeChoice::system) {
        QApplication::setPalette(QPalette()); // an empty palette gives the desktop's own back
        m_theme = Theme::matching(QApplication::palette());
    } else {
        m_theme = m_choice == ThemeChoice::dark ? Theme::dark() : Theme::light();
    }
    applyTheme(*application, m_theme);
    if (!(before == m_theme))
        Q_EMIT changed();
}

bool ThemeManager::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::ThemeChange && m_choice == ThemeChoice::system)
        QMetaObject::invokeMethod(this, &ThemeManager::apply, Qt::QueuedConnection);
    return QObject::eventFilter(watched, event);
}

} // namespace sida::ui
