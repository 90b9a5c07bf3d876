// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/clock.h"

#include <cstdint>
#include <deque>
#include <utility>

namespace sida::profile
{

/// How long the rest will take, from the mean rate of the last seconds: a run slows down and speeds up with
/// its data, so its beginning says little about its end.
class TimeLeft
{
public:
    static constexpr Nanoseconds kWindow = 5'000'000'000;

    void add(Nanoseconds now, std::uint64_t done)
    {
        m_points.emplace_back(now, done);
        // One point before the window stays, so that a slow run still has two to compare.
        while (m_points.size() > 2 && m_points[1].first <= now - kWindow)
            m_points.pop_front();
    }

    /// Negative while nothing is known: no total, or no progress yet.
    double seconds(std::uint64_t total) const
    {
        if (m_points.size() < 2 || total == 0)
            return -1;
        const auto [firstTime, firstDone] = m_points.front();
        const auto [lastTime, lastDone] = m_points.back();
        if (lastDone >= total)
            return 0;
        if (lastDone <= firstDone || lastTime <= firstTime)
            return -1;
        const double secondsEach
            = static_cast<double>(lastTime - firstTime) / 1e9 / static_cast<double>(lastDone - firstDone);
        return secondsEach * static_cast<double>(total - lastDone);
    }

private:
    std::deque<std::pair<Nanoseconds, std::uint64_t>> m_points;
};

} // namespace sida::profile
