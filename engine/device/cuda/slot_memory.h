// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/device/cuda/check.h"

#include <cstddef>
#include <cstdint>
#include <cuda.h>
#include <vector>

namespace sida::cuda
{

Status checked(CUresult status, const char* what);

/// Expert slots one behind the other at fixed addresses: address space for all of them is reserved once,
/// memory stands behind the first `slots` of them and is really given back when these become fewer.
class SlotMemory
{
public:
    SlotMemory() = default;
    SlotMemory(const SlotMemory&) = delete;
    SlotMemory& operator=(const SlotMemory&) = delete;
    ~SlotMemory();

    Status reserve(int device, int mostSlots, std::size_t slotBytes);
    /// Nothing may be reading or writing slots that are given up. On an error fewer slots than asked for
    /// stand there; none that stood there before is lost.
    Status resize(int slots);

    void* data() const { return reinterpret_cast<void*>(m_base); }
    std::uint64_t bytes() const { return m_pieces.size() * m_pieceBytes; }
    /// Memory is taken in pieces: so much of the last one may lie idle.
    static constexpr std::uint64_t kMostRest = std::uint64_t{8} << 20;

private:
    static std::size_t pieceBytes(int slots, std::size_t slotBytes);

    CUdeviceptr m_base = 0;
    std::size_t m_reserved = 0;
    std::size_t m_slotBytes = 0;
    std::size_t m_pieceBytes = 1;
    CUmemAllocationProp m_kind{};
    CUmemAccessDesc m_access{};
    std::vector<CUmemGenericAllocationHandle> m_pieces;
};

} // namespace sida::cuda
