// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace sida
{

/// A queue of at most `capacity` values between two threads. Waiting ends when the stop token is triggered or
/// the queue is closed; values already in a closed queue are still handed out.
template <typename T>
class BoundedQueue
{
public:
    explicit BoundedQueue(std::size_t capacity)
        : m_capacity(capacity)
    {
    }

    /// False if it was stopped or closed before there was room.
    bool push(T value, const std::stop_token& stop)
    {
        std::unique_lock lock(m_mutex);
        if (!m_changed.wait(lock, stop, [this] { return m_closed || m_values.size() < m_capacity; })
            || m_closed)
            return false;
        m_values.push_back(std::move(value));
        lock.unlock();
        m_changed.notify_all();
        return true;
    }

    /// Nothing if it was stopped, or closed and empty.
    std::optional<T> pop(const std::stop_token& stop)
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, stop, [this] { return m_closed || !m_values.empty(); });
        if (m_values.empty())
            return std::nullopt;
        std::optional<T> value(std::move(m_values.front()));
        m_values.pop_front();
        lock.unlock();
        m_changed.notify_all();
        return value;
    }

    void close()
    {
        {
            std::lock_guard lock(m_mutex);
            m_closed = true;
        }
        m_changed.notify_all();
    }

    std::size_t size() const
    {
        std::lock_guard lock(m_mutex);
        return m_values.size();
    }

private:
    const std::size_t m_capacity;
    mutable std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::deque<T> m_values;
    bool m_closed = false;
};

} // namespace sida
