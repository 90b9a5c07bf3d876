// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <functional>
#include <mutex>

class QObject;

namespace sida::ui
{

/// What other threads want done on an object's thread, one thing an event, in their order. It waits behind a
/// mutex of our own and Qt's queue carries only the word that there is something: what is captured is then
/// handed over where a race detector can see it, which it cannot inside Qt.
class Mailbox
{
public:
    /// A member of `owner`, which outlives the threads that post.
    explicit Mailbox(QObject* owner)
        : m_owner(owner)
    {
    }
    /// Any thread.
    void post(std::function<void()> function);

private:
    void take();

    QObject* m_owner;
    std::mutex m_mutex;
    std::deque<std::function<void()>> m_waiting;
};

} // namespace sida::ui
