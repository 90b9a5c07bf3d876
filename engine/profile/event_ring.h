// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <type_traits>

namespace sida::profile
{

/// A lock-free queue of fixed-size events from one thread to another. Each event fills one cache line; its
/// kind stands in an array of its own, so that 64 kinds share a line.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): the gaps keep the two sides' lines apart.
class EventRing
{
public:
    static constexpr std::size_t kEventBytes = 64;

    /// Room for at least `capacity` events, rounded up to a power of two.
    explicit EventRing(std::size_t capacity)
        : m_mask(std::bit_ceil(std::max<std::size_t>(capacity, 2)) - 1)
        , m_cells(std::make_unique<Cell[]>(m_mask + 1)) // touched now: no page fault while recording
        , m_kinds(std::make_unique<std::uint8_t[]>(m_mask + 1))
    {
    }

    std::size_t capacity() const { return m_mask + 1; }

    /// Producer only. A full ring counts the event as dropped.
    template <typename Event>
    void push(std::uint8_t kind, const Event& event) noexcept
    {
        static_assert(sizeof(Event) <= kEventBytes && std::is_trivially_copyable_v<Event>);
        const std::size_t head = m_head.load(std::memory_order_relaxed);
        if (head - m_knownTail > m_mask) {
            m_knownTail = m_tail.load(std::memory_order_acquire);
            if (head - m_knownTail > m_mask) {
                m_dropped.store(m_dropped.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
                return;
            }
        }
        std::memcpy(m_cells[head & m_mask].bytes, &event, sizeof(Event));
        m_kinds[head & m_mask] = kind;
        m_head.store(head + 1, std::memory_order_release);
    }

    /// Consumer only: `take(kind, bytes)` for each event that was there when the call began.
    template <typename Take>
    void consume(Take&& take)
    {
        std::size_t tail = m_tail.load(std::memory_order_relaxed);
        const std::size_t head = m_head.load(std::memory_order_acquire);
        for (; tail != head; ++tail)
            take(m_kinds[tail & m_mask], m_cells[tail & m_mask].bytes);
        m_tail.store(tail, std::memory_order_release);
    }

    std::uint64_t dropped() const { return m_dropped.load(std::memory_order_relaxed); }

private:
    struct alignas(kEventBytes) Cell {
        std::byte bytes[kEventBytes];
    };

    const std::size_t m_mask;
    const std::unique_ptr<Cell[]> m_cells;
    const std::unique_ptr<std::uint8_t[]> m_kinds;
    // The two sides write to lines of their own: neither waits for the other's.
    alignas(64) std::atomic<std::size_t> m_head = 0;
    std::size_t m_knownTail = 0; ///< the producer's last look at m_tail
    std::atomic<std::uint64_t> m_dropped = 0;
    alignas(64) std::atomic<std::size_t> m_tail = 0;
};

} // namespace sida::profile
