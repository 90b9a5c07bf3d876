// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/session_time.h"

#include <cstdlib>
#include <gtest/gtest.h>

namespace sida::runtime
{

TEST(SessionTime, FollowsAClockThatRunsFastWithoutEverGoingBack)
{
    constexpr std::int64_t kSecond = 1'000'000'000;
    constexpr std::uint64_t kDeviceStart = 1'700'000'000'000'000'000;
    // 40 millionths too fast.
    const auto deviceAt = [](std::int64_t host) {
        return kDeviceStart + static_cast<std::uint64_t>(host) + static_cast<std::uint64_t>(host / 25'000);
    };
    SessionTime time(cuda::ClockPair{0, deviceAt(0), 1000});
    Nanoseconds before = -1;
    for (std::int64_t host = 0; host < 20 * kSecond; host += kSecond / 50) {
        if (host % kSecond == 0 && host > 0) {
            const std::int64_t unsure = host / kSecond % 2 == 0 ? 1000 : -1000;
            time.follow({host + unsure, deviceAt(host), 1000}, kSecond);
        }
        const Nanoseconds told = time.at(deviceAt(host));
        EXPECT_GT(told, before);
        before = told;
        if (host > 3 * kSecond) {
            EXPECT_LT(std::abs(told - host), 10'000) << "after " << host / kSecond << " s";
        }
    }
}

TEST(SessionTime, TellsTimesBeforeTheFirstComparison)
{
    const SessionTime time(cuda::ClockPair{5000, 100'000, 100});
    EXPECT_EQ(time.at(99'000), 4000);
    EXPECT_EQ(time.at(101'000), 6000);
}

} // namespace sida::runtime
