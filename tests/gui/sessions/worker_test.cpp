// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/host/worker.h"

#include <QTest>
#include <atomic>
#include <gtest/gtest.h>
#include <stdexcept>

namespace sida::ui
{
namespace
{

TEST(Worker, GivesTheResultOnItsOwnersThread)
{
    Worker worker;
    const auto here = std::this_thread::get_id();
    int got = 0;
    worker.start<int>(
        [here](const ProgressSink&, const std::stop_token&) -> Result<int> {
            return std::this_thread::get_id() == here ? 1 : 42;
        },
        [&](Result<int> result) { got = std::this_thread::get_id() == here ? *result : 2; });
    EXPECT_TRUE(worker.isBusy());
    ASSERT_TRUE(QTest::qWaitFor([&] { return got != 0; }));
    EXPECT_EQ(got, 42);
    EXPECT_FALSE(worker.isBusy());
}

TEST(Worker, SomethingNewStopsTheOldWhichAnswersNoMore)
{
    Worker worker;
    std::atomic<bool> begun = false;
    std::atomic<bool> stopped = false;
    int answers = 0;
    int last = 0;
    const auto take = [&](Result<int> result) {
        ++answers;
        last = *result;
    };
    worker.start<int>(
        [&](const ProgressSink&, const std::stop_token& stop) -> Result<int> {
            begun = true;
            while (!stop.stop_requested())
                std::this_thread::yield();
            stopped = true;
            return 1;
        },
        take);
    ASSERT_TRUE(QTest::qWaitFor([&] { return begun.load(); }));
    worker.start<int>([](const ProgressSink&, const std::stop_token&) -> Result<int> { return 2; }, take);
    ASSERT_TRUE(QTest::qWaitFor([&] { return answers > 0; }));
    EXPECT_TRUE(stopped);
    EXPECT_EQ(answers, 1);
    EXPECT_EQ(last, 2);
}

TEST(Worker, AnExceptionIsAFailure)
{
    Worker worker;
    std::string message;
    worker.start<int>(
        [](const ProgressSink&, const std::stop_token&) -> Result<int> { throw std::runtime_error("oops"); },
        [&](const Result<int>& result) { message = result.error().message; });
    ASSERT_TRUE(QTest::qWaitFor([&] { return !message.empty(); }));
    EXPECT_EQ(message, "oops");
}

TEST(Worker, WhatWasCancelledAnswersNoMoreAndCanBeLeftBehind)
{
    bool answered = false;
    {
        Worker worker;
        worker.start<int>(
            [](const ProgressSink&, const std::stop_token& stop) -> Result<int> {
                while (!stop.stop_requested())
                    std::this_thread::yield();
                return 1;
            },
            [&](const Result<int>&) { answered = true; });
        worker.cancel();
        EXPECT_FALSE(worker.isBusy());
        QTest::qWait(20);
    }
    EXPECT_FALSE(answered);
}

} // namespace
} // namespace sida::ui
