// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/prediction_switch.h"

#include <algorithm>

namespace sida::runtime
{

void PredictionSwitch::note(Nanoseconds now, std::uint64_t tokens, bool starved)
{
    ++m_seen;
    if (m_seen > m_settling) {
        m_tokens += tokens;
        m_starved += starved ? 1 : 0;
        if (m_seen < m_settling + kWindow)
            return;
        judge(
            static_cast<double>(now - m_begin) / static_cast<double>(std::max<std::uint64_t>(m_tokens, 1)),
            m_starved);
        m_seen = std::min(m_seen, m_settling);
    }
    m_begin = now;
    m_tokens = 0;
    m_starved = 0;
}

void PredictionSwitch::judge(double timePerToken, std::size_t starved)
{
    const bool tried = m_trying;
    m_trying = false;
    if (tried) {
        const bool keep = m_on ? timePerToken < m_other : timePerToken < kWorth * m_other;
        m_wait = m_patience;
        m_usual = timePerToken;
        if (keep) {
            m_patience = kPatience;
        } else {
            m_patience = std::min(2 * m_patience, kMostPatience);
            m_usual = m_other;
            turn(!m_on);
        }
        return;
    }
    --m_wait;
    const bool asks
        = m_on ? 2 * starved >= kWindow && m_wait <= 0 : m_wait <= 0 || timePerToken > kSlower * m_usual;
    if (!asks)
        return;
    m_other = timePerToken;
    m_trying = true;
    turn(!m_on);
}

void PredictionSwitch::turn(bool on)
{
    m_on = on;
    m_seen = 0;
}

} // namespace sida::runtime
