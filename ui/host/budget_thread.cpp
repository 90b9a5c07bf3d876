// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/host/budget_thread.h"

#include "engine/base/thread.h"

#include <exception>

namespace sida::ui
{

BudgetThread::BudgetThread(api::Engine& engine, Answer answer)
    : m_engine(engine)
    , m_answer(std::move(answer))
    , m_thread(startThread("sida-budget", [this](const std::stop_token& stop) { work(stop); }))
{
}

BudgetThread::~BudgetThread() = default;

void BudgetThread::ask(Token token, const units::Budget& budget)
{
    {
        std::lock_guard lock(m_mutex);
        m_wanted.emplace(token, budget);
    }
    m_changed.notify_one();
}

void BudgetThread::clear()
{
    std::lock_guard lock(m_mutex);
    m_wanted.reset();
}

void BudgetThread::work(const std::stop_token& stop)
{
    while (true) {
        std::pair<Token, units::Budget> wanted;
        {
            std::unique_lock lock(m_mutex);
            if (!m_changed.wait(lock, stop, [this] { return m_wanted.has_value(); }))
                return;
            wanted = *m_wanted;
            m_wanted.reset();
        }
        Result<api::BudgetPlan> answer = failure(ErrorKind::internal, std::string());
        try {
            answer = m_engine.changeBudget(wanted.second);
        } catch (const std::exception& exception) {
            answer = failure(ErrorKind::internal, exception.what());
        }
        m_answer(wanted.first, wanted.second, std::move(answer));
    }
}

} // namespace sida::ui
