// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/profile/recording_pump.h"

#include "engine/base/clock.h"
#include "engine/base/thread.h"
#include "engine/base/units.h"
#include "engine/profile/row_order.h"
#include "engine/profile/time_left.h"

#include <chrono>
#include <condition_variable>
#include <fmt/format.h>
#include <mutex>
#include <utility>

namespace sida::profile
{

namespace
{

// Rings are emptied often, so that a burst finds room; what was in them is passed on less often, because
// every transaction and every picture costs something of its own.
constexpr std::chrono::milliseconds kDrainInterval{20};
constexpr std::chrono::milliseconds kPassOnInterval{200};

} // namespace

struct RecordingPump::State {
    State(Recorder& from, api::RunHeader header, RecordingSink* to, api::RunObserver watcher)
        : recorder(from)
        , sink(to)
        , observer(std::move(watcher))
        , recording(std::make_shared<api::Recording>())
        , accumulator(header)
    {
        recording->header = std::move(header);
        recording->state = api::RecordingState::running;
    }

    void drain(const std::stop_token& stop);
    void pump(const std::stop_token& stop);
    bool hasRoom();
    void take();
    void passOn();
    void end();
    void writeToSink(const api::RecordingChunk& chunk);
    void tellObserver(std::shared_ptr<const api::RecordingChunk> rows);

    Recorder& recorder;
    RecordingSink* sink;
    bool keepRows = true;
    std::size_t mostWaiting = kMostWaiting;
    api::RunObserver observer;
    std::function<void(const Error&)> onSinkFailure;

    std::shared_ptr<api::Recording> recording;
    std::mutex takenMutex;
    api::RecordingChunk taken; ///< from the rings, not yet passed on
    std::uint64_t batches = 0;
    std::uint64_t samples = 0;
    TimeLeft timeLeft;
    std::int64_t drainCpuNs = 0; ///< of the threads, when they have ended
    std::int64_t pumpCpuNs = 0;

    std::mutex figuresMutex;
    api::FigureAccumulator accumulator;

    std::jthread passing;
    std::jthread draining;
};

namespace
{

/// Calls `work` at every interval until it is asked to stop.
template <typename Work>
void every(std::chrono::milliseconds interval, const std::stop_token& stop, Work&& work)
{
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) {
        wake.wait_for(lock, stop, interval, [] { return false; });
        work();
    }
}

} // namespace

void RecordingPump::State::drain(const std::stop_token& stop)
{
    every(kDrainInterval, stop, [this] {
        if (hasRoom())
            take();
    });
    take(); // what came since; nothing of it may stay in the rings, however much waits
    drainCpuNs = threadCpuTime();
}

void RecordingPump::State::pump(const std::stop_token& stop)
{
    if (observer.started)
        observer.started(recording->header);
    every(kPassOnInterval, stop, [this] { passOn(); });
    passOn();
    pumpCpuNs = threadCpuTime();
}

bool RecordingPump::State::hasRoom()
{
    const std::lock_guard lock(takenMutex);
    return taken.size() < mostWaiting;
}

void RecordingPump::State::take()
{
    api::RecordingChunk chunk = recorder.drain();
    const std::lock_guard lock(takenMutex);
    if (taken.empty())
        taken = std::move(chunk);
    else
        taken.append(chunk);
}

void RecordingPump::State::passOn()
{
    auto rows = std::make_shared<api::RecordingChunk>();
    {
        const std::lock_guard lock(takenMutex);
        if (taken.empty() && taken.droppedEvents == recording->rows.droppedEvents)
            return;
        *rows = std::exchange(taken, {});
        taken.droppedEvents = rows->droppedEvents;
    }
    orderRows(*rows); // two looks at the rings may interleave rows of two threads
    writeToSink(*rows);
    {
        const std::lock_guard lock(figuresMutex);
        accumulator.add(*rows);
    }
    if (keepRows)
        recording->rows.append(*rows);
    else
        recording->rows.droppedEvents = rows->droppedEvents;
    batches += rows->batches.size();
    for (const api::BatchRow& batch : rows->batches)
        samples += batch.samples;
    tellObserver(std::move(rows));
}

void RecordingPump::State::writeToSink(const api::RecordingChunk& chunk)
{
    if (!sink)
        return;
    const Status written = sink->write(chunk);
    if (written)
        return;
    sink = nullptr;
    if (onSinkFailure)
        onSinkFailure(written.error());
}

void RecordingPump::State::tellObserver(std::shared_ptr<const api::RecordingChunk> rows)
{
    if (observer.rows)
        observer.rows(std::move(rows));
    timeLeft.add(monotonicNow(), batches);
    if (!observer.progress)
        return;
    const std::uint64_t total = recording->header.totalBatches;
    const std::uint64_t planned = recording->header.totalSamples;
    const std::string text = planned > 0
        ? fmt::format("Running, {} of {} samples", units::formatCount(samples), units::formatCount(planned))
        : fmt::format("Running, {} samples", units::formatCount(samples));
    observer.progress(Progress{text, batches, total, timeLeft.seconds(total)});
}

RecordingPump::RecordingPump(
    Recorder& recorder, api::RunHeader header, RecordingSink* sink, api::RunObserver observer,
    std::function<void(const Error&)> onSinkFailure, bool keepRows, std::size_t mostWaiting)
    : m_state(std::make_unique<State>(recorder, std::move(header), sink, std::move(observer)))
{
    m_state->onSinkFailure = std::move(onSinkFailure);
    m_state->keepRows = keepRows;
    m_state->mostWaiting = mostWaiting;
    m_state->passing = startThread(
        "sida-session", [state = m_state.get()](const std::stop_token& stop) { state->pump(stop); });
    m_state->draining = startThread(
        "sida-recorder", [state = m_state.get()](const std::stop_token& stop) { state->drain(stop); });
}

/// The rings first: what they still hold is passed on by the other thread's last look.
void RecordingPump::State::end()
{
    for (std::jthread* thread : {&draining, &passing}) {
        thread->request_stop();
        thread->join();
    }
}

RecordingPump::~RecordingPump()
{
    if (m_state->passing.joinable())
        m_state->end();
}

std::shared_ptr<const api::Recording> RecordingPump::finish(api::RecordingState state, std::string failure)
{
    if (m_state->passing.joinable()) {
        m_state->end();
        // Two looks at the rings may interleave rows of two threads; the whole is in order again.
        orderRows(m_state->recording->rows);
        m_state->recording->state = state;
        m_state->recording->failure = std::move(failure);
    }
    return m_state->recording;
}

double RecordingPump::cpuSeconds() const
{
    return static_cast<double>(m_state->drainCpuNs + m_state->pumpCpuNs) * 1e-9;
}

api::Figures RecordingPump::figures() const
{
    const std::lock_guard lock(m_state->figuresMutex);
    return m_state->accumulator.figures();
}

} // namespace sida::profile
