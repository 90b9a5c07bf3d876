// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/device/cuda/slot_memory.h"

#include <fmt/format.h>

namespace sida::cuda
{

namespace
{

/// Drivers give memory in multiples of this.
constexpr std::size_t kGranule = std::size_t{2} << 20;

} // namespace

Status checked(CUresult status, const char* what)
{
    if (status == CUDA_SUCCESS)
        return {};
    if (status == CUDA_ERROR_OUT_OF_MEMORY)
        return checked(cudaErrorMemoryAllocation, what);
    const char* name = nullptr;
    (void)cuGetErrorName(status, &name);
    return failure(ErrorKind::internal, fmt::format("CUDA: {}: {}", what, name ? name : "unknown error"));
}

/// Few pieces for large arenas, so that taking memory is quick; small ones where the rest of a piece would
/// count.
std::size_t SlotMemory::pieceBytes(int slots, std::size_t slotBytes)
{
    const std::size_t all = static_cast<std::size_t>(slots) * slotBytes;
    return all >= std::size_t{512} << 20 ? 4 * kGranule : kGranule;
}

SlotMemory::~SlotMemory()
{
    if (m_base == 0)
        return;
    if (!m_pieces.empty())
        (void)cuMemUnmap(m_base, m_pieces.size() * m_pieceBytes);
    for (const CUmemGenericAllocationHandle piece : m_pieces)
        (void)cuMemRelease(piece);
    (void)cuMemAddressFree(m_base, m_reserved);
}

Status SlotMemory::reserve(int device, int mostSlots, std::size_t slotBytes)
{
    m_slotBytes = slotBytes;
    m_pieceBytes = pieceBytes(mostSlots, slotBytes);
    m_kind.type = CU_MEM_ALLOCATION_TYPE_PINNED;
    m_kind.location.type = CU_MEM_LOCATION_TYPE_DEVICE;
    m_kind.location.id = device;
    m_access.location = m_kind.location;
    m_access.flags = CU_MEM_ACCESS_FLAGS_PROT_READWRITE;
    std::size_t granule = 0;
    SIDA_TRY(checked(
        cuMemGetAllocationGranularity(&granule, &m_kind, CU_MEM_ALLOC_GRANULARITY_MINIMUM),
        "asking how memory is given"));
    m_pieceBytes = (m_pieceBytes + granule - 1) / granule * granule;
    const std::size_t wanted = static_cast<std::size_t>(mostSlots > 0 ? mostSlots : 1) * slotBytes;
    m_reserved = (wanted + m_pieceBytes - 1) / m_pieceBytes * m_pieceBytes;
    return checked(cuMemAddressReserve(&m_base, m_reserved, 0, 0, 0), "reserving addresses for slots");
}

Status SlotMemory::resize(int slots)
{
    const std::size_t wanted
        = (static_cast<std::size_t>(slots) * m_slotBytes + m_pieceBytes - 1) / m_pieceBytes;
    while (m_pieces.size() > wanted) {
        SIDA_TRY(checked(
            cuMemUnmap(m_base + (m_pieces.size() - 1) * m_pieceBytes, m_pieceBytes), "giving slots back"));
        SIDA_TRY(checked(cuMemRelease(m_pieces.back()), "giving slots back"));
        m_pieces.pop_back();
    }
    while (m_pieces.size() < wanted) {
        CUmemGenericAllocationHandle piece = 0;
        SIDA_TRY(checked(cuMemCreate(&piece, m_pieceBytes, &m_kind, 0), "expert slots"));
        const CUdeviceptr at = m_base + m_pieces.size() * m_pieceBytes;
        Status mapped = checked(cuMemMap(at, m_pieceBytes, 0, piece, 0), "expert slots");
        if (mapped)
            mapped = checked(cuMemSetAccess(at, m_pieceBytes, &m_access, 1), "expert slots");
        if (!mapped) {
            (void)cuMemRelease(piece);
            return mapped;
        }
        m_pieces.push_back(piece);
    }
    return {};
}

} // namespace sida::cuda
