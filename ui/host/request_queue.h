// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>

namespace sida::ui
{

/// What the engine thread is asked for; also the tag under which requests replace each other.
enum class Request {
    doctor,
    classify,
    model,
    dataset,
    predictor,
    plan,
    run,
    train,
    evaluate,
    session,
    curve,
    notes
};
constexpr std::size_t kRequests = 12;

/// Nobody waits for these: they begin when nothing else is wanted, and give way to whatever is asked then.
constexpr bool givesWay(Request request)
{
    return request == Request::doctor || request == Request::curve;
}

using Token = std::uint64_t;

/// Work for one thread. At most one request of each kind waits: a newer one takes the place of the older, as
/// only the latest answer is of interest. What gives way waits until nothing else does.
class RequestQueue
{
public:
    struct Item {
        Request request = Request::doctor;
        Token token = 0;
        std::stop_source stop;
        std::function<void(const std::stop_token&)> work;
    };

    void push(Item item);
    /// Nothing once it is closed.
    std::optional<Item> pop();
    /// Drops what waits and lets `pop` return.
    void close();
    /// Asks the item handed out last to stop, if it is of this kind.
    void stopCurrent(Request request);
    /// Asks everything to stop, what waits included: it is handed out with its stop already requested.
    void stopAll();
    /// The item handed out last has ended.
    void finished();

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<Item> m_waiting;
    std::optional<std::pair<Request, std::stop_source>> m_current;
    bool m_closed = false;
};

} // namespace sida::ui
