// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/ids.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace sida::experts
{

/// All experts of a model in host memory, one contiguous block each, 64-byte aligned, written only
/// while loading and when a model changes their layout.
///
/// A block holds `wi` [dFf, dModel] and then `wo` [dModel, dFf], both in the compute type and in the layout
/// that the model says (see model::ExpertLayout); `woOffset` is a multiple of 64.
class HostStore
{
public:
    /// Without memory it tells numbers and sizes only, and has no blocks.
    HostStore(
        std::vector<int> expertsPerLayer, std::uint64_t wiBytes, std::uint64_t woBytes,
        bool withMemory = true);
    HostStore(HostStore&&) noexcept;
    HostStore& operator=(HostStore&&) noexcept;
    ~HostStore();

    int layers() const { return static_cast<int>(m_expertsPerLayer.size()); }
    int experts(int layer) const { return m_expertsPerLayer[static_cast<std::size_t>(layer)]; }
    int expertCount() const { return m_firstOfLayer.back(); }
    std::uint64_t blockBytes() const { return m_blockBytes; }
    /// Of a store whose two matrices take `matrixBytes` each.
    static std::uint64_t blockBytesFor(std::uint64_t matrixBytes);
    std::uint64_t woOffset() const { return m_woOffset; }

    /// Dense number of an expert over all layers, 0 .. expertCount() - 1.
    int index(ExpertKey key) const { return m_firstOfLayer[key.layer] + key.expert; }
    ExpertKey key(int index) const;

    const std::byte* block(ExpertKey key) const
    {
        return m_memory + m_blockBytes * static_cast<std::uint64_t>(index(key));
    }
    /// All blocks, one behind the other.
    std::span<const std::byte> memory() const { return {m_memory, m_mappedBytes}; }
    /// For the loader only.
    std::byte* mutableBlock(ExpertKey key)
    {
        return m_memory + m_blockBytes * static_cast<std::uint64_t>(index(key));
    }

private:
    std::vector<int> m_expertsPerLayer;
    std::vector<int> m_firstOfLayer; ///< one more than there are layers
    std::uint64_t m_woOffset = 0;
    std::uint64_t m_blockBytes = 0;
    std::byte* m_memory = nullptr;
    std::uint64_t m_mappedBytes = 0;
};

} // namespace sida::experts
