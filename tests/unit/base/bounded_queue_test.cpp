// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/bounded_queue.h"

#include <gtest/gtest.h>
#include <memory>
#include <thread>
#include <vector>

namespace sida
{

namespace
{

TEST(BoundedQueue, HandsOutValuesInTheirOrder)
{
    BoundedQueue<std::unique_ptr<int>> queue(2);
    EXPECT_TRUE(queue.push(std::make_unique<int>(1), {}));
    EXPECT_TRUE(queue.push(std::make_unique<int>(2), {}));
    EXPECT_EQ(queue.size(), 2u);
    EXPECT_EQ(**queue.pop({}), 1);
    EXPECT_EQ(**queue.pop({}), 2);
}

TEST(BoundedQueue, NeverHoldsMoreThanItsCapacity)
{
    constexpr int kValues = 2000;
    BoundedQueue<int> queue(3);
    std::jthread producer([&] {
        for (int value = 0; value < kValues; ++value)
            ASSERT_TRUE(queue.push(value, {}));
        queue.close();
    });
    std::vector<int> received;
    while (auto value = queue.pop({})) {
        EXPECT_LE(queue.size(), 3u);
        received.push_back(*value);
    }
    ASSERT_EQ(received.size(), std::size_t{kValues});
    for (int value = 0; value < kValues; ++value)
        ASSERT_EQ(received[static_cast<std::size_t>(value)], value);
}

TEST(BoundedQueue, ClosingLetsTheReaderEmptyItAndRefusesNewValues)
{
    BoundedQueue<int> queue(4);
    ASSERT_TRUE(queue.push(7, {}));
    queue.close();
    EXPECT_FALSE(queue.push(8, {}));
    EXPECT_EQ(queue.pop({}), 7);
    EXPECT_EQ(queue.pop({}), std::nullopt);
}

TEST(BoundedQueue, StoppingWakesAReaderOfAnEmptyQueue)
{
    BoundedQueue<int> queue(1);
    std::optional<int> got = 1;
    std::jthread reader([&](const std::stop_token& stop) { got = queue.pop(stop); });
    reader.request_stop();
    reader.join();
    EXPECT_EQ(got, std::nullopt);
}

TEST(BoundedQueue, StoppingWakesAWriterOfAFullQueue)
{
    BoundedQueue<int> queue(1);
    ASSERT_TRUE(queue.push(1, {}));
    bool pushed = true;
    std::jthread writer([&](const std::stop_token& stop) { pushed = queue.push(2, stop); });
    writer.request_stop();
    writer.join();
    EXPECT_FALSE(pushed);
    EXPECT_EQ(queue.size(), 1u);
}

TEST(BoundedQueue, ClosingWakesAWriterOfAFullQueue)
{
    BoundedQueue<int> queue(1);
    ASSERT_TRUE(queue.push(1, {}));
    bool pushed = true;
    std::jthread writer([&] { pushed = queue.push(2, {}); });
    queue.close();
    writer.join();
    EXPECT_FALSE(pushed);
}

} // namespace

} // namespace sida
