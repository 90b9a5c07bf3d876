// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/budget_gate.h"

namespace sida::runtime
{

namespace
{

BudgetGate::Answer nothingRuns()
{
    return failure(ErrorKind::usage, "no run is in progress whose budget could be changed");
}

} // namespace

BudgetGate::Answer BudgetGate::request(const units::Budget& budget)
{
    const std::lock_guard oneAtATime(m_oneAtATime);
    std::future<Answer> answer;
    {
        const std::lock_guard lock(m_mutex);
        if (m_closed)
            return nothingRuns();
        m_budget = budget;
        m_answer = {};
        answer = m_answer.get_future();
        m_waiting.store(true, std::memory_order_relaxed);
    }
    return answer.get();
}

void BudgetGate::serveWaiting(const std::function<Answer(const units::Budget&)>& apply)
{
    const std::lock_guard lock(m_mutex);
    if (!m_budget)
        return;
    const units::Budget budget = *m_budget;
    m_budget.reset();
    m_waiting.store(false, std::memory_order_relaxed);
    m_answer.set_value(apply(budget));
}

void BudgetGate::close()
{
    const std::lock_guard lock(m_mutex);
    m_closed = true;
    m_waiting.store(false, std::memory_order_relaxed);
    if (m_budget) {
        m_budget.reset();
        m_answer.set_value(nothingRuns());
    }
}

} // namespace sida::runtime
