// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <stop_token>

namespace sida::gui_test
{

/// Holds the engine thread back until the test lets it go on, so that "while it is loading" is a state and
/// not a matter of timing. Open unless it was closed.
class Gate
{
public:
    void close()
    {
        std::lock_guard lock(m_mutex);
        m_open = false;
    }
    void open()
    {
        {
            std::lock_guard lock(m_mutex);
            m_open = true;
        }
        m_changed.notify_all();
    }
    /// Lets `count` more passes through a closed gate.
    void admit(std::uint64_t count)
    {
        {
            std::lock_guard lock(m_mutex);
            m_admitted += count;
        }
        m_changed.notify_all();
    }
    /// False when it was stopped while waiting.
    bool pass(const std::stop_token& stop)
    {
        std::unique_lock lock(m_mutex);
        if (!m_changed.wait(lock, stop, [this] { return m_open || m_admitted > 0; }))
            return false;
        if (!m_open)
            --m_admitted;
        return true;
    }

private:
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    bool m_open = true;
    std::uint64_t m_admitted = 0;
};

} // namespace sida::gui_test
