// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/thread_team.h"

#include "engine/base/thread.h"

namespace sida::model
{

namespace
{

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
            startThread("sida-model", [this, member](const std::stop_token&) { work(member); }));
}

ThreadTeam::~ThreadTeam()
{
    m_call = nullptr;
    m_round.fetch_add(1, std::memory_order_release);
    m_round.notify_all();
}

void ThreadTeam::dispatch(int members, Call call, const void* context)
{
    m_call = call;
    m_context = context;
    m_members = members;
    // Every thread answers each round, also those that have nothing to do in it: so none can still be reading
    // these values when the next round overwrites them.
    m_pending.store(static_cast<std::uint32_t>(m_threads.size()), std::memory_order_relaxed);
    m_round.fetch_add(1, std::memory_order_release);
    m_round.notify_all();
    call(context, 0);
    for (std::uint32_t pending = m_pending.load(std::memory_order_acquire); pending != 0;)
        pending = waitWhile(m_pending, pending);
}

void ThreadTeam::work(int member)
{
    std::uint32_t seen = 0;
    for (;;) {
        seen = waitWhile(m_round, seen);
        if (m_call == nullptr)
            return;
        if (member < m_members)
            m_call(m_context, member);
        if (m_pending.fetch_sub(1, std::memory_order_acq_rel) == 1)
            m_pending.notify_one();
    }
}

} // namespace sida::model
