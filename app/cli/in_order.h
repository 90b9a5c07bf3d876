// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/growing_file.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace sida::cli
{

/// Passes numbered pieces on in the order of their numbers, from 0 without a gap, whatever the order in which
/// they come. What cannot go on yet waits in memory, and beyond `memoryBytes` in a file that goes away with
/// this. Besides that it takes 16 bytes for each piece between the next one and the farthest that came.
class InOrder
{
public:
    using PassOn = std::function<Status(std::uint64_t number, std::span<const std::byte> piece)>;

    /// The file is made beside `place` when it is needed.
    InOrder(std::filesystem::path place, std::uint64_t memoryBytes, PassOn passOn);

    /// Each number once.
    Status add(std::uint64_t number, std::span<const std::byte> piece);
    /// How many were passed on.
    std::uint64_t passedOn() const { return m_next; }
    std::uint64_t bytesInMemory() const { return m_memory.size(); }

private:
    static constexpr std::uint64_t kAbsent = ~std::uint64_t{0};
    /// Where it waits: below m_memoryBytes in memory, from there on in the file.
    struct Piece {
        std::uint64_t offset = kAbsent;
        std::uint64_t size = 0;
    };
    Status keep(Piece& place, std::span<const std::byte> piece);
    Status passOn(const Piece& place);

    std::filesystem::path m_place;
    const std::uint64_t m_memoryBytes;
    PassOn m_passOn;
    std::uint64_t m_next = 0;
    std::deque<Piece> m_waiting; ///< of m_next, m_next + 1, ...
    std::vector<std::byte> m_memory;
    std::optional<GrowingFile> m_file;
    std::uint64_t m_fileBytes = 0;
    std::vector<std::byte> m_scratch;
};

} // namespace sida::cli
