// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/session/recording_limit.h"

#include "engine/base/units.h"

#include <fmt/format.h>

namespace sida::session
{

namespace
{

Nanoseconds endOf(const api::RecordingChunk& chunk)
{
    return chunk.batches.empty() ? 0 : chunk.batches.back().end;
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

std::string RecordingLimit::reached(const api::RecordingChunk& chunk) const
{
    if (m_seconds > 0 && static_cast<double>(endOf(chunk)) >= m_seconds * 1e9)
        return fmt::format("{} s", units::formatNumber(m_seconds));
    if (m_bytes > 0 && m_writer.bytes() >= m_bytes)
        return units::formatBytes(m_bytes);
    return {};
}

Status RecordingLimit::write(const api::RecordingChunk& chunk)
{
    if (!m_isReached) {
        SIDA_TRY(m_writer.write(chunk));
        const std::string limit = reached(chunk);
        if (limit.empty())
            return {};
        m_isReached = true;
        return m_writer.note(
            endOf(chunk),
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
