// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/clock.h"
#include "engine/experts/eviction.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace sida::experts
{

/// Experts that may be copied ahead and not yet used, where no limit was asked for: a quarter of the slots,
/// and at least those of two layers. Farther ahead nothing is won (a copy comes in time as it is), and slots
/// that wait are missing where experts come back often.
int defaultPrefetchLimit(int slots, std::size_t usedByALayer);

/// A prefetch for position `comes` may only evict what is needed after the position that this gives. `next`
/// is the first position that has not begun; the layer before it may still hold slots.
///
/// Whatever is needed before the expert that comes stays. More than that: each layer between now and then
/// gives its own slots back before the expert is needed, and what is in those is needed again a batch later
/// at the soonest. It is better to wait for them than to evict now what would have to be copied a second time
/// before. Only for the very next layer there is nothing to wait for, once the one before it has ended.
constexpr Position prefetchKeepsUntil(Position comes, Position next, Position layers, bool layerHoldsSlots)
{
    const bool mayWait = layerHoldsSlots || comes > next;
    return mayWait && layers > 2 ? comes + layers - 2 : comes;
}

/// What the queued hash tables foretell: for each expert its coming uses, and all of them in the order of
/// use.
class PrefetchQueue
{
public:
    /// `window` is the most tables that can be known at one time.
    PrefetchQueue(int experts, int window);

    struct Item {
        Position position = 0;
        int expert = 0;
        Nanoseconds queued = 0;
    };

    void add(const Item& item);
    /// Takes back what was foretold for the positions from `first` to before `end`.
    void retract(Position first, Position end);
    /// Back into the order of use, for an expert that was evicted although it is still wanted.
    void putBack(const Item& item);
    /// Everything before this position has happened.
    void advanceTo(Position now);

    /// Soonest coming use of the expert, kNever when none is known.
    Position nextUse(int expert);
    /// The next wanted expert; a copy, since evicting for it puts another one back into the queue.
    std::optional<Item> front();
    void popFront();

private:
    struct Coming {
        std::uint32_t head = 0;
        std::uint32_t count = 0;
    };
    void push(const Item& item);

    const std::uint32_t m_capacity; ///< coming uses an expert can have: one per table
    std::vector<Position> m_positions; ///< [experts * capacity], a ring for each
    std::vector<Coming> m_coming;
    std::vector<Item> m_order; ///< binary heap, soonest first
    Position m_now = 0;
};

} // namespace sida::experts
