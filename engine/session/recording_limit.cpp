// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/recording_limit.h"

#include "engine/base/units.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace sida::session
{

namespace
{

Nanoseconds endOf(const api::RecordingChunk& chunk)
{
    Nanoseconds end = chunk.batches.empty() ? 0 : chunk.batches.back().end;
    if (!chunk.layers.empty())
        end = std::max(end, chunk.layers.back().end);
    if (!chunk.transfers.empty())
        end = std::max(end, chunk.transfers.back().end);
    return end;
}

/// What stays cheap however long a run is.
api::RecordingChunk essence(const api::RecordingChunk& chunk)
{
    api::RecordingChunk kept;
    kept.batches = chunk.batches;
    kept.samples = chunk.samples;
    kept.budgets = chunk.budgets;
    kept.prefetchSwitches = chunk.prefetchSwitches;
    kept.hash = chunk.hash;
    kept.calibration = chunk.calibration;
    kept.hashBuilds = chunk.hashBuilds;
    kept.droppedEvents = chunk.droppedEvents;
    return kept;
}

std::uint64_t details(const api::RecordingChunk& chunk)
{
    return chunk.layers.size() + chunk.uses.size() + chunk.transfers.size() + chunk.evictions.size()
        + chunk.stalls.size() + chunk.memory.size();
}

} // namespace

RecordingLimit::RecordingLimit(SessionWriter& writer, double seconds, std::uint64_t bytes)
    : m_writer(writer)
    , m_seconds(seconds)
    , m_bytes(bytes)
{
}

std::string RecordingLimit::reached() const
{
    if (m_seconds > 0 && static_cast<double>(m_end) >= m_seconds * 1e9)
        return fmt::format("{} s", units::formatNumber(m_seconds));
    if (m_bytes > 0 && m_writer.bytes() >= m_bytes)
        return units::formatBytes(m_bytes);
    return {};
}

/// Says where events were lost, besides how many; a run that loses all the time need not be told more often.
Status RecordingLimit::noteLost(const api::RecordingChunk& chunk)
{
    constexpr int kMostNotes = 100;
    const std::uint64_t lost = chunk.droppedEvents - std::exchange(m_dropped, chunk.droppedEvents);
    if (lost == 0 || ++m_lossNotes > kMostNotes)
        return {};
    return m_writer.note(
        m_end,
        fmt::format(
            "{} events before this moment were lost: they came faster than they could be recorded",
            units::formatCount(lost)));
}

Status RecordingLimit::write(const api::RecordingChunk& chunk)
{
    m_end = std::max(m_end, endOf(chunk));
    SIDA_TRY(noteLost(chunk));
    if (!m_isReached) {
        SIDA_TRY(m_writer.write(chunk));
        const std::string limit = reached();
        if (limit.empty())
            return {};
        m_isReached = true;
        return m_writer.note(
            m_end,
            fmt::format(
                "The limit of {} for recording was reached: from here on there are batches and answers only",
                limit));
    }
    m_leftOut += details(chunk);
    api::RecordingChunk kept = essence(chunk);
    kept.droppedEvents += m_leftOut;
    return m_writer.write(kept);
}

} // namespace sida::session
