// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/replay.h"
#include "engine/replay/indexed_heap.h"
#include "engine/replay/trace.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace sida::replay
{

/// A place in the trace: the number of a step.
using Position = std::uint32_t;
constexpr Position kNever = static_cast<Position>(-1);

/// The next use of each expert after each of its uses, which only Belady's rule may know.
struct Future {
    explicit Future(const Trace& trace);
    std::vector<Position> nextOfUse; ///< [uses of the trace]
    std::vector<Position> firstUse; ///< [experts]
};

/// Which experts are in the slots, and who leaves next: the rules of the engine's cache (engine/experts) in a
/// form that asks no slot but the one that goes. `lookahead` gives up whom no known table names, the rarest
/// first, and then whom the tables name last; the engine also weighs how often tables were right.
class CacheModel
{
public:
    /// `future` only for Belady's rule; else null.
    CacheModel(
        const Trace& trace, const api::ReplayConfiguration& configuration, int slots, const Future* future);

    bool isThere(std::int32_t expert) const { return at(expert).isThere; }
    bool hasRoom() const { return static_cast<int>(m_there.size()) < m_slots; }

    /// Who would leave for an expert that is wanted at `wanted`: only one that is wanted later itself. Nobody
    /// when all are pinned or wanted sooner.
    std::optional<std::int32_t> victim(Position wanted);
    std::optional<std::int32_t> anyVictim();

    void insert(std::int32_t expert);
    void evict(std::int32_t expert);
    void pin(std::int32_t expert);
    void unpin(std::int32_t expert);
    /// `useIndex` is the use's place in Trace::uses.
    void use(std::int32_t expert, std::size_t useIndex);
    /// The next position that the tables name it for; kNever when they name none.
    void setKnownUse(std::int32_t expert, Position position);
    Position knownUse(std::int32_t expert) const { return at(expert).known; }
    void endBatch();

private:
    struct Expert {
        bool isThere = false;
        std::uint32_t place = 0; ///< in m_there
        bool pinned = false;
        Position known = kNever;
        Position future = kNever;
        double frequency = 0; ///< in units that grow, see endBatch
        std::uint64_t inserted = 0;
        std::uint64_t used = 0;
    };
    Expert& at(std::int32_t expert) { return m_experts[static_cast<std::size_t>(expert)]; }
    const Expert& at(std::int32_t expert) const { return m_experts[static_cast<std::size_t>(expert)]; }
    bool ordersByTables() const
    {
        return m_configuration.eviction == api::Eviction::lookahead && !m_configuration.belady;
    }
    double worthless(const Expert& expert) const;
    void place(std::int32_t expert);
    std::optional<std::int32_t> firstOf(IndexedHeap& heap);

    const api::ReplayConfiguration m_configuration;
    const int m_slots;
    const Future* m_future;
    std::vector<Expert> m_experts;
    /// Who is there, the first to leave on top. A key may be older than a use, which only ever makes an
    /// expert worth more, and whoever is pinned may be in it or not: both are put right when they come to the
    /// top.
    IndexedHeap m_leaving;
    IndexedHeap m_named; ///< of `lookahead`: whom the tables name, the last named on top
    std::vector<std::int32_t> m_there; ///< in no order
    std::uint64_t m_tick = 0;
    double m_unit = 1; ///< what a use counts now
};

} // namespace sida::replay
