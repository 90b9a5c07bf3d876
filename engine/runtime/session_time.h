// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/clock.h"
#include "engine/device/cuda/clock_pair.h"

#include <algorithm>
#include <cstdint>

namespace sida::runtime
{

/// A device's clock as times of the session: a straight line through two moments that are known on both.
/// Order is kept.
class SessionTime
{
public:
    SessionTime() = default;
    /// `host` in nanoseconds since the session began.
    explicit SessionTime(const cuda::ClockPair& now)
        : m_host(now.host)
        , m_device(now.device)
        , m_lastHost(now.host)
        , m_lastDevice(now.device)
    {
    }

    /// Clocks drift apart: from this moment on the line leads to where it should be, within `time`, without a
    /// jump.
    void follow(const cuda::ClockPair& now, Nanoseconds time)
    {
        const Nanoseconds told = at(now.device);
        const double host = static_cast<double>(now.host - m_lastHost);
        const double device = static_cast<double>(static_cast<std::int64_t>(now.device - m_lastDevice));
        if (host > 0 && device > 0) {
            constexpr double kMost = 1e-3;
            const double off = static_cast<double>(now.host - told) / static_cast<double>(time);
            m_rate = std::clamp(host / device, 1 - kMost, 1 + kMost) + std::clamp(off, -kMost, kMost);
        }
        m_host = told;
        m_device = now.device;
        m_lastHost = now.host;
        m_lastDevice = now.device;
    }

    Nanoseconds at(std::uint64_t device) const
    {
        const auto distance = static_cast<std::int64_t>(device - m_device);
        return m_host + static_cast<Nanoseconds>(static_cast<double>(distance) * m_rate);
    }

private:
    Nanoseconds m_host = 0;
    std::uint64_t m_device = 0;
    Nanoseconds m_lastHost = 0; ///< the moment that was measured last
    std::uint64_t m_lastDevice = 0;
    double m_rate = 1;
};

} // namespace sida::runtime
