// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/signal_watcher.h"

#include <condition_variable>
#include <csignal>
#include <gtest/gtest.h>
#include <mutex>
#include <unistd.h>

namespace sida::cli
{

namespace
{

void waitFor(const std::stop_token& stop)
{
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock(mutex);
    stopped.wait(lock, stop, [] { return false; });
}

TEST(SignalWatcher, ASignalAsksTheWorkToStopAndIsRemembered)
{
    for (const int signal : {SIGINT, SIGTERM}) {
        const SignalWatcher watcher;
        EXPECT_FALSE(watcher.token().stop_requested());
        EXPECT_EQ(watcher.signal(), 0);
        ::kill(::getpid(), signal);
        waitFor(watcher.token());
        EXPECT_EQ(watcher.signal(), signal);
    }
}

TEST(SignalWatcherDeath, ASecondSignalEndsTheProgramAtOnce)
{
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(
        {
            const SignalWatcher watcher;
            ::kill(::getpid(), SIGTERM);
            waitFor(watcher.token());
            ::kill(::getpid(), SIGTERM);
            ::pause();
        },
        ::testing::ExitedWithCode(143), "");
}

} // namespace

} // namespace sida::cli
