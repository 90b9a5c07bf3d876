// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/types.h"
#include "engine/base/result.h"

#include <cstdint>
#include <mutex>

namespace sida::device
{

/// Who holds how much device memory, and for what. Nothing is allocated on the device without being booked
/// here first, so the total can never exceed the budget. Booking is rare (planning, a slot's first fill, a
/// budget change).
class MemoryLedger
{
public:
    explicit MemoryLedger(std::uint64_t budget)
        : m_budget(budget)
    {
    }

    /// A `budget` error that names purpose, sizes and what is free when it does not fit; then nothing is
    /// booked.
    Status reserve(api::Purpose purpose, std::uint64_t bytes);
    void release(api::Purpose purpose, std::uint64_t bytes);
    /// An error when more than that is held already; then the old budget stays.
    Status setBudget(std::uint64_t bytes);

    struct State {
        api::PurposeBytes bytes{};
        std::uint64_t total = 0;
        std::uint64_t peak = 0;
        std::uint64_t budget = 0;
    };
    State state() const;

private:
    mutable std::mutex m_mutex;
    api::PurposeBytes m_bytes{};
    std::uint64_t m_total = 0;
    std::uint64_t m_peak = 0;
    std::uint64_t m_budget;
};

} // namespace sida::device
