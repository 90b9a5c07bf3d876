// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experts/prefetch_queue.h"

#include <algorithm>

namespace sida::experts
{

namespace
{

bool isLater(const PrefetchQueue::Item& a, const PrefetchQueue::Item& b)
{
    return a.position != b.position ? a.position > b.position : a.expert > b.expert;
}

} // namespace

PrefetchQueue::PrefetchQueue(int experts, int window)
    : m_capacity(static_cast<std::uint32_t>(window))
    , m_positions(static_cast<std::size_t>(experts) * m_capacity)
    , m_coming(static_cast<std::size_t>(experts))
{
    m_order.reserve(static_cast<std::size_t>(experts) * 4);
}

void PrefetchQueue::push(const Item& item)
{
    m_order.push_back(item);
    std::push_heap(m_order.begin(), m_order.end(), isLater);
}

void PrefetchQueue::add(const Item& item)
{
    Coming& coming = m_coming[static_cast<std::size_t>(item.expert)];
    nextUse(item.expert); // drops what has happened, which makes room
    if (coming.count == m_capacity)
        return;
    const std::size_t base = static_cast<std::size_t>(item.expert) * m_capacity;
    m_positions[base + (coming.head + coming.count) % m_capacity] = item.position;
    ++coming.count;
    push(item);
}

void PrefetchQueue::putBack(const Item& item)
{
    push(item);
}

void PrefetchQueue::advanceTo(Position now)
{
    m_now = now;
}

Position PrefetchQueue::nextUse(int expert)
{
    Coming& coming = m_coming[static_cast<std::size_t>(expert)];
    const std::size_t base = static_cast<std::size_t>(expert) * m_capacity;
    while (coming.count > 0 && m_positions[base + coming.head] < m_now) {
        coming.head = (coming.head + 1) % m_capacity;
        --coming.count;
    }
    return coming.count > 0 ? m_positions[base + coming.head] : kNever;
}

std::optional<PrefetchQueue::Item> PrefetchQueue::front()
{
    while (!m_order.empty() && m_order.front().position < m_now)
        popFront();
    return m_order.empty() ? std::nullopt : std::optional(m_order.front());
}

void PrefetchQueue::popFront()
{
    std::pop_heap(m_order.begin(), m_order.end(), isLater);
    m_order.pop_back();
}

} // namespace sida::experts
