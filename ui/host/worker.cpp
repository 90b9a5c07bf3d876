// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/host/worker.h"

namespace sida::ui
{

Worker::Worker(QObject* parent)
    : QObject(parent)
    , m_thread([this] { serve(); })
{
}

Worker::~Worker()
{
    {
        const std::lock_guard lock(m_mutex);
        m_closed = true;
        m_waiting.reset();
        m_current.request_stop();
    }
    m_changed.notify_one();
    m_thread.join();
}

void Worker::post(Work work)
{
    const std::uint64_t token = ++m_latest;
    {
        const std::lock_guard lock(m_mutex);
        m_current.request_stop();
        m_waiting = Item{token, {}, std::move(work)};
    }
    m_changed.notify_one();
    setBusy(true);
}

void Worker::cancel()
{
    ++m_latest;
    {
        const std::lock_guard lock(m_mutex);
        m_current.request_stop();
        m_waiting.reset();
    }
    setBusy(false);
}

void Worker::setBusy(bool busy)
{
    if (m_busy == busy)
        return;
    m_busy = busy;
    Q_EMIT busyChanged(busy);
}

void Worker::serve()
{
    for (;;) {
        Item item;
        {
            std::unique_lock lock(m_mutex);
            m_changed.wait(lock, [this] { return m_closed || m_waiting; });
            if (m_closed)
                return;
            item = std::move(*m_waiting);
            m_waiting.reset();
            m_current = item.stop;
        }
        const ProgressSink sink = [this, token = item.token](const Progress& progress) {
            m_mailbox.post([this, token, progress] {
                if (token == m_latest)
                    Q_EMIT progressed(progress);
            });
        };
        std::function<void()> done = item.work(sink, item.stop.get_token());
        m_mailbox.post([this, token = item.token, done = std::move(done)] {
            if (token != m_latest)
                return;
            setBusy(false);
            done();
        });
    }
}

} // namespace sida::ui
