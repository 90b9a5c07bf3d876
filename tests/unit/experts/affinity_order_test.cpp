// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experts/affinity_order.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>
#include <set>

namespace sida::experts
{
namespace
{

using Waiting = AffinityOrder::Waiting;

std::vector<std::size_t> places(std::initializer_list<std::size_t> values)
{
    return values;
}

TEST(AffinityOrder, PutsSamplesTogetherThatShareExperts)
{
    AffinityOrder order({8, 4, 2, 100});
    const std::vector<Waiting> waiting{{{0, 1}}, {{4, 5}}, {{0, 1, 2}}, {{4, 5, 6}}};
    EXPECT_EQ(order.choose(waiting).size(), 2U);
    AffinityOrder again({8, 4, 2, 100});
    const auto first = again.choose(waiting);
    EXPECT_TRUE(first == places({0, 2}) || first == places({1, 3}));
}

TEST(AffinityOrder, GoesOnWithWhatIsOnTheDevice)
{
    AffinityOrder order({9, 3, 1, 100});
    order.choose(std::vector<Waiting>{{{6, 7, 8}}});
    EXPECT_EQ(order.choose(std::vector<Waiting>{{{0, 1, 2}}, {{3, 4, 5}}, {{5, 6, 7}}}), places({2}));
}

TEST(AffinityOrder, DoesNotPutOffLongSamplesForBeingLong)
{
    // Everything is on the device half of the time: what counts is how much more of a sample is there now.
    AffinityOrder order({20, 10, 1, 1000});
    std::mt19937 random(3);
    std::vector<Waiting> waiting;
    std::vector<std::uint64_t> waited(2);
    std::vector<std::uint64_t> left(2);
    const auto sample = [&](bool isLong) {
        std::set<int> experts;
        while (experts.size() < (isLong ? 8U : 2U))
            experts.insert(static_cast<int>(random() % 20));
        return Waiting{{experts.begin(), experts.end()}, order.batches()};
    };
    for (int i = 0; i < 16; ++i)
        waiting.push_back(sample(i % 2 == 0));
    for (int i = 0; i < 2000; ++i) {
        const std::size_t place = order.choose(waiting).front();
        const bool isLong = waiting[place].experts.size() == 8;
        waited[isLong ? 0 : 1] += order.batches() - waiting[place].since;
        ++left[isLong ? 0 : 1];
        waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(place));
        waiting.push_back(sample(isLong)); // as many of each wait at any time
    }
    EXPECT_GT(left[0] * 3, left[1]);
    EXPECT_GT(left[1] * 3, left[0]);
}

TEST(AffinityOrder, LetsNoSampleWaitForEver)
{
    constexpr int kPatience = 5;
    AffinityOrder order({10, 3, 2, kPatience});
    std::vector<Waiting> waiting{{{9}, 0}};
    for (int i = 0; i < 40; ++i) {
        while (waiting.size() < 8)
            waiting.push_back({{0, 1, 2}, order.batches()});
        const auto chosen = order.choose(waiting);
        for (auto place = chosen.rbegin(); place != chosen.rend(); ++place)
            waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(*place));
        for (const Waiting& sample : waiting)
            EXPECT_LE(order.batches() - sample.since, static_cast<std::uint64_t>(kPatience) + 4);
    }
    EXPECT_TRUE(std::none_of(waiting.begin(), waiting.end(), [](const Waiting& w) { return w.since == 0; }));
}

TEST(AffinityOrder, ChoosesEachSampleOnceAndFullBatchesWhileThereAreEnough)
{
    std::mt19937 random(5);
    for (int round = 0; round < 50; ++round) {
        const int batchSize = 1 + static_cast<int>(random() % 5);
        AffinityOrder order({12, static_cast<int>(random() % 14), batchSize, static_cast<int>(random() % 4)});
        std::vector<std::pair<int, Waiting>> waiting;
        std::set<int> left;
        int next = 0;
        while (next < 60 || !waiting.empty()) {
            while (next < 60 && waiting.size() < 12)
                waiting.push_back({next++, {{static_cast<int>(random() % 12)}, order.batches()}});
            std::vector<Waiting> samples;
            for (const auto& [number, sample] : waiting)
                samples.push_back(sample);
            const auto chosen = order.choose(samples);
            ASSERT_EQ(
                chosen.size(), std::min<std::size_t>(samples.size(), static_cast<std::size_t>(batchSize)));
            ASSERT_TRUE(std::is_sorted(chosen.begin(), chosen.end()));
            for (auto place = chosen.rbegin(); place != chosen.rend(); ++place) {
                ASSERT_TRUE(left.insert(waiting[*place].first).second);
                waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(*place));
            }
        }
        EXPECT_EQ(left.size(), 60U);
    }
}

} // namespace
} // namespace sida::experts
