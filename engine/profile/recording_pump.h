// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"
#include "engine/api/figures.h"
#include "engine/base/result.h"
#include "engine/profile/recorder.h"

#include <cstddef>
#include <functional>
#include <memory>

namespace sida::profile
{

/// Takes rows as they come; the session writer is one.
class RecordingSink
{
public:
    virtual ~RecordingSink() = default;
    virtual Status write(const api::RecordingChunk& chunk) = 0;
};

/// Two threads: "sida-recorder" drains the recorder every 20 ms, so that bursts find room in its rings
/// however long the disk takes; "sida-session" hands the rows to the sink and to the observer five times a
/// second, and keeps the figures and, if they are wanted, all rows. While a run goes on no more are taken
/// from the rings once `kMostWaiting` wait between the two; the rings then count what finds no room.
class RecordingPump
{
public:
    static constexpr std::size_t kMostWaiting = std::size_t{1} << 22; ///< rows: some 200 MB

    /// `onSinkFailure` is called once, from "sida-session", when the sink cannot take rows any more
    /// (disk full).
    RecordingPump(
        Recorder& recorder, api::RunHeader header, RecordingSink* sink, api::RunObserver observer,
        std::function<void(const Error&)> onSinkFailure, bool keepRows = true,
        std::size_t mostWaiting = kMostWaiting);
    ~RecordingPump();

    /// Drains the rest, stops the threads, and returns everything; without `keepRows` no rows.
    std::shared_ptr<const api::Recording> finish(api::RecordingState state, std::string failure);
    /// So far; from any thread.
    api::Figures figures() const;
    /// Processor time that both threads took; after finish().
    double cpuSeconds() const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace sida::profile
