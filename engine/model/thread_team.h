// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

namespace sida::model
{

/// A few threads that do one small piece of work after the other together. Between two pieces they spin for a
/// moment before they sleep: the pieces of a short sentence take microseconds.
class ThreadTeam
{
public:
    /// The calling thread is the first of the team; `size` - 1 more are started.
    explicit ThreadTeam(int size);
    ~ThreadTeam();
    ThreadTeam(const ThreadTeam&) = delete;
    ThreadTeam& operator=(const ThreadTeam&) = delete;

    int size() const { return static_cast<int>(m_threads.size()) + 1; }

    /// body(member) for each of 0 .. members - 1 (at most size()), at the same time; returns when all are
    /// done. `body` must not throw.
    template <typename Body>
    void run(int members, const Body& body)
    {
        if (members <= 1)
            return body(0);
        dispatch(
            members, [](const void* context, int member) { (*static_cast<const Body*>(context))(member); },
            &body);
    }

    /// body(begin, end, member) over consecutive shares of 0 .. count - 1, none smaller than `least` unless
    /// it is the only one.
    template <typename Body>
    void share(std::size_t count, std::size_t least, const Body& body)
    {
        const auto parts
            = std::min(static_cast<std::size_t>(size()), std::max<std::size_t>(count / least, 1));
        run(static_cast<int>(parts), [&](int member) {
            const auto part = static_cast<std::size_t>(member);
            body(count * part / parts, count * (part + 1) / parts, member);
        });
    }

    /// body(item, member) for each item, whoever is free takes the next.
    template <typename Body>
    void each(std::size_t count, const Body& body)
    {
        std::atomic<std::size_t> next = 0;
        run(static_cast<int>(std::min(static_cast<std::size_t>(size()), count)), [&](int member) {
            for (;;) {
                const std::size_t item = next.fetch_add(1, std::memory_order_relaxed);
                if (item >= count)
                    return;
                body(item, member);
            }
        });
    }

private:
    using Call = void (*)(const void* context, int member);
    void dispatch(int members, Call call, const void* context);
    void work(int member);

    Call m_call = nullptr; ///< null: go home
    const void* m_context = nullptr;
    int m_members = 0;
    std::atomic<std::uint32_t> m_round = 0;
    std::atomic<std::uint32_t> m_pending = 0;
    std::vector<std::jthread> m_threads;
};

} // namespace sida::model
