// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"
#include "ui/host/request_queue.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace sida::ui
{

/// Changes the budget of the run in progress. The engine answers only at its next layer and the run itself
/// occupies the engine thread, so this call has a thread of its own. While one answer is awaited only the
/// last value asked for is kept.
class BudgetThread
{
public:
    using Answer = std::function<void(Token, const units::Budget&, Result<api::BudgetPlan>)>;

    /// `answer` is called on this thread.
    BudgetThread(api::Engine& engine, Answer answer);
    ~BudgetThread();

    void ask(Token token, const units::Budget& budget);
    /// Forgets what has not been asked yet.
    void clear();

private:
    void work(const std::stop_token& stop);

    api::Engine& m_engine;
    Answer m_answer;
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::optional<std::pair<Token, units::Budget>> m_wanted;
    std::jthread m_thread;
};

} // namespace sida::ui
