// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/device/workspace.h"

#include <algorithm>
#include <limits>
#include <mutex>
#include <new>
#include <sys/mman.h>
#include <vector>

namespace sida::device
{

namespace
{

constexpr std::uint64_t kAlignment = 64;

struct Range {
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
};

auto firstAtOrAfter(std::vector<Range>& ranges, std::uint64_t offset)
{
    return std::lower_bound(
        ranges.begin(), ranges.end(), offset,
        [](const Range& range, std::uint64_t value) { return range.offset < value; });
}

} // namespace

struct Workspace::State {
    std::byte* memory = nullptr;
    std::uint64_t capacity = 0;

    // Tensors are freed by whoever drops the last reference, which may be another thread.
    mutable std::mutex mutex;
    std::uint64_t used = 0;
    std::uint64_t peak = 0;
    std::vector<Range> free; // both lists by offset; a forward pass keeps them to a few entries
    std::vector<Range> taken;

    void giveBack(Range range);
};

Workspace::Workspace(std::uint64_t bytes)
    : m_state(std::make_unique<State>())
{
    if (bytes > std::numeric_limits<std::size_t>::max() - kAlignment)
        throw std::bad_alloc();
    m_state->capacity = (bytes + kAlignment - 1) / kAlignment * kAlignment;
    if (m_state->capacity == 0)
        return;
    void* memory = mmap(
        nullptr, m_state->capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
        0);
    if (memory == MAP_FAILED)
        throw std::bad_alloc();
    m_state->memory = static_cast<std::byte*>(memory);
    m_state->free.push_back({0, m_state->capacity});
}

Workspace::~Workspace()
{
    if (m_state->memory != nullptr)
        munmap(m_state->memory, m_state->capacity);
}

std::uint64_t Workspace::capacity() const
{
    return m_state->capacity;
}

std::uint64_t Workspace::used() const
{
    std::lock_guard lock(m_state->mutex);
    return m_state->used;
}

std::uint64_t Workspace::peak() const
{
    std::lock_guard lock(m_state->mutex);
    return m_state->peak;
}

void Workspace::resetPeak()
{
    std::lock_guard lock(m_state->mutex);
    m_state->peak = m_state->used;
}

void* Workspace::allocate(std::size_t bytes)
{
    if (bytes > m_state->capacity)
        return nullptr;
    const std::uint64_t needed
        = std::max<std::uint64_t>((bytes + kAlignment - 1) / kAlignment * kAlignment, kAlignment);

    std::lock_guard lock(m_state->mutex);
    // The smallest gap that is large enough: large gaps stay whole for the large tensors.
    auto best = m_state->free.end();
    for (auto gap = m_state->free.begin(); gap != m_state->free.end(); ++gap) {
        if (gap->bytes >= needed && (best == m_state->free.end() || gap->bytes < best->bytes))
            best = gap;
    }
    if (best == m_state->free.end())
        return nullptr;
    const Range range{best->offset, needed};
    best->offset += needed;
    best->bytes -= needed;
    if (best->bytes == 0)
        m_state->free.erase(best);
    m_state->taken.insert(firstAtOrAfter(m_state->taken, range.offset), range);
    m_state->used += needed;
    m_state->peak = std::max(m_state->peak, m_state->used);
    return m_state->memory + range.offset;
}

void Workspace::release(void* memory)
{
    if (!owns(memory))
        return;
    const auto offset = static_cast<std::uint64_t>(static_cast<std::byte*>(memory) - m_state->memory);
    std::lock_guard lock(m_state->mutex);
    const auto found = firstAtOrAfter(m_state->taken, offset);
    if (found == m_state->taken.end() || found->offset != offset)
        return;
    const Range range = *found;
    m_state->taken.erase(found);
    m_state->used -= range.bytes;
    m_state->giveBack(range);
}

bool Workspace::owns(const void* memory) const
{
    const auto* byte = static_cast<const std::byte*>(memory);
    return m_state->memory != nullptr && byte >= m_state->memory
        && byte < m_state->memory + m_state->capacity;
}

void Workspace::State::giveBack(Range range)
{
    auto after = firstAtOrAfter(free, range.offset);
    if (after != free.end() && range.offset + range.bytes == after->offset) {
        range.bytes += after->bytes;
        after = free.erase(after);
    }
    if (after != free.begin()) {
        Range& before = *std::prev(after);
        if (before.offset + before.bytes == range.offset) {
            before.bytes += range.bytes;
            return;
        }
    }
    free.insert(after, range);
}

} // namespace sida::device
