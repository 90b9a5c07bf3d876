// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/session/session.h"

#include <cstdint>
#include <string>

namespace sida::session
{

/// Writes a run to its session until that is long or large enough. From then on only batches, answers, hash
/// tables and budgets are written, which take a few bytes a sample; uses, copies, evictions, waits, layers
/// and memory are counted and left out, and a note in the session says since when. Where the rings
/// lost events, a note says how many.
class RecordingLimit final : public profile::RecordingSink
{
public:
    /// 0 = no limit. The writer outlives it.
    RecordingLimit(SessionWriter& writer, double seconds, std::uint64_t bytes);

    Status write(const api::RecordingChunk& chunk) override;
    /// Events that were left out.
    std::uint64_t leftOut() const { return m_leftOut; }

private:
    std::string reached() const;
    Status noteLost(const api::RecordingChunk& chunk);

    SessionWriter& m_writer;
    const double m_seconds;
    const std::uint64_t m_bytes;
    Nanoseconds m_end = 0; ///< of what has come so far
    bool m_isReached = false;
    std::uint64_t m_dropped = 0; ///< by the rings
    int m_lossNotes = 0;
    std::uint64_t m_leftOut = 0;
};

} // namespace sida::session
