// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/host/request_queue.h"

#include <algorithm>

namespace sida::ui
{

void RequestQueue::push(Item item)
{
    {
        std::lock_guard lock(m_mutex);
        if (m_closed)
            return;
        std::erase_if(m_waiting, [&](const Item& other) { return other.request == item.request; });
        if (m_current && givesWay(m_current->first) && !givesWay(item.request))
            m_current->second.request_stop();
        m_waiting.push_back(std::move(item));
    }
    m_changed.notify_one();
}

std::optional<RequestQueue::Item> RequestQueue::pop()
{
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return m_closed || !m_waiting.empty(); });
    if (m_closed)
        return std::nullopt;
    auto next = std::find_if(
        m_waiting.begin(), m_waiting.end(), [](const Item& item) { return !givesWay(item.request); });
    if (next == m_waiting.end())
        next = m_waiting.begin();
    std::optional<Item> item(std::move(*next));
    m_waiting.erase(next);
    m_current.emplace(item->request, item->stop);
    return item;
}

void RequestQueue::close()
{
    {
        std::lock_guard lock(m_mutex);
        m_closed = true;
        m_waiting.clear();
        if (m_current)
            m_current->second.request_stop();
    }
    m_changed.notify_all();
}

void RequestQueue::stopCurrent(Request request)
{
    std::lock_guard lock(m_mutex);
    if (m_current && m_current->first == request)
        m_current->second.request_stop();
}

void RequestQueue::stopAll()
{
    std::lock_guard lock(m_mutex);
    for (Item& item : m_waiting)
        item.stop.request_stop();
    if (m_current)
        m_current->second.request_stop();
}

void RequestQueue::finished()
{
    std::lock_guard lock(m_mutex);
    m_current.reset();
}

} // namespace sida::ui
