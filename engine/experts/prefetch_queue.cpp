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

int defaultPrefetchLimit(int slots, std::size_t usedByALayer)
{
    return std::max({1, slots / 4, static_cast<int>(2 * usedByALayer)});
}

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
    const auto at
        = [&](std::uint32_t i) -> Position& { return m_positions[base + (coming.head + i) % m_capacity]; };
    std::uint32_t place = coming.count++;
    for (; place > 0 && at(place - 1) > item.position; --place)
        at(place) = at(place - 1);
    at(place) = item.position;
    push(item);
}

void PrefetchQueue::retract(Position first, Position end)
{
    const auto isTakenBack = [&](Position position) { return position >= first && position < end; };
    for (std::size_t expert = 0; expert < m_coming.size(); ++expert) {
        Coming& coming = m_coming[expert];
        const std::size_t base = expert * m_capacity;
        std::uint32_t kept = 0;
        for (std::uint32_t i = 0; i < coming.count; ++i) {
            const Position position = m_positions[base + (coming.head + i) % m_capacity];
            if (!isTakenBack(position))
                m_positions[base + (coming.head + kept++) % m_capacity] = position;
        }
        coming.count = kept;
    }
    std::erase_if(m_order, [&](const Item& item) { return isTakenBack(item.position); });
    std::make_heap(m_order.begin(), m_order.end(), isLater);
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
