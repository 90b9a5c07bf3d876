// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/in_order.h"

#include <utility>

namespace sida::cli
{

InOrder::InOrder(std::filesystem::path place, std::uint64_t memoryBytes, PassOn passOn)
    : m_place(std::move(place))
    , m_memoryBytes(memoryBytes)
    , m_passOn(std::move(passOn))
{
}

Status InOrder::add(std::uint64_t number, std::span<const std::byte> piece)
{
    if (number != m_next) {
        const auto ahead = static_cast<std::size_t>(number - m_next);
        if (m_waiting.size() <= ahead)
            m_waiting.resize(ahead + 1);
        return keep(m_waiting[ahead], piece);
    }
    SIDA_TRY(m_passOn(m_next, piece));
    ++m_next;
    if (!m_waiting.empty())
        m_waiting.pop_front();
    while (!m_waiting.empty() && m_waiting.front().offset != kAbsent) {
        SIDA_TRY(passOn(m_waiting.front()));
        ++m_next;
        m_waiting.pop_front();
    }
    if (m_waiting.empty()) { // nothing waits any more: both are filled from their beginning again
        m_memory.clear();
        m_fileBytes = 0;
    }
    return {};
}

Status InOrder::keep(Piece& place, std::span<const std::byte> piece)
{
    place.size = piece.size();
    if (m_memory.size() + piece.size() < m_memoryBytes) {
        place.offset = m_memory.size();
        m_memory.insert(m_memory.end(), piece.begin(), piece.end());
        return {};
    }
    if (!m_file) {
        SIDA_TRY_ASSIGN(m_file, GrowingFile::create(m_place));
    }
    SIDA_TRY(m_file->writeAt(m_fileBytes, piece));
    place.offset = m_memoryBytes + m_fileBytes;
    m_fileBytes += piece.size();
    return {};
}

Status InOrder::passOn(const Piece& place)
{
    const auto size = static_cast<std::size_t>(place.size);
    if (place.offset < m_memoryBytes)
        return m_passOn(m_next, std::span(m_memory).subspan(static_cast<std::size_t>(place.offset), size));
    m_scratch.resize(size);
    SIDA_TRY(m_file->readAt(place.offset - m_memoryBytes, m_scratch));
    return m_passOn(m_next, m_scratch);
}

} // namespace sida::cli
