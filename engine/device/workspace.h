// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace sida::device
{

/// A block of device memory of fixed size from which the tensors of a forward pass come. It is charged to the
/// budget once, when it is planned; inside, allocation is a search in a short free list, never a call to the
/// system.
class Workspace
{
public:
    explicit Workspace(std::uint64_t bytes);
    ~Workspace();
    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;

    std::uint64_t capacity() const;
    std::uint64_t used() const;
    std::uint64_t peak() const; ///< since the last resetPeak
    void resetPeak();

    void* allocate(std::size_t bytes); ///< 64-byte aligned; null when it does not fit
    void release(void* memory);
    bool owns(const void* memory) const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

/// While it lives, tensors that libtorch allocates on the calling thread come from the workspace. A tensor
/// may be freed later and from another thread, but not after the workspace. Throws std::bad_alloc through
/// libtorch when it is full.
class WorkspaceScope
{
public:
    explicit WorkspaceScope(Workspace& workspace);
    ~WorkspaceScope();
    WorkspaceScope(const WorkspaceScope&) = delete;
    WorkspaceScope& operator=(const WorkspaceScope&) = delete;

private:
    Workspace* m_previous;
};

} // namespace sida::device
