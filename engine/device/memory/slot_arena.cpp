// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/device/memory/slot_arena.h"

#include <algorithm>
#include <new>
#include <sys/mman.h>
#include <unistd.h>

namespace sida::device
{

std::uint64_t SlotArena::roundedSlotBytes(std::uint64_t bytes)
{
    static const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    return (bytes + page - 1) / page * page;
}

SlotArena::SlotArena(int slots, std::uint64_t slotBytes)
    : m_stride(roundedSlotBytes(slotBytes))
    , m_bytes(std::max<std::uint64_t>(1, m_stride * static_cast<std::uint64_t>(slots)))
{
    void* memory = ::mmap(
        nullptr, m_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        throw std::bad_alloc();
    m_memory = static_cast<std::byte*>(memory);
}

SlotArena::~SlotArena()
{
    ::munmap(m_memory, m_bytes);
}

void SlotArena::decommit(int index)
{
    ::madvise(slot(index), m_stride, MADV_DONTNEED);
}

} // namespace sida::device
