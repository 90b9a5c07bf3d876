// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/device/workspace.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>

#include <cstring>
#include <limits>
#include <mutex>
#include <new>

namespace sida::device
{

namespace
{

thread_local Workspace* t_workspace = nullptr;

/// Stands before each block, so that a tensor finds where it came from when it is freed, from whatever
/// thread.
struct alignas(64) BlockHeader {
    Workspace* workspace = nullptr; ///< null: from libtorch's own allocator
};

c10::Allocator* g_fallback = nullptr; // set once, before the first block

void releaseBlock(void* data)
{
    if (data == nullptr)
        return;
    BlockHeader* header = static_cast<BlockHeader*>(data) - 1;
    if (header->workspace != nullptr)
        header->workspace->release(header);
    else
        g_fallback->raw_deallocate(header);
}

/// libtorch's allocator for host memory, which asks the calling thread's workspace first. All blocks look
/// alike, because oneDNN keeps the bare address of its scratch memory and frees it by that alone.
class WorkspaceAllocator final : public c10::Allocator
{
public:
    c10::DataPtr allocate(std::size_t bytes) override
    {
        const c10::Device host(c10::DeviceType::CPU);
        if (bytes == 0)
            return {nullptr, nullptr, &releaseBlock, host};
        if (bytes > std::numeric_limits<std::size_t>::max() - sizeof(BlockHeader))
            throw std::bad_alloc();
        const std::size_t size = bytes + sizeof(BlockHeader);
        void* memory = t_workspace != nullptr ? t_workspace->allocate(size) : g_fallback->raw_allocate(size);
        if (memory == nullptr)
            throw std::bad_alloc();
        auto* header = new (memory) BlockHeader{t_workspace};
        return {header + 1, header + 1, &releaseBlock, host};
    }

    c10::DeleterFnPtr raw_deleter() const override { return &releaseBlock; }

    void copy_data(void* target, const void* source, std::size_t bytes) const override
    {
        std::memcpy(target, source, bytes);
    }
};

void installAllocator()
{
    static std::once_flag once;
    // Never destroyed: tensors with static lifetime may be freed after everything of ours.
    std::call_once(once, [] {
        g_fallback = c10::GetCPUAllocator();
        c10::SetCPUAllocator(new WorkspaceAllocator);
    });
}

} // namespace

WorkspaceScope::WorkspaceScope(Workspace& workspace)
    : m_previous(t_workspace)
{
    installAllocator();
    t_workspace = &workspace;
}

WorkspaceScope::~WorkspaceScope()
{
    t_workspace = m_previous;
}

} // namespace sida::device
