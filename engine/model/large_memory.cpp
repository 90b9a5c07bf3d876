// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/model/large_memory.h"

#include <cstdint>
#include <new>
#include <sys/mman.h>

namespace sida::model
{

namespace
{

constexpr std::size_t kLargePage = 2 * 1024 * 1024;
constexpr std::align_val_t kCacheLine{64};

} // namespace

void* takeMemory(std::size_t bytes)
{
    if (bytes < kLargePage)
        return ::operator new(bytes, kCacheLine);
    // A large page starts at a multiple of its size, which older kernels do not do by themselves: map more,
    // and give back what is too much.
    const std::size_t mapped = bytes + kLargePage;
    if (mapped < bytes)
        throw std::bad_alloc();
    void* memory = ::mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        throw std::bad_alloc();
    auto* begin = static_cast<std::byte*>(memory);
    const std::size_t before
        = (kLargePage - reinterpret_cast<std::uintptr_t>(begin) % kLargePage) % kLargePage;
    if (before > 0)
        ::munmap(begin, before);
    // munmap takes whole pages: the end is where the last one that is needed ends.
    constexpr std::size_t kPage = 4096;
    const std::size_t used = (bytes + kPage - 1) / kPage * kPage;
    if (before + used < mapped)
        ::munmap(begin + before + used, mapped - before - used);
    ::madvise(begin + before, used, MADV_HUGEPAGE); // only advice: its failure means nothing
    return begin + before;
}

void giveMemoryBack(void* memory, std::size_t bytes) noexcept
{
    if (memory == nullptr)
        return;
    if (bytes < kLargePage)
        return ::operator delete(memory, kCacheLine);
    ::munmap(memory, bytes);
}

} // namespace sida::model
