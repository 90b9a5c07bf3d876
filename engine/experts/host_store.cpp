// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/experts/host_store.h"

#include <algorithm>
#include <limits>
#include <new>
#include <stdexcept>
#include <sys/mman.h>
#include <utility>

namespace sida::experts
{

namespace
{

constexpr std::uint64_t kAlignment = 64; // a cache line, and what vector instructions like best

/// Bytes rounded up to whole cache lines; refuses sizes whose sum or product would wrap around.
std::uint64_t alignUp(std::uint64_t bytes)
{
    if (bytes > std::numeric_limits<std::uint64_t>::max() / 4)
        throw std::length_error("an expert of that size does not fit into memory");
    return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

std::vector<int> runningSums(const std::vector<int>& counts)
{
    std::vector<int> sums{0};
    sums.reserve(counts.size() + 1);
    for (int count : counts) {
        if (count < 0 || count > std::numeric_limits<int>::max() - sums.back())
            throw std::length_error("a number of experts that cannot be counted");
        sums.push_back(sums.back() + count);
    }
    return sums;
}

} // namespace

HostStore::HostStore(
    std::vector<int> expertsPerLayer, std::uint64_t wiBytes, std::uint64_t woBytes, bool withMemory)
    : m_expertsPerLayer(std::move(expertsPerLayer))
    , m_firstOfLayer(runningSums(m_expertsPerLayer))
    , m_woOffset(alignUp(wiBytes))
    , m_blockBytes(m_woOffset + alignUp(woBytes))
{
    const auto count = static_cast<std::uint64_t>(expertCount());
    if (count == 0 || m_blockBytes == 0 || !withMemory)
        return;
    if (m_blockBytes > std::numeric_limits<std::size_t>::max() / count)
        throw std::length_error("all experts together do not fit into memory");
    m_mappedBytes = m_blockBytes * count;
    // Pages are only taken when an expert is written, and more than the free memory may be mapped, so that a
    // model that does not fit fails while it loads and not before anything was tried.
    void* memory = mmap(
        nullptr, m_mappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        throw std::bad_alloc();
    m_memory = static_cast<std::byte*>(memory);
    // An expert is read from end to end every time: with large pages a third faster. Only advice, so its
    // failure means nothing.
    madvise(memory, m_mappedBytes, MADV_HUGEPAGE);
}

std::uint64_t HostStore::blockBytesFor(std::uint64_t matrixBytes)
{
    return 2 * alignUp(matrixBytes);
}

HostStore::HostStore(HostStore&& other) noexcept
    : m_expertsPerLayer(std::move(other.m_expertsPerLayer))
    , m_firstOfLayer(std::exchange(other.m_firstOfLayer, std::vector<int>(1, 0)))
    , m_woOffset(other.m_woOffset)
    , m_blockBytes(other.m_blockBytes)
    , m_memory(std::exchange(other.m_memory, nullptr))
    , m_mappedBytes(std::exchange(other.m_mappedBytes, 0))
{
    other.m_expertsPerLayer.clear();
}

HostStore& HostStore::operator=(HostStore&& other) noexcept
{
    std::swap(m_expertsPerLayer, other.m_expertsPerLayer);
    std::swap(m_firstOfLayer, other.m_firstOfLayer);
    std::swap(m_woOffset, other.m_woOffset);
    std::swap(m_blockBytes, other.m_blockBytes);
    std::swap(m_memory, other.m_memory);
    std::swap(m_mappedBytes, other.m_mappedBytes);
    return *this;
}

HostStore::~HostStore()
{
    if (m_memory != nullptr)
        munmap(m_memory, m_mappedBytes);
}

ExpertKey HostStore::key(int index) const
{
    const auto next = std::upper_bound(m_firstOfLayer.begin(), m_firstOfLayer.end(), index);
    const auto layer = (next - m_firstOfLayer.begin()) - 1;
    const int first = m_firstOfLayer[static_cast<std::size_t>(layer)];
    return {static_cast<std::uint16_t>(layer), static_cast<std::uint16_t>(index - first)};
}

} // namespace sida::experts
