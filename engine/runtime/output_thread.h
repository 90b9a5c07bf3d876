// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/results.h"
#include "engine/base/bounded_queue.h"
#include "engine/base/result.h"

#include <functional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace sida::runtime
{

/// Hands what the model said to somebody who may take time over it, such as a file: the inference thread goes
/// on meanwhile, and waits when two batches are waiting already.
class OutputThread
{
public:
    using Take = std::function<Status(std::vector<api::SampleOutput>&&)>;

    /// `failed` is called once, from the thread, when `take` fails; nothing is handed over after that.
    OutputThread(Take take, std::function<void(const Error&)> failed, std::stop_token stop);

    /// Waits for room, but not longer than until the run is stopped.
    void push(std::vector<api::SampleOutput> batch) { m_queue.push(std::move(batch), m_stop); }
    /// Waits until everything was handed over.
    void finish();

private:
    const std::stop_token m_stop;
    BoundedQueue<std::vector<api::SampleOutput>> m_queue{2};
    std::jthread m_thread; ///< last: ends before the rest goes
};

} // namespace sida::runtime
