// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/device/workspace.h"

#include <ATen/ATen.h>

#include <cstdint>
#include <cstring>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <thread>

using sida::device::Workspace;
using sida::device::WorkspaceScope;

namespace
{

TEST(Workspace, HandsOutAlignedBlocksThatDoNotOverlap)
{
    Workspace workspace(1 << 20);
    std::mt19937 random(7);
    std::map<std::byte*, std::size_t> held;
    for (int step = 0; step < 5000; ++step) {
        if (held.empty() || random() % 5 < 3) {
            const std::size_t bytes = 1 + random() % 40000;
            auto* block = static_cast<std::byte*>(workspace.allocate(bytes));
            if (block == nullptr)
                continue;
            ASSERT_EQ(reinterpret_cast<std::uintptr_t>(block) % 64, 0u);
            ASSERT_TRUE(workspace.owns(block) && workspace.owns(block + bytes - 1));
            const auto after = held.lower_bound(block);
            ASSERT_TRUE(after == held.end() || block + bytes <= after->first);
            if (after != held.begin()) {
                const auto before = std::prev(after);
                ASSERT_LE(before->first + before->second, block);
            }
            held.emplace(block, bytes);
        } else {
            auto chosen = std::next(held.begin(), static_cast<long>(random() % held.size()));
            workspace.release(chosen->first);
            held.erase(chosen);
        }
    }
}

TEST(Workspace, IsWholeAgainWhenEverythingWasGivenBackInAnyOrder)
{
    Workspace workspace(64 * 100);
    std::vector<void*> blocks;
    for (int i = 0; i < 100; ++i)
        blocks.push_back(workspace.allocate(64));
    EXPECT_EQ(workspace.allocate(1), nullptr);
    std::shuffle(blocks.begin(), blocks.end(), std::mt19937(3));
    for (void* block : blocks)
        workspace.release(block);
    EXPECT_EQ(workspace.used(), 0u);
    EXPECT_NE(workspace.allocate(64 * 100), nullptr);
}

TEST(Workspace, RemembersItsPeakUntilItIsReset)
{
    Workspace workspace(10000);
    void* first = workspace.allocate(1000); // rounded up to whole cache lines: 1024
    void* second = workspace.allocate(1000);
    workspace.release(first);
    EXPECT_EQ(workspace.used(), 1024u);
    EXPECT_EQ(workspace.peak(), 2048u);
    workspace.resetPeak();
    EXPECT_EQ(workspace.peak(), 1024u);
    workspace.release(second);
    EXPECT_EQ(workspace.used(), 0u);
}

TEST(Workspace, IgnoresMemoryThatIsNotItsOwn)
{
    Workspace workspace(4096);
    void* block = workspace.allocate(100);
    int elsewhere = 0;
    workspace.release(&elsewhere);
    workspace.release(nullptr);
    workspace.release(static_cast<std::byte*>(block) + 64);
    EXPECT_EQ(workspace.used(), 128u);
    EXPECT_FALSE(workspace.owns(&elsewhere));
}

TEST(WorkspaceScope, TensorsComeFromTheWorkspaceOnlyInsideTheScope)
{
    Workspace workspace(1 << 20);
    at::Tensor outside = at::zeros({100});
    EXPECT_FALSE(workspace.owns(outside.data_ptr()));
    {
        WorkspaceScope scope(workspace);
        at::Tensor inside = at::ones({1000});
        EXPECT_TRUE(workspace.owns(inside.data_ptr()));
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(inside.data_ptr()) % 64, 0u);
        EXPECT_GE(workspace.used(), 4000u);
        EXPECT_EQ(inside.sum().item<float>(), 1000.0F);
    }
    EXPECT_EQ(workspace.used(), 0u);
    EXPECT_FALSE(workspace.owns(at::zeros({100}).data_ptr()));
}

TEST(WorkspaceScope, ScopesNestAndOtherThreadsAreNotAffected)
{
    Workspace outer(1 << 16);
    Workspace inner(1 << 16);
    WorkspaceScope outerScope(outer);
    {
        WorkspaceScope innerScope(inner);
        EXPECT_TRUE(inner.owns(at::empty({10}).data_ptr()));
        bool owned = true;
        std::thread([&] {
            const at::Tensor other = at::empty({10});
            owned = inner.owns(other.data_ptr()) || outer.owns(other.data_ptr());
        }).join();
        EXPECT_FALSE(owned);
    }
    EXPECT_TRUE(outer.owns(at::empty({10}).data_ptr()));
}

TEST(WorkspaceScope, ATensorMayBeFreedLaterFromAnotherThread)
{
    Workspace workspace(1 << 16);
    at::Tensor tensor;
    {
        WorkspaceScope scope(workspace);
        tensor = at::empty({100});
    }
    EXPECT_GT(workspace.used(), 0u);
    std::thread([moved = std::move(tensor)]() mutable { moved.reset(); }).join();
    EXPECT_EQ(workspace.used(), 0u);
}

TEST(WorkspaceScope, MemoryCanBeFreedByItsAddressAloneInsideAndOutsideTheScope)
{
    Workspace workspace(1 << 16);
    c10::Allocator* allocator = nullptr;
    {
        WorkspaceScope scope(workspace);
        allocator = at::getCPUAllocator();
        void* inside = allocator->raw_allocate(1000);
        EXPECT_TRUE(workspace.owns(inside));
        allocator->raw_deallocate(inside);
        EXPECT_EQ(workspace.used(), 0u);
    }
    void* outside = allocator->raw_allocate(1000);
    EXPECT_FALSE(workspace.owns(outside));
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(outside) % 64, 0u);
    std::memset(outside, 1, 1000);
    allocator->raw_deallocate(outside);
}

TEST(WorkspaceScope, AFullWorkspaceThrowsInsteadOfTakingMoreMemory)
{
    Workspace workspace(4096);
    WorkspaceScope scope(workspace);
    const at::Tensor fits = at::empty({900});
    EXPECT_THROW((void)at::empty({900}), std::bad_alloc);
    EXPECT_THROW((void)at::empty({std::int64_t{1} << 40}), std::bad_alloc);
    EXPECT_LE(workspace.peak(), workspace.capacity());
}

} // namespace
