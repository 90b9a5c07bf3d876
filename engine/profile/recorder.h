// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/recording.h"

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace sida::profile
{

/// Where the engine's threads leave what happened: one lock-free ring of fixed-size events per thread,
/// drained by the recording pump. Recording never waits and never allocates; a full ring drops the event and
/// counts it.
class Recorder
{
public:
    /// One thread's ring. Exactly one thread records into it.
    class Producer
    {
    public:
        virtual ~Producer() = default;
        virtual void record(const api::BatchRow& row) noexcept = 0;
        virtual void record(const api::LayerRow& row) noexcept = 0;
        virtual void record(const api::UseRow& row) noexcept = 0;
        virtual void record(const api::TransferRow& row) noexcept = 0;
        virtual void record(const api::EvictionRow& row) noexcept = 0;
        virtual void record(const api::StallRow& row) noexcept = 0;
        virtual void record(const api::MemoryRow& row) noexcept = 0;
        virtual void record(const api::PrefetchSwitchRow& row) noexcept = 0;
        virtual void record(const api::HashRow& row) noexcept = 0;
        virtual void record(const api::CalibrationRow& row) noexcept = 0;
        virtual void record(const api::HashBuildRow& row) noexcept = 0;
        virtual void record(const api::SampleRow& row) noexcept = 0;
    };

    /// `enabled` false gives producers that do nothing (for measuring what recording costs).
    explicit Recorder(bool enabled = true, std::size_t eventsPerProducer = std::size_t{1} << 16);
    ~Recorder();
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;

    /// Before the threads start; the producer lives as long as the recorder.
    Producer& addProducer(std::string name);
    /// Rare, with text: takes a lock. From any thread.
    void record(api::BudgetRow row);

    /// Moves everything recorded so far into a chunk, rows of each kind in the order of time. One caller.
    api::RecordingChunk drain();
    std::uint64_t dropped() const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace sida::profile
