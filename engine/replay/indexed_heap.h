// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

namespace sida::replay
{

/// A heap of items 0 .. n-1 with keys that may change: the largest key on top, of equal ones the smallest
/// item.
class IndexedHeap
{
public:
    explicit IndexedHeap(std::size_t items)
        : m_place(items, kAbsent)
    {
        m_heap.reserve(items);
    }

    bool empty() const { return m_heap.empty(); }
    bool contains(int item) const { return m_place[static_cast<std::size_t>(item)] != kAbsent; }
    int top() const { return m_heap.front().item; }
    double topKey() const { return m_heap.front().key; }

    /// Adds the item or changes its key.
    void set(int item, double key)
    {
        std::size_t place = m_place[static_cast<std::size_t>(item)];
        if (place == kAbsent) {
            place = m_heap.size();
            m_heap.emplace_back();
        } else if (isAbove(m_heap[place], {key, item})) {
            put(sink(place, {key, item}), {key, item});
            return;
        }
        put(rise(place, {key, item}), {key, item});
    }

    void erase(int item)
    {
        const std::size_t place = m_place[static_cast<std::size_t>(item)];
        if (place == kAbsent)
            return;
        const Entry last = m_heap.back();
        m_heap.pop_back();
        m_place[static_cast<std::size_t>(item)] = kAbsent;
        if (last.item == item)
            return;
        // What stood last belongs far below, nearly always: down to the end without asking it, then up.
        put(rise(sinkToTheEnd(place), last), last);
    }

private:
    static constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);
    struct Entry {
        double key = 0;
        int item = 0;
    };

    static bool isAbove(const Entry& a, const Entry& b)
    {
        return a.key > b.key || (a.key == b.key && a.item < b.item);
    }
    void put(std::size_t place, const Entry& entry)
    {
        m_heap[place] = entry;
        m_place[static_cast<std::size_t>(entry.item)] = place;
    }
    /// The place for the entry at or above `place`, which is free.
    std::size_t rise(std::size_t place, const Entry& entry)
    {
        while (place > 0 && isAbove(entry, m_heap[(place - 1) / 2])) {
            put(place, m_heap[(place - 1) / 2]);
            place = (place - 1) / 2;
        }
        return place;
    }
    std::size_t higherChild(std::size_t place) const
    {
        const std::size_t left = 2 * place + 1;
        const std::size_t right = left + 1;
        return right < m_heap.size() && isAbove(m_heap[right], m_heap[left]) ? right : left;
    }
    /// The place for the entry at or below `place`, which is free.
    std::size_t sink(std::size_t place, const Entry& entry)
    {
        while (2 * place + 1 < m_heap.size()) {
            const std::size_t child = higherChild(place);
            if (isAbove(entry, m_heap[child]))
                break;
            put(place, m_heap[child]);
            place = child;
        }
        return place;
    }
    std::size_t sinkToTheEnd(std::size_t place)
    {
        while (2 * place + 1 < m_heap.size()) {
            const std::size_t child = higherChild(place);
            put(place, m_heap[child]);
            place = child;
        }
        return place;
    }

    std::vector<Entry> m_heap;
    std::vector<std::size_t> m_place;
};

} // namespace sida::replay
