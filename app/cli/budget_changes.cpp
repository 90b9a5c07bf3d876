// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/budget_changes.h"

#include "engine/base/thread.h"

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <fmt/format.h>
#include <mutex>

namespace sida::cli
{

Result<std::vector<BudgetChange>> parseBudgetChanges(const std::vector<std::string>& texts)
{
    std::vector<BudgetChange> changes;
    for (const std::string& text : texts) {
        const std::size_t equals = text.find('=');
        const char* const end = text.data() + std::min(equals, text.size());
        double seconds = -1;
        const auto [read, status] = std::from_chars(text.data(), end, seconds);
        constexpr double kMost = 1e9;
        if (equals == std::string::npos || status != std::errc() || read != end || !(seconds >= 0)
            || seconds > kMost)
            return failure(
                ErrorKind::usage,
                fmt::format("--budget-at: expected SECONDS=SIZE such as 2.5=30%, found \"{}\"", text));
        SIDA_TRY_ASSIGN(const units::Budget budget, units::parseBudget(text.substr(equals + 1)));
        changes.push_back({std::chrono::duration<double>(seconds), budget, text});
    }
    std::ranges::stable_sort(changes, {}, &BudgetChange::after);
    return changes;
}

BudgetChanger::BudgetChanger(api::Engine& engine, std::vector<BudgetChange> changes)
    : m_engine(engine)
    , m_changes(std::move(changes))
{
}

void BudgetChanger::begin()
{
    if (!m_changes.empty())
        m_thread = startThread("sida-budget", [this](const std::stop_token& stop) { change(stop); });
}

std::vector<std::string> BudgetChanger::finish()
{
    if (m_thread.joinable()) {
        m_thread.request_stop();
        m_thread.join();
    }
    for (std::size_t i = m_notes.size(); i < m_changes.size(); ++i)
        m_notes.push_back(fmt::format("--budget-at {}: the run was over before", m_changes[i].words));
    return std::move(m_notes);
}

void BudgetChanger::change(const std::stop_token& stop)
{
    const auto begin = std::chrono::steady_clock::now();
    std::mutex mutex;
    std::condition_variable_any wake;
    for (const BudgetChange& change : m_changes) {
        std::unique_lock lock(mutex);
        const auto time
            = begin + std::chrono::duration_cast<std::chrono::steady_clock::duration>(change.after);
        if (wake.wait_until(lock, stop, time, [&] { return stop.stop_requested(); }))
            return;
        const Result<api::BudgetPlan> answer = m_engine.changeBudget(change.budget);
        m_notes.push_back(
            answer ? fmt::format(
                "--budget-at {}: {}, {} expert slots", change.words, units::formatBytes(answer->budgetBytes),
                answer->slots)
                   : fmt::format("--budget-at {}: {}", change.words, answer.error().message));
    }
}

} // namespace sida::cli
