// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/quit_signals.h"

#include <QSocketNotifier>
#include <csignal>
#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace sida::studio
{

QuitSignals::QuitSignals()
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    m_signals = ::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    auto* notifier = new QSocketNotifier(m_signals, QSocketNotifier::Read, this);
    connect(notifier, &QSocketNotifier::activated, this, &QuitSignals::take);
}

QuitSignals::~QuitSignals()
{
    ::close(m_signals);
}

void QuitSignals::take()
{
    signalfd_siginfo info{};
    if (::read(m_signals, &info, sizeof info) != sizeof info)
        return;
    if (m_asked)
        ::_exit(128 + static_cast<int>(info.ssi_signo));
    m_asked = true;
    Q_EMIT quitRequested();
}

} // namespace sida::studio
