// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/device/memory/memory_ledger.h"

#include "engine/base/units.h"

#include <algorithm>
#include <cassert>
#include <fmt/format.h>

namespace sida::device
{

Status MemoryLedger::reserve(api::Purpose purpose, std::uint64_t bytes)
{
    const std::lock_guard lock(m_mutex);
    if (bytes > m_budget || m_total > m_budget - bytes)
        return failure(
            ErrorKind::budget,
            fmt::format(
                "{} for {} does not fit: {} of the budget of {} are in use", units::formatBytes(bytes),
                api::name(purpose), units::formatBytes(m_total), units::formatBytes(m_budget)));
    m_bytes[static_cast<std::size_t>(purpose)] += bytes;
    m_total += bytes;
    m_peak = std::max(m_peak, m_total);
    return {};
}

void MemoryLedger::release(api::Purpose purpose, std::uint64_t bytes)
{
    const std::lock_guard lock(m_mutex);
    assert(m_bytes[static_cast<std::size_t>(purpose)] >= bytes);
    m_bytes[static_cast<std::size_t>(purpose)] -= bytes;
    m_total -= bytes;
}

Status MemoryLedger::setBudget(std::uint64_t bytes)
{
    const std::lock_guard lock(m_mutex);
    if (m_total > bytes)
        return failure(
            ErrorKind::budget,
            fmt::format(
                "a budget of {} is below the {} in use", units::formatBytes(bytes),
                units::formatBytes(m_total)));
    m_budget = bytes;
    return {};
}

MemoryLedger::State MemoryLedger::state() const
{
    const std::lock_guard lock(m_mutex);
    return {m_bytes, m_total, m_peak, m_budget};
}

} // namespace sida::device
