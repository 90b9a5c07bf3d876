// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

namespace sida::device
{

/// Expert slots at fixed addresses: address space for all of them is reserved once, memory is taken when a
/// slot is first written and given back slot by slot. The CPU's twin of a device arena.
class SlotArena
{
public:
    /// Throws std::bad_alloc when not even the address space is to be had. `slotBytes` is rounded up to whole
    /// pages.
    SlotArena(int slots, std::uint64_t slotBytes);
    ~SlotArena();
    SlotArena(const SlotArena&) = delete;
    SlotArena& operator=(const SlotArena&) = delete;

    std::byte* slot(int index) const { return m_memory + m_stride * static_cast<std::uint64_t>(index); }
    /// What one slot takes, whole pages.
    std::uint64_t slotBytes() const { return m_stride; }
    /// Gives the slot's memory back; its address stays reserved.
    void decommit(int index);

    static std::uint64_t roundedSlotBytes(std::uint64_t bytes);

private:
    std::uint64_t m_stride;
    std::uint64_t m_bytes;
    std::byte* m_memory;
};

} // namespace sida::device
