// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/progress.h"
#include "engine/base/result.h"
#include "ui/host/mailbox.h"

#include <QObject>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

namespace sida::ui
{

/// A thread for one thing at a time. Something new stops what is being done and takes the place of what
/// waits; of both no answer is given any more.
class Worker : public QObject
{
    Q_OBJECT
public:
    explicit Worker(QObject* parent = nullptr);
    ~Worker() override;

    /// `work` is done on the worker's thread, `done` gets its result on the thread of this object. An
    /// exception of `work` is an `internal` error.
    template <typename Value>
    void start(
        std::function<Result<Value>(const ProgressSink&, const std::stop_token&)> work,
        std::function<void(Result<Value>)> done)
    {
        post(
            [work = std::move(work), done = std::move(done)](
                const ProgressSink& progress, const std::stop_token& stop) -> std::function<void()> {
                auto result = std::make_shared<Result<Value>>(guarded(work, progress, stop));
                return [result, done] { done(std::move(*result)); };
            });
    }
    /// Stops what is being done; no answer comes.
    void cancel();
    bool isBusy() const { return m_busy; }

Q_SIGNALS:
    void progressed(const sida::Progress& progress);
    void busyChanged(bool busy);

private:
    using Work = std::function<std::function<void()>(const ProgressSink&, const std::stop_token&)>;
    struct Item {
        std::uint64_t token = 0;
        std::stop_source stop;
        Work work;
    };
    template <typename Function>
    static auto guarded(const Function& work, const ProgressSink& progress, const std::stop_token& stop)
        -> decltype(work(progress, stop))
    {
        try {
            return work(progress, stop);
        } catch (const std::exception& exception) {
            return failure(ErrorKind::internal, exception.what());
        }
    }
    void post(Work work);
    void serve();
    void setBusy(bool busy);

    Mailbox m_mailbox{this};
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::optional<Item> m_waiting;
    std::stop_source m_current{std::nostopstate};
    bool m_closed = false;
    std::uint64_t m_latest = 0; ///< of this object's thread
    bool m_busy = false;
    std::jthread m_thread;
};

} // namespace sida::ui
