// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/profile/event_ring.h"

#include <gtest/gtest.h>
#include <thread>
#include <vector>

namespace sida::profile
{

namespace
{

std::vector<std::uint64_t> take(EventRing& ring)
{
    std::vector<std::uint64_t> values;
    ring.consume([&](std::uint8_t, const std::byte* bytes) {
        std::uint64_t value = 0;
        std::memcpy(&value, bytes, sizeof value);
        values.push_back(value);
    });
    return values;
}

} // namespace

TEST(EventRing, GivesEventsBackInTheirOrderWithTheirKind)
{
    EventRing ring(8);
    ring.push(3, std::uint64_t{10});
    ring.push(5, std::uint64_t{11});
    std::vector<int> kinds;
    ring.consume([&](std::uint8_t kind, const std::byte*) { kinds.push_back(kind); });
    EXPECT_EQ(kinds, (std::vector<int>{3, 5}));
    EXPECT_TRUE(take(ring).empty());
}

TEST(EventRing, AFullRingKeepsTheOldEventsAndCountsTheNewOnes)
{
    EventRing ring(4);
    for (std::uint64_t i = 0; i < 7; ++i)
        ring.push(0, i);
    EXPECT_EQ(ring.dropped(), 3U);
    EXPECT_EQ(take(ring), (std::vector<std::uint64_t>{0, 1, 2, 3}));
    ring.push(0, std::uint64_t{9});
    EXPECT_EQ(take(ring), (std::vector<std::uint64_t>{9}));
    EXPECT_EQ(ring.dropped(), 3U);
}

TEST(EventRing, RoundsItsRoomUpToAPowerOfTwo)
{
    EXPECT_EQ(EventRing(5).capacity(), 8U);
    EXPECT_EQ(EventRing(8).capacity(), 8U);
    EXPECT_EQ(EventRing(0).capacity(), 2U);
}

TEST(EventRing, NothingIsLostOrTornBetweenTwoThreads)
{
    constexpr std::uint64_t kEvents = 200'000;
    EventRing ring(1024);
    std::uint64_t refused = 0;
    std::jthread producer([&] {
        for (std::uint64_t i = 0; i < kEvents; ++i)
            ring.push(static_cast<std::uint8_t>(i % 7), std::array<std::uint64_t, 8>{i, i, i, i, i, i, i, i});
    });
    std::uint64_t taken = 0;
    std::uint64_t last = 0;
    bool torn = false;
    const auto look = [&](std::uint8_t kind, const std::byte* bytes) {
        std::array<std::uint64_t, 8> values{};
        std::memcpy(values.data(), bytes, sizeof values);
        for (const std::uint64_t value : values)
            torn |= value != values[0];
        torn |= kind != values[0] % 7 || (taken > 0 && values[0] <= last);
        last = values[0];
        ++taken;
    };
    while (taken + (refused = ring.dropped()) < kEvents)
        ring.consume(look);
    EXPECT_FALSE(torn);
    EXPECT_EQ(taken + refused, kEvents);
}

} // namespace sida::profile
