// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>

namespace sida
{

using Nanoseconds = std::int64_t;

/// Monotonic time in nanoseconds; only differences mean anything.
inline Nanoseconds monotonicNow()
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

/// Zero of a session's time line: every recorded time is counted from here.
class SessionClock
{
public:
    SessionClock()
        : m_start(monotonicNow())
    {
    }
    Nanoseconds now() const { return monotonicNow() - m_start; }

private:
    Nanoseconds m_start;
};

} // namespace sida
