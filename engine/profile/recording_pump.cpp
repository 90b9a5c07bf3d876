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

constexpr std::chrono::milliseconds kDrainInterval{50};
constexpr Nanoseconds kObserverInterval = 100'000'000;

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

    void pump(const std::stop_token& stop);
    void take();
    void writeToSink(const api::RecordingChunk& chunk);
    void tellObserver();

    Recorder& recorder;
    RecordingSink* sink;
    api::RunObserver observer;
    std::function<void(const Error&)> onSinkFailure;

    std::shared_ptr<api::Recording> recording;
    api::RecordingChunk untold; ///< since the observer last heard
    bool hasUntold = false;
    Nanoseconds lastTold = 0;
    std::uint64_t batches = 0;
    std::uint64_t samples = 0;
    TimeLeft timeLeft;

    std::mutex figuresMutex;
    api::FigureAccumulator accumulator;

    std::jthread thread;
};

void RecordingPump::State::pump(const std::stop_token& stop)
{
    if (observer.started)
        observer.started(recording->header);
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    while (!stop.stop_requested()) {
        wake.wait_for(lock, stop, kDrainInterval, [] { return false; });
        take();
        if (hasUntold && monotonicNow() - lastTold >= kObserverInterval)
            tellObserver();
    }
    // What was recorded between the last look and the request to stop.
    take();
    if (hasUntold)
        tellObserver();
}

void RecordingPump::State::take()
{
    const api::RecordingChunk chunk = recorder.drain();
    if (chunk.empty() && chunk.droppedEvents == recording->rows.droppedEvents)
        return;
    writeToSink(chunk);
    {
        const std::lock_guard lock(figuresMutex);
        accumulator.add(chunk);
    }
    recording->rows.append(chunk);
    untold.append(chunk);
    hasUntold = true;
    batches += chunk.batches.size();
    for (const api::BatchRow& batch : chunk.batches)
        samples += batch.samples;
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

void RecordingPump::State::tellObserver()
{
    lastTold = monotonicNow();
    auto rows = std::make_shared<const api::RecordingChunk>(std::exchange(untold, {}));
    hasUntold = false;
    if (observer.rows)
        observer.rows(std::move(rows));
    timeLeft.add(lastTold, batches);
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
    std::function<void(const Error&)> onSinkFailure)
    : m_state(std::make_unique<State>(recorder, std::move(header), sink, std::move(observer)))
{
    m_state->onSinkFailure = std::move(onSinkFailure);
    m_state->thread = startThread(
        "sida-recorder", [state = m_state.get()](const std::stop_token& stop) { state->pump(stop); });
}

RecordingPump::~RecordingPump()
{
    if (m_state->thread.joinable()) {
        m_state->thread.request_stop();
        m_state->thread.join();
    }
}

std::shared_ptr<const api::Recording> RecordingPump::finish(api::RecordingState state, std::string failure)
{
    if (m_state->thread.joinable()) {
        m_state->thread.request_stop();
        m_state->thread.join();
        // Two looks at the rings may interleave rows of two threads; the whole is in order again.
        orderRows(m_state->recording->rows);
        m_state->recording->state = state;
        m_state->recording->failure = std::move(failure);
    }
    return m_state->recording;
}

api::Figures RecordingPump::figures() const
{
    const std::lock_guard lock(m_state->figuresMutex);
    return m_state->accumulator.figures();
}

} // namespace sida::profile
