// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/signal_watcher.h"

#include "engine/base/thread.h"

#include <csignal>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace sida::cli
{

namespace
{

sigset_t watchedSignals()
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    return signals;
}

} // namespace

SignalWatcher::SignalWatcher()
{
    const sigset_t signals = watchedSignals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    m_signals = ::signalfd(-1, &signals, SFD_CLOEXEC);
    m_end = ::eventfd(0, EFD_CLOEXEC);
    m_thread = std::thread([this] {
        setThreadName("signals");
        watch();
    });
}

SignalWatcher::~SignalWatcher()
{
    ::eventfd_write(m_end, 1);
    m_thread.join();
    ::close(m_signals);
    ::close(m_end);
    const sigset_t signals = watchedSignals();
    pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

void SignalWatcher::watch()
{
    pollfd waited[] = {{m_signals, POLLIN, 0}, {m_end, POLLIN, 0}};
    while (true) {
        if (::poll(waited, 2, -1) < 0)
            continue; // interrupted by some other signal
        if (waited[1].revents != 0)
            return;
        signalfd_siginfo info{};
        if (::read(m_signals, &info, sizeof info) != sizeof info)
            continue;
        if (m_signal != 0)
            ::_exit(128 + static_cast<int>(info.ssi_signo));
        m_signal = static_cast<int>(info.ssi_signo);
        m_stop.request_stop();
    }
}

} // namespace sida::cli
