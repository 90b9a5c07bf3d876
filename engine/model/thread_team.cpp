// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/thread_team.h"

#include "engine/base/thread.h"

namespace sida::model
{

namespace
{

constexpr std::uint64_t kOpen = std::uint64_t{1} << 31;
constexpr std::uint64_t kJoined = kOpen - 1;

/// Waits until `value` is no longer `old`, first without the system.
std::uint32_t waitWhile(const std::atomic<std::uint32_t>& value, std::uint32_t old)
{
    constexpr int kSpins = 4000; // some tens of microseconds: longer than the serial stretches of a layer
    for (int i = 0; i < kSpins; ++i) {
        const std::uint32_t now = value.load(std::memory_order_acquire);
        if (now != old)
            return now;
#if defined(__x86_64__) || defined(__i386__)
        __builtin_ia32_pause();
#endif
    }
    value.wait(old, std::memory_order_acquire);
    return value.load(std::memory_order_acquire);
}

} // namespace

ThreadTeam::ThreadTeam(int size)
{
    for (int member = 1; member < size; ++member)
        m_threads.push_back(
            startThread("sida-model", [this, member](const std::stop_token&) { help(member); }));
}

ThreadTeam::~ThreadTeam()
{
    m_goHome.store(true, std::memory_order_relaxed);
    m_round.fetch_add(1, std::memory_order_release);
    m_round.notify_all();
}

void ThreadTeam::dispatch(Call call, const void* context)
{
    m_call = call;
    m_context = context;
    m_done.store(0, std::memory_order_relaxed);
    const std::uint32_t round = m_round.load(std::memory_order_relaxed) + 1;
    m_state.store((std::uint64_t{round} << 32) | kOpen, std::memory_order_release);
    m_round.store(round, std::memory_order_release);
    m_round.notify_all();
    call(context, 0);

    const std::uint64_t closed = m_state.fetch_and(~kOpen, std::memory_order_acq_rel);
    const auto joined = static_cast<std::uint32_t>(closed & kJoined);
    for (std::uint32_t done = m_done.load(std::memory_order_acquire); done != joined;)
        done = waitWhile(m_done, done);
}

/// False when the round is over already: then nothing of it may be touched.
bool ThreadTeam::join(std::uint32_t round)
{
    std::uint64_t state = m_state.load(std::memory_order_acquire);
    while ((state >> 32) == round && (state & kOpen) != 0) {
        if (m_state.compare_exchange_weak(state, state + 1, std::memory_order_acq_rel))
            return true;
    }
    return false;
}

void ThreadTeam::help(int member)
{
    std::uint32_t seen = 0;
    for (;;) {
        seen = waitWhile(m_round, seen);
        if (m_goHome.load(std::memory_order_relaxed))
            return;
        if (!join(seen))
            continue;
        m_call(m_context, member);
        m_done.fetch_add(1, std::memory_order_acq_rel);
        m_done.notify_one();
    }
}

} // namespace sida::model
