// SPDX-FileCopyrightText: 2026 The SiDA Studio authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace sida::session
{

/// The files that this process is recording to right now.
///
/// A process loses all its POSIX locks on a file as soon as it closes any descriptor of it, so a session that
/// is recorded here must not be opened by plain means: SQLite's locks would be gone and another program
/// could take the log away from under the recording.
class LiveSession
{
public:
    explicit LiveSession(const std::filesystem::path& path);
    ~LiveSession();
    LiveSession(const LiveSession&) = delete;
    LiveSession& operator=(const LiveSession&) = delete;

    static bool isRecordedHere(const std::filesystem::path& path);
    /// The process, if it is another one, that holds the file open through SQLite.
    static std::optional<int> holder(const std::filesystem::path& path);

private:
    std::string m_key;
};

} // namespace sida::session
