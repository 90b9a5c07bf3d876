// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/device/workspace.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>

#include <cstring>
#include <mutex>
#include <new>

namespace sida::device
{

namespace
{

thread_local Workspace* t_workspace = nullptr;

/// Stands before each block, so that a tensor finds its workspace when it is freed, from whatever thread.
struct alignas(64) BlockHeader {
    Workspace* workspace = nullptr;
};

void releaseBlock(void* context)
{
    auto* header = static_cast<BlockHeader*>(context);
    header->workspace->release(header);
}

/// libtorch's allocator for host memory, which asks the calling thread's workspace first.
class WorkspaceAllocator final : public c10::Allocator
{
public:
    explicit WorkspaceAllocator(c10::Allocator* fallback)
        : m_fallback(fallback)
    {
    }

    c10::DataPtr allocate(std::size_t bytes) override
    {
        if (t_workspace == nullptr || bytes == 0)
            return m_fallback->allocate(bytes);
        void* memory
            = bytes <= t_workspace->capacity() ? t_workspace->allocate(bytes + sizeof(BlockHeader)) : nullptr;
        if (memory == nullptr)
            throw std::bad_alloc();
        auto* header = new (memory) BlockHeader{t_workspace};
        return {header + 1, header, &releaseBlock, c10::Device(c10::DeviceType::CPU)};
    }

    void copy_data(void* target, const void* source, std::size_t bytes) const override
    {
        std::memcpy(target, source, bytes);
    }

private:
    c10::Allocator* m_fallback;
};

void installAllocator()
{
    static std::once_flag once;
    // Never destroyed: tensors with static lifetime may be freed after everything of ours.
    std::call_once(once, [] { c10::SetCPUAllocator(new WorkspaceAllocator(c10::GetCPUAllocator())); });
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
