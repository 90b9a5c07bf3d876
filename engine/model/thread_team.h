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

    /// body(item, member) for each item; whoever is free takes the next. Returns when all are done. `member`
    /// is below size() and no two calls at the same time have the same. `body` must not throw.
    ///
    /// A helper that the system has not woken by then is not waited for: on a busy machine a round takes no
    /// longer than the caller alone would need.
    template <typename Body>
    void each(std::size_t count, const Body& body)
    {
        std::atomic<std::size_t> next = 0;
        const auto work = [&](int member) {
            for (;;) {
                const std::size_t item = next.fetch_add(1, std::memory_order_relaxed);
                if (item >= count)
                    return;
                body(item, member);
            }
        };
        if (count <= 1 || m_threads.empty())
            return work(0);
        using Work = decltype(work);
        dispatch(
            [](const void* context, int member) { (*static_cast<const Work*>(context))(member); }, &work);
    }

    /// body(begin, end, member) over consecutive shares of 0 .. count - 1, none smaller than `least` unless
    /// it is the only one.
    template <typename Body>
    void share(std::size_t count, std::size_t least, const Body& body)
    {
        const auto parts
            = std::min(static_cast<std::size_t>(size()), std::max<std::size_t>(count / least, 1));
        each(parts, [&](std::size_t part, int member) {
            body(count * part / parts, count * (part + 1) / parts, member);
        });
    }

private:
    using Call = void (*)(const void* context, int member);
    void dispatch(Call call, const void* context);
    void help(int member);
    bool join(std::uint32_t round);

    Call m_call = nullptr; ///< of the open round; read only by those who joined it
    const void* m_context = nullptr;
    std::atomic<bool> m_goHome = false;
    std::atomic<std::uint32_t> m_round = 0; ///< what helpers wait for
    std::atomic<std::uint64_t> m_state = 0; ///< round, whether it is open, how many helpers joined
    std::atomic<std::uint32_t> m_done = 0; ///< helpers that joined and are through
    std::vector<std::jthread> m_threads;
};

} // namespace sida::model
