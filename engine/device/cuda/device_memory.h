// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/device/cuda/check.h"

#include <cstdint>
#include <vector>

namespace sida::cuda
{

/// Device memory that is taken when things are planned and given back together. Counts what it holds.
class DeviceMemory
{
public:
    DeviceMemory() = default;
    DeviceMemory(const DeviceMemory&) = delete;
    DeviceMemory& operator=(const DeviceMemory&) = delete;
    ~DeviceMemory()
    {
        for (void* block : m_blocks)
            (void)cudaFree(block);
    }

    template <typename N>
    Status take(N*& pointer, std::size_t count, const char* what)
    {
        void* block = nullptr;
        const std::size_t bytes = (count > 0 ? count : 1) * sizeof(N);
        SIDA_TRY(checked(cudaMalloc(&block, bytes), what));
        m_blocks.push_back(block);
        m_bytes += bytes;
        pointer = static_cast<N*>(block);
        return {};
    }

    std::uint64_t bytes() const { return m_bytes; }

private:
    std::vector<void*> m_blocks;
    std::uint64_t m_bytes = 0;
};

} // namespace sida::cuda
