// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace sida::experts
{

/// Decides for one layer whether prefetching pays: how many of the experts that were predicted and not there
/// were used when their layer came. Goes on judging while it is off, since tables still come.
class PrefetchSwitch
{
public:
    /// Of `judged` predictions `right` came true. True when the switch was turned.
    bool judge(int judged, int right)
    {
        if (judged == 0)
            return false;
        m_judged = m_judged * kFading + judged;
        m_right = m_right * kFading + right;
        const bool wasOn = m_on;
        if (m_judged >= kEvidence)
            m_on = precision() >= (m_on ? kOffBelow : kOnFrom);
        return m_on != wasOn;
    }
    bool isOn() const { return m_on; }
    /// Share of the recent predictions that came true; 1 before there were any.
    double precision() const { return m_judged > 0 ? m_right / m_judged : 1; }

    /// Five copies for one use: then the bus is better left to what is missing.
    static constexpr double kOffBelow = 0.2;
    static constexpr double kOnFrom = 0.3;

private:
    static constexpr double kFading = 0.97; ///< a batch later, half after 23
    static constexpr double kEvidence = 16; ///< predictions before anything is decided

    double m_judged = 0;
    double m_right = 0;
    bool m_on = true;
};

} // namespace sida::experts
