// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experts/hash_table.h"
#include "engine/experts/host_store.h"

#include <cstring>
#include <gtest/gtest.h>
#include <new>
#include <stdexcept>

using sida::ExpertKey;
using sida::experts::HostStore;

namespace
{

TEST(HostStore, EveryExpertHasAnAlignedBlockOfItsOwn)
{
    HostStore store({3, 1, 5}, 100, 72);
    EXPECT_EQ(store.layers(), 3);
    EXPECT_EQ(store.expertCount(), 9);
    EXPECT_EQ(store.woOffset(), 128u);
    EXPECT_EQ(store.blockBytes(), 128u + 128u);
    for (int index = 0; index < store.expertCount(); ++index) {
        const ExpertKey key = store.key(index);
        EXPECT_EQ(store.index(key), index);
        EXPECT_LT(key.expert, store.experts(key.layer));
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(store.block(key)) % 64, 0u);
        std::memset(store.mutableBlock(key), index + 1, store.blockBytes());
    }
    for (int index = 0; index < store.expertCount(); ++index) {
        const std::byte* block = store.block(store.key(index));
        EXPECT_EQ(block[0], std::byte(index + 1));
        EXPECT_EQ(block[store.blockBytes() - 1], std::byte(index + 1));
    }
    EXPECT_EQ(store.key(3), (ExpertKey{1, 0}));
    EXPECT_EQ(store.key(8), (ExpertKey{2, 4}));
}

TEST(HostStore, MovingKeepsBlocksWhereTheyAre)
{
    HostStore first({2}, 64, 64);
    const std::byte* block = first.block({0, 1});
    HostStore second(std::move(first));
    EXPECT_EQ(second.block({0, 1}), block);
    HostStore third({}, 0, 0);
    EXPECT_EQ(third.expertCount(), 0);
    third = std::move(second);
    EXPECT_EQ(third.block({0, 1}), block);
}

TEST(HostStore, SizesThatCannotBeAreRefusedBeforeAnythingIsTaken)
{
    EXPECT_THROW(HostStore({1}, ~std::uint64_t{0}, 8), std::length_error);
    EXPECT_THROW(HostStore({65535, 65535}, std::uint64_t{1} << 60, 8), std::length_error);
    EXPECT_THROW(HostStore({-1}, 8, 8), std::length_error);
    EXPECT_THROW(HostStore({1000}, std::uint64_t{1} << 50, 8), std::bad_alloc);
}

TEST(HashTable, CountsThePredictedSetByExpertNumber)
{
    sida::experts::LayerTable layer;
    layer.experts = {5, 2, 5, 0, 2, 5};
    layer.predicted = {{1, 1}}; // from another batch
    sida::experts::countPredicted(layer, 6);
    ASSERT_EQ(layer.predicted.size(), 3u);
    EXPECT_EQ(layer.predicted[0].expert, 0);
    EXPECT_EQ(layer.predicted[1].expert, 2);
    EXPECT_EQ(layer.predicted[1].tokens, 2u);
    EXPECT_EQ(layer.predicted[2].tokens, 3u);
    EXPECT_THROW(sida::experts::countPredicted(layer, 5), std::out_of_range);
}

} // namespace
