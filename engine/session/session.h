// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/figures.h"
#include "engine/api/recording.h"
#include "engine/base/progress.h"
#include "engine/base/result.h"
#include "engine/profile/recording_pump.h"

#include <filesystem>
#include <memory>
#include <stop_token>

namespace sida::session
{

/// SQLite `application_id` ("SiDA") and `user_version` of the schema in docs/session-format.md.
constexpr int kApplicationId = 0x53694441;
constexpr int kSchemaVersion = 1;

/// Writes a session while it runs: WAL, one transaction per chunk and at least one each half second. The file
/// is valid from the moment it appears.
class SessionWriter final : public profile::RecordingSink
{
public:
    /// Refused when something is there that is no session, or a session and `replace` is not set.
    static Result<std::unique_ptr<SessionWriter>>
    create(const std::filesystem::path& path, const api::RunHeader& header, bool replace);
    ~SessionWriter() override;

    Status write(const api::RecordingChunk& chunk) override;
    /// A remark on a moment, for whoever reads the session.
    Status note(Nanoseconds time, const std::string& text);
    /// What the file and its log take on the disk now.
    std::uint64_t bytes() const;
    /// Marks the end, leaves WAL mode so that one file remains, and closes. `dropped` are events that the
    /// rows lack beside those of the figures.
    Status finish(
        api::RecordingState state, const std::string& failure, const api::Figures& figures,
        std::uint64_t dropped = 0);

private:
    struct State;
    explicit SessionWriter(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

/// The whole recording. A session that was not closed opens as `recovered`; a newer schema is refused with
/// both versions. The file is never changed.
Result<std::shared_ptr<const api::Recording>>
readSession(const std::filesystem::path& path, const ProgressSink& progress, const std::stop_token& stop);

/// A session of a version that this program reads; otherwise an error that says what was found.
Status checkSession(const std::filesystem::path& path);

/// Replaces the notes in a session by these, as one transaction; what recording itself noted stays. Refused
/// while the session is being recorded, here or by another process, and for files that are no sessions.
Status saveNotes(const std::filesystem::path& path, const std::vector<api::Note>& notes);

bool isSession(const std::filesystem::path& path);

/// Writes the session again at another place, as one file, through SQLite's backup interface: a session that
/// is being recorded is copied as it is at one moment, a killed one with the log beside it. What is at that
/// place is replaced once the copy is whole. The original does not change.
Status saveCopy(
    const std::filesystem::path& from, const std::filesystem::path& to, const ProgressSink& progress,
    const std::stop_token& stop);

} // namespace sida::session
