// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/info.h"
#include "engine/base/result.h"
#include "engine/base/units.h"

#include <atomic>
#include <functional>
#include <future>
#include <mutex>
#include <optional>

namespace sida::runtime
{

/// Carries a change of the budget from any thread to the inference thread, and the answer back. The inference
/// thread pays one relaxed load per layer.
class BudgetGate
{
public:
    using Answer = Result<api::BudgetPlan>;

    /// Any thread; blocks until the inference thread has answered. One request at a time.
    Answer request(const units::Budget& budget);

    /// Inference thread, between two layers.
    template <typename Apply>
    void serve(Apply&& apply)
    {
        if (m_waiting.load(std::memory_order_relaxed))
            serveWaiting(std::forward<Apply>(apply));
    }

    /// Inference thread, after the last layer: whoever asks from now on is told that nothing runs.
    void close();

private:
    void serveWaiting(const std::function<Answer(const units::Budget&)>& apply);

    std::mutex m_oneAtATime;
    std::mutex m_mutex;
    std::atomic<bool> m_waiting = false;
    bool m_closed = false;
    std::optional<units::Budget> m_budget;
    std::promise<Answer> m_answer;
};

} // namespace sida::runtime
