// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

namespace sida::cli
{

/// Turns SIGINT and SIGTERM into a stop request, so that the batch is finished and the session closed. A
/// second signal ends the program at once. Made before any other thread: the signals are blocked in the
/// calling thread and those that come after it, and read by a thread of its own.
class SignalWatcher
{
public:
    SignalWatcher();
    ~SignalWatcher();
    SignalWatcher(const SignalWatcher&) = delete;
    SignalWatcher& operator=(const SignalWatcher&) = delete;

    std::stop_token token() const { return m_stop.get_token(); }
    /// The first signal that came, 0 when none has.
    int signal() const { return m_signal; }

private:
    void watch();

    std::stop_source m_stop;
    std::atomic<int> m_signal = 0;
    int m_signals = -1;
    int m_end = -1;
    std::thread m_thread;
};

} // namespace sida::cli
