// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/host/mailbox.h"

#include <QMetaObject>
#include <QObject>
#include <utility>

namespace sida::ui
{

void Mailbox::post(std::function<void()> function)
{
    {
        const std::lock_guard lock(m_mutex);
        m_waiting.push_back(std::move(function));
    }
    QMetaObject::invokeMethod(
        m_owner, [this] { take(); }, Qt::QueuedConnection);
}

void Mailbox::take()
{
    std::function<void()> function;
    {
        const std::lock_guard lock(m_mutex);
        function = std::move(m_waiting.front());
        m_waiting.pop_front();
    }
    function();
}

} // namespace sida::ui
